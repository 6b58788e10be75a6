// A product that is read transposed alone is computed transposed, instead of a copy in another order: the gradient of `a.matmul(b.t())` by b,
// for example. Pure.

import { contiguousStrides, sameShape } from '../../core/meta';
import type { LoweredProgram, Lowering, StridedView } from '../ir';

/** Computes the views that swap the last two dimensions of a product which nothing else reads. */
export function turnProducts(
  { program, lowerings }: LoweredProgram,
  withTexts: (lowering: Lowering) => Lowering,
): LoweredProgram {
  const readers = new Int32Array(program.values.length);
  for (const { inputs } of program.nodes) for (const v of inputs) readers[v]!++;
  for (const v of program.exports) readers[v]!++;
  const producer = new Map<number, number>();
  const changed = [...lowerings];
  const nodes = program.nodes.map((node, n) => {
    for (const v of node.outputs) producer.set(v, n);
    const lowering = lowerings[n]!;
    const [from] = node.inputs;
    const p = from === undefined ? undefined : producer.get(from);
    if (p === undefined || readers[from!] !== 1 || !('viewing' in lowering) || node.scalarCount > 0) return node;
    const product = lowerings[p]!;
    if (product.kind !== 'passes' || !product.turned || !swapsLast(lowering.viewing?.view)) return node;
    const [a, b] = program.nodes[p]!.inputs;
    changed[n] = withTexts(product.turned());
    return { ...program.nodes[p]!, inputs: [b!, a!], outputs: node.outputs };
  });
  return { program: { ...program, nodes }, lowerings: changed };
}

/** Whether a view of a whole value swaps its last two dimensions. */
function swapsLast(view: StridedView | undefined): boolean {
  if (!view || view.offset !== 0 || view.shape.length < 2) return false;
  const turned = <T>(items: readonly T[]): T[] => [...items.slice(0, -2), items.at(-1)!, items.at(-2)!];
  return sameShape(view.strides, turned(contiguousStrides(turned(view.shape))));
}
