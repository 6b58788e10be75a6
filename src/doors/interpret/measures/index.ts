export {
  type InfidelityPerturbFunction,
  infidelity,
  infidelityPerturbFuncDecorator,
  type PerturbedInputs,
} from './infidelity';
export { type Explanation, type SensitivityMaxOptions, sensitivityMax } from './sensitivity';
