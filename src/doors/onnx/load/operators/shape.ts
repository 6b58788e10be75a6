// Shapes and the order of elements: reshape, transpose, slice, concatenate, pad, and read shapes.
import type { Shape, Tensor } from '../../../../torch';
import { broadcastOf as broadcastShapes, numelOf as numel } from '../../../../torch/inside';
import {
  asTensor,
  axisOf,
  bounded,
  type Elements,
  elements,
  expanded,
  joined,
  permuted,
  type Run,
  reshaped,
  sliced,
  tiled,
} from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { HostArray } from '../values';

/** The sizes from `start` to `end`, as an array on the host. */
const ShapeOf: Operator = (call) => {
  const { shape } = elements(call, 0);
  return HostArray.of(shape.slice(...endsOf(call, shape.length)));
};

function endsOf(call: Call, rank: number): [number, number] {
  const within = (end: number) => Math.min(Math.max(end < 0 ? end + rank : end, 0), rank);
  return [within(call.int('start', 0)), within(call.int('end', rank))];
}

const Size: Operator = (call) => new HostArray([], 'int64', [numel(elements(call, 0).shape)]);

/** 0 copies a size (unless `allowzero`), and −1 takes all remaining elements. */
const Reshape: Operator = (call) => {
  const x = elements(call, 0);
  const keeps = call.int('allowzero', 0) === 0;
  const wanted = call.numbers(1).map((size, d) => (size === 0 && keeps ? (x.shape[d] ?? 0) : size));
  const open = wanted.indexOf(-1);
  if (open >= 0) {
    const rest = numel(wanted.filter((_, d) => d !== open));
    wanted[open] = rest === 0 ? 0 : numel(x.shape) / rest;
  }
  return reshaped(call, x, bounded(call, wanted));
};

const Flatten: Operator = (call) => {
  const x = elements(call, 0);
  const rank = x.shape.length;
  const given = call.int('axis', 1);
  const axis = given < 0 ? given + rank : given;
  return reshaped(call, x, [numel(x.shape.slice(0, axis)), numel(x.shape.slice(axis))]);
};

/** Axes are an attribute before version 13, and an input since. */
const axesOf = (call: Call): number[] | null => (call.opset >= 13 ? call.optionalNumbers(1) : call.ints('axes'));

const Squeeze: Operator = (call) => {
  const x = elements(call, 0);
  const axes = axesOf(call)?.map((axis) => axisOf(call, axis, x.shape.length));
  const goes = (size: number, d: number) => (axes ? axes.includes(d) : size === 1);
  return reshaped(
    call,
    x,
    x.shape.filter((size, d) => !goes(size, d)),
  );
};

const Unsqueeze: Operator = (call) => {
  const x = elements(call, 0);
  const given = axesOf(call) ?? call.fail('expected axes, but they are left out');
  const rank = x.shape.length + given.length;
  const axes = new Set(given.map((axis) => axisOf(call, axis, rank)));
  if (axes.size !== given.length) call.fail(`expected different axes, but got [${given.join(', ')}]`);
  const rest = [...x.shape];
  return reshaped(
    call,
    x,
    Array.from({ length: rank }, (_, d) => (axes.has(d) ? 1 : rest.shift()!)),
  );
};

const Transpose: Operator = (call) => {
  const x = elements(call, 0);
  const reversed = x.shape.map((_, d) => x.shape.length - 1 - d);
  const order = call.ints('perm', reversed);
  if ([...order].sort((a, b) => a - b).join() !== [...reversed].reverse().join()) {
    call.fail(`expected an order of ${x.shape.length} dimensions, but got [${order.join(', ')}]`);
  }
  return permuted(x, order);
};

const Expand: Operator = (call) => {
  const x = elements(call, 0);
  const shape = broadcastShapes('Expand', [x, { shape: call.numbers(1), dtype: x.dtype }]);
  return expanded(x, bounded(call, shape));
};

const Concat: Operator = (call) => {
  const parts = call.inputs.map((_, i) => elements(call, i));
  const [first] = parts;
  const axis = axisOf(call, call.int('axis'), first?.shape.length ?? 0);
  for (const { shape } of parts) {
    const fits =
      shape.length === first!.shape.length && shape.every((size, d) => d === axis || size === first!.shape[d]);
    if (!fits)
      call.fail(
        `expected sizes that are equal except along axis ${axis}, but got [${first!.shape.join(', ')}] and [${shape.join(', ')}]`,
      );
  }
  return joined(parts, axis);
};

/** The sizes of the parts: as given, or equal. If equal parts do not divide the axis, the last is smaller. */
const Split: Operator = (call) => {
  const x = elements(call, 0);
  const axis = axisOf(call, call.int('axis', 0), x.shape.length);
  const size = x.shape[axis]!;
  const given = call.opset >= 13 ? call.optionalNumbers(1) : call.ints('split');
  const count = call.node.outputs.length;
  const sizes = given ?? equalParts(size, count);
  if (sizes.length !== count) call.fail(`expected ${count} parts, one per output, but got ${sizes.length}`);
  if (sizes.reduce((a, b) => a + b, 0) !== size || sizes.some((part) => part < 0)) {
    call.fail(`expected parts of ${size} elements, but got [${sizes.join(', ')}]`);
  }
  return splitAxis(x, axis, sizes);
};

