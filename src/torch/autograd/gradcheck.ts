// gradcheck and gradgradcheck compare gradients with finite differences. Every differentiable operation is tested by
// them.

import { callback, either, nonEmpty, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError, AutogradError } from '../../engine/core/errors';
import { isFloat } from '../../engine/core/meta';
import { type Arguments, parseArgs } from '../../engine/core/options';
import { fromHost } from '../../engine/graph/record';
import { showIndex } from '../../engine/storage/host-data';
import { fillUniform } from '../../engine/storage/random/distributions';
import { Generator } from '../../engine/storage/random/generator';
import { tensor, tensors } from '../tensor/calling/tensor-kinds';
import { Tensor } from '../tensor/tensor';
import { grad } from './grad';

/** A function under test. It must be pure, and is called many times. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

interface Tolerances {
  /**
   * ε, half the distance between the two points of a difference. Default: 0.01. In float32, the truncation error ε²
   * f'''/6 and the rounding error 2⁻²⁴ |f| / ε then both stay below 10⁻⁴ for functions and derivatives around 1.
   */
  eps?: number;
  /** The gradients must satisfy |analytic - numeric| ≤ atol + rtol · |numeric|. Default: 0.001. */
  atol?: number;
  /** See `atol`. Default: 0.005. */
  rtol?: number;
  /** Whether to check one random direction of each input (two evaluations) instead of every element. Default: false. */
  fastMode?: boolean;
}

interface GradcheckParameters extends Tolerances {
  fn: Differentiable;
  inputs: Tensor | readonly Tensor[];
  /** Whether to throw if gradients differ; otherwise the result is false. Default: true. */
  raiseException?: boolean;
}

interface GradgradcheckParameters extends GradcheckParameters {
  /** Weights for the elements of the outputs. Default: random numbers. */
  gradOutputs?: Tensor | readonly Tensor[] | null;
}

const defaults = { eps: 0.01, atol: 0.001, rtol: 0.005, fastMode: false, raiseException: true };

/** How many elements are checked at once, so that their read-backs overlap. */
const IN_FLIGHT = 64;

type Arrays = readonly Float32Array[];

/**
 * Compares the gradient of `fn` with respect to every element of the inputs that require grad with central differences.
 * The outputs are weighted at random and summed, so that one backward serves all elements; for the differences, the sum
 * is in double precision.
 *
 *     await torch.autograd.gradcheck((a, b) => a.mul(b), [a, b]);
 *
 * @returns true; with `raiseException: false`, false if the gradients differ
 * @throws AutogradError that names the input, the element, and both gradients
 */
export async function gradcheck(
  ...args: Arguments<GradcheckParameters, ['fn', 'inputs', 'eps', 'atol', 'rtol', 'fastMode', 'raiseException']>
): Promise<boolean> {
  const { fn, inputs, raiseException, ...tolerances } = parseArgs<GradcheckParameters>(
    'gradcheck',
    ['fn', 'inputs'],
    defaults,
    args,
    { fn: callback, inputs: either(tensor, tensors) },
  );
  return passes(check('gradcheck', fn, listed(inputs), tolerances), raiseException);
}

/** True if a check succeeds. If gradients differ, throws or (without `raiseException`) returns false. */
async function passes(checking: Promise<void>, raiseException: boolean): Promise<boolean> {
  try {
    await checking;
    return true;
  } catch (error) {
    if (raiseException || !(error instanceof AutogradError)) throw error;
    return false;
  }
}

/**
 * Checks the second derivatives of `fn`, with respect to its inputs and to the weights of its outputs.
 *
 * @returns true
 * @throws AutogradError as `gradcheck`; the weights count as further inputs after the others
 */
export async function gradgradcheck(
  ...args: Arguments<
    GradgradcheckParameters,
    ['fn', 'inputs', 'gradOutputs', 'eps', 'atol', 'rtol', 'fastMode', 'raiseException']
  >
): Promise<boolean> {
  const parsed = parseArgs<GradgradcheckParameters>(
    'gradgradcheck',
    ['fn', 'inputs'],
    { gradOutputs: null, ...defaults },
    args,
    { fn: callback, inputs: either(tensor, nonEmpty(tensor)), gradOutputs: orNull(either(tensor, tensors)) },
  );
  const { fn, gradOutputs, raiseException, ...tolerances } = parsed;
  const inputs = listed(parsed.inputs);
  const random = new Generator().manualSeed(1);
  const weights = gradOutputs
    ? listed(gradOutputs).map((w) => w.detach().requiresGrad_())
    : differentiable(listed(fn(...inputs))).map((y) => {
        const data = fillUniform(new Float32Array(y.numel()), 0.5, 1.5, random);
        return Tensor.of(fromHost(data, y.shape, 'float32')).requiresGrad_();
      });
  const first = (...all: Tensor[]): Tensor[] => {
    const xs = all.slice(0, inputs.length);
    const outputs = differentiable(listed(fn(...xs)));
    const sources = xs.filter((x) => x.requiresGrad);
    const gradients = grad(outputs, sources, all.slice(inputs.length), { createGraph: true, allowUnused: true });
    return gradients.filter((dx) => dx !== null);
  };
  return passes(check('gradgradcheck', first, [...inputs, ...weights], tolerances), raiseException);
}

const listed = (one: Tensor | readonly Tensor[]): readonly Tensor[] => (one instanceof Tensor ? [one] : one);

