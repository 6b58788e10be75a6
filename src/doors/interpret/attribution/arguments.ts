// Reads the arguments of attribution methods: inputs, baselines and further model arguments, in the forms that Captum
// accepts.

import { ArgumentError, DTypeError, fullLike, ShapeError, Tensor } from '../../../torch';
import { isFloat, kindOf, sameShape, showShape } from '../../../torch/inside';

/** One input of a model, or several; dimension 0 of each counts examples. */
export type Inputs = Tensor | readonly Tensor[];

/** The inputs in the form that they were given, which a function of the user takes as a tensor or as a list. */
export type GivenInputs = Tensor & readonly Tensor[];

/** One tensor for a single input; for a list of inputs, a list of the same length. */
export type Attributions<I> = I extends Tensor ? Tensor : { -readonly [K in keyof I]: Tensor };

/** The value that an input is compared with: a number, or a tensor of the input's shape or of a single example. */
export type Baseline = Tensor | number;
/** The baselines of all inputs: one for all inputs, or a list with one for each. Null stands for 0. */
export type Baselines = Baseline | readonly Baseline[] | null;

/** The inputs as a list, and whether they were given as a single tensor. */
export interface Listed {
  readonly inputs: readonly Tensor[];
  readonly alone: boolean;
}

/** @throws ArgumentError if an input is not a tensor, ShapeError if one has no dimension of examples */
export function listInputs(op: string, inputs: unknown): Listed {
  const alone = inputs instanceof Tensor;
  const list: readonly unknown[] | null = alone ? [inputs] : Array.isArray(inputs) ? inputs : null;
  if (!list || list.length === 0) {
    throw new ArgumentError(`${op}: expected inputs to be a Tensor or a list of Tensors, but got ${kindOf(inputs)}`);
  }
  const tensors = list.map((x, i) => {
    if (x instanceof Tensor) return x;
    throw new ArgumentError(`${op}: expected input ${i} to be a Tensor, but got ${kindOf(x)}`);
  });
  tensors.forEach((x, i) => {
    if (x.shape.length > 0) return;
    throw new ShapeError(
      `${op}: expected input ${i} to have a dimension of examples, but got shape []; make it a batch of one with .unsqueeze(0)`,
    );
  });
  return { inputs: tensors, alone };
}

/** Returns results in the form in which the inputs were given: a tensor, or a list. */
export const likeInputs = <I>({ alone }: Listed, results: readonly Tensor[]): Attributions<I> =>
  (alone ? results[0] : [...results]) as Attributions<I>;

/** @throws DTypeError if an input is not floating-point, and so has no gradient */
export function expectFloats(op: string, inputs: readonly Tensor[]): void {
  inputs.forEach((x, i) => {
    if (isFloat(x.dtype)) return;
    throw new DTypeError(
      `${op}: expected input ${i} to be of a floating-point dtype, but got ${x.dtype}; attribute to the layer that embeds it, or convert it with .float()`,
    );
  });
}

/** Lists the inputs, and checks that gradients with respect to them can be taken. */
export function listFloats(op: string, inputs: unknown): Listed {
  const listed = listInputs(op, inputs);
  expectFloats(op, listed.inputs);
  return listed;
}

/** One baseline for each input; 0 if none are given. */
export function listBaselines(op: string, baselines: unknown, inputs: readonly Tensor[]): readonly Baseline[] {
  if (baselines === null || baselines === undefined) return inputs.map(() => 0);
  const list: readonly unknown[] = Array.isArray(baselines) ? baselines : [baselines];
  if (list.length !== inputs.length) {
    throw new ArgumentError(`${op}: expected as many baselines as inputs, ${inputs.length}, but got ${list.length}`);
  }
  return list.map((baseline, i) => {
    if (baseline instanceof Tensor || typeof baseline === 'number') return baseline;
    throw new ArgumentError(`${op}: expected baseline ${i} to be a Tensor or a number, but got ${kindOf(baseline)}`);
  });
}

/** Checks that each baseline is a number, or has the input's shape or the shape of one example. */
export function expectBaselines(op: string, baselines: readonly Baseline[], inputs: readonly Tensor[]): void {
  baselines.forEach((baseline, i) => {
    const { shape } = inputs[i]!;
    if (typeof baseline === 'number' || sameShape(baseline.shape, shape)) return;
    if (baseline.shape[0] === 1 && baseline.shape.length === shape.length) {
      if (sameShape(baseline.shape.slice(1), shape.slice(1))) return;
    }
    throw new ShapeError(
      `${op}: expected baseline ${i} to be a number or of shape ${showShape(shape)} or ${showShape([1, ...shape.slice(1)])}, but got ${showShape(baseline.shape)}`,
    );
  });
}

/** The inputs, and the baseline of each. */
export interface Compared extends Listed {
  readonly baselines: readonly Baseline[];
}

/** Pairs the inputs with their baselines. @throws ArgumentError or ShapeError if the baselines do not fit the inputs */
export function compared(op: string, listed: Listed, baselines: unknown): Compared {
  const list = listBaselines(op, baselines, listed.inputs);
  expectBaselines(op, list, listed.inputs);
  return { ...listed, baselines: list };
}

/** m ⊙ (x − x') for every input x and its baseline x'. */
export const timesDifference = (
  multipliers: readonly Tensor[],
  { inputs, baselines }: Pick<Compared, 'inputs' | 'baselines'>,
): Tensor[] => multipliers.map((m, i) => m.mul(inputs[i]!.sub(baselines[i]!).detach()));

/** Checks baselines from which examples will be drawn: each may hold any number of examples. */
export function expectDistribution(op: string, baselines: readonly Baseline[], inputs: readonly Tensor[]): void {
  baselines.forEach((baseline, i) => {
    const { shape } = inputs[i]!;
    if (typeof baseline === 'number' || sameShape(baseline.shape.slice(1), shape.slice(1))) return;
    throw new ShapeError(
      `${op}: expected baseline ${i} to be a number or of shape [N, ${shape.slice(1).join(', ')}], but got ${showShape(baseline.shape)}`,
    );
  });
}

/** The baselines as tensors of the inputs' shapes. */
export const asTensors = (baselines: readonly Baseline[], inputs: readonly Tensor[]): Tensor[] =>
  baselines.map((baseline, i) => {
    const x = inputs[i]!;
    if (typeof baseline === 'number') return fullLike(x, baseline);
    return sameShape(baseline.shape, x.shape) ? baseline : baseline.expand(x.shape);
  });

/** Lists the further arguments of the model, given as nothing, as one argument, or as a list. */
export const listArguments = (given: unknown): readonly unknown[] =>
  given === null || given === undefined ? [] : Array.isArray(given) ? given : [given];

/** n copies of the batch `x`, one after another: [n·N, …]. */
export const repeated = (x: Tensor, n: number): Tensor => (n === 1 ? x : x.repeat(n, ...x.shape.slice(1).map(() => 1)));

/** Each row of `x` repeated n times in a row: [N·n, …]. */
export const interleaved = (x: Tensor, n: number): Tensor => (n === 1 ? x : x.repeatInterleave(n, 0));

/** The arguments, with `expand` applied to each tensor that has a dimension of examples. */
export const expandArguments = (args: readonly unknown[], expand: (x: Tensor) => Tensor): unknown[] =>
  args.map((arg) => (arg instanceof Tensor && arg.shape.length > 0 ? expand(arg) : arg));
