// The numbers of a Constant node.
import type { NodeMessage, TensorMessage } from '../proto/messages';
import { refuse } from './check';
import { hostArrayOf } from './tensors';
import { HostArray } from './values';

/** The numbers of a Constant node as an array. */
export function constantOf(node: NodeMessage, { half }: { readonly half: boolean }): HostArray {
  for (const { name, t, f, i, floats, ints } of node.attributes) {
    if (name === 'value' && t) return hostArrayOf(named(t, node), { half });
    if (name === 'value_float' && f !== undefined) return new HostArray([], 'float32', [f]);
    if (name === 'value_int' && i !== undefined) return new HostArray([], 'int64', [i]);
    if (name === 'value_floats') return new HostArray([floats?.length ?? 0], 'float32', floats ?? []);
    if (name === 'value_ints') return HostArray.of(ints ?? []);
  }
  return refuse(node, 'expected numbers, but got a constant of another kind, which is not supported');
}

/** Tensors in nodes often have no name; they take that of the node's output. */
const named = (tensor: TensorMessage, { outputs }: NodeMessage): TensorMessage =>
  tensor.name === '' ? { ...tensor, name: outputs[0] ?? '' } : tensor;
