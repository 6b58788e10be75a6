// The rank of a node's output, if it follows from the ranks of the inputs. Layers are chosen by rank.
import type { NodeMessage } from '../proto/messages';
import { type Known, Slot, Weight } from './known';
import { HostArray } from './values';

const rankOf = (known: Known | null | undefined): number | null => {
  if (known instanceof Slot) return known.rank;
  return known instanceof Weight || known instanceof HostArray ? known.shape.length : null;
};

/** Operators whose inputs broadcast. */
const broadcasting: ReadonlySet<string> = new Set([
  ...[
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Pow',
    'Max',
    'Min',
    'Sum',
    'Mean',
    'Where',
    'Equal',
    'Greater',
    'Less',
    'And',
    'Or',
    'MatMul',
  ],
]);

/** Operators that keep the rank of their first input. */
const keeping: ReadonlySet<string> = new Set([
  ...[
    'Relu',
    'Clip',
    'Sigmoid',
    'Tanh',
    'Erf',
    'Exp',
    'Log',
    'Sqrt',
    'Abs',
    'Neg',
    'Cast',
    'Identity',
    'Softmax',
    'Dropout',
  ],
  ...[
    'LeakyRelu',
    'Elu',
    'HardSigmoid',
    'HardSwish',
    'Gelu',
    'Transpose',
    'Concat',
    'Slice',
    'Pad',
    'Resize',
    'Upsample',
  ],
  ...[
    'Conv',
    'ConvTranspose',
    'MaxPool',
    'AveragePool',
    'GlobalAveragePool',
    'GlobalMaxPool',
    'BatchNormalization',
    'LRN',
  ],
  ...[
    'InstanceNormalization',
    'QuantizeLinear',
    'DequantizeLinear',
    'Split',
    'DepthToSpace',
    'SpaceToDepth',
    'PRelu',
    'Tile',
  ],
]);

/** The rank of a node's first output; null if unknown. */
export function rankAfter(node: NodeMessage, inputs: readonly (Known | null)[]): number | null {
  const { opType } = node;
  const [first, second] = inputs;
  const rank = rankOf(first);
  if (broadcasting.has(opType)) {
    const ranks = inputs.map(rankOf);
    return ranks.includes(null) ? null : Math.max(...(ranks as number[]));
  }
  if (keeping.has(opType)) return rank;
  if (opType === 'Flatten' || opType === 'Gemm') return 2;
  if (opType === 'Reshape') {
    return second instanceof HostArray ? second.numel : second instanceof Slot ? (second.shapeOf?.rank ?? null) : null;
  }
  if (opType === 'Gather') {
    const indices = rankOf(second);
    return rank === null || indices === null ? null : rank + indices - 1;
  }
  if (opType === 'Unsqueeze') {
    const axes =
      second instanceof HostArray ? second.numel : node.attributes.find(({ name }) => name === 'axes')?.ints?.length;
    return rank === null || axes === undefined ? null : rank + axes;
  }
  return null;
}