/** Splits an axis into parts of the given sizes. */
export function splitAxis(x: Elements, axis: number, sizes: readonly number[]): Elements[] {
  let start = 0;
  return sizes.map((count) => {
    const runs = x.shape.map((_, d) => (d === axis ? { start, step: 1, count } : null));
    start += count;
    return sliced(x, runs);
  });
}

function equalParts(size: number, count: number): number[] {
  const each = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, size - i * each)));
}

/** Starts, ends, axes and steps are attributes before version 10, and inputs since. */
const Slice: Operator = (call) => {
  const x = elements(call, 0);
  const rank = x.shape.length;
  const inputs = call.opset >= 10;
  const starts = inputs ? call.numbers(1) : (call.ints('starts') ?? []);
  const ends = inputs ? call.numbers(2) : (call.ints('ends') ?? []);
  const axes = (inputs ? call.optionalNumbers(3) : call.ints('axes')) ?? starts.map((_, d) => d);
  const steps = (inputs ? call.optionalNumbers(4) : null) ?? starts.map(() => 1);
  const runs = new Array<Run | null>(rank).fill(null);
  axes.forEach((given, i) => {
    const axis = axisOf(call, given, rank);
    if (steps[i] === 0) call.fail('expected steps other than 0');
    runs[axis] = runOf(x.shape[axis]!, starts[i]!, ends[i]!, steps[i]!);
  });
  return sliced(x, runs);
};

function runOf(size: number, from: number, to: number, step: number): Run {
  const least = step < 0 ? -1 : 0;
  const most = step < 0 ? size - 1 : size;
  const within = (place: number) => Math.min(Math.max(place < 0 ? place + size : place, least), most);
  const start = within(from);
  return { start, step, count: Math.max(0, Math.ceil((within(to) - start) / step)) };
}

const Tile: Operator = (call) => {
  const x = elements(call, 0);
  const repeats = call.numbers(1);
  if (repeats.length !== x.shape.length) call.fail(`expected ${x.shape.length} repeats, but got ${repeats.length}`);
  bounded(call, repeats);
  bounded(
    call,
    x.shape.map((size, d) => size * repeats[d]!),
  );
  return tiled(x, repeats);
};

/** Moves channels into squares of pixels. In `mode` CRD, the channels of a square are neighbours. */
const DepthToSpace: Operator = (call) => {
  const x = call.tensor(0);
  const [n, c, h, w] = planes(call, x);
  const b = blockOf(call);
  const rest = c / (b * b);
  const squares = call.text('mode', 'DCR') === 'CRD';
  const apart = squares
    ? x.reshape([n, rest, b, b, h, w]).permute(0, 1, 4, 2, 5, 3)
    : x.reshape([n, b, b, rest, h, w]).permute(0, 3, 4, 1, 5, 2);
  return apart.reshape([n, rest, h * b, w * b]);
};

const blockOf = (call: Call): number => {
  const size = call.int('blocksize');
  return size >= 1 ? size : call.fail(`expected a blocksize of at least 1, but got ${size}`);
};

const SpaceToDepth: Operator = (call) => {
  const x = call.tensor(0);
  const [n, c, h, w] = planes(call, x);
  const b = blockOf(call);
  const apart = x.reshape([n, c, h / b, b, w / b, b]);
  const crd = call.text('mode', 'DCR') === 'CRD';
  return (crd ? apart.permute(0, 1, 3, 5, 2, 4) : apart.permute(0, 3, 5, 1, 2, 4)).reshape([
    n,
    c * b * b,
    h / b,
    w / b,
  ]);
};

function planes(call: Call, { shape }: Tensor): readonly [n: number, c: number, h: number, w: number] {
  if (shape.length !== 4) call.fail(`expected an input [N, C, H, W], but got shape [${shape.join(', ')}]`);
  return shape as readonly [number, number, number, number];
}

/** Crops or zero-pads the axes around their centre to the wanted sizes. */
const CenterCropPad: Operator = (call) => {
  const x = elements(call, 0);
  const axes = call.ints('axes')?.map((axis) => axisOf(call, axis, x.shape.length)) ?? x.shape.map((_, d) => d);
  const sizes = call.numbers(1);
  const shape: Shape = x.shape.map((size, d) => sizes[axes.indexOf(d)] ?? size);
  bounded(call, shape);
  const runs = x.shape.map((size, d) => {
    const count = Math.min(size, shape[d]!);
    return { start: Math.floor((size - count) / 2), step: 1, count };
  });
  const amounts = x.shape.flatMap((size, d) => {
    const missing = Math.max(0, shape[d]! - size);
    return [[Math.floor(missing / 2), Math.ceil(missing / 2)]];
  });
  return asTensor(sliced(x, runs)).pad(amounts.reverse().flat());
};

export const shapes: Operators = {
  Shape: ShapeOf,
  Size,
  Identity: (call) => call.value(0),
  Reshape,
  Flatten,
  Squeeze,
  Unsqueeze,
  Transpose,
  Expand,
  Concat,
  Split,
  Slice,
  Tile,
  DepthToSpace,
  SpaceToDepth,
  CenterCropPad,
};
