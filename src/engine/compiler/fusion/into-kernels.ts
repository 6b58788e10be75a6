// Makes a cluster of pointwise nodes a part of another node's kernels, before the first or after the last of them.
import { type Lowering, type ProgramNode, recordedNodes } from '../ir';
import { type Epilogue, withEpilogue, withPrologue } from './inline';
import type { Cluster } from './pointwise';

export type PassesLowering = Lowering & { readonly kind: 'passes' };

/** A node, and how it is computed. */
export interface Fused {
  readonly node: ProgramNode;
  readonly lowering: Lowering;
}

/** A node with kernels, and the nodes that become a part of it. */
interface Kernels {
  readonly node: ProgramNode;
  readonly lowering: PassesLowering;
  readonly fused: readonly ProgramNode[];
}

/** The first kernel computes its input 0 from `externals`; the external at `slot` becomes the kernel's input 0. */
export function prepended(
  { node, lowering: { passes, scratch }, fused }: Kernels,
  cluster: Cluster,
  externals: readonly number[],
  slot: number,
): Fused {
  const first = withPrologue(passes[0]!, cluster, slot, node.inputs.length);
  const others = externals.filter((_, e) => e !== slot);
  const inputs = [externals[slot]!, ...node.inputs.slice(1), ...others];
  return {
    node: { ...node, inputs, fused: [...fused, ...recordedNodes(node)] },
    lowering: { kind: 'passes', passes: [first, ...passes.slice(1)], scratch },
  };
}

/**
 * The last kernel goes on computing from its output 0 and from `externals`, and stores `outputs`. The first of these
 * replaces output 0.
 */
export function appended(
  { node, lowering: { passes, scratch, pooled }, fused }: Kernels,
  epilogue: Epilogue,
  externals: readonly number[],
  [main, ...others]: readonly [number, ...number[]],
): Fused {
  const last = withEpilogue(passes.at(-1)!, epilogue, node.inputs.length, node.outputs.length);
  return {
    node: {
      ...node,
      inputs: [...node.inputs, ...externals],
      outputs: [main, ...node.outputs.slice(1), ...others],
      fused: [...recordedNodes(node), ...fused],
    },
    lowering: {
      kind: 'passes',
      passes: [...passes.slice(0, -1), last],
      scratch,
      ...(pooled && others.length === 0 && { pooled: pooledWith(pooled, epilogue, node.inputs.length) }),
    },
  };
}

type Pooled = NonNullable<PassesLowering['pooled']>;

/** The lowering that also pools the results, with the epilogue applied before the pooling. */
const pooledWith =
  (pooled: Pooled, epilogue: Epilogue, firstInput: number): Pooled =>
  (pooling) => {
    const lowering = pooled(pooling);
    if (lowering?.kind !== 'passes') return undefined;
    const { passes, scratch } = lowering;
    const last = withEpilogue(passes.at(-1)!, epilogue, firstInput, 2, 'finish');
    return { kind: 'passes', passes: [...passes.slice(0, -1), last], scratch };
  };
