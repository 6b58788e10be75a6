// Views of views: merges consecutive operations that only move elements into one, or into none. Pure.

import { contiguousStrides, type Shape, sameShape } from '../../core/meta';
import type { LoweredProgram, StridedView } from '../ir';

/** Every view of up to this many dimensions can be lowered. */
const MAX_RANK = 8;

/** Makes a view of a view read directly from the input of the first view. */
export function composeViews({ program, lowerings }: LoweredProgram): LoweredProgram {
  const nodes = [...program.nodes];
  const changed = [...lowerings];
  const producer = new Map<number, number>();
  /** For each value: an earlier value with the same elements in the same shape; itself if there is none. */
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
    // The attributes must say what the node does now: `shareEqual` compares nodes by them.
    nodes[n] = { ...node, attrs: view, inputs: [nodes[p]!.inputs[0]!] };
    changed[n] = viewingOf(inner)!.lower(view);
  });
  return { program: { ...program, nodes }, lowerings: changed };
}

const viewingOf = (lowering: LoweredProgram['lowerings'][number]) =>
  'viewing' in lowering ? lowering.viewing : undefined;

/** The view `outer` of the result of the view `inner`, as one view; null if no strides describe it. */
export function compose(inner: StridedView, outer: StridedView): StridedView | null {
  if (isWhole(inner)) return { ...outer, offset: inner.offset + outer.offset };
  const start = indicesOf(outer.offset, inner.shape);
  if (outer.shape.includes(0) || inner.shape.includes(0) || !start) return null;
  /** The least and the greatest index that occur in each dimension of `inner`. */
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
  // In a contiguous result, an index past the end of a dimension carries into the next dimension; `inner`'s strides do
  // not.
  if (!inner.shape.every((size, k) => low[k]! >= 0 && high[k]! < size)) return null;
  return {
    shape: outer.shape,
    strides,
    offset: start.reduce((sum, at, k) => sum + at * inner.strides[k]!, inner.offset),
  };
}

/** Whether a view is contiguous. */
export const isWhole = ({ shape, strides }: StridedView): boolean => sameShape(strides, contiguousStrides(shape));

/** The indices of the element at `place` of a contiguous shape; null if there is no such element. */
function indicesOf(place: number, shape: Shape): number[] | null {
  let rest = place;
  const indices = contiguousStrides(shape).map((stride) => {
    const at = Math.floor(rest / stride);
    rest -= at * stride;
    return at;
  });
  return rest === 0 && place >= 0 ? indices : null;
}

/**
 * How far a step of `stride` elements moves in each dimension of a contiguous shape; null if it moves in more than one.
 */
function stepsOf(stride: number, shape: Shape): number[] | null {
  const steps = indicesOf(Math.abs(stride), shape);
  // Repeated steps in several dimensions at once could carry from one dimension to the next.
  if (!steps || steps.filter((by) => by !== 0).length > 1) return null;
  return steps.map((by) => Math.sign(stride) * by);
}
