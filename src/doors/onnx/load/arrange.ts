// Moves elements, of tensors and of arrays on the host alike: reshape, permute, expand, slice, concatenate, gather.
import { cat, type Shape, type Tensor } from '../../../torch';
import { numelOf as numel } from '../../../torch/inside';
import { boundedShape } from './bounds';
import type { Call } from './call';
import { tensorOf } from './convert';
import { concatOnHost, expandOnHost, isSmall, MOST_ON_HOST, pickOnHost, placesOf } from './host';
import { HostArray, Sequence } from './values';

/** A tensor, or an array on the host. */
export type Elements = Tensor | HostArray;

/** Input i, if it is not a sequence. */
export function elements(call: Call, i: number): Elements {
  const value = call.value(i);
  return value instanceof Sequence ? call.fail(`expected input ${i} to be a tensor, but got a sequence`) : value;
}

export const asTensor = (x: Elements): Tensor => (x instanceof HostArray ? tensorOf(x) : x);

/** The length of a list that an operator makes on the host, checked because a file may ask for any number. */
export function boundedList(call: Call, length: number): number {
  if (Number.isInteger(length) && length >= 0 && length <= MOST_LISTED) return length;
  return call.fail(`expected at most 2^20 of them, but got ${length}`);
}

const MOST_LISTED = 2 ** 20;

/** Checks a shape that a file asks for, before anything is allocated. */
export const bounded = (call: Call, shape: Shape): Shape => boundedShape(shape, (message) => call.fail(message));

/** The axis as a non-negative index. */
export function axisOf(call: Call, axis: number, rank: number): number {
  const wrapped = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && wrapped >= 0 && wrapped < Math.max(rank, 1)) return wrapped;
  return call.fail(`expected an axis of ${rank} dimensions, but got ${axis}`);
}

export function reshaped(call: Call, x: Elements, shape: Shape): Elements {
  if (numel(shape) !== numel(x.shape)) {
    call.fail(`expected a shape of ${numel(x.shape)} elements, but got [${shape.join(', ')}]`);
  }
  return x instanceof HostArray ? new HostArray(shape, x.dtype, x.data) : x.reshape([...shape]);
}

export function permuted(x: Elements, order: readonly number[]): Elements {
  if (!(x instanceof HostArray)) return x.permute([...order]);
  const places = placesOf(x.shape);
  return pickOnHost(
    x,
    order.map((d) => places[d]!),
  );
}

export function expanded(x: Elements, shape: Shape): Elements {
  return x instanceof HostArray && isSmall(shape) ? expandOnHost(x, shape) : asTensor(x).expand([...shape]);
}

/** x repeated this many times along each dimension. */
export function tiled(x: Elements, repeats: readonly number[]): Elements {
  if (!(x instanceof HostArray) || !isSmall(x.shape.map((size, d) => size * repeats[d]!))) {
    return asTensor(x).tile(...repeats);
  }
  const places = placesOf(x.shape);
  return pickOnHost(
    x,
    places.map((along, d) => new Array<readonly number[]>(repeats[d]!).fill(along).flat()),
  );
}

/** Indices `start`, `start + step`, … of a dimension, `count` in all; the step may be negative. */
export interface Run {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Slices x by one run per dimension; null takes the whole dimension. */
export function sliced(x: Elements, runs: readonly (Run | null)[]): Elements {
  if (x instanceof HostArray) {
    const places = placesOf(x.shape).map((along, d) => {
      const run = runs[d];
      return run ? Array.from({ length: run.count }, (_, i) => along[run.start + i * run.step]!) : along;
    });
    return pickOnHost(x, places);
  }
  let y = x;
  runs.forEach((run, d) => {
    if (run) y = sliceTensor(y, d, run);
  });
  return y;
}

function sliceTensor(x: Tensor, d: number, { start, step, count }: Run): Tensor {
  if (count === 0) return x.narrow(d, 0, 0);
  const last = start + (count - 1) * step;
  const least = Math.min(start, last);
  const part = x.narrow(d, least, Math.abs(last - start) + 1);
  const stride = Math.abs(step);
  const taken = stride === 1 ? part : part.at(...new Array<string>(d).fill(':'), `::${stride}`);
  return step < 0 ? taken.flip(d) : taken;
}

export function joined(parts: readonly Elements[], axis: number): Elements {
  const hosts = parts.filter((part) => part instanceof HostArray);
  const count = parts.reduce((total, part) => total + numel(part.shape), 0);
  if (hosts.length === parts.length && count <= MOST_ON_HOST) return concatOnHost(hosts, axis);
  return cat(parts.map(asTensor), axis);
}

/** Gathers slices of x along an axis. The shape of the indices replaces the axis. */
export function gathered(call: Call, x: Elements, indices: Elements, axis: number): Elements {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const size = x.shape[axis]!;
  if (x instanceof HostArray && indices instanceof HostArray && isSmall(shape)) {
    const places = placesOf(x.shape);
    const along = Array.from(indices.data, (index) => {
      const place = places[axis]![index < 0 ? index + size : index];
      return place ?? call.fail(`expected indices into ${size} elements, but got ${index}`);
    });
    const picked = pickOnHost(
      x,
      places.map((own, d) => (d === axis ? along : own)),
    );
    return new HostArray(shape, x.dtype, picked.data);
  }
  bounded(call, shape);
  const flat = asTensor(indices).reshape([-1]);
  return asTensor(x).indexSelect(axis, wrapped(flat, size)).reshape(shape);
}

/** Indices with negative ones wrapped to count from the front. */
export const wrapped = (indices: Tensor, size: number): Tensor => indices.where(indices.ge(0), indices.add(size));

/** The dimensions that are not among the axes. */
export const without = (shape: Shape, axes: readonly number[]): number[] => shape.filter((_, d) => !axes.includes(d));
