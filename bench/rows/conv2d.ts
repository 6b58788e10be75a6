// Rows of 2-D convolutions with a 3×3 kernel and padding 1: forward, and with both gradients.
import { nn } from 'lamplight';
import { filter, image, normal } from '../inputs';
import type { FunctionRow } from './row';

const { conv2d } = nn.functional;

interface Case {
  letter: string;
  batch: number;
  from: number;
  to: number;
  size: number;
}

const cases: Case[] = [
  { letter: 'a', batch: 32, from: 16, to: 32, size: 28 },
  { letter: 'b', batch: 8, from: 64, to: 64, size: 28 },
];

const row = (kind: 'forward' | 'gradients', { letter, batch, from, to, size }: Case): FunctionRow => {
  const flops = 2 * batch * size * size * from * to * 9;
  const forward = kind === 'forward';
  return {
    kind,
    name: forward ? `conv-${letter}` : `conv-${letter}-gradients`,
    title: `conv2d ${forward ? 'forward' : 'forward + both gradients'} (${letter}) x[${batch},${from},${size},${size}] w[${to},${from},3,3]`,
    flops: forward ? flops : 3 * flops,
    tolerance: 1e-4,
    goal: forward ? 2 : 2.7,
    inputs: () => [
      normal(1, [batch, from, size, size], 1, { tfjs: image }),
      normal(2, [to, from, 3, 3], 1 / Math.sqrt(9 * from), { tfjs: filter }),
    ],
    output: { shape: [batch, to, size, size], tfjs: image },
    lamplight: (x, w) => conv2d(x!, w!, { padding: 1 }),
    tfjs: (tf, x, w) => tf.conv2d(x!, w!, 1, 'same'),
    jax: ({ lax }, x, w) =>
      lax.convGeneralDilated(
        x!,
        w!,
        [1, 1],
        [
          [1, 1],
          [1, 1],
        ],
      ),
  };
};

export const convolutions = [
  ...cases.map((given) => row('forward', given)),
  ...cases.map((given) => row('gradients', given)),
];
