// The options of modules' methods.
import type { Tensor } from '../../tensor/tensor';
import type { Parameter } from './parameter';
import type { StateDict } from './state-dict';

export interface Recursion {
  /** Include members of submodules; default true. */
  recurse?: boolean;
}

export interface Prefix {
  /** Is put before every name. */
  prefix?: string;
}

export interface Sharing {
  /** List shared members once, under the first name; default true. */
  removeDuplicate?: boolean;
}

export interface Naming extends Recursion, Prefix, Sharing {}

export interface Keys extends Prefix {
  /** Return the parameters themselves, with their gradients, rather than detached tensors; default false. */
  keepVars?: boolean;
}

export interface BufferArguments {
  name: string;
  tensor: Tensor | null;
  /** Include it in the state dict, default true. */
  persistent?: boolean;
  key?: string;
  /** Whether a state dict may lack it. */
  optional?: boolean;
}

export interface ParameterArguments {
  name: string;
  /** The parameter; null for none. */
  param: Parameter | null;
}

export interface ChildArguments<M> {
  name: string;
  module: M;
}

export interface Strictness {
  /** Whether names must be the same on both sides. */
  strict?: boolean;
}

export interface Loading extends Strictness {
  stateDict: StateDict | Promise<StateDict>;
}

/** The path of something below a module, such as `features.0`; '' is the module itself. */
export interface Path {
  target: string;
}

export interface Placement<M> extends Path, Strictness {
  module: M;
}
