// The types of the functions that hook into a module's forward and backward.
import type { Tensor } from '../../tensor/tensor';
import type { CallArguments, CallResult, Module } from './module';
import type { IncompatibleKeys, StateDict } from './state-dict';

/** May return new arguments: a list, or a single one. */
export type PreHook<M extends Module> = (module: M, args: CallArguments<M>) => unknown;

/** May return a new result. */
export type ForwardHook<M extends Module> = (module: M, args: CallArguments<M>, result: CallResult<M>) => unknown;

/** An element is null where there is no gradient. */
export type Gradients = readonly (Tensor | null)[];

/** May return new gradients of the arguments. */
export type FullBackwardHook<M extends Module> = (module: M, gradInput: Gradients, gradOutput: Gradients) => unknown;

/** May return new gradients of the results. */
export type FullBackwardPreHook<M extends Module> = (module: M, gradOutput: Gradients) => unknown;

/** Called before a module's tensors are listed. */
export type StateDictPreHook<M extends Module> = (module: M, prefix: string, keepVars: boolean) => void;

/** May change the state dict; `localMetadata` is empty. */
export type StateDictPostHook<M extends Module> = (
  module: M,
  stateDict: StateDict,
  prefix: string,
  localMetadata: Readonly<Record<string, unknown>>,
) => void;

/**
 * May change the state dict, and add missing keys, unexpected keys and other errors to the lists; `strict` is true, and
 * `localMetadata` empty.
 */
export type LoadStateDictPreHook<M extends Module> = (
  module: M,
  stateDict: StateDict,
  prefix: string,
  localMetadata: Readonly<Record<string, unknown>>,
  strict: boolean,
  missingKeys: string[],
  unexpectedKeys: string[],
  errorMsgs: string[],
) => void;

/** May change the keys. */
export type LoadStateDictPostHook<M extends Module> = (module: M, incompatibleKeys: IncompatibleKeys) => void;