const differentiable = (outputs: readonly Tensor[]): Tensor[] => outputs.filter((y) => y.requiresGrad);

const floats = (outputs: readonly Tensor[]): Tensor[] => outputs.filter((y) => isFloat(y.dtype));

async function check(op: string, fn: Differentiable, inputs: readonly Tensor[], tolerances: Required<Tolerances>) {
  const checked = inputs.flatMap((x, i) => (x.requiresGrad ? [i] : []));
  if (checked.length === 0) throw new ArgumentError(`${op}: expected at least one input that requires grad`);
  const contents = await Promise.all(checked.map(async (i) => (await inputs[i].data()) as Float32Array));
  /** Evaluates the function with new data for the checked inputs, each of which becomes a new leaf. */
  const evaluate = (replaced: Arrays): { xs: Tensor[]; ys: Tensor[] } => {
    const xs = checked.map((i, k) => leaf(replaced[k], inputs[i]));
    const all = inputs.map((x, i) => xs[checked.indexOf(i)] ?? x);
    return { xs, ys: floats(listed(fn(...all))) };
  };

  const { xs, ys } = evaluate(contents);
  const random = new Generator().manualSeed(0);
  const weights = ys.map((y) => fillUniform(new Float32Array(y.numel()), 0.5, 1.5, random));
  const analytic = await analyticGradients(op, xs, ys, weights);

  const project = async (replaced: Arrays): Promise<number> => {
    const arrays = await Promise.all(evaluate(replaced).ys.map((y) => y.data()));
    let sum = 0;
    arrays.forEach((array, o) => {
      for (let i = 0; i < array.length; i++) sum += weights[o][i] * array[i];
    });
    return sum;
  };
  const compare = async (k: number, direction: Direction): Promise<void> => {
    const numeric = await centralDifference(project, contents, k, direction, tolerances.eps);
    const recorded = direction.along(analytic[k]);
    const difference = Math.abs(recorded - numeric);
    if (difference <= tolerances.atol + tolerances.rtol * Math.abs(numeric)) return;
    throw new AutogradError(
      `${op}: the gradient by input ${checked[k]} ${direction.name} is ${recorded}, but finite differences give ${numeric}` +
        ` (they differ by ${difference}; atol ${tolerances.atol}, rtol ${tolerances.rtol})`,
    );
  };
  for (const [k, { length }] of contents.entries()) {
    if (tolerances.fastMode) {
      if (length > 0) await compare(k, randomDirection(length, random));
      continue;
    }
    for (let from = 0; from < length; from += IN_FLIGHT) {
      const elements = Array.from({ length: Math.min(IN_FLIGHT, length - from) }, (_, i) => from + i);
      await Promise.all(elements.map((element) => compare(k, ofElement(element, xs[k]))));
    }
  }
}

/** A direction in which an input is moved. */
interface Direction {
  readonly name: string;
  /** Moves the data by a distance. */
  move(data: Float32Array, by: number): void;
  /** The component of a vector in this direction. */
  along(vector: Float32Array): number;
}

const ofElement = (element: number, { shape }: Tensor): Direction => ({
  name: `at ${showIndex(element, shape)}`,
  move: (data, by) => {
    data[element] += by;
  },
  along: (vector) => vector[element],
});

/** A random unit vector whose elements are all of similar size, so that none goes unchecked. */
function randomDirection(length: number, random: Generator): Direction {
  const unit = fillUniform(new Float32Array(length), -1, 1, random).map((u) => u + Math.sign(u) / 2);
  const norm = Math.hypot(...unit);
  return {
    name: 'in a random direction',
    move: (data, by) => {
      for (let i = 0; i < length; i++) data[i] += (by * unit[i]) / norm;
    },
    along: (vector) => vector.reduce((sum, v, i) => sum + (v * unit[i]) / norm, 0),
  };
}

const leaf = (data: Float32Array, like: Tensor): Tensor =>
  Tensor.of(fromHost(data, like.shape, like.dtype)).requiresGrad_();

/** The gradients of Σ weights · outputs from the recorded graph; zeros for inputs that were not used. */
async function analyticGradients(op: string, xs: Tensor[], ys: Tensor[], weights: Arrays): Promise<Arrays> {
  const outputs = differentiable(ys);
  if (outputs.length === 0) throw new AutogradError(`${op}: none of the outputs requires grad`);
  const seeds = outputs.map((y) => Tensor.of(fromHost(weights[ys.indexOf(y)], y.shape, 'float32')));
  const gradients = grad(outputs, xs, seeds, { allowUnused: true });
  return Promise.all(
    gradients.map(async (dx, k) => (dx ? ((await dx.data()) as Float32Array) : new Float32Array(xs[k].numel()))),
  );
}

async function centralDifference(
  project: (replaced: Arrays) => Promise<number>,
  contents: Arrays,
  k: number,
  direction: Direction,
  eps: number,
): Promise<number> {
  const moved = (by: number): Arrays =>
    contents.map((array, other) => {
      if (other !== k) return array;
      const copy = array.slice();
      direction.move(copy, by);
      return copy;
    });
  const [right, left] = [moved(eps), moved(-eps)];
  const [above, below] = await Promise.all([project(right), project(left)]);
  // Divide by the distance of the rounded float32 points, which is not exactly 2 ε.
  return (above - below) / direction.along(right[k].map((value, i) => value - left[k][i]));
}
