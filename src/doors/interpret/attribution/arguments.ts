// What attribution methods are given: inputs, baselines and further arguments, in the forms in which Captum takes them.

import { ArgumentError, DTypeError, fullLike, ShapeError, Tensor } from '../../../torch';
import { isFloat, kindOf, sameShape, showShape } from '../../../torch/inside';

/** One input of a model, or several; dimension 0 of each counts examples. */
export type Inputs = Tensor | readonly Tensor[];

/** One tensor for one input, a list of as many for several. */
export type Attributions<I> = I extends Tensor ? Tensor : { -readonly [K in keyof I]: Tensor };

/** What an input is compared with: a number, or a tensor of the input's shape or of one example; several for several inputs. */
export type Baseline = Tensor | number;
/** What an input is compared with: a tensor or a number for all inputs, or one for each. Null is 0. */
export type Baselines = Baseline | readonly Baseline[] | null;

/** Inputs as a list, and whether one came alone. */
export interface Listed {
  readonly inputs: readonly Tensor[];
  readonly alone: boolean;
}

/** @throws ArgumentError where they are no tensors, ShapeError where their numbers of examples differ */
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

/** The form in which the inputs came. */
export const likeInputs = <I>({ alone }: Listed, results: readonly Tensor[]): Attributions<I> =>
  (alone ? results[0] : [...results]) as Attributions<I>;

/** @throws DTypeError where no gradient can be taken */
export function expectFloats(op: string, inputs: readonly Tensor[]): void {
  inputs.forEach((x, i) => {
    if (isFloat(x.dtype)) return;
    throw new DTypeError(
      `${op}: expected input ${i} to be of a floating-point dtype, but got ${x.dtype}; attribute to the layer that embeds it, or convert it with .float()`,
    );
  });
}

/** The float inputs, by which gradients are taken. */
export function listFloats(op: string, inputs: unknown): Listed {
  const listed = listInputs(op, inputs);
  expectFloats(op, listed.inputs);
  return listed;
}

/** One baseline an input, 0 where none is given. */
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

/** Baselines of the inputs' shapes, of one example, or numbers. */
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

/** Inputs, and for each the baseline that it is compared with. */
export interface Compared extends Listed {
  readonly baselines: readonly Baseline[];
}

/** @throws ArgumentError, ShapeError where baselines do not fit the inputs */
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

/** Baselines that may be drawn from: any number of examples. */
export function expectDistribution(op: string, baselines: readonly Baseline[], inputs: readonly Tensor[]): void {
  baselines.forEach((baseline, i) => {
    const { shape } = inputs[i]!;
    if (typeof baseline === 'number' || sameShape(baseline.shape.slice(1), shape.slice(1))) return;
    throw new ShapeError(
      `${op}: expected baseline ${i} to be a number or of shape [N, ${shape.slice(1).join(', ')}], but got ${showShape(baseline.shape)}`,
    );
  });
}

/** Baselines as tensors of the inputs' shapes. */
export const asTensors = (baselines: readonly Baseline[], inputs: readonly Tensor[]): Tensor[] =>
  baselines.map((baseline, i) => {
    const x = inputs[i]!;
    if (typeof baseline === 'number') return fullLike(x, baseline);
    return sameShape(baseline.shape, x.shape) ? baseline : baseline.expand(x.shape);
  });

/** Further arguments of the model: none, one, or a list. */
export const listArguments = (given: unknown): readonly unknown[] =>
  given === null || given === undefined ? [] : Array.isArray(given) ? given : [given];

/** `x` n times behind itself: [n·N, …]. */
export const repeated = (x: Tensor, n: number): Tensor => (n === 1 ? x : x.repeat(n, ...x.shape.slice(1).map(() => 1)));

/** Every row of `x` n times in place: [N·n, …]. */
export const interleaved = (x: Tensor, n: number): Tensor => (n === 1 ? x : x.repeatInterleave(n, 0));

/** Arguments that have rows, with these as `expand` gives them. */
export const expandArguments = (args: readonly unknown[], expand: (x: Tensor) => Tensor): unknown[] =>
  args.map((arg) => (arg instanceof Tensor && arg.shape.length > 0 ? expand(arg) : arg));
