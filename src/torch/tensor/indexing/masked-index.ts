// Indexing by masks. The number of elements that a mask picks is known only once the mask has been read back. So
// reading the elements takes an `await`, while writing to them works at once.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, type Shape, sameShape, showShape } from '../../../engine/core/meta';
import { fromHost, named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { indexSelect } from '../../../engine/ops/indexing/indexing';
import { where } from '../../../engine/ops/pointwise/compare';
import { reshape } from '../../../engine/ops/shape/cast';
import type { Tensor } from '../tensor';
import { type Axis, contentsOf, Picking, reshaped } from './picking';

/** A mask, and the first dimension that it indexes. */
interface Mask {
  readonly dim: number;
  readonly index: Tensor;
}

const isMask = (axis: Axis): axis is Mask => axis.index.dtype === 'bool';

/** Calls an in-place method of the selected elements. */
type Write = (method: 'add_', args: readonly unknown[]) => void;

/** The methods of a masked selection that read it back. */
const reading = new Set(['data', 'item', 'tolist', 'text', 'print']);

/** The methods that describe it in texts and consoles. */
const textual = new Set<string | symbol>(['toString', 'toJSON', 'inConsole']);

/** The elements of x that masks pick, alone or together with index tensors; `await` gives them as a tensor. */
export function pickMasked(x: Tensor, axes: readonly Axis[]): Tensor {
  const masks = axes.filter(isMask);
  for (const { dim, index } of masks) {
    const over = x.shape.slice(dim, dim + index.shape.length);
    if (!sameShape(over, index.shape)) {
      throw new ShapeError(
        `at: the shape of the mask ${showShape(index.shape)} does not match the indexed dimensions ${showShape(over)} of shape ${showShape(x.shape)}`,
      );
    }
  }
  const [mask] = masks as [Mask];
  if (axes.length > 1 && masks.some(({ index }) => index.shape.length === 0)) {
    throw new ShapeError('at: expected masks with dimensions together with other index tensors, but got shape []');
  }
  if (axes.length === 1) {
    return selection(
      x,
      () => pickRows(x, mask),
      (method, args) => writeRows(x, mask, method, args),
    );
  }
  return selection(
    x,
    () => pickTogether(x, axes),
    (method, args) => {
      if (masks.length > 1) {
        throw new ArgumentError(
          `at: expected one mask among the indices to write to, but got ${masks.length}; pass the parts of await mask.nonzero({ asTuple: true }) instead`,
        );
      }
      writeTogether(x, mask, axes, method, args);
    },
  );
}

/**
 * A stand-in for elements of x whose number is not known yet. It can be awaited and written to in place, and refuses
 * the rest.
 */
function selection(x: Tensor, selected: () => Promise<Tensor>, write: Write): Tensor {
  // Node's console asks what a proxy stands for for its element 0, which a tensor itself refuses.
  const shown = Object.create(x, { 0: {} }) as Tensor;
  const standIn = (awaited: boolean): Tensor =>
    new Proxy(shown, {
      get(_, key) {
        if (textual.has(key)) return () => `Tensor(picked by a mask, dtype=${x.dtype}); await it to know its shape`;
        if (typeof key === 'symbol' || ['storage', 'dtype', 'device', 'constructor'].includes(key)) {
          return Reflect.get(x, key, x);
        }
        if (key === 'then') {
          if (!awaited) return undefined;
          const promise = selected();
          return promise.then.bind(promise);
        }
        if (reading.has(key)) return async () => (await selected())[key as 'tolist']();
        if (key.endsWith('_') && key in x && key !== 'requiresGrad_') {
          return (...args: readonly unknown[]) => {
            write(key as 'add_', args);
            return standIn(false);
          };
        }
        throw new ArgumentError(
          `at: how many elements a mask picks is known only after reading it back, so '${key}' needs await first: (await x.at(mask)).${key}`,
        );
      },
    });
  return standIn(true);
}

/** The flat indices at which a mask is true. */
async function placesIn(mask: Tensor): Promise<number[]> {
  const flags = await mask.data();
  return [...flags.keys()].filter((i) => flags[i] !== 0);
}

/** The coordinates along dimension d of flat indices into a shape. */
function coordinates(places: readonly number[], shape: Shape, d: number): Value {
  const step = numel(shape.slice(d + 1));
  return fromHost(
    Int32Array.from(places, (place) => Math.floor(place / step) % shape[d]!),
    [places.length],
    'int64',
  );
}

// ── A mask alone ──

async function pickRows(x: Tensor, { dim, index: mask }: Mask): Promise<Tensor> {
  const { value, shape } = x;
  const places = await placesIn(mask);
  const flat = reshape(value, [...shape.slice(0, dim), numel(mask.shape), ...shape.slice(dim + mask.shape.length)]);
  const rows = indexSelect(flat, dim, fromHost(Int32Array.from(places), [places.length], 'int64'));
  return x.picked(named(rows, 'IndexBackward0'));
}

function writeRows(x: Tensor, { dim, index: mask }: Mask, method: 'add_', args: readonly unknown[]): void {
  const after = x.shape.length - dim - mask.shape.length;
  const shape = [...mask.shape, ...new Array<number>(after).fill(1)];
  const before = x.before();
  const operands = args.map((argument) => (isTensor(argument) ? spread(argument, mask, after) : argument));
  const changed = before.clone()[method](...(operands as [Tensor]));
  x.overwrite(where(reshaped(mask.value, shape), changed.value, before.value));
}

const isTensor = (x: unknown): x is Tensor => typeof x === 'object' && x !== null && 'storage' in x;

/** For each true element of a mask, how many true ones come before it; 0 for false elements. */
const turnsOf = (mask: Tensor): Tensor =>
  mask.flatten().to('int64').cumsum(0).sub(1).maskedFill(mask.flatten().logicalNot(), 0);

/** Spreads an operand for the picked elements over the whole mask: slice k goes to the k-th true element. */
function spread(operand: Tensor, mask: Tensor, after: number): Tensor {
  const { shape } = operand;
  const at = shape.length - 1 - after;
  if (at < 0) return operand;
  const around = (sizes: Shape) => [...shape.slice(0, at), ...sizes, ...shape.slice(at + 1)];
  if (shape[at] === 1) return operand.reshape(around(mask.shape.map(() => 1)));
  return operand.indexSelect(at, turnsOf(mask)).reshape(around(mask.shape));
}

// ── A mask together with other indices: it becomes an index tensor for each of its dimensions ──

async function pickTogether(x: Tensor, axes: readonly Axis[]): Promise<Tensor> {
  const picked = x.picked(x.value);
  const places = await Promise.all(axes.map((axis) => (isMask(axis) ? placesIn(axis.index) : null)));
  const picking = new Picking(
    picked,
    axes.flatMap((axis, i) => {
      const holding = places[i];
      return holding ? axesOf(axis as Mask, holding) : [axis];
    }),
  );
  return x.picked(picking.read(picked));
}

const axesOf = ({ dim, index: { shape } }: Mask, places: readonly number[]): Axis[] =>
  shape.map((_, d) => ({ dim: dim + d, index: coordinates(places, shape, d) }));

/** Writes to all places of the mask: the new values where the mask is true, and the old ones where it is false. */
function writeTogether(x: Tensor, mask: Mask, axes: readonly Axis[], method: 'add_', args: readonly unknown[]): void {
  const flat = mask.index.flatten();
  const all = axesOf(mask, [...new Array<number>(flat.numel()).keys()]);
  const picking = new Picking(
    x,
    axes.flatMap((axis) => (axis === mask ? all : [{ dim: axis.dim, index: alongMask(x, axis.index, flat) }])),
  );
  const after = picking.shape.length - 1 - picking.lastDim;
  const view = picking.along(x);
  const before = x.picked(picking.read(x.before()));
  const operands = args.map((argument) => (isTensor(argument) ? spread(argument, flat, after) : argument));
  const changed = before.clone()[method](...(operands as [Tensor]));
  const holds = reshaped(flat.value, [flat.numel(), ...new Array<number>(after).fill(1)]);
  view.overwrite(picking.write(view.value, where(holds, changed.value, before.value), false));
}

/** Spreads an index tensor with an entry for each true element of a mask over all elements of the mask. */
function alongMask(x: Tensor, index: Tensor | Value, flat: Tensor): Tensor {
  const given = x.picked(contentsOf(index));
  return (given.shape.at(-1) ?? 1) === 1 ? given : given.indexSelect(-1, turnsOf(flat));
}
