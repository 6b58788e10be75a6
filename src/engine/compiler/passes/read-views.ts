// Kernels that can read an operand by strides read a transposed or expanded value where it is, instead of a copy in
// another order. Pure.

import { contiguousStrides, type Meta, numel, sameShape } from '../../core/meta';
import type { LoweredProgram, Lowering, StridedView } from '../ir';
import { compose, isWhole } from './compose-views';
import { turnProducts } from './turn-products';

/**
 * Makes operations that can (`viewed`) read the values behind their inputs' views, and products be computed in the order
 * in which they are read. `withTexts` is the function of
 * texts.ts; it is a parameter so that this late part need not import the compiler.
 */
export function readViews(given: LoweredProgram, withTexts: (lowering: Lowering) => Lowering): LoweredProgram {
  const { program, lowerings } = turnProducts(given, withTexts);
  const { values } = program;
  /** For each value that is a view of another one: that value, and the view. */
  const behind = new Map<number, { readonly from: number; readonly view: StridedView }>();
  const changed = [...lowerings];
  const nodes = program.nodes.map((node, n) => {
    const lowering = changed[n]!;
    const [from, to] = [node.inputs[0]!, node.outputs[0]!];
    const view = node.scalarCount > 0 ? null : viewOf(lowering, values[from], values[to]!);
    if (view) {
      const inner = behind.get(from);
      const whole = inner && compose(inner.view, view);
      behind.set(to, whole ? { from: inner.from, view: whole } : { from, view });
    }
    if (lowering.kind !== 'passes' || !lowering.viewed) return node;
    const found = node.inputs.map((v) => behind.get(v)).map((one) => (one && isWhole(one.view) ? undefined : one));
    const reading = found.some(Boolean) && readingSome(lowering.viewed, found);
    if (!reading) return node;
    changed[n] = withTexts(reading.lowering);
    return { ...node, inputs: node.inputs.map((v, i) => (reading.taken[i] ? found[i]!.from : v)) };
  });
  return { program: { ...program, nodes }, lowerings: changed };
}

/** The lowering that reads as many of these views as it can: all, or one of the first two. */
function readingSome(
  viewed: (views: readonly (StridedView | undefined)[]) => Lowering | undefined,
  found: readonly ({ readonly view: StridedView } | undefined)[],
) {
  for (const take of [() => true, (i: number) => i === 0, (i: number) => i === 1]) {
    const taken = found.map((one, i) => one !== undefined && take(i));
    const lowering = taken.includes(true) && viewed(found.map((one, i) => (taken[i] ? one!.view : undefined)));
    if (lowering) return { lowering, taken };
  }
  return undefined;
}

/** The view of input 0 that a lowering makes: elements in another order or shape, or repeated. */
function viewOf(lowering: Lowering, from: Meta | undefined, to: Meta): StridedView | null {
  if ('viewing' in lowering && lowering.viewing) return lowering.viewing.view;
  const isSame = from?.dtype === to.dtype && numel(from.shape) === numel(to.shape);
  if (isSame && lowering.kind === 'alias' && lowering.byteOffset === 0) {
    return { shape: to.shape, strides: contiguousStrides(to.shape), offset: 0 };
  }
  const repeats = lowering.kind === 'pointwise' && lowering.body.expr === 'a0' && from?.dtype === to.dtype;
  if (!from || !repeats || sameShape(from.shape, to.shape)) return null;
  const lead = to.shape.length - from.shape.length;
  const own = contiguousStrides(from.shape);
  const strides = to.shape.map((_, d) => (d < lead || from.shape[d - lead] === 1 ? 0 : own[d - lead]!));
  return { shape: to.shape, strides, offset: 0 };
}
