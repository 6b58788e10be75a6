// Captures the inputs or outputs of layers while a network runs, or replaces them.

import { ArgumentError, Tensor } from '../../../torch';
import { currentScope, type Interceptor, intercepted, isFloat, kindOf, Module } from '../../../torch/inside';
import type { ForwardFunction } from '../attribution/model';
import { withNames } from '../attribution/named-calls';

/** A module of the network, or its name, such as 'features.3'. */
export type Layer = Module | string;

/** One tensor, or a list if the layer has several. */
export type LayerValue = Tensor | Tensor[];

/** Finds a layer, given as a module or by name. @throws ArgumentError if the network has no module of that name */
export function findLayer(op: string, forward: ForwardFunction, layer: unknown): Module {
  if (layer instanceof Module) return layer;
  if (typeof layer !== 'string') {
    throw new ArgumentError(`${op}: expected layer to be a module or the name of one, but got ${kindOf(layer)}`);
  }
  if (!(forward instanceof Module)) {
    throw new ArgumentError(
      `${op}: expected the layer as a module, since the model is a function, but got the name '${layer}'`,
    );
  }
  const found = forward.namedModules({ removeDuplicate: false }).find(([name]) => name === layer);
  if (found && layer !== '') return found[1];
  const names = forward
    .namedModules()
    .slice(1, 9)
    .map(([name]) => `'${name}'`);
  throw new ArgumentError(
    `${op}: expected layer to be the name of a module, such as ${names.join(', ')}, but got '${layer}'`,
  );
}

/** Settings of a capture. */
export interface Watched {
  /** Capture the layers' arguments rather than their results. */
  readonly atInput: boolean;
  /** Make the captured values require gradients. */
  readonly gradients: boolean;
}

/**
 * The tensors of an argument list or of a result, and a function that rebuilds the list or result with other tensors.
 */
function tensorsOf(op: string, value: unknown): { tensors: Tensor[]; with: (others: readonly Tensor[]) => unknown } {
  if (value instanceof Tensor) return { tensors: [value], with: ([other]) => other };
  const list: readonly unknown[] | null = Array.isArray(value) ? value : null;
  const tensors = list?.filter((item) => item instanceof Tensor);
  if (!list || !tensors?.length) {
    throw new ArgumentError(`${op}: expected a layer of one tensor or a list of them, but it has ${kindOf(value)}`);
  }
  return {
    tensors,
    with(others) {
      const left = [...others];
      return list.map((item) => (item instanceof Tensor ? left.shift()! : item));
    },
  };
}

/** The inputs of a layer: its positional arguments, or its keyword arguments if no positional one is a tensor. */
const inputsOf = (args: readonly unknown[]): ReturnType<typeof withNames> =>
  args.some((x) => x instanceof Tensor) ? { values: args, formed: (others) => others } : withNames(args);

/** Runs `fn`, and returns its result with the values of each layer at its last call. */
export function watching<T>(
  op: string,
  layers: readonly Module[],
  { atInput, gradients }: Watched,
  fn: () => T,
): [result: T, seen: Tensor[][]] {
  const scope = currentScope();
  const seen = new Map<Module, Tensor[]>();
  const keep = (layer: Module, value: unknown): unknown => {
    const parts = tensorsOf(op, value);
    const kept = parts.tensors.map((x) => {
      const own = gradients && !x.requiresGrad && isFloat(x.dtype) ? x.detach().requiresGrad_() : x;
      own.storage.moveOutward(scope);
      return own;
    });
    seen.set(layer, kept);
    // Hand on copies, because later modules may work in place.
    return parts.with(kept.map((x) => x.clone()));
  };
  const by = new Map(
    layers.map((layer): [Module, Interceptor] => [
      layer,
      (args, run) => {
        if (!atInput) return keep(layer, run(args));
        const { values, formed } = inputsOf(args);
        return run(formed(keep(layer, values) as unknown[]));
      },
    ]),
  );
  const result = intercepted(by, fn);
  return [result, layers.map((layer) => expectSeen(op, layer, seen.get(layer)))];
}

function expectSeen(op: string, layer: Module, seen: Tensor[] | undefined): Tensor[] {
  if (seen) return seen;
  throw new ArgumentError(`${op}: expected the model to call the layer ${layer.constructor.name}, but it did not`);
}

/** Runs `fn` with the inputs or outputs of layers replaced by other values. */
export function replacing<T>(
  op: string,
  layers: readonly Module[],
  values: readonly (readonly Tensor[])[],
  atInput: boolean,
  fn: () => T,
): T {
  const by = new Map(
    layers.map((layer, i): [Module, Interceptor] => [
      layer,
      (args, run) => {
        const put = (value: unknown) => tensorsOf(op, value).with(values[i]!.map((x) => x.clone()));
        if (!atInput) return put(run(args));
        const { values: given, formed } = inputsOf(args);
        return run(formed(put(given) as unknown[]));
      },
    ]),
  );
  return intercepted(by, fn);
}

/** A single tensor as itself, several as a list. */
export const asLayerValue = (tensors: readonly Tensor[]): LayerValue =>
  tensors.length === 1 ? tensors[0]! : [...tensors];
