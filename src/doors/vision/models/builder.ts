// Shared by all networks' functions: checks options, and reads weights only on request.

import { ArgumentError } from '../../../torch';
import { kinds, type Module, parseArgs } from '../../../torch/inside';
import type { CompletedWeights, GivenWeights, Progress, Spelled, WeightsSource } from './load-weights';
import type * as table from './weights/table';
import type { Weights } from './weights/weights';

export type { CompletedWeights, GivenWeights, Spelled, WeightsSource } from './load-weights';

export interface WithoutWeights {
  /** Default: null, random weights as torchvision draws them. */
  weights?: null;
  /** Report downloads on the console, or call a function with their progress. Default: true. */
  progress?: Progress;
}

export interface WithWeights<W> {
  /** Trained weights: a torchvision name, an address, a path, a file or a state dict. */
  weights: W & Spelled<W>;
  progress?: Progress;
}

/** The name of one of torchvision's weights enumerations, which is loaded only when its weights are requested. */
export type WeightsName = keyof typeof table;

/**
 * The function that builds a network. With random weights it returns the network at once; with weights from a file it
 * returns a promise. The most general overload comes last, because type errors report the last overload.
 */
export interface NetworkBuilder<M extends Module, O extends object> {
  <W extends GivenWeights>(options: O & WithWeights<W>): Promise<M>;
  (options?: O & WithoutWeights): M;
  <W extends GivenWeights | null>(
    options: O & { weights?: W; progress?: Progress } & { weights?: Spelled<W> },
  ): M | Promise<M>;
  (options: O & { weights?: CompletedWeights | null; progress?: Progress }): M | Promise<M>;
}

/** Information about the weights for which a network is built. */
export interface ForWeights {
  /** The weights as a member of an enumeration; null if they were given otherwise. */
  readonly weights: Weights | null;
  /** Whether the weights have this key. */
  has(key: string): boolean;
}

export interface Blueprint<M extends Module, O extends object> {
  /** The default of every option. */
  readonly defaults: Required<O>;
  /** Builds the network; `given` describes the weights that it will get, or is null. */
  build(options: Required<O>, given: ForWeights | null): M | Promise<M>;
  /** The name of torchvision's weights of the network. */
  readonly weights?: WeightsName;
  /** Maps keys of older weight files to the network's keys. Default: unchanged. */
  renamed?(key: string): string;
  /**
   * Checks the options that the weights decide, before anything is read; throws if the given options contradict them.
   * Default: checks the number of classes.
   */
  check?(options: Required<O>, weights: Weights): void;
  /** Called last, when the weights are loaded. */
  finish?(model: M, options: Required<O>): void;
}

const enumerations = new WeakMap<object, WeightsName>();

/** The name of torchvision's weights for a network's function; null if there are none. */
export const weightsOf = (build: object): WeightsName | null => enumerations.get(build) ?? null;

/** Registers torchvision's weights for a network's function. */
export function giveEnumeration(build: object, weights: WeightsName): void {
  enumerations.set(build, weights);
}

const givenKinds = { progress: kinds.either(kinds.flag, kinds.callback) };

/** Makes the function `name` that builds a network. */
export function builder<M extends Module, O extends object>(
  name: string,
  blueprint: Blueprint<M, O>,
): NetworkBuilder<M, O> {
  type Given = Required<O> & { weights: WeightsSource | null; progress: Progress };
  const make = (...args: unknown[]): M | Promise<M> => {
    const defaults = { ...blueprint.defaults, weights: null, progress: true } as never;
    const { weights, progress, ...options } = parseArgs<Given>(
      name,
      [],
      defaults,
      args,
      givenKinds as kinds.Kinds<Given>,
    );
    return weights === null
      ? blueprint.build(options as unknown as Required<O>, null)
      : import('./weighted').then(({ weighted }) =>
          weighted(name, { check: expectClasses, ...blueprint }, options as unknown as Required<O>, {
            weights,
            progress,
          }),
        );
  };
  Object.defineProperty(make, 'name', { value: name });
  if (blueprint.weights) giveEnumeration(make, blueprint.weights);
  return make as NetworkBuilder<M, O>;
}

/** @throws ArgumentError if the requested number of classes differs from that of the weights */
export function expectClasses(options: object, { numClasses }: Weights): void {
  const asked = (options as { numClasses?: number | null }).numClasses ?? null;
  if (numClasses !== null && asked !== null) expectOption('numClasses', asked, numClasses);
}

/** @throws ArgumentError, with torchvision's text, if an option contradicts the weights */
export function expectOption(name: string, given: unknown, decided: unknown): void {
  if (given === decided) return;
  throw new ArgumentError(`The parameter '${name}' expected value ${decided} but got ${given} instead.`);
}

/** Options of the functions that build plain classifiers. */
export interface ClassifierOptions {
  /** Number of classes, that is of scores in the output. Default: 1000. */
  numClasses?: number;
}

/**
 * v rounded to the nearest multiple of `divisor`, but at least `divisor`; one multiple more if the result is more than
 * 10 % below v.
 */
export function makeDivisible(v: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((v + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * v ? rounded + divisor : rounded;
}
