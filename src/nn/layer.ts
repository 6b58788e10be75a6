// Owns the base of the library's own layers, whose inputs have names.
import type { Parsed } from '../core/options';
import type { Settings } from '../core/settings';
import type { ByName } from '../tensor/callable';
import type { Tensor } from '../tensor/tensor';
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

/** A layer of one input, by the type of its result. */
export interface LayerTo<Result> extends UnaryLayer {
  /** The result of x, which a call of the layer gives, too. */
  forward(x: Tensor): Result;
}

/** What a layer keeps of parameters O, each given or defaulted. */
export type Fields<O> = { -readonly [K in keyof O]-?: Exclude<O[K], undefined> };

/** The values of a layer's settings as they stand in its fields now. */
export const settingsOf = <O extends object>(layer: object, { required = [], defaults }: Settings<O>): Parsed<O> =>
  Object.fromEntries(
    [...required, ...Object.keys(defaults)].map((name) => [name, Reflect.get(layer, name)]),
  ) as Parsed<O>;
