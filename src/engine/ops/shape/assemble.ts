// Assembles the gradients of slices: many values, each added into its window of one result that is 0 elsewhere.
import type { StridedView } from '../../compiler/ir';
import { kernels } from '../../compiler/texts';
import { numel, type Shape } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add } from '../pointwise/arithmetic';
import { familyOf, layersOf, type Span } from '../pooling/window-layers';
import { full, reshape } from './cast';
import { type Axis, axesOf, scatterIntoZeros, stridedView } from './shape';

/** The kernels of `assemble`, loaded when a plan first needs them. */
const kernel = kernels('assemble', () => import('../../kernels/rare-bundle'));

/** A value, and the window of the result that it goes to. No element may occur twice in the window. */
export interface WindowedValue {
  readonly value: Value;
  readonly view: StridedView;
}

/**
 * Values whose windows share no element and have equal rows, so that one pass can write them all. The op's inputs are
 * in the order of the layers; dynamic scalar k is the offset of window k.
 */
export interface Layer {
  readonly rows: readonly Axis[];
  /** For each window: how many contiguous elements a row has. */
  readonly cols: readonly number[];
}

export interface AssembleAttrs {
  readonly shape: Shape;
  /** How many elements are moved at once. Offsets count in units of this. */
  readonly lanes: 1 | 4;
  /** The first layer writes every element of the result, so nothing has to be cleared before it. */
  readonly covers: boolean;
  /** Each layer after the first adds to the sum that the earlier layers wrote. */
  readonly layers: readonly Layer[];
}

const assembleOp: Op<AssembleAttrs> = {
  name: 'assemble',
  gradName: 'StackBackward0',
  saves: { inputs: [] },
  infer: ([{ dtype }], { shape }) => [{ shape, dtype }],
  lower: (context) => kernel().assembly.assemble(context),
  vjp([dy], { inputs, attrs, scalars, needs }) {
    const windows = windowsOf(attrs);
    return inputs.map((x, k) => {
      if (!needs[k]) return null;
      const axes = windows[k]!;
      const sizes = axes.map(({ size }) => size);
      const strides = axes.map(({ stride }) => stride);
      return reshape(stridedView(dy!, sizes, strides, scalars[k]! * attrs.lanes), x.shape);
    });
  },
  growth: 'assembled',
};

/** For each input, the axes of the window that it goes to. */
export const windowsOf = ({ layers }: AssembleAttrs): Axis[][] =>
  layers.flatMap(({ rows, cols }) => cols.map((count) => [...rows, { size: count, stride: 1 }]));

/**
 * A value of the given shape that holds each part in its window. Parts that overlap add up; elements outside all
 * windows are 0.
 */
export function assemble(parts: readonly WindowedValue[], shape: Shape): Value {
  const spans = combined(parts.filter(({ value }) => value.numel > 0));
  const [one] = spans;
  if (!one) return full(shape, 0, parts[0]!.value.dtype);
  if (spans.length === 1) return scatterIntoZeros(reshape(one.of.value, one.of.view.shape), shape, one.of.view);
  const layers = layersOf(spans);
  const sorted = layers.flat();
  const inFours = sorted.every(
    ({ offset, cols, rows }) => offset % 4 === 0 && cols % 4 === 0 && rows.every(({ stride }) => stride % 4 === 0),
  );
  const lanes = inFours ? 4 : 1;
  const attrs: AssembleAttrs = {
    shape,
    lanes,
    covers: layers[0]!.reduce((sum, { of }) => sum + of.value.numel, 0) === numel(shape),
    layers: layers.map((layer) => ({ rows: layer[0]!.rows, cols: layer.map(({ cols }) => cols) })),
  };
  const values = sorted.map(({ of }) => of.value);
  return record(
    assembleOp,
    values,
    attrs,
    sorted.map(({ offset }) => offset / lanes),
  );
}

/** The parts as spans, where parts with the same window are added into one. */
function combined(parts: readonly WindowedValue[]): Span<WindowedValue>[] {
  const met = new Map<string, Span<WindowedValue>>();
  for (const { value, view } of parts) {
    const span = spanOf(view);
    const key = `${familyOf(span)} ${span.cols} ${span.offset}`;
    const known = met.get(key)?.of;
    const sum = known ? add(known.value, reshape(value, known.value.shape)) : value;
    met.set(key, { ...span, of: { value: sum, view: known?.view ?? view } });
  }
  return [...met.values()];
}

/** A window as rows of contiguous elements. */
function spanOf(view: StridedView): Omit<Span<WindowedValue>, 'of'> {
  const axes = axesOf(view);
  const last = axes.at(-1);
  const { offset } = view;
  return last?.stride === 1 ? { rows: axes.slice(0, -1), cols: last.size, offset } : { rows: axes, cols: 1, offset };
}
