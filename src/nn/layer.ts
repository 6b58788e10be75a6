// Owns the base of the library's own layers, whose inputs have names.
import type { ByName } from '../tensor/callable';
import { inputs } from './callable';
import { type CallArguments, type CallResult, Module } from './module';

/** A module that is called with its inputs by place or by name: `loss(x, y)`, `loss(x, { target: y })`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export abstract class Layer extends Module {
  abstract override get [inputs](): readonly string[];
}

export interface Layer {
  (...args: ByName<this[typeof inputs], CallArguments<this>>): CallResult<this>;
  // The last one tells of wrong arguments.
  (...args: CallArguments<this>): CallResult<this>;
}

/** A layer of one input. */
export abstract class UnaryLayer extends Layer {
  get [inputs]() {
    return ['input'] as const;
  }
}
