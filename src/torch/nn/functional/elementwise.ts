// How activations are called: their settings, which their layers share, and the form that writes into the input.
import type { Arguments, Parsed } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import type { Value } from '../../../engine/graph/value';
import { checked } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';

export interface InplaceArguments {
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

export interface AlphaArguments extends InplaceArguments {
  /** The function tends to −alpha as x → −∞; default 1. */
  alpha?: number;
}

export const inplaceSettings: Settings<InplaceArguments> = { defaults: { inplace: false } };

/** A function of one tensor and options. */
export interface ElementwiseFunction<O, Order extends readonly (keyof O)[]> {
  // No docstring here, so that editors show the function's own.
  (input: Tensor, options?: O): Tensor;
  (...args: Arguments<{ input: Tensor } & O, ['input', ...Order]>): Tensor;
}

/** y = f(x), written into x if `inplace`. */
export const apply = (x: Tensor, inplace: boolean | undefined, f: (x: Value) => Value): Tensor =>
  inplace ? x.overwrite(f(x.before().value)) : Tensor.of(f(x.value));

/** Makes the function `name` from `f`, which takes a tensor and the parsed settings. */
/* @__NO_SIDE_EFFECTS__ */
export function withSettings<O extends object, Order extends readonly (keyof O)[]>(
  name: string,
  settings: Settings<O>,
  f: (x: Tensor, o: Parsed<O>) => Tensor,
): ElementwiseFunction<O, Order> {
  const call = (x: Tensor, ...args: readonly unknown[]) => f(x, parseSettings(name, settings, args));
  return checked(`${name}(input, ...)`, call as unknown as ElementwiseFunction<O, Order>);
}

/** Makes the activation `name` from `f`. If the caller sets `inplace`, the result is written into the input. */
/* @__NO_SIDE_EFFECTS__ */
export const activation = <O extends InplaceArguments, Order extends readonly (keyof O)[]>(
  name: string,
  settings: Settings<O>,
  f: (x: Value, o: Parsed<O>) => Value,
): ElementwiseFunction<O, Order> =>
  withSettings(name, settings, (x, o) => apply(x, (o as InplaceArguments).inplace, (value) => f(value, o)));

/** An activation whose only option is `inplace`. */
/* @__NO_SIDE_EFFECTS__ */
export const plain = (name: string, f: (x: Value, inplace: boolean) => Value) =>
  activation<InplaceArguments, ['inplace']>(name, inplaceSettings, (x, { inplace }) => f(x, inplace));

/** Makes the function `name`: `f` with `inplace: true`. */
/* @__NO_SIDE_EFFECTS__ */
export function intoInput<O extends InplaceArguments, Order extends readonly (keyof Omit<O, 'inplace'>)[]>(
  name: string,
  settings: Settings<O>,
  f: (x: Tensor, named: never) => Tensor,
): ElementwiseFunction<Omit<O, 'inplace'>, Order> {
  const { inplace: _, ...defaults } = settings.defaults as unknown as { inplace: boolean };
  const others = { ...settings, defaults } as unknown as Settings<Omit<O, 'inplace'>>;
  return withSettings(name, others, (x, o) => f(x, { ...o, inplace: true } as never));
}
