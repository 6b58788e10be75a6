// Views of views: movements of elements that follow each other become one, or none. Pure.

import { contiguousStrides, type Shape, sameShape } from '../../core/meta';
import type { LoweredProgram, View } from '../ir';

/** Dimensions that any view of so many can be lowered with. */
const MAX_RANK = 8;

/** Reads a view of a view straight from what the first one reads, where that is a view too. */
export function composeViews({ program, lowerings }: LoweredProgram): LoweredProgram {
  const nodes = [...program.nodes];
  const changed = [...lowerings];
  const producer = new Map<number, number>();
  /** The value that these are all the elements of, in the same shape. */
  const root = Int32Array.from(program.values.keys());
  nodes.forEach((node, n) => {
    for (const v of node.outputs) producer.set(v, n);
    const outer = changed[n]!;
    const [from, to] = [node.inputs[0]!, node.outputs[0]!];
    const same = outer.kind === 'alias' && outer.byteOffset === 0;
    if (same && sameShape(program.values[from]!.shape, program.values[to]!.shape)) root[to] = root[from]!;
    const p = producer.get(root[from]!) ?? -1;
    const inner = changed[p];
    if (!viewingOf(outer) || !inner || !viewingOf(inner)) return;
    const view = compose(viewingOf(inner)!.view, viewingOf(outer)!.view);
    if (!view || view.shape.length > MAX_RANK) return;
    // Attributes tell nodes apart, and what this one does is now this view.
    nodes[n] = { ...node, attrs: view, inputs: [nodes[p]!.inputs[0]!] };
    changed[n] = viewingOf(inner)!.lower(view);
  });
  return { program: { ...program, nodes }, lowerings: changed };
}

const viewingOf = (lowering: LoweredProgram['lowerings'][number]) =>
  'viewing' in lowering ? lowering.viewing : undefined;

/** The part of `inner` that `outer` selects, as one view; null where no strides describe it. */
export function compose(inner: View, outer: View): View | null {
  if (isWhole(inner)) return { ...outer, offset: inner.offset + outer.offset };
  const start = indicesOf(outer.offset, inner.shape);
  if (outer.shape.includes(0) || inner.shape.includes(0) || !start) return null;
  /** The least and greatest index that is met in each dimension of `inner`. */
  const low = [...start];
  const high = [...start];
  const strides: number[] = [];
  for (const [d, size] of outer.shape.entries()) {
    const stride = outer.strides[d]!;
    const step = size === 1 ? inner.shape.map(() => 0) : stepsOf(stride, inner.shape);
    if (!step) return null;
    step.forEach((by, k) => {
      if (by < 0) low[k]! += by * (size - 1);
      else high[k]! += by * (size - 1);
    });
    strides.push(step.reduce((sum, by, k) => sum + by * inner.strides[k]!, 0));
  }
  // An index that runs past the end of a dimension would go on in the next one.
  if (!inner.shape.every((size, k) => low[k]! >= 0 && high[k]! < size)) return null;
  return {
    shape: outer.shape,
    strides,
    offset: start.reduce((sum, at, k) => sum + at * inner.strides[k]!, inner.offset),
  };
}

/** Whether elements that follow each other lie together. */
const isWhole = ({ shape, strides }: View): boolean => sameShape(strides, contiguousStrides(shape));

/** The indices of an element of a contiguous shape. */
function indicesOf(place: number, shape: Shape): number[] | null {
  let rest = place;
  const indices = contiguousStrides(shape).map((stride) => {
    const at = Math.floor(rest / stride);
    rest -= at * stride;
    return at;
  });
  return rest === 0 && place >= 0 ? indices : null;
}

/** How many indices of each dimension of a contiguous shape a step of `stride` elements goes: one dimension at most. */
function stepsOf(stride: number, shape: Shape): number[] | null {
  const steps = indicesOf(Math.abs(stride), shape);
  // A step of several dimensions at once could carry from one to the next on the way.
  if (!steps || steps.filter((by) => by !== 0).length > 1) return null;
  return steps.map((by) => Math.sign(stride) * by);
}
