// Plots of metric values: numbers as points or lines, confusion matrices, and curves.

import { ArgumentError, ShapeError, Tensor } from '../../torch';
import { isPlainObject, kindOf, kinds, type PlotCanvas } from '../../torch/inside';
import { type ColorOptions, colormap } from '../draw/colormap';
import { type Line, type LinePlot, lineDrawing, rangeOf } from '../draw/lines';
import { matrixDrawing } from '../draw/matrix';
import { canvasOrNull, type Drawing } from '../draw/sheet';

export type { PlotCanvas } from '../../torch/inside';

/** A value of a metric, or the values of a collection by name. */
export type PlotFigure = Tensor | number | Readonly<Record<string, unknown>>;
/** A value, or a list with the values of several steps; both may be promises. */
export type PlotValue = PlotFigure | readonly unknown[] | Promise<unknown>;

/** The options of a metric's `plot`. */
export interface PlotOptions {
  /** The value to plot, or a list with those of several steps; default: the current value. */
  val?: PlotValue | null;
  /** The canvas to draw on; default: a new OffscreenCanvas of 640 × 480 pixels. */
  canvas?: PlotCanvas | null;
}

/** The options of a collection's `plot`. */
export interface CollectionPlotOptions extends PlotOptions {
  /** Plot all metrics over the same axes; default false: each in its own plot. */
  together?: boolean;
}

/** The options of a confusion matrix's `plot`. */
export interface ConfusionPlotOptions extends PlotOptions {
  /** Write the counts into the cells if they fit; default true. */
  addText?: boolean;
  /** Names of the classes, or of the labels of a multilabel matrix. Default: their indices. */
  labels?: readonly (string | number)[] | null;
  /** Default: 'viridis'. */
  cmap?: NonNullable<ColorOptions['cmap']>;
}

/** The options of a curve's `plot`. */
export interface CurvePlotOptions extends PlotOptions {
  /** The area under each curve, for the legend; true computes it by the trapezoid rule. Default: none. */
  score?: Tensor | number | readonly number[] | boolean | null;
  /** Names of the classes; default: their indices. */
  labels?: readonly (string | number)[] | null;
}

/** The types of the options of plots. */
export const plotKinds: Readonly<Record<string, kinds.Kind>> = {
  val: kinds.anything,
  canvas: canvasOrNull,
  labels: kinds.orNull(kinds.listOf(kinds.either(kinds.text, kinds.number))),
  score: kinds.orNull(
    kinds.either(kinds.instance(Tensor, 'a tensor'), kinds.flag, kinds.number, kinds.listOf(kinds.number)),
  ),
  cmap: colormap,
};

/** The properties of a metric that its plots use. */
export interface Plotted {
  readonly higherIsBetter: boolean | null;
  readonly plotLowerBound: number | null;
  readonly plotUpperBound: number | null;
}

export const numbersOf = async (x: Tensor): Promise<number[]> => Array.from(await x.data(), Number);

const isFigure = (value: unknown): value is Tensor | number => value instanceof Tensor || typeof value === 'number';

const flat = async (value: Tensor | number): Promise<number[]> =>
  typeof value === 'number' ? [value] : numbersOf(value);

/**
 * The word before an index in legends: 'Label ' for metrics of labels, 'Class ' for metrics with a number of classes,
 * else ''.
 */
