// The state of curves: all scores with their labels, or counts at given thresholds; and how a batch is added to it.

import { ArgumentError, arange, DTypeError, linspace, ShapeError, stack, Tensor, tensor } from '../../../torch';
import { expectKind, shown, showShape } from '../../../torch/inside';
import { type Parts, type State, score } from '../gathering';
import { expectSameShape, expectTensors, expectWhole, isFloating, labelsOf, probabilities } from './arguments';
import { from, type Options, optionsWith } from './options';

/**
 * The thresholds of a curve: a number of them, evenly spaced from 0 to 1; a list or vector; or null to use every score
 * that occurs.
 */
export type Thresholds = number | readonly number[] | Tensor | null;

/** Options of curves and areas under them. */
export interface CurveOptions extends Options {
  /** Default null: exact, with all scores kept. */
  thresholds?: Thresholds;
}

/** The thresholds as a metric keeps them. */
export interface KeptThresholds {
  readonly thresholds: Tensor | null;
}

function thresholdsOf(metric: string, _: string, given: Thresholds): Tensor | null {
  if (given === null) return null;
  if (given instanceof Tensor) {
    if (given.shape.length === 1) return given.float().retain();
    throw new ShapeError(`${metric}: expected a vector of thresholds, but got shape ${showShape(given.shape)}`);
  }
  if (typeof given === 'number') {
    expectKind(metric, 'thresholds', given, from(2));
    return linspace(0, 1, given).retain();
  }
  if (Array.isArray(given) && given.every((one) => typeof one === 'number' && one >= 0 && one <= 1)) {
    return tensor([...given], { dtype: 'float32' }).retain();
  }
  throw new ArgumentError(
    `${metric}: expected thresholds to be a number, a list of numbers from 0 to 1, a tensor of them or null, but got ${shown(given)}`,
  );
}

export const curveOptions = optionsWith({ thresholds: null }, { thresholds: thresholdsOf });

/** Scores [n, K] of K columns (classes or labels), and the truth of each: 1, 0, or −1 if it does not count. */
export interface Columns {
  readonly scores: Tensor;
  readonly truth: Tensor;
}

/** The options that the state of a curve depends on. */
export interface CurveSettings extends KeptThresholds {
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;
  readonly numClasses?: number;
  readonly numLabels?: number;
  readonly average?: string | null;
}

/** Whether there is a single column: two classes, or 'micro'. */
export const isOneColumn = ({ numClasses, numLabels, average }: CurveSettings): boolean =>
  numLabels === undefined && (numClasses === undefined || average === 'micro');

interface CurveStates {
  readonly [name: string]: State;
  readonly confmat: { readonly dtype: 'int64' };
  readonly preds: { readonly as: 'list' };
  readonly target: { readonly as: 'list' };
}

const list = { as: 'list', keeps: (x: Tensor) => x.clone() } as const;

/**
 * The part of the definition that metrics of curves share. Their state is the columns of all batches, or counts [T,
 * (K,) 2, 2] at the thresholds.
 */
export const curve = {
  traits: score,
  states(m: CurveSettings): CurveStates {
    if (!m.thresholds) return { preds: list, target: list } as never;
    const columns = isOneColumn(m) ? [] : [m.numClasses ?? m.numLabels!];
    return { confmat: { shape: [m.thresholds.numel(), ...columns, 2, 2], dtype: 'int64' } } as never;
  },
  parts(m: CurveSettings, preds: Tensor, target: Tensor): Parts<'confmat' | 'preds' | 'target'> {
    const { scores, truth } = columnsOf(m, preds, target);
    return (m.thresholds ? { confmat: counted(m, { scores, truth }) } : { preds: scores, target: truth }) as never;
  },
};

/** Computes the result from the columns, or from the counts if there are thresholds. */
export const figureOfCurve =
  <M, R>(ofColumns: (columns: Columns, m: M) => R, ofCounts: (confmat: Tensor, m: M) => R) =>
  ({ confmat, preds, target }: Partial<Parts<'confmat' | 'preds' | 'target'>>, m: M): R =>
    confmat ? ofCounts(confmat, m) : ofColumns({ scores: preds!, truth: target! }, m);

