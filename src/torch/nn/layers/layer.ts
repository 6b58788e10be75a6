// Owns the base of the library's own layers, whose inputs have names.
import type { Arguments, Parsed } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import type { ByName } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';
import { inputs } from '../module/callable-object';
import { type CallArguments, type CallResult, Module } from '../module/module';

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

/** Layers of one tensor that are made with parameters O in that order. */
export interface UnaryClass<O, Order extends readonly (keyof O)[]> {
  new (...args: Arguments<O, Order>): LayerTo<Tensor>;
}

/** What a layer keeps of parameters O, each given or defaulted. */
export type Fields<O> = { -readonly [K in keyof O]-?: Exclude<O[K], undefined> };

/** The values of a layer's settings as they stand in its fields now. */
export const settingsOf = <O extends object>(layer: object, { required = [], defaults }: Settings<O>): Parsed<O> =>
  Object.fromEntries(
    [...required, ...Object.keys(defaults)].map((name) => [name, Reflect.get(layer, name)]),
  ) as Parsed<O>;

/**
 * The base of the layer `name` of one input, which keeps the settings of its function `call` as fields, or what `kept` makes
 * of them; `describe` gives its printed text.
 */
/* @__NO_SIDE_EFFECTS__ */
export function unaryLayer<O extends object>(
  name: string,
  settings: Settings<O>,
  call: (x: Tensor, named: never) => unknown,
  describe: (layer: object) => string,
  kept: (given: Parsed<O>) => object = (given) => given,
): unknown {
  return class extends UnaryLayer {
    constructor(...args: readonly unknown[]) {
      super();
      Object.assign(this, kept(parseSettings(name, settings, args)));
    }

    forward(x: Tensor): unknown {
      return call(x, settingsOf(this, settings) as never);
    }

    override extraRepr(): string {
      return describe(this);
    }
  };
}
