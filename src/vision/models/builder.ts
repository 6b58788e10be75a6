// What every network's function shares: options that are checked, and weights that are read when they are asked for.
import { ArgumentError } from '../../errors';
import type { ByteSource } from '../../io/bytes';
import { load } from '../../io/load';
import type { Module } from '../../nn/module';
import type { StateDict } from '../../nn/state-dict';
import { isPlainObject, kindOf, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';

/** Trained weights: an address, a path, a `File` or bytes of what PyTorch or `torch.save` wrote, or a state dict. */
export type WeightsSource = ByteSource | StateDict;

export interface WithoutWeights {
  /** Default: null, random weights as torchvision draws them. */
  weights?: null;
}

export interface WithWeights {
  weights: WeightsSource;
}

/** The function of a network: at once with random weights, a promise where weights are to be read. */
export interface NetworkBuilder<M extends Module, O extends object> {
  (options?: O & WithoutWeights): M;
  (options: O & WithWeights): Promise<M>;
}

interface Recipe<M extends Module, O extends object> {
  /** Every option, as it is where it is not given. */
  readonly defaults: Required<O>;
  build(options: Required<O>): M;
  /** The keys of the network's state dict for those of a file that was written under older names. Default: as they are. */
  renamed?(key: string): string;
}

/** The function `name` of a network. */
export function builder<M extends Module, O extends object>(name: string, recipe: Recipe<M, O>): NetworkBuilder<M, O> {
  const make = (...args: unknown[]): M | Promise<M> => {
    const defaults = { ...recipe.defaults, weights: null } as never;
    const { weights, ...options } = parseArgs<O & { weights?: WeightsSource | null }>(name, [], defaults, args);
    const model = recipe.build(options as unknown as Required<O>);
    return weights === null ? model : withWeights(name, model, weights as WeightsSource, recipe.renamed);
  };
  return Object.defineProperty(make, 'name', { value: name }) as NetworkBuilder<M, O>;
}

async function withWeights<M extends Module>(
  name: string,
  model: M,
  weights: WeightsSource,
  renamed: ((key: string) => string) | undefined,
): Promise<M> {
  const state = isPlainObject(weights) ? (weights as StateDict) : await load<unknown>(weights as ByteSource);
  if (!isPlainObject(state)) {
    throw new ArgumentError(`${name}: expected weights that hold a state dict, but got ${kindOf(state)}`);
  }
  const [wrong] = Object.entries(state).filter(([, value]) => !(value instanceof Tensor));
  if (wrong) {
    throw new ArgumentError(
      `${name}: expected weights that hold tensors by name, but ${wrong[0]} is ${kindOf(wrong[1])}; pass the state dict inside, such as checkpoint.model`,
    );
  }
  const entries = Object.entries(state as StateDict);
  const own = ([key, value]: [string, Tensor]): [string, Tensor] => [renamed ? renamed(key) : key, value];
  model.loadStateDict(Object.fromEntries(entries.map(own)));
  return model;
}

/** The options of the function of a plain classifier. */
export interface ClassifierOptions {
  /** Scores in the result. Default: 1000. */
  numClasses?: number;
}

/** ⌊v + d/2⌋ rounded down to a multiple of `d`, at least `d`, and one more where that lies 10 % below `v`. */
export function makeDivisible(v: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((v + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * v ? rounded + divisor : rounded;
}
