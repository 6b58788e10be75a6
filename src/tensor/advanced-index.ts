// Indexing by tensors: what several index tensors pick together, where a mask holds, and writing back to those places.
import { numel, type Shape, sameShape, showShape } from '../compiler/meta';
import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { fromHost, named } from '../graph/record';
import type { Value } from '../graph/value';
import { add, mul } from '../ops/arithmetic';
import { broadcastShapes } from '../ops/broadcast';
import { reshape } from '../ops/cast';
import { where } from '../ops/compare';
import { indexAdd, indexCopy, indexSelect, wrapIndex } from '../ops/indexing';
import { expand } from '../ops/reduce';
import { readHostData } from './host-data';
import type { Tensor } from './tensor';

/** Numbers, or booleans for a mask, in lists of any depth. */
export type IndexList = readonly (number | boolean | IndexList)[];

/** What indexes one dimension; a mask as many as it has. */
export type Part = number | string | null | Tensor | Value;

/** An index tensor or mask, and the (first) dimension that it indexes. */
export interface Axis {
  readonly dim: number;
  readonly index: Tensor | Value;
}

/** Dimensions that a part of an index takes. */
export function dimsOf(part: Part): number {
  if (part === null || part === '...') return 0;
  return typeof part === 'object' && part.dtype === 'bool' ? part.shape.length : 1;
}

/** A list as an index; one of booleans as what names the places where it holds: an index for each of its dimensions. */
export function listIndex(list: IndexList): Value[] {
  const { data, shape, dtype } = readHostData('at', list);
  if (dtype === 'float32' && data.length > 0) {
    throw new DTypeError('at: expected a list of whole numbers or booleans, but got fractions');
  }
  if (dtype !== 'bool') return [fromHost(Int32Array.from(data), shape, 'int64')];
  const places = [...data.keys()].filter((i) => data[i] !== 0);
  return shape.map((size, d) => {
    const step = numel(shape.slice(d + 1));
    return fromHost(
      Int32Array.from(places, (place) => Math.floor(place / step) % size),
      [places.length],
      'int64',
    );
  });
}

/** What the axes pick: elements that write back, or, for a mask, the places to write to. */
export function pickAt(x: Tensor, axes: readonly Axis[]): Tensor {
  const mask = axes.find(({ index }) => index.dtype === 'bool');
  if (mask && axes.length > 1) {
    throw new ArgumentError(
      'at: a mask cannot be used together with other index tensors before it is read; pass the parts of await mask.nonzero({ asTuple: true }) instead',
    );
  }
  if (mask) return masked(x, mask.dim, mask.index as Tensor);
  const picking = new Picking(x, axes);
  const back = picking.along(x).weakly();
  const picked = x.picked(picking.read(x));
  picked.writeBack = (value) => {
    const view = back();
    view?.overwrite(picking.write(view.value, value, false));
  };
  return picked;
}

/** The value of x with `values`, which broadcast, put or added to the places that the indices name together. */
export function putAt(x: Tensor, indices: readonly Tensor[], values: Tensor, accumulate: boolean): Value {
  if (indices.length === 0 || indices.length > x.shape.length) {
    throw new ArgumentError(
      `indexPut: expected from 1 to ${x.shape.length} index tensors for shape ${showShape(x.shape)}, but got ${indices.length}`,
    );
  }
  const picking = new Picking(
    x,
    indices.map((index, dim) => ({ dim, index })),
  );
  const source = sameShape(values.shape, picking.shape) ? values.value : expand(values.value, picking.shape);
  return picking.write(x.value, source, accumulate);
}

/** Where index tensors lead in tensors of one shape: the dimensions they index side by side, as one. */
class Picking {
  /** Of what is picked. */
  readonly shape: Shape;
  private readonly order: readonly number[];
  /** The shape with the indexed dimensions side by side, and with them as one. */
  private readonly aside: Shape;
  private readonly merged: Shape;
  private readonly at: number;
  private readonly places: Value;

  constructor(x: Tensor, axes: readonly Axis[]) {
    for (const { index } of axes) expectWhole(index);
    const together = broadcastShapes(
      'at',
      axes.map(({ index }) => metaOf(index)),
    );
    const dims = axes.map(({ dim }) => dim);
    const others = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
    // As numbers do, single indices take their dimension away before it is asked whether the others are neighbours.
    const lists = axes.filter(({ index }) => index.shape.length > 0).map(({ dim }) => dim);
    const between = others.some((d) => lists.some((l) => l < d) && lists.some((l) => l > d));
    const front = between || lists.length === 0 ? [] : others.filter((d) => d < lists[0]!);
    const rest = others.filter((d) => !front.includes(d));
    const sizes = (list: readonly number[]) => list.map((d) => x.shape[d]!);
    this.order = [...front, ...dims, ...rest];
    this.aside = sizes(this.order);
    this.merged = [...sizes(front), numel(sizes(dims)), ...sizes(rest)];
    this.at = front.length;
    this.shape = [...sizes(front), ...together, ...sizes(rest)];
    this.places = reshaped(placesOf(axes, sizes(dims), together), [numel(together)]);
  }

  /** x with the indexed dimensions side by side; a view. */
  along(x: Tensor): Tensor {
    return this.order.every((d, i) => d === i) ? x : x.permute(this.order);
  }

