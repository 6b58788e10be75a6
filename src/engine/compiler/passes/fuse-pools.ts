// Fusion of poolings: a kernel that can pool its own results does so, and never stores the unpooled values. Pure.

import { numel } from '../../core/meta';
import type { LoweredProgram, Lowering, ProgramNode } from '../ir';
import { recordedNodes } from '../ir';

/**
 * Joins a max pooling whose windows lie side by side with the node that computes its input, if that node's kernel can
 * pool its results and no other node reads them. Reshapes that leave the images unchanged may come in between.
 */
export function fusePools({ program, lowerings }: LoweredProgram): LoweredProgram {
  const { values, nodes, exports } = program;
  const producer = new Int32Array(values.length).fill(-1);
  const readers = new Int32Array(values.length);
  for (const v of exports) readers[v]!++;
  nodes.forEach((node, n) => {
    for (const v of node.outputs) producer[v] = n;
    for (const v of node.inputs) readers[v]!++;
  });
  /** The nodes that only this value needs, nearest first: reshapes, then the node that computes it. */
  const leadingTo = (v: number): number[] => {
    const n = producer[v]!;
    if (n < 0 || readers[v] !== 1 || nodes[n]!.outputs.length > 1) return [];
    const lowering = lowerings[n]!;
    if (lowering.kind !== 'alias') return [n];
    const [from] = nodes[n]!.inputs as [number];
    const whole = lowering.byteOffset === 0 && numel(values[from]!.shape) === numel(values[v]!.shape);
    return whole ? [n, ...leadingTo(from)] : [];
  };
  const replaced = new Map<number, { readonly node: ProgramNode; readonly lowering: Lowering } | null>();
  nodes.forEach((node, n) => {
    const window = node.op.windows?.(node.attrs);
    const own = lowerings[n]!;
    if (!window || own.kind !== 'passes' || own.passes.some(({ extras }) => extras)) return;
    const [x] = node.inputs as [number];
    const leading = leadingTo(x);
    const from = leading.at(-1) ?? -1;
    const lowering = lowerings[from];
    if (lowering?.kind !== 'passes' || values[nodes[from]!.outputs[0]!]!.dtype !== 'float32') return;
    const size = values[x]!.shape.slice(-2) as [number, number];
    const kept = values[node.outputs[0]!]!.shape.slice(-2);
    // The kernel pools whole windows only, so no window may reach past the end of the image.
    if (kept.some((count, d) => count * window[d]! > size[d]!)) return;
    const pooled = lowering.pooled?.({ size, window });
    if (pooled?.kind !== 'passes') return;
    const fused = [...recordedNodes(nodes[from]!), ...recordedNodes(node)];
    for (const l of [...leading, n]) replaced.set(l, null);
    replaced.set(from, { node: { ...nodes[from]!, outputs: node.outputs, fused }, lowering: named(pooled, own) });
  });
  if (replaced.size === 0) return { program, lowerings };
  const result = nodes.flatMap((node, n) => {
    const by = replaced.get(n);
    return by === null ? [] : [by ?? { node, lowering: lowerings[n]! }];
  });
  return {
    program: { ...program, nodes: result.map(({ node }) => node) },
    lowerings: result.map(({ lowering }) => lowering),
  };
}

type Passes = Lowering & { readonly kind: 'passes' };

/** The pooled lowering with the pooling's name in the label of its last kernel. */
function named(pooled: Passes, { passes: [pool] }: Passes): Lowering {
  const last = pooled.passes.at(-1)!;
  const label = `${last.label} ${pool!.label}`;
  return { ...pooled, passes: [...pooled.passes.slice(0, -1), { ...last, label }] };
}
