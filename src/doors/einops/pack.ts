// pack and unpack, which combine tensors that share some axes, and split them again; and parseShape.

import { ArgumentError, cat, ShapeError, type Tensor } from '../../torch';
import { isTensorObject as isTensor, kindOf, numelOf as numel, parseArgs, showShape } from '../../torch/inside';
import { ELLIPSIS, parseExpression } from './pattern';
import { textOf } from './rearrange';

/** How many axes are before and after the `*` of a pattern such as 'b * c'. */
function aroundStar(op: string, pattern: string): [before: number, after: number] {
  const names = textOf(op, pattern).trim().split(/\s+/);
  const stars = names.filter((name) => name === '*').length;
  if (stars !== 1) throw new ArgumentError(`${op}: expected one * in the pattern, as in 'b * c', but got '${pattern}'`);
  const others = names.filter((name) => name !== '*');
  const { groups } = parseExpression(op, others.join(' '));
  if (groups.some((group) => group.length !== 1 || group[0]!.size !== null || group[0]!.name === ELLIPSIS)) {
    throw new ArgumentError(`${op}: expected names and one * in the pattern, as in 'b * c', but got '${pattern}'`);
  }
  const before = names.indexOf('*');
  return [before, names.length - before - 1];
}

interface PackArguments {
  tensors: readonly Tensor[];
  /** The shapes before and after, in words. */
  pattern: string;
}

interface UnpackArguments {
  tensor: Tensor;
  /** The shapes that `pack` gave. */
  packedShapes: readonly (readonly number[])[];
  /** The shapes before and after, in words. */
  pattern: string;
}

interface ParseShapeArguments {
  x: Tensor;
  /** The shapes before and after, in words. */
  pattern: string;
}

/**
 * Combines tensors into one by concatenating their elements along one axis. `pack([a, b], 'h w *')` with shapes [h, w,
 * 3] and [h, w] returns a tensor [h, w, 4] and the shapes that the star stood for, [[3], []], which `unpack` takes.
 *
 * @throws ArgumentError if the pattern does not contain exactly one star
 * @throws ShapeError if a tensor has fewer axes than the pattern names
 */
export function pack(
  ...args: [tensors: readonly Tensor[], pattern: string] | [named: PackArguments]
): [packed: Tensor, packedShapes: number[][]] {
  const { tensors, pattern } = parseArgs<PackArguments>('pack', ['tensors', 'pattern'], {}, args);
  const [before, after] = aroundStar('pack', pattern);
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(`pack: expected a list of at least one tensor, but got ${kindOf(tensors)}`);
  }
  const shapes: number[][] = [];
  const flat = (tensors as readonly unknown[]).map((x, i) => {
    if (!isTensor(x)) throw new ArgumentError(`pack: expected tensors, but at ${i} got ${kindOf(x)}`);
    const { shape } = x;
    if (shape.length < before + after) {
      throw new ShapeError(
        `pack: expected tensors of at least ${before + after} dimensions for '${pattern}', but at ${i} got shape ${showShape(shape)}`,
      );
    }
    const end = shape.length - after;
    const packed = shape.slice(before, end);
    shapes.push(packed);
    return x.reshape([...shape.slice(0, before), numel(packed), ...shape.slice(end)]);
  });
  return [flat.length === 1 ? flat[0]! : cat(flat, before), shapes];
}

/**
 * The inverse of `pack`: a view for each of `packedShapes`, whose axes replace the star. One of the shapes may contain
 * one −1, for the remaining elements.
 *
 * @throws ShapeError if the sizes do not add up
 */
export function unpack(
  ...args: [tensor: Tensor, packedShapes: readonly (readonly number[])[], pattern: string] | [named: UnpackArguments]
): Tensor[] {
  const o = parseArgs<UnpackArguments>('unpack', ['tensor', 'packedShapes', 'pattern'], {}, args);
  const { tensor: x, packedShapes, pattern } = o;
  const [before, after] = aroundStar('unpack', pattern);
  if (!isTensor(x)) throw new ArgumentError(`unpack: expected a tensor, but got ${kindOf(x)}`);
  const isShape = (shape: unknown) => Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && n >= -1);
  if (!Array.isArray(packedShapes) || !packedShapes.every(isShape)) {
    throw new ArgumentError(`unpack: expected packedShapes to be a list of shapes, but got ${kindOf(packedShapes)}`);
  }
  if (x.shape.length !== before + 1 + after) {
    throw new ShapeError(
      `unpack: expected a tensor of ${before + 1 + after} dimensions for '${pattern}', but got shape ${showShape(x.shape)}`,
    );
  }
  const counts = packedShapes.map((shape) => (shape.includes(-1) ? -1 : numel(shape)));
  const open = counts.filter((count) => count < 0).length;
  const size = x.shape[before]!;
  const rest = size - counts.reduce((n, count) => n + Math.max(count, 0), 0);
  if (open > 1 || rest < 0 || (open === 0 && rest > 0)) {
    throw new ShapeError(
      `unpack: expected dimension ${before} to be the sum of the packed shapes, with one -1 at most, but got ${size} for ${packedShapes.map((shape) => showShape(shape)).join(', ')}`,
    );
  }
  let start = 0;
  return packedShapes.map((shape, i) => {
    const count = counts[i]! < 0 ? rest : counts[i]!;
    const part = x.narrow(before, start, count);
    start += count;
    return part.reshape([...x.shape.slice(0, before), ...shape, ...x.shape.slice(before + 1)]);
  });
}

/**
 * The sizes of a tensor's dimensions, by the names that a pattern gives them: `parseShape(x, 'batch _ h w')`. `_` skips
 * a dimension, `...` skips any number, and a number requires that size.
 *
 * @throws ShapeError if the number of dimensions or a size does not match
 */
export function parseShape(
  ...args: [x: Tensor, pattern: string] | [named: ParseShapeArguments]
): Record<string, number> {
  const { x, pattern } = parseArgs<ParseShapeArguments>('parseShape', ['x', 'pattern'], {}, args);
  if (!isTensor(x)) throw new ArgumentError(`parseShape: expected a tensor, but got ${kindOf(x)}`);
  const { groups } = parseExpression('parseShape', textOf('parseShape', pattern), { underscore: true });
  if (groups.some((group) => group.length > 1)) {
    throw new ArgumentError(`parseShape: expected a pattern without axes in parentheses, but got '${pattern}'`);
  }
  const { shape } = x;
  const at = groups.findIndex(([axis]) => axis?.name === ELLIPSIS);
  const fits = at < 0 ? shape.length === groups.length : shape.length >= groups.length - 1;
  if (!fits) {
    throw new ShapeError(
      `parseShape: expected as many dimensions as '${pattern}' has, but got shape ${showShape(shape)}`,
    );
  }
  const sizes: Record<string, number> = {};
  groups.forEach(([axis], i) => {
    if (i === at) return;
    const size = shape[at >= 0 && i > at ? shape.length - groups.length + i : i]!;
    const expected = axis ? axis.size : 1;
    if (expected !== null && expected !== size) {
      throw new ShapeError(
        `parseShape: expected a size of ${expected} by '${pattern}', but got ${size} of shape ${showShape(shape)}`,
      );
    }
    if (axis && axis.size === null && axis.name !== '_') sizes[axis.name] = size;
  });
  return sizes;
}
