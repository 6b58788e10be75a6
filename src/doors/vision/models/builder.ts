// What every network's function shares: options that are checked, and weights that are read when they are asked for.

import { ArgumentError } from '../../../torch';
import { kinds, type Module, parseArgs } from '../../../torch/inside';
import type { CompletedWeights, GivenWeights, Progress, Spelled, WeightsSource } from './load-weights';
import type * as table from './weights/table';
import type { Weights } from './weights/weights';

export type { CompletedWeights, GivenWeights, Spelled, WeightsSource } from './load-weights';

export interface WithoutWeights {
  /** Default: null, random weights as torchvision draws them. */
  weights?: null;
  /** Whether a download is reported on the console, or a function that is told its progress. Default: true. */
  progress?: Progress;
}

export interface WithWeights<W> {
  /** Trained weights: a name of torchvision's, an address, a path, a file or a state dict. */
  weights: W & Spelled<W>;
  progress?: Progress;
}

/** The name of an enumeration of torchvision's weights, which is loaded when somebody asks for some of these. */
export type WeightsName = keyof typeof table;

/** The function of a network. With random weights it returns at once; with weights from a file it returns a promise. Errors are about the last form. */
export interface NetworkBuilder<M extends Module, O extends object> {
  <W extends GivenWeights>(options: O & WithWeights<W>): Promise<M>;
  (options?: O & WithoutWeights): M;
  <W extends GivenWeights | null>(
    options: O & { weights?: W; progress?: Progress } & { weights?: Spelled<W> },
  ): M | Promise<M>;
  (options: O & { weights?: CompletedWeights | null; progress?: Progress }): M | Promise<M>;
}

/** The context of building a network for weights. */
export interface ForWeights {
  /** The member of the enumeration, where they were given as one. */
  readonly weights: Weights | null;
  /** Whether a key is among them. */
  has(key: string): boolean;
}

export interface Recipe<M extends Module, O extends object> {
  /** Every option, as it is where it is not given. */
  readonly defaults: Required<O>;
  /** The network; `given` where it is built to get weights. */
  build(options: Required<O>, given: ForWeights | null): M | Promise<M>;
  /** torchvision's weights of the network. */
  readonly weights?: WeightsName;
  /** The keys of the network's state dict for those of a file that was written under older names. Default: as they are. */
  renamed?(key: string): string;
  /** Which options the weights decide: throws where others were given, before anything is read. Default: the number of classes. */
  check?(options: Required<O>, weights: Weights): void;
  /** The last step, when the weights are in. */
  finish?(model: M, options: Required<O>): void;
}

const enumerations = new WeakMap<object, WeightsName>();

/** The name of torchvision's weights for the function of a network; null where it has none. */
export const weightsOf = (build: object): WeightsName | null => enumerations.get(build) ?? null;

/** Has the function of a network know torchvision's weights. */
export function giveEnumeration(build: object, weights: WeightsName): void {
  enumerations.set(build, weights);
}

const givenKinds = { progress: kinds.either(kinds.flag, kinds.callback) };

/** The function `name` of a network. */
export function builder<M extends Module, O extends object>(name: string, recipe: Recipe<M, O>): NetworkBuilder<M, O> {
  type Given = Required<O> & { weights: WeightsSource | null; progress: Progress };
  const make = (...args: unknown[]): M | Promise<M> => {
    const defaults = { ...recipe.defaults, weights: null, progress: true } as never;
    const { weights, progress, ...options } = parseArgs<Given>(
      name,
      [],
      defaults,
      args,
      givenKinds as kinds.Kinds<Given>,
    );
    return weights === null
      ? recipe.build(options as unknown as Required<O>, null)
      : import('./weighted').then(({ weighted }) =>
          weighted(name, { check: expectClasses, ...recipe }, options as unknown as Required<O>, { weights, progress }),
        );
  };
  Object.defineProperty(make, 'name', { value: name });
  if (recipe.weights) giveEnumeration(make, recipe.weights);
  return make as NetworkBuilder<M, O>;
}

/** @throws ArgumentError where another number of classes was asked for than the weights have */
export function expectClasses(options: object, { numClasses }: Weights): void {
  const asked = (options as { numClasses?: number | null }).numClasses ?? null;
  if (numClasses !== null && asked !== null) expectOption('numClasses', asked, numClasses);
}

/** @throws ArgumentError, torchvision's, where weights decide an option otherwise */
export function expectOption(name: string, given: unknown, decided: unknown): void {
  if (given === decided) return;
  throw new ArgumentError(`The parameter '${name}' expected value ${decided} but got ${given} instead.`);
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
