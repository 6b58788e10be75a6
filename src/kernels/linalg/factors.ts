// The passes that factor matrices and solve with triangular ones: a workgroup a matrix, or a column.
import faultLib from '../../../shaders/lib/fault.wgsl?raw';
import {
  fault,
  input,
  type LowerContext,
  type Lowering,
  output,
  type Pass,
  scratch,
  spare,
  u32,
} from '../../compiler/ir';
import { grid, gridFor } from '../../compiler/lowering';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, numel, type Shape } from '../../core/meta';
import { faultOp } from '../../gpu/faults';

const texts = {
  cholesky: '#linalg/cholesky',
  eigh: '#linalg/eigh',
  jacobi: '#linalg/jacobi',
  ldl: '#linalg/ldl',
  ldlSolve: '#linalg/ldlSolve',
  lu: '#linalg/lu',
  order: '#linalg/order',
  qr: '#linalg/qr',
  reflections: '#linalg/reflections',
  svd: '#linalg/svd',
  triangular: '#linalg/triangular',
} as const satisfies Record<string, Text>;

const WORKGROUP = 64;

interface Sizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
}

function sizesOf(shape: Shape): Sizes {
  const [m, n] = shape.slice(-2) as [number, number];
  return { batch: numel(shape.slice(0, -2)), m, n };
}

const passes = (pass: Pass, ...scratches: number[]): Lowering => ({
  kind: 'passes',
  passes: [pass],
  scratch: scratches,
});

/** The function that reports a matrix that has no such factors; null where none is asked to. */
export interface CheckedAttrs {
  readonly checked: string | null;
}

const checking = (checked: string | null): Record<string, number> =>
  checked === null ? { CHECKED: 0 } : { CHECKED: 1, FAULT_OP: faultOp(checked) };

/** Outputs: L and U in one matrix, the pivots, and the order of the rows. */
export function lu({ inputs: [a], attrs: { checked } }: LowerContext<CheckedAttrs>): Lowering {
  const { batch, m, n } = sizesOf(a!.shape);
  return passes({
    source: [faultLib, texts.lu],
    label: 'luFactor',
    overrides: checking(checked),
    reads: [input(0)],
    writes: [output(0), output(1), output(2), checked === null ? spare : fault],
    params: [batch, m, n].map(u32),
    grid: grid(batch),
  });
}

/** Input: pivots. Output: the order of the rows. */
export function order({ inputs: [pivots], attrs: { rows } }: LowerContext<{ readonly rows: number }>): Lowering {
  const steps = pivots!.shape.at(-1)!;
  const batch = numel(pivots!.shape.slice(0, -1));
  return passes({
    source: [texts.order],
    label: 'luOrder',
    reads: [input(0)],
    writes: [output(0)],
    params: [batch, rows, steps].map(u32),
    grid: gridFor(batch, WORKGROUP),
  });
}

/** Outputs: L and D in one matrix, the pivots, and the place of the first zero on D's diagonal. */
export function ldl({ inputs: [a], attrs: { checked } }: LowerContext<CheckedAttrs>): Lowering {
  const { batch, n } = sizesOf(a!.shape);
  return passes({
    source: [faultLib, texts.ldl],
    label: 'ldlFactor',
    overrides: checking(checked),
    reads: [input(0)],
    writes: [output(0), output(1), output(2), checked === null ? spare : fault],
    params: [batch, n].map(u32),
    grid: grid(batch),
  });
}

/** Inputs: L and D, the pivots, and right-hand sides B. Output: X of A X = B. */
export function ldlSolve({ inputs: [, , b] }: LowerContext<unknown>): Lowering {
  const { batch, m, n } = sizesOf(b!.shape);
  return passes({
    source: [texts.ldlSolve],
    label: 'ldlSolve',
    reads: [input(0), input(1), input(2)],
    writes: [output(0)],
    params: [batch * n, m, n].map(u32),
    grid: grid(batch * n),
  });
}

/** Output: the lower factor. */
export function cholesky({ inputs: [a], attrs: { checked } }: LowerContext<CheckedAttrs>): Lowering {
  const { batch, n } = sizesOf(a!.shape);
  return passes({
    source: [faultLib, texts.cholesky],
    label: 'cholesky',
    overrides: checking(checked),
    reads: [input(0)],
    writes: [output(0), checked === null ? spare : fault],
    params: [batch, n].map(u32),
    grid: grid(batch),
  });
}

export interface TriangularAttrs {
  readonly upper: boolean;
  readonly unit: boolean;
}

/** Inputs: triangular matrices A, and right-hand sides B. Output: X of A X = B. */
export function triangular({ inputs: [, b], attrs: { upper, unit } }: LowerContext<TriangularAttrs>): Lowering {
  const { batch, m, n } = sizesOf(b!.shape);
  return passes({
    source: [texts.triangular],
    label: 'solveTriangular',
    overrides: { UPPER: upper ? 1 : 0, UNIT: unit ? 1 : 0 },
    reads: [input(0), input(1)],
    writes: [output(0)],
    params: [batch * n, m, n].map(u32),
    grid: grid(batch * n),
  });
}

/** Outputs: R over the reflections, and their factors. */
export function reflected({ inputs: [a] }: LowerContext<unknown>): Lowering {
  const { batch, m, n } = sizesOf(a!.shape);
  return passes({
    source: [texts.qr],
    label: 'qr',
    reads: [input(0)],
    writes: [output(0), output(1)],
    params: [batch, m, n].map(u32),
    grid: grid(batch),
  });
}

/** Inputs: the reflections, and their factors. Output: the first columns of their product. */
export function reflections({
  inputs: [packed, tau],
  attrs: { columns },
}: LowerContext<{ readonly columns: number }>): Lowering {
  const { batch, m, n } = sizesOf(packed!.shape);
  return passes({
    source: [texts.reflections],
    label: 'qr',
    reads: [input(0), input(1)],
    writes: [output(0)],
    params: [batch * columns, m, n, tau!.shape.at(-1)!, columns].map(u32),
    grid: gridFor(batch * columns, WORKGROUP),
  });
}

/** Outputs: the eigenvalues, ascending, and the eigenvectors. */
export function eigh({ inputs: [a], attrs: { upper } }: LowerContext<{ readonly upper: boolean }>): Lowering {
  const { batch, n } = sizesOf(a!.shape);
  const pass: Pass = {
    source: [texts.jacobi, texts.eigh],
    label: 'eigh',
    reads: [input(0)],
    writes: [output(0), output(1), scratch(0)],
    params: [batch, n, upper ? 1 : 0].map(u32),
    grid: grid(batch),
  };
  return passes(pass, batch * (2 * n * n + 2 * Math.ceil(n / 2)) * BYTES_PER_ELEMENT);
}

/** Outputs: the left vectors times the singular values, these, and the right vectors. */
export function svd({ inputs: [a] }: LowerContext<unknown>): Lowering {
  const { batch, m, n } = sizesOf(a!.shape);
  const pass: Pass = {
    source: [texts.jacobi, texts.svd],
    label: 'svd',
    reads: [input(0)],
    writes: [output(0), output(1), output(2), scratch(0)],
    params: [batch, m, n].map(u32),
    grid: grid(batch),
  };
  return passes(pass, batch * (m + n + 1) * n * BYTES_PER_ELEMENT);
}
