// Operators with indices: gather, scatter, top k, one-hot, triangles and masks.
import { arange, cat, full, type Shape, type Tensor, zeros } from '../../../../torch';
import { contiguousStrides, numelOf as numel } from '../../../../torch/inside';
import { axisOf, bounded, elements, gathered, wrapped } from '../arrange';
import type { Call, Operator, Operators } from '../call';

const Gather: Operator = (call) => {
  const x = elements(call, 0);
  return gathered(call, x, elements(call, 1), axisOf(call, call.int('axis', 0), x.shape.length));
};

/** x, the axis, and indices that count from the front. */
function along(call: Call): [x: Tensor, axis: number, indices: Tensor] {
  const x = call.tensor(0);
  const axis = axisOf(call, call.int('axis', 0), x.shape.length);
  return [x, axis, wrapped(call.tensor(1), x.shape[axis]!)];
}

const GatherElements: Operator = (call) => {
  const [x, axis, indices] = along(call);
  // The indices may be smaller than x in the other dimensions.
  return x.gather(axis, indices);
};

type Combine = 'none' | 'add' | 'mul' | 'max' | 'min';

const reduces = { add: 'sum', mul: 'prod', max: 'amax', min: 'amin' } as const;

function combining(call: Call): Combine {
  const reduction = call.text('reduction', 'none');
  if (reduction === 'none' || reduction in reduces) return reduction as Combine;
  return call.fail(`expected reduction none, add, mul, max or min, but got '${reduction}'`);
}

function scattered(x: Tensor, axis: number, indices: Tensor, updates: Tensor, combine: Combine): Tensor {
  if (combine === 'none') return x.scatter(axis, indices, updates);
  return x.scatterReduce(axis, indices, updates, reduces[combine]);
}

const ScatterElements: Operator = (call) => {
  const [x, axis, indices] = along(call);
  return scattered(x, axis, indices, call.tensor(2), combining(call));
};

/** Rows of `indices` [..., k] as flat indices into the leading dimensions of a shape. */
function flatPlaces(indices: Tensor, shape: Shape): Tensor {
  const strides = contiguousStrides(shape);
  const parts = shape.map((size, d) => wrapped(indices.select(-1, d), size).mul(strides[d]!));
  return parts.reduce((a, b) => a.add(b)).reshape([-1]);
}

/** Gathers the slices of x that each row of indices points to. The first `batch_dims` dimensions are shared. */
const GatherND: Operator = (call) => {
  const [x, indices] = [call.tensor(0), call.tensor(1)];
  const batch = call.int('batch_dims', 0);
  const depth = indices.shape.at(-1)!;
  const head = x.shape.slice(0, batch);
  const named = x.shape.slice(batch, batch + depth);
  const rest = x.shape.slice(batch + depth);
  const result = bounded(call, [...indices.shape.slice(0, -1), ...rest]);
  const count = numel(head);
  const rows = indices.reshape([count, -1, depth]);
  const each = rows.shape[1]!;
  const inside = flatPlaces(rows, named).reshape([count, each]);
  const starts = arange(count).mul(numel(named)).reshape([count, 1]);
  const flat = x.reshape([count * numel(named), -1]);
  return flat.indexSelect(0, inside.add(starts).reshape([-1])).reshape([...result]);
};

/** A copy of x in which the slices that each row of indices points to are updated. */
const ScatterND: Operator = (call) => {
  const [x, indices, updates] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const depth = indices.shape.at(-1)!;
  const named = x.shape.slice(0, depth);
  const width = numel(x.shape.slice(depth));
  const places = flatPlaces(indices, named);
  const count = places.shape[0]!;
  const spread = places.reshape([-1, 1]).expand([count, width]);
  const flat = x.reshape([numel(named), width]);
  return scattered(flat, 0, spread, updates.reshape([count, width]), combining(call)).reshape(x.shape);
};

