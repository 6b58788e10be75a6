// lamplight/pytorch: a network and its training go on in PyTorch.
export { type ToPythonOptions, toPython } from './to-python';
