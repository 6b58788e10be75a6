// lamplight/pytorch: continues a network and its training in PyTorch.
export { type ToPythonOptions, toPython } from './to-python';