/** The k largest or smallest elements along an axis, and their indices. */
const TopK: Operator = (call) => {
  const x = call.tensor(0);
  const k = call.opset >= 10 ? call.number(1) : call.int('k');
  const axis = axisOf(call, call.int('axis', -1), x.shape.length);
  const largest = call.int('largest', 1) === 1;
  // A stable sort keeps the first of equal elements, as ONNX wants.
  const [values, indices] = x.sort(axis, { descending: largest, stable: true });
  if (k > x.shape[axis]! || k < 0) call.fail(`expected k of at most ${x.shape[axis]}, but got ${k}`);
  return [values.narrow(axis, 0, k), indices.narrow(axis, 0, k)];
};

/** `values[1]` where an index points along the new axis, `values[0]` elsewhere. */
const OneHot: Operator = (call) => {
  const depth = Math.trunc(call.number(1));
  const indices = call.tensor(0).to('int64');
  const values = call.tensor(2);
  const rank = indices.shape.length + 1;
  const axis = axisOf(call, call.int('axis', -1), rank);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  bounded(call, shape);
  const steps = Array.from({ length: rank }, (_, d) => (d === axis ? depth : 1));
  const places = indices.where(indices.ge(0), indices.add(depth)).unsqueeze(axis);
  const hot = places.eq(arange(depth).reshape(steps));
  return values.select(0, 1).where(hot, values.select(0, 0));
};

const Trilu: Operator = (call) => {
  const k = Math.max(-(2 ** 30), Math.min(2 ** 30, call.has(1) ? call.number(1) : 0));
  const x = call.tensor(0);
  if (x.shape.includes(0)) return x;
  return call.int('upper', 1) === 1 ? x.triu(k) : x.tril(k);
};

/** Cumulative sums or products; from the end with `reverse`, without the element itself with `exclusive`. */
const running =
  (scan: 'cumsum' | 'cumprod', neutral: number): Operator =>
  (call) => {
    const given = call.tensor(0);
    const axis = axisOf(call, call.number(1), given.shape.length);
    const reverse = call.int('reverse', 0) === 1;
    const size = given.shape[axis]!;
    let x = reverse ? given.flip(axis) : given;
    if (call.int('exclusive', 0) === 1 && size > 0) {
      const first = full(
        x.shape.map((own, d) => (d === axis ? 1 : own)),
        neutral,
        { dtype: x.dtype },
      );
      x = cat([first, x.narrow(axis, 0, size - 1)], axis);
    }
    const y = x[scan](axis).to(given.dtype);
    return reverse ? y.flip(axis) : y;
  };

/** Reverses the first `sequence_lens[b]` steps of each batch element. */
const ReverseSequence: Operator = (call) => {
  const x = call.tensor(0);
  const lengths = call.tensor(1).to('int64');
  const [batchAxis, timeAxis] = [call.int('batch_axis', 1), call.int('time_axis', 0)];
  const steps = arange(x.shape[timeAxis]!);
  const shaped = (y: Tensor, axis: number) => y.reshape(x.shape.map((_, d) => (d === axis ? -1 : 1)));
  const [time, length] = [shaped(steps, timeAxis), shaped(lengths, batchAxis)];
  const back = length.sub(1).sub(time);
  const places = back.where(back.ge(0), time);
  return x.gather(timeAxis, places.expand(x.shape));
};

/** Writes updates into a cache, starting at the positions in the third input. */
const TensorScatter: Operator = (call) => {
  const [past, update] = [call.tensor(0), call.tensor(1)];
  const axis = axisOf(call, call.int('axis', -2), past.shape.length);
  const starts = call.has(2) ? call.tensor(2) : zeros([past.shape[0]!], { dtype: 'int64' });
  const shaped = (y: Tensor, at: number) => y.reshape(past.shape.map((_, d) => (d === at ? -1 : 1)));
  const steps = shaped(arange(update.shape[axis]!), axis);
  const places = shaped(starts.to('int64'), 0).add(steps);
  const circular = call.text('mode', 'linear') === 'circular';
  const within = circular ? places.remainder(past.shape[axis]!) : places;
  return past.scatter(axis, within.expand(update.shape), update);
};

export const indexing: Operators = {
  Gather,
  GatherElements,
  GatherND,
  Scatter: ScatterElements,
  ScatterElements,
  ScatterND,
  TensorScatter,
  TopK,
  OneHot,
  Trilu,
  CumSum: running('cumsum', 0),
  CumProd: running('cumprod', 1),
  ReverseSequence,
};