function legendOf(metric: object): string {
  const { numLabels, numClasses } = metric as { numLabels?: number | null; numClasses?: number | null };
  return typeof numLabels === 'number' ? 'Label ' : typeof numClasses === 'number' ? 'Class ' : '';
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The values of one step as points side by side. */
async function standing(value: unknown, legend: string): Promise<Line[]> {
  if (isFigure(value)) {
    const all = await flat(value);
    return all.map((y, i) => ({
      name: all.length > 1 ? `${legend}${i}` : '',
      x: [i],
      y: [y],
      style: 'points' as const,
    }));
  }
  const entries = Object.entries(value as object).filter((entry): entry is [string, Tensor | number] =>
    isFigure(entry[1]),
  );
  const all = await Promise.all(entries.map(async ([name, one]) => ({ name, y: await flat(one) })));
  return all.map(({ name, y }, i) =>
    y.length === 1
      ? { name, x: [i], y, style: 'points' as const }
      : { name, x: upTo(y.length), y, style: 'both' as const },
  );
}

/** The values over steps, as lines. */
async function moving(owner: string, values: readonly unknown[], legend: string): Promise<Line[]> {
  const first: unknown = values[0];
  const names: (string | null)[] = isPlainObject(first)
    ? Object.keys(first).filter((name) => isFigure(first[name]))
    : [null];
  const lines = await Promise.all(
    names.map(async (name) => {
      const steps = values.map((value) => (name === null ? value : (value as Record<string, unknown>)[name]));
      if (!steps.every(isFigure)) {
        throw new ArgumentError(
          `${owner}.plot: expected tensors, numbers or objects of them for all steps, but got ${kindOf(steps.find((step) => !isFigure(step)))}`,
        );
      }
      const rows = await Promise.all(steps.map(flat));
      const width = rows[0]!.length;
      if (rows.some(({ length }) => length !== width)) {
        throw new ShapeError(`${owner}.plot: expected figures of one shape at all steps, but their sizes differ`);
      }
      return upTo(width).map((k): Line => {
        const part = width > 1 ? `${legend}${k}` : '';
        return {
          name: [name, part].filter(Boolean).join(' '),
          x: upTo(rows.length),
          y: rows.map((row) => row[k]!),
          style: 'both',
        };
      });
    }),
  );
  return lines.flat();
}

function boundsOf(
  { plotLowerBound: low, plotUpperBound: high, higherIsBetter }: Plotted,
  lines: readonly Line[],
): Partial<LinePlot> {
  const [least, most] = rangeOf(lines.map(({ y }) => y));
  const [bottom, top] = [low ?? least, high ?? most];
  const room = 0.1 * (top - bottom || 1);
  const best = higherIsBetter === null ? null : higherIsBetter ? high : low;
  return {
    y: { range: [bottom - room, top + room] },
    rules: [low, high].filter((bound) => bound !== null),
    ...(best === null ? {} : { note: { y: best, text: 'Optimal value' } }),
  };
}

const noBounds: Plotted = { higherIsBetter: null, plotLowerBound: null, plotUpperBound: null };

/** Draws a single value as points, and values of several steps as lines. */
export async function valuesDrawing(name: string, value: unknown, metric: Plotted = noBounds): Promise<Drawing> {
  const isMany = Array.isArray(value) && value.length > 0;
  if (!isMany && !isFigure(value) && !isPlainObject(value)) {
    throw new ArgumentError(
      `${name}.plot: expected a tensor, a number, an object of these, or a list with one of them for each step, but got ${Array.isArray(value) ? 'an empty list' : kindOf(value)}`,
    );
  }
  const legend = legendOf(metric);
  const lines = isMany ? await moving(name, value, legend) : await standing(value, legend);
  const count = Math.max(0, ...lines.map(({ x }) => x.length));
  const bounds = boundsOf(metric, lines);
  const isOverSteps = isMany || count > 1;
  const x = isOverSteps
    ? { label: 'Step', isWhole: true }
    : { names: [], range: [-1, Math.max(1, lines.length)] as const };
  return lineDrawing({ lines, ...bounds, x, y: { ...bounds.y, label: name } });
}

/** Draws a confusion matrix [C, C], or those of labels [L, 2, 2], as heat maps. */
export async function confusionDrawing(
  name: string,
  confmat: unknown,
  { addText, labels, cmap }: Required<Pick<ConfusionPlotOptions, 'addText' | 'labels' | 'cmap'>>,
): Promise<Drawing> {
  if (!(confmat instanceof Tensor) || confmat.shape.length < 2 || confmat.shape.length > 3) {
    throw new ArgumentError(
      `${name}.plot: expected a confusion matrix [C, C] or [L, 2, 2], but got ${confmat instanceof Tensor ? `shape [${confmat.shape.join(', ')}]` : kindOf(confmat)}`,
    );
  }
  const isOfLabels = confmat.shape.length === 3;
  const [count, size] = isOfLabels ? [confmat.shape[0]!, 2] : [1, confmat.shape[0]!];
  const wanted = isOfLabels ? count : size;
  if (labels && labels.length !== wanted) {
    throw new ArgumentError(`${name}.plot: expected ${wanted} labels, one for each class, but got ${labels.length}`);
  }
  const numbers = await numbersOf(confmat);
  const matrix = (k: number) => upTo(size).map((r) => numbers.slice((k * size + r) * size, (k * size + r + 1) * size));
  return matrixDrawing({
    panels: upTo(count).map((k) => ({ values: matrix(k), title: isOfLabels ? `Label ${labels?.[k] ?? k}` : '' })),
    xLabel: 'Predicted class',
    yLabel: 'True class',
    names: isOfLabels || !labels ? upTo(size).map(String) : labels.map(String),
    hasText: addText,
    cmap,
  });
}

/** |∫ y dx| by the trapezoid rule; x may rise or fall. */
function area(x: readonly number[], y: readonly number[]): number {
  const sum = x.slice(1).reduce((all, next, i) => all + ((next - x[i]!) * (y[i + 1]! + y[i]!)) / 2, 0);
  return Math.abs(sum);
}

async function rows(x: unknown): Promise<number[][] | null> {
  if (Array.isArray(x) && x.every((one) => one instanceof Tensor)) return Promise.all((x as Tensor[]).map(numbersOf));
  if (!(x instanceof Tensor)) return null;
  const numbers = await numbersOf(x);
  const width = x.shape.at(-1) ?? 1;
  return upTo(numbers.length / width).map((k) => numbers.slice(k * width, (k + 1) * width));
}

async function scoresOf(score: CurvePlotOptions['score'], areas: readonly number[]): Promise<readonly number[]> {
  if (score === true) return areas;
  if (score instanceof Tensor) return numbersOf(score);
  return typeof score === 'number' ? [score] : Array.isArray(score) ? (score as number[]) : [];
}

/** Draws curves with coordinates `[x, y]`, and the areas under them in the legend. */
export async function curveDrawing(
  name: string,
  [x, y]: readonly [x: unknown, y: unknown],
  axes: readonly [x: string, y: string],
  { score, labels }: Pick<CurvePlotOptions, 'score' | 'labels'>,
): Promise<Drawing> {
  const [xs, ys] = await Promise.all([rows(x), rows(y)]);
  if (!xs || !ys || xs.length !== ys.length) {
    throw new ArgumentError(
      `${name}.plot: expected a curve as compute() gives it, but got ${kindOf(x)} and ${kindOf(y)}`,
    );
  }
  if (labels && labels.length !== xs.length) {
    throw new ArgumentError(`${name}.plot: expected ${xs.length} labels, one for each curve, but got ${labels.length}`);
  }
  const scores = await scoresOf(
    score,
    xs.map((own, i) => area(own, ys[i]!)),
  );
  const lines = xs.map((own, i): Line => {
    const title = labels ? String(labels[i]) : xs.length > 1 ? `Class ${i}` : '';
    const auc = scores[i] === undefined ? '' : `AUC=${scores[i].toFixed(3)}`;
    return { name: [title, auc].filter(Boolean).join(' '), x: own, y: ys[i]! };
  });
  const range = [-0.02, 1.02] as const;
  return lineDrawing({ title: name, lines, x: { label: axes[0], range }, y: { label: axes[1], range } });
}
