// The arguments of classification metrics, as in torchmetrics, and their checks.

import { ArgumentError, DTypeError, type Shape, ShapeError, Tensor } from '../../../torch';
import {
  expectKind,
  isFloat,
  isPlainObject,
  kindOf,
  kinds,
  labelsWithin,
  parseArgs,
  shown,
  showShape,
} from '../../../torch/inside';

/** How the results of classes or labels are averaged; 'none' or null: one result for each. */
export type Average = 'micro' | 'macro' | 'weighted' | 'none' | null;
/** 'global': dimensions after the first count as further samples; 'samplewise': each sample has a result of its own. */
export type MultidimAverage = 'global' | 'samplewise';
/** The kind of classification. */
export type Task = 'binary' | 'multiclass' | 'multilabel';

/** @throws ArgumentError unless `given` is one of the known values */
export function oneOf<T>(metric: string, option: string, given: T, known: readonly T[]): T {
  if (known.includes(given)) return given;
  if (given instanceof Promise) expectKind(metric, option, given, kinds.oneOf(...known));
  const list = known.map((one) => shown(one).replaceAll('"', "'"));
  const words = `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
  throw new ArgumentError(`${metric}: expected ${option} to be one of ${words}, but got ${shown(given)}`);
}

/** The two tensors that most metrics compare. */
export interface Batch {
  preds: Tensor;
  target: Tensor;
}
export const batchOrder = ['preds', 'target'] as const;

/** Arguments by name. */
export type Named = Readonly<Record<string, unknown>>;

/** Merges positional arguments, in the given order, and the keywords of a trailing object into one object. */
export function byName(name: string, order: readonly string[], args: readonly unknown[]): Named {
  const places = args.length - (isPlainObject(args.at(-1)) ? 1 : 0);
  if (places > order.length) {
    throw new ArgumentError(
      `${name}: expected at most ${order.length} arguments (${order.join(', ')}), but got ${places}`,
    );
  }
  const all = parseArgs<Named>(
    name,
    [],
    Object.fromEntries(order.map((key) => [key, undefined])),
    args,
    unchecked(order),
  );
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Refuses a call in which a required argument is missing. */
export function expectGiven(name: string, required: readonly string[], given: Named): void {
  const wanted = Object.fromEntries(required.map((key) => [key, given[key]]));
  parseArgs<Named>(name, required, {}, [wanted], unchecked(required));
}

/** Kinds that leave the checks to the metric itself, which knows the shapes and the task. */
const unchecked = (names: readonly string[]): kinds.Kinds<Named> =>
  Object.fromEntries(names.map((name) => [name, kinds.anything]));

/** Separates the tensors of a batch, by name, from the other arguments. */
export function batchOf(name: string, batch: readonly string[], order: readonly string[], args: readonly unknown[]) {
  const given = byName(name, [...batch, ...order], args);
  expectGiven(name, batch, given);
  const options: Named = Object.fromEntries(Object.entries(given).filter(([key]) => !batch.includes(key)));
  return { tensors: batch.map((key) => given[key]), options };
}

/** @throws ArgumentError unless both are tensors */
export function expectTensors(metric: string, preds: unknown, target: unknown): void {
  for (const [name, given] of [
    ['preds', preds],
    ['target', target],
  ] as const) {
    if (!(given instanceof Tensor)) {
      throw new ArgumentError(`${metric}: expected ${name} to be a tensor, but got ${kindOf(given)}`);
    }
  }
}

export const isFloating = (x: Tensor): boolean => isFloat(x.dtype);

/** Flattens the dimensions from `lead` on; also works for tensors without elements. */
export function joinedFrom(x: Tensor, lead: number): Tensor {
  const { shape } = x;
  return x.reshape([...shape.slice(0, lead), shape.slice(lead).reduce((a, b) => a * b, 1)]);
}

const equalShapes = (a: Shape, b: Shape): boolean => a.join() === b.join();

/** @throws ShapeError unless both have the same shape */
export function expectSameShape(metric: string, preds: Tensor, target: Tensor): void {
  if (equalShapes(preds.shape, target.shape)) return;
  throw new ShapeError(
    `${metric}: expected preds and target of the same shape, but got ${showShape(preds.shape)} and ${showShape(target.shape)}`,
  );
}

/** @throws DTypeError unless the dtype is an integer type or bool */
export function expectWhole(metric: string, name: string, x: Tensor): void {
  if (!isFloating(x)) return;
  throw new DTypeError(
    `${metric}: expected ${name} of whole numbers, but got dtype ${x.dtype}; convert it with .to('int64')`,
  );
}

/**
 * @throws ShapeError unless preds and target [N, …] have the same shape, and at least two dimensions for 'samplewise'
 */
export function expectBinary(metric: string, preds: Tensor, target: Tensor, multidimAverage: MultidimAverage): void {
  expectSameShape(metric, preds, target);
  if (multidimAverage !== 'global' && preds.shape.length < 2) {
    throw new ShapeError(
      `${metric}: expected preds of at least 2 dimensions for multidimAverage 'samplewise', but got shape ${showShape(preds.shape)}`,
    );
  }
}

/** @throws ShapeError or DTypeError unless preds are scores [N, C, …] or labels [N, …] for target [N, …] */
export function expectClasses(
  metric: string,
  preds: Tensor,
  target: Tensor,
  numClasses: number | null,
  multidimAverage: MultidimAverage = 'global',
): void {
  const [p, t] = [preds.shape, target.shape];
  const got = `but got ${showShape(p)} and ${showShape(t)}`;
  if (p.length === t.length + 1) {
    if (!isFloating(preds)) {
      throw new DTypeError(
        `${metric}: expected float preds, as they have one dimension more than target, but got dtype ${preds.dtype}`,
      );
    }
    if (numClasses !== null && p[1] !== numClasses) {
      throw new ShapeError(`${metric}: expected preds of ${numClasses} classes in dimension 1, ${got}`);
    }
    if (!equalShapes(p.slice(2), t.slice(1)) || p[0] !== t[0]) {
      throw new ShapeError(`${metric}: expected preds [N, C, …] and target [N, …], ${got}`);
    }
    if (multidimAverage !== 'global' && p.length < 3) {
      throw new ShapeError(
        `${metric}: expected preds of at least 3 dimensions for multidimAverage 'samplewise', ${got}`,
      );
    }
  } else if (p.length === t.length) {
    expectSameShape(metric, preds, target);
    if (multidimAverage !== 'global' && p.length < 2) {
      throw new ShapeError(
        `${metric}: expected preds of at least 2 dimensions for multidimAverage 'samplewise', ${got}`,
      );
    }
  } else {
    throw new ShapeError(`${metric}: expected preds [N, C, …] or [N, …] and target [N, …], ${got}`);
  }
}

/** @throws ShapeError unless both have the same shape [N, L, …] */
export function expectLabels(
  metric: string,
  preds: Tensor,
  target: Tensor,
  numLabels: number,
  multidimAverage: MultidimAverage = 'global',
): void {
  expectSameShape(metric, preds, target);
  if (preds.shape[1] !== numLabels) {
    throw new ShapeError(
      `${metric}: expected preds and target of ${numLabels} labels in dimension 1, but got shape ${showShape(preds.shape)}`,
    );
  }
  if (multidimAverage !== 'global' && preds.shape.length < 3) {
    throw new ShapeError(
      `${metric}: expected preds of at least 3 dimensions for multidimAverage 'samplewise', but got shape ${showShape(preds.shape)}`,
    );
  }
}

/**
 * Labels as int64 from 0 to `limit` − 1; the ignored label becomes −1. A label out of range raises an IndexError when a
 * value that depends on it is read. Without `limit` nothing is checked.
 */
export function labelsOf(metric: string, x: Tensor, limit: number | null, ignoreIndex: number | null): Tensor {
  const labels = x.dtype === 'int64' ? x.detach() : x.detach().to('int64');
  if (ignoreIndex === null) return limit === null ? labels : inRange(metric, labels, limit);
  const isIgnored = labels.eq(ignoreIndex);
  const checked = limit === null ? labels : inRange(metric, labels.maskedFill(isIgnored, 0), limit);
  return checked.maskedFill(isIgnored, -1);
}

const inRange = (metric: string, labels: Tensor, limit: number): Tensor =>
  Tensor.of(labelsWithin(metric, labels.value, limit));

/** Scores as probabilities: if any score of the batch is outside [0, 1] or NaN, all of them are taken as logits. */
export function probabilities(x: Tensor, normalization: 'sigmoid' | 'softmax' | null): Tensor {
  if (normalization === null) return x;
  const areProbabilities = x.ge(0).logicalAnd(x.le(1)).all();
  return x.where(areProbabilities, normalization === 'sigmoid' ? x.sigmoid() : x.softmax(1));
}
