// The base of the library's own layers, whose inputs have names.
import type { Arguments, Parsed } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import type { ByName } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';
import { inputs } from '../module/callable-object';
import { type CallArguments, type CallResult, Module } from '../module/module';

/** A module that is called with its inputs by position or by name: `loss(x, y)`, `loss(x, { target: y })`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export abstract class Layer extends Module {
  abstract override get [inputs](): readonly string[];
}

export interface Layer {
  (...args: ByName<this[typeof inputs], CallArguments<this>>): CallResult<this>;
  // TypeScript reports wrong arguments against the last overload, so the plainest form comes last.
  (...args: CallArguments<this>): CallResult<this>;
}

/** A layer of one input. */
export abstract class UnaryLayer extends Layer {
  get [inputs]() {
    return ['input'] as const;
  }
}

/** A layer of one input whose result is of type `Result`. */
export interface LayerTo<Result> extends UnaryLayer {
  /** Computes the result for x; calling the layer does the same. */
  forward(x: Tensor): Result;
}

/** A class of layers of one input, constructed with the parameters O in that order. */
export interface UnaryClass<O, Order extends readonly (keyof O)[]> {
  new (...args: Arguments<O, Order>): LayerTo<Tensor>;
}

/** The fields of a layer with the parameters O, each given or defaulted. */
export type Fields<O> = { -readonly [K in keyof O]-?: Exclude<O[K], undefined> };

/** The current values of a layer's settings, read from its fields. */
export const settingsOf = <O extends object>(layer: object, { required = [], defaults }: Settings<O>): Parsed<O> =>
  Object.fromEntries(
    [...required, ...Object.keys(defaults)].map((name) => [name, Reflect.get(layer, name)]),
  ) as Parsed<O>;

/**
 * Makes the base class of the layer `name` of one input, which calls `call` with its settings. The settings, changed by
 * `kept`, are the layer's fields; `describe` gives its printed text.
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
