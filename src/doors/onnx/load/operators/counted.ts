// Operators whose output shape depends on numbers. They are computed on the host if their inputs are known there, and
// refused otherwise.
import { contiguousStrides, numelOf as numel } from '../../../../torch/inside';
import { axisOf, elements, gathered, reshaped } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { HostArray } from '../values';

/** Input i, whose numbers decide the size of the result. */
const known = (call: Call, i: number): HostArray =>
  call.host(i) ??
  call.fail(
    `how large the result is depends on the numbers of input ${i} ('${call.node.inputs[i]}'), which lie on the device; ` +
      'networks whose shapes depend on data cannot run',
  );

/** The attribute `axis`; null if left out. */
const axisAttribute = (call: Call, rank: number): number | null => {
  const given = call.node.attributes.find(({ name }) => name === 'axis')?.i;
  return given === undefined ? null : axisOf(call, given, rank);
};

/** The elements or slices for which a condition is true. */
const Compress: Operator = (call) => {
  const x = elements(call, 0);
  const kept = HostArray.of(Array.from(known(call, 1).data).flatMap((one, i) => (one ? [i] : [])));
  const axis = axisAttribute(call, x.shape.length);
  return axis === null ? gathered(call, reshaped(call, x, [numel(x.shape)]), kept, 0) : gathered(call, x, kept, axis);
};

/** The indices of the nonzero elements: one row per dimension. */
const NonZero: Operator = (call) => {
  const { shape, data } = known(call, 0);
  const places = Array.from(data).flatMap((x, i) => (x ? [i] : []));
  const rows = contiguousStrides(shape).flatMap((stride, d) =>
    places.map((place) => Math.floor(place / stride) % shape[d]!),
  );
  return new HostArray([shape.length, places.length], 'int64', rows);
};

/**
 * The distinct elements (or slices along an axis), the index of the first occurrence of each, the inverse indices, and
 * the counts.
 */
const Unique: Operator = (call) => {
  const given = known(call, 0);
  const axis = axisAttribute(call, given.shape.length);
  const x = axis === null ? new HostArray([numel(given.shape)], given.dtype, given.data) : given;
  const along = axis ?? 0;
  const count = x.shape[along]!;
  const inner = numel(x.shape.slice(along + 1));
  const outer = numel(x.shape.slice(0, along));
  const slice = (i: number) =>
    Array.from({ length: outer * inner }, (_, k) => {
      const row = Math.floor(k / inner);
      return x.data[(row * count + i) * inner + (k % inner)]!;
    });
  const slices = Array.from({ length: count }, (_, i) => slice(i));
  const firsts = new Map<string, number>();
  const keys = slices.map((one) => one.join());
  keys.forEach((key, i) => {
    if (!firsts.has(key)) firsts.set(key, i);
  });
  const order = [...firsts.values()];
  if (call.int('sorted', 1) === 1) order.sort((a, b) => compared(slices[a]!, slices[b]!));
  const rank = new Map(order.map((first, i) => [keys[first]!, i]));
  const inverse = keys.map((key) => rank.get(key)!);
  const counts = new Array<number>(order.length).fill(0);
  for (const i of inverse) counts[i]!++;
  return [
    gathered(call, x, HostArray.of(order), along),
    HostArray.of(order),
    HostArray.of(inverse),
    HostArray.of(counts),
  ];
};

/** Compares two slices by the first elements that differ. */
function compared(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((x, k) => x !== b[k]);
  return i < 0 ? 0 : a[i]! - b[i]!;
}

type Box = readonly [y1: number, x1: number, y2: number, x2: number];

const ordered = ([y1, x1, y2, x2]: Box): Box => [
  Math.min(y1, y2),
  Math.min(x1, x2),
  Math.max(y1, y2),
  Math.max(x1, x2),
];

const areaOf = ([y1, x1, y2, x2]: Box): number => Math.max(0, y2 - y1) * Math.max(0, x2 - x1);

/** Intersection over union of two boxes. */
function overlap(a: Box, b: Box): number {
  const shared = areaOf([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  return shared <= 0 ? 0 : shared / (areaOf(a) + areaOf(b) - shared);
}

/** Rows [batch, class, box] of the boxes that no higher-scoring box of their class overlaps. */
const NonMaxSuppression: Operator = (call) => {
  const [boxes, scores] = [known(call, 0), known(call, 1)];
  const limit = (i: number, fallback: number) => (call.has(i) ? (call.numbers(i)[0] ?? fallback) : fallback);
  const [most, iou, least] = [limit(2, 0), limit(3, 0), limit(4, -Infinity)];
  const centred = call.int('center_point_box', 0) === 1;
  const [batches, classes, count] = scores.shape as readonly [number, number, number];
  const boxOf = (batch: number, i: number): Box => {
    const at = 4 * (batch * count + i);
    const [a, b, c, d] = [boxes.data[at]!, boxes.data[at + 1]!, boxes.data[at + 2]!, boxes.data[at + 3]!];
    return centred ? [b - d / 2, a - c / 2, b + d / 2, a + c / 2] : ordered([a, b, c, d]);
  };
  const rows: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const all = Array.from({ length: count }, (_, i) => boxOf(batch, i));
    for (let label = 0; label < classes; label++) {
      const score = (i: number) => scores.data[(batch * classes + label) * count + i]!;
      const candidates = Array.from({ length: count }, (_, i) => i).filter((i) => score(i) > least);
      candidates.sort((a, b) => score(b) - score(a) || a - b);
      const kept: number[] = [];
      for (const i of candidates) {
        if (kept.length >= most) break;
        if (kept.every((other) => overlap(all[i]!, all[other]!) <= iou)) kept.push(i);
      }
      for (const i of kept) rows.push(batch, label, i);
    }
  }
  return new HostArray([rows.length / 3, 3], 'int64', rows);
};

export const counted: Operators = { Compress, NonZero, Unique, NonMaxSuppression };
