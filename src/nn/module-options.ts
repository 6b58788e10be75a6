// What the methods of modules may be told.

export interface Recursion {
  /** Those of submodules, too; default true. */
  recurse?: boolean;
}

export interface Prefix {
  /** Stands before every name. */
  prefix?: string;
}

export interface Sharing {
  /** List what is shared once, under its first name; default true. */
  removeDuplicate?: boolean;
}

export interface Naming extends Recursion, Prefix, Sharing {}

export interface Keys extends Prefix {
  /** Hold the parameters themselves, with their gradients; default false. */
  keepVars?: boolean;
}

export interface BufferOptions {
  /** In the state dict, default true. */
  persistent?: boolean;
  key?: string;
  optional?: boolean;
}

export interface Strictness {
  strict?: boolean;
}