  read(x: Tensor): Value {
    const picked = indexSelect(reshaped(this.along(x).value, this.merged), this.at, this.places);
    return named(reshape(picked, this.shape), 'IndexBackward0');
  }

  /** A value with the indexed dimensions side by side, in which others have been put. */
  write(aside: Value, values: Value, accumulate: boolean): Value {
    const source = reshaped(values, [
      ...this.merged.slice(0, this.at),
      this.places.shape[0]!,
      ...this.merged.slice(this.at + 1),
    ]);
    const put = accumulate ? indexAdd : indexCopy;
    return reshaped(put(reshaped(aside, this.merged), this.at, this.places, source), this.aside);
  }
}

const contentsOf = (index: Tensor | Value): Value => ('value' in index ? index.value : index);
const metaOf = ({ shape, dtype }: Tensor | Value) => ({ shape, dtype });
const reshaped = (x: Value, shape: Shape): Value => (sameShape(x.shape, shape) ? x : reshape(x, shape));

function expectWhole({ dtype }: Tensor | Value): void {
  if (dtype !== 'int64' && dtype !== 'int32') {
    throw new DTypeError(
      `at: expected index tensors of dtype int64 or bool, but got ${dtype}; convert with .to('int64') or compare first, as in x.gt(0)`,
    );
  }
}

/** Places in the dimensions of the given sizes taken as one. */
function placesOf(axes: readonly Axis[], sizes: Shape, together: Shape): Value {
  if (axes.length === 1) return contentsOf(axes[0]!.index);
  const steps = axes.map(({ index }, i) => {
    const place = wrapIndex(contentsOf(index), sizes[i]!);
    const step = numel(sizes.slice(i + 1));
    return step === 1 ? place : mul(place, step);
  });
  const sum = steps.reduce((a, b) => add(a, b));
  return sameShape(sum.shape, together) ? sum : expand(sum, together);
}

/** Methods of a masked selection that read it back. */
const reading = new Set(['data', 'item', 'tolist', 'text', 'print']);

/**
 * The elements of x where a mask over its dimensions from `dim` holds. How many there are is known only when the mask has been
 * read, so they can be written to at once, and be read by waiting: `await` gives them as a tensor.
 */
function masked(x: Tensor, dim: number, mask: Tensor): Tensor {
  const over = x.shape.slice(dim, dim + mask.shape.length);
  if (!sameShape(over, mask.shape)) {
    throw new ShapeError(
      `at: the shape of the mask ${showShape(mask.shape)} does not match the indexed dimensions ${showShape(over)} of shape ${showShape(x.shape)}`,
    );
  }
  const selected = async () => {
    const flags = await mask.data();
    const places = Int32Array.from([...flags.keys()].filter((i) => flags[i] !== 0));
    const [front, rest] = [x.shape.slice(0, dim), x.shape.slice(dim + over.length)];
    const flat = reshape(x.value, [...front, numel(over), ...rest]);
    const rows = indexSelect(flat, dim, fromHost(places, [places.length], 'int64'));
    return x.picked(named(rows, 'IndexBackward0'));
  };
  const selection = (awaited: boolean): Tensor =>
    new Proxy(x, {
      get(target, key) {
        if (typeof key === 'symbol' || ['storage', 'dtype', 'toString', 'constructor'].includes(key)) {
          return Reflect.get(target, key, target);
        }
        if (key === 'then') {
          if (!awaited) return undefined;
          const promise = selected();
          return promise.then.bind(promise);
        }
        if (reading.has(key)) return async () => (await selected())[key as 'tolist']();
        if (key.endsWith('_') && key in target && key !== 'requiresGrad_') {
          return (...args: readonly unknown[]) => {
            write(x, dim, mask, key as 'add_', args);
            return selection(false);
          };
        }
        throw new ArgumentError(
          `at: how many elements a mask picks is known only after reading it back, so '${key}' needs await first: (await x.at(mask)).${key}`,
        );
      },
    });
  return selection(true);
}

/** Calls an in-place method of the elements where a mask holds. */
function write(x: Tensor, dim: number, mask: Tensor, method: 'add_', args: readonly unknown[]): void {
  const after = x.shape.length - dim - mask.shape.length;
  const shape = [...mask.shape, ...new Array<number>(after).fill(1)];
  const before = x.before();
  const operands = args.map((argument) => (isTensor(argument) ? spread(argument, mask, after) : argument));
  const changed = before.clone()[method](...(operands as [Tensor]));
  x.overwrite(where(reshaped(mask.value, shape), changed.value, before.value));
}

const isTensor = (x: unknown): x is Tensor => typeof x === 'object' && x !== null && 'storage' in x;

/** An operand of the elements that a mask picks, each of its slices where the element is that it belongs to. */
function spread(operand: Tensor, mask: Tensor, after: number): Tensor {
  const { shape } = operand;
  const at = shape.length - 1 - after;
  if (at < 0) return operand;
  const around = (sizes: Shape) => [...shape.slice(0, at), ...sizes, ...shape.slice(at + 1)];
  if (shape[at] === 1) return operand.reshape(around(mask.shape.map(() => 1)));
  const turn = mask.flatten().to('int64').cumsum(0).sub(1);
  const slices = operand.indexSelect(at, turn.maskedFill(mask.flatten().logicalNot(), 0));
  return slices.reshape(around(mask.shape));
}