function columnsOf(m: CurveSettings, preds: Tensor, target: Tensor): Columns {
  const { name } = m.constructor;
  expectTensors(name, preds, target);
  expectWhole(name, 'target', target);
  if (!isFloating(preds)) {
    throw new DTypeError(`${name}: expected preds of floats, scores or logits, but got dtype ${preds.dtype}`);
  }
  const { numLabels: labels, validateArgs, ignoreIndex } = m;
  const scores = preds.detach().float();
  if (m.numClasses !== undefined) return classColumns(m, m.numClasses, scores, target);
  expectSameShape(name, preds, target);
  const truth = labelsOf(name, target, validateArgs ? 2 : null, ignoreIndex);
  if (labels === undefined) {
    const [flat, own] = [scores.reshape(-1), truth.reshape(-1)];
    return { scores: normalized(m, flat, own, 'sigmoid').unsqueeze(1), truth: own.unsqueeze(1) };
  }
  if (preds.shape[1] !== labels) {
    throw new ShapeError(`${name}: expected preds [N, ${labels}, …], but got ${showShape(preds.shape)}`);
  }
  const rows = (x: Tensor) => x.transpose(0, 1).reshape(labels, -1).t().contiguous();
  return { scores: probabilities(rows(scores), 'sigmoid'), truth: rows(truth) };
}

function classColumns(m: CurveSettings, classes: number, scores: Tensor, target: Tensor): Columns {
  const { name } = m.constructor;
  const [p, t] = [scores.shape, target.shape];
  const fits = p.length === t.length + 1 && p[0] === t[0] && p.slice(2).join() === t.slice(1).join();
  if (!fits || p[1] !== classes) {
    throw new ShapeError(
      `${name}: expected preds [N, ${classes}, …] and target [N, …], but got ${showShape(p)} and ${showShape(t)}`,
    );
  }
  const rows = scores.transpose(0, 1).reshape(classes, -1).t().contiguous();
  const truth = labelsOf(name, target, m.validateArgs ? classes : null, m.ignoreIndex).reshape(-1, 1);
  const own = normalized(m, rows, truth, 'softmax');
  const isTrue = truth.eq(arange(classes)).to('int64');
  const marked = m.ignoreIndex === null ? isTrue : isTrue.maskedFill(truth.lt(0), -1);
  const all = (x: Tensor) => (isOneColumn(m) ? x.reshape(-1, 1) : x);
  return { scores: all(own), truth: all(marked) };
}

/** Scores as probabilities. Ignored scores do not influence whether the batch is taken as logits. */
function normalized(m: CurveSettings, scores: Tensor, truth: Tensor, by: 'sigmoid' | 'softmax'): Tensor {
  const isInside = scores.ge(0).logicalAnd(scores.le(1));
  const areProbabilities = (m.ignoreIndex === null ? isInside : isInside.logicalOr(truth.lt(0))).all();
  return scores.where(areProbabilities, by === 'sigmoid' ? scores.sigmoid() : scores.softmax(1));
}

/** Counts at each threshold. */
function counted(m: CurveSettings, { scores, truth }: Columns): Tensor {
  const isFound = scores.unsqueeze(-1).ge(m.thresholds!);
  const [isTrue, isFalse] = [truth.eq(1).unsqueeze(-1), truth.eq(0).unsqueeze(-1)];
  const count = (found: Tensor, true_: Tensor) => found.logicalAnd(true_).sum(0);
  const missed = isFound.logicalNot();
  const all = stack(
    [count(missed, isFalse), count(isFound, isFalse), count(missed, isTrue), count(isFound, isTrue)],
    -1,
  );
  const [columns, thresholds] = [all.shape[0]!, all.shape[1]!];
  const byThreshold = all.transpose(0, 1).reshape(thresholds, columns, 2, 2);
  return isOneColumn(m) ? byThreshold.squeeze(1) : byThreshold;
}
