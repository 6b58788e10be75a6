// The types of the functions that hook into a module's forward and backward.
import type { Tensor } from '../tensor/tensor';
import type { CallArguments, CallResult, Module } from './module';

/** May return new arguments: a list, or a single one. */
export type PreHook<M extends Module> = (module: M, args: CallArguments<M>) => unknown;

/** May return a new result. */
export type ForwardHook<M extends Module> = (module: M, args: CallArguments<M>, result: CallResult<M>) => unknown;

/** Null where there is none. */
export type Gradients = readonly (Tensor | null)[];

/** May return new gradients of the arguments. */
export type FullBackwardHook<M extends Module> = (module: M, gradInput: Gradients, gradOutput: Gradients) => unknown;

/** May return new gradients of the results. */
export type FullBackwardPreHook<M extends Module> = (module: M, gradOutput: Gradients) => unknown;
