// Rows of matrix products, square and not.
import { normal } from '../inputs';
import { matmulProgram } from '../kernels/matmul';
import type { FunctionRow } from './row';

/** The row of [m, k] · [k, n]. */
export function product([m, k, n]: readonly [number, number, number], rest: Partial<FunctionRow> = {}): FunctionRow {
  const square = m === k && k === n;
  return {
    kind: 'forward',
    name: `matmul-${square ? n : [m, k, n].join('x')}`,
    title: `matmul ${square ? `${n}³` : [m, k, n].join('×')}`,
    flops: 2 * m * k * n,
    tolerance: 1e-5,
    goal: 1,
    inputs: () => [normal(1, [m, k]), normal(2, [k, n])],
    output: { shape: [m, n] },
    lamplight: (a, b) => a!.matmul(b!),
    tfjs: (tf, a, b) => tf.matMul(a!, b!),
    jax: ({ numpy: np }, a, b) => np.matmul(a!, b!),
    ...rest,
  };
}

const square = (n: number, goal: number) => product([n, n, n], { goal, handWritten: () => matmulProgram(n) });

export const matmuls = [square(256, 1), square(512, 1.25), square(1024, 1.25)];
