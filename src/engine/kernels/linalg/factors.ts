// The passes that factor matrices and solve triangular systems: one workgroup per matrix, or by blocks for large
// matrices.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import {
  fault,
  grid,
  gridFor,
  input,
  type LowerContext,
  type Lowering,
  output,
  type ParamFields,
  type Pass,
  scratch,
  spare,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, numel, type Shape } from '../../core/meta';
import { faultOp } from '../../gpu/fault-errors';

const texts = {
  cholesky: '#linalg/cholesky',
  choleskyBlocked: '#linalg/choleskyBlocked',
  eigh: '#linalg/eigh',
  eighBlocked: '#linalg/eighBlocked',
  jacobi: '#linalg/jacobi',
  jacobiBlocks: '#linalg/jacobiBlocks',
  ldl: '#linalg/ldl',
  ldlSolve: '#linalg/ldlSolve',
  lu: '#linalg/lu',
  luBlocked: '#linalg/luBlocked',
  order: '#linalg/order',
  qr: '#linalg/qr',
  reflections: '#linalg/reflections',
  svd: '#linalg/svd',
  svdBlocked: '#linalg/svdBlocked',
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

/**
 * The number of columns, or rows, of a block. A workgroup factors a block by itself, or an invocation takes a column of
 * it.
 */
const BLOCK = 32;

/** The side of the tile that an invocation updates in the rest of the matrix, after a block. */
const TILE = 4;

/**
 * Matrices of at least this size are factored by blocks. Measured on SwiftShader, in ms by blocks and by one workgroup:
 * Cholesky of 64 rows 12 and 3, of 128 15 and 45, of 256 51 and 173; LU of 64 rows 55 and 41, of 128 27 and 38, of 256 72
 * and 206.
 */
const LARGE = 96;

/**
 * With at least this many columns, eigenvectors and singular vectors are computed by blocks. Measured on SwiftShader, in
 * ms by blocks and by one workgroup: eigh of 100 rows 230 and 250, of 130 400 and 550, of 256 1700 and 4100; svd of 130
 * rows 710 and 450, of 256 3300 and 2900. A GPU runs many more workgroups at a time, which blocks can use.
 */
const LARGE_EIGH = 128;
const LARGE_SVD = 256;

/** A pass of a blocked kernel: its entry point, and its workgroups. */
type BlockPass = readonly [entry: string, grid: Pass['grid']];

/** Divides `count` columns into blocks; gives the first and the end index of each. */
const blocksOf = (count: number): (readonly [first: number, end: number])[] =>
  Array.from({ length: Math.ceil(count / BLOCK) }, (_, i) => [i * BLOCK, Math.min((i + 1) * BLOCK, count)] as const);

const invocations = (count: number): Pass['grid'] => gridFor(count, WORKGROUP);

const tiles = (rows: number, columns: number): number => Math.ceil(rows / TILE) * Math.ceil(columns / TILE);

/** The passes of a factorization by blocks of columns. `begin` comes first. */
function factoring(
  pass: Omit<Pass, 'entry' | 'params' | 'grid'>,
  sizes: ParamFields,
  columns: number,
  { begin, block }: { readonly begin: number; block(first: number, end: number): readonly BlockPass[] },
): Lowering {
  const made = (entry: string, size: Pass['grid'], first: number, end: number): Pass => ({
    ...pass,
    entry,
    params: { ...sizes, first, end },
    grid: size,
  });
  const behind = blocksOf(columns).flatMap(([first, end]) =>
    block(first, end).map(([entry, size]) => made(entry, size, first, end)),
  );
  return { kind: 'passes', passes: [made('begin', invocations(begin), 0, 0), ...behind] };
}

/** The name of the function that reports a matrix without such factors; null if none is to be reported. */
export interface CheckedAttrs {
  readonly checked: string | null;
}

const checking = (checked: string | null): Record<string, number> =>
  checked === null ? { CHECKED: 0 } : { CHECKED: 1, FAULT_OP: faultOp(checked) };

/** Outputs: L and U in one matrix, the pivots, and the order of the rows. */
export function lu({ inputs: [a], attrs: { checked } }: LowerContext<CheckedAttrs>): Lowering {
  const { batch, m, n } = sizesOf(a!.shape);
  const pass = {
    label: 'luFactor',
    overrides: checking(checked),
    reads: [input(0)],
    writes: [output(0), output(1), output(2), checked === null ? spare : fault],
  };
  const columns = Math.min(m, n);
  if (columns < LARGE) {
    return passes({ ...pass, source: [faultLib, texts.lu], params: { batch, m, n }, grid: grid(batch) });
  }
  return factoring({ ...pass, source: [faultLib, texts.luBlocked] }, { batch, m, n }, columns, {
    begin: batch * m * n,
    block: (first, end) => [
      ['panel', grid(batch)],
      ['columns', invocations(batch * (n - (end - first)))],
      ['trail', invocations(batch * tiles(m - end, n - end))],
    ],
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
    params: { batch, m: rows, steps },
    grid: gridFor(batch, WORKGROUP),
  });
}

/** Outputs: L and D in one matrix, the pivots, and the index of the first zero on D's diagonal. */
export function ldl({ inputs: [a], attrs: { checked } }: LowerContext<CheckedAttrs>): Lowering {
  const { batch, n } = sizesOf(a!.shape);
  return passes({
    source: [faultLib, texts.ldl],
    label: 'ldlFactor',
    overrides: checking(checked),
    reads: [input(0)],
    writes: [output(0), output(1), output(2), checked === null ? spare : fault],
    params: { batch, n },
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
    params: { count: batch * n, n: m, columns: n },
    grid: grid(batch * n),
  });
}

/** Output: the lower factor. */
export function cholesky({ inputs: [a], attrs: { checked } }: LowerContext<CheckedAttrs>): Lowering {
  const { batch, n } = sizesOf(a!.shape);
  const pass = {
    label: 'cholesky',
    overrides: checking(checked),
    reads: [input(0)],
    writes: [output(0), checked === null ? spare : fault],
  };
  if (n < LARGE) {
    return passes({ ...pass, source: [faultLib, texts.cholesky], params: { batch, n }, grid: grid(batch) });
  }
  return factoring({ ...pass, source: [faultLib, texts.choleskyBlocked] }, { batch, n }, n, {
    begin: batch * n * n,
    block: (_, end) => [
      ['corner', grid(batch)],
      ['panel', invocations(batch * (n - end))],
      ['trail', invocations(batch * tiles(n - end, n - end))],
    ],
  });
}

export interface TriangularAttrs {
  readonly upper: boolean;
  readonly unit: boolean;
}

/**
 * Inputs: triangular matrices A, and right-hand sides B. Output: X of A X = B. Rows are solved
 * in blocks. Measured on SwiftShader beside one workgroup a column: 64 columns of 64 rows take 3 ms rather than 252, 128
 * of 128 rows 39 rather than 942; but one column of 128 rows takes 15 ms rather than 5.
 */
export function triangular({ inputs: [, b], attrs: { upper, unit } }: LowerContext<TriangularAttrs>): Lowering {
  const { batch, m, n } = sizesOf(b!.shape);
  const blocks = upper ? blocksOf(m).reverse() : blocksOf(m);
  const made = blocks.flatMap(([first, end], i) => {
    const pass = (entry: string, count: number): Pass => ({
      source: [texts.triangular],
      label: 'solveTriangular',
      entry,
      overrides: { UPPER: upper ? 1 : 0, UNIT: unit ? 1 : 0 },
      reads: [input(0), input(1)],
      writes: [output(0)],
      params: { batch, n: m, columns: n, first, end, fresh: i === 0 ? 1 : 0 },
      grid: invocations(count),
    });
    return [pass('corner', batch * n), pass('trail', batch * tiles(upper ? first : m - end, n))];
  });
  return { kind: 'passes', passes: made };
}

/** Outputs: R with the reflections below its diagonal, and the factors of the reflections. */
export function reflected({ inputs: [a] }: LowerContext<unknown>): Lowering {
  const { batch, m, n } = sizesOf(a!.shape);
  const made = (entry: string, size: Pass['grid'], first: number, end: number, until: number): Pass => ({
    source: [texts.qr],
    label: 'qr',
    entry,
    reads: [input(0)],
    writes: [output(0), output(1)],
    params: { batch, m, n, first, end, until },
    grid: size,
  });
  const columns = Math.min(m, n);
  if (columns < LARGE) return passes(made('main', grid(batch), 0, columns, n));
  return {
    kind: 'passes',
    passes: blocksOf(columns).flatMap(([first, end]) => [
      made('main', grid(batch), first, end, end),
      made('trail', invocations(batch * (n - end)), first, end, end),
    ]),
  };
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
    params: { invocations: batch * columns, m, n, count: tau!.shape.at(-1)!, columns },
    grid: gridFor(batch * columns, WORKGROUP),
  });
}

/** The number of columns of a block that is rotated together with another. */
const TURNED = 16;
const PAIR = 2 * TURNED;

/**
 * The maximum number of sweeps. Convergence is quadratic; after a sweep without rotations, later sweeps return at once.
 */
const SWEEPS = { eigh: 16, svd: 24 } as const;

/**
 * The passes of Jacobi's rotations by pairs of blocks: `begin`; for each round of each sweep `corner`, `turn` and
 * `back`; then `ends`. The m rows of the rotated matrix are followed by the n rows of the product of all rotations.
 * `back`: the number of invocations per matrix of that pass.
 */
function turning(
  kind: keyof typeof SWEEPS,
  pass: Omit<Pass, 'label' | 'entry' | 'params' | 'grid'>,
  { batch, m, n }: Sizes,
  { back, more, ends }: { readonly back: number; readonly more: ParamFields; readonly ends: readonly string[] },
): Lowering {
  const pairs = Math.ceil(n / PAIR);
  const made = (entry: string, size: Pass['grid'], sweep = 0, round = 0): Pass => ({
    ...pass,
    label: kind,
    entry,
    params: { batch, m, n, ...more, sweep, round },
    grid: size,
  });
  const sweeps = Array.from({ length: SWEEPS[kind] }, (_, sweep) =>
    Array.from({ length: 2 * pairs - 1 }, (__, round) => [
      made('corner', grid(batch * pairs), sweep, round),
      made('turn', invocations(batch * Math.ceil((m + n) / TILE) * pairs * (PAIR / TILE)), sweep, round),
      made('back', invocations(batch * back), sweep, round),
    ]),
  );
  const floats = batch * (2 * (m + n) * n + pairs * PAIR ** 2 + n + 1);
  return {
    kind: 'passes',
    passes: [
      made('begin', grid(batch)),
      ...sweeps.flat(2),
      ...ends.map((entry) => made(entry, invocations(batch * n))),
    ],
    scratch: [floats * BYTES_PER_ELEMENT, batch * SWEEPS[kind] * BYTES_PER_ELEMENT],
  };
}

/** Outputs: the eigenvalues, ascending, and the eigenvectors. */
export function eigh({ inputs: [a], attrs: { upper } }: LowerContext<{ readonly upper: boolean }>): Lowering {
  const { batch, n } = sizesOf(a!.shape);
  const side = upper ? 1 : 0;
  if (n >= LARGE_EIGH) {
    const pass = {
      source: [texts.jacobi, texts.jacobiBlocks, texts.eighBlocked],
      reads: [input(0)],
      writes: [output(0), output(1), scratch(0), scratch(1)],
    };
    const back = (Math.ceil(n / PAIR) * (PAIR / TILE) + Math.ceil(n / TILE)) * Math.ceil(n / TILE);
    return turning('eigh', pass, { batch, m: n, n }, { back, more: { upper: side }, ends: ['finish'] });
  }
  const pass: Pass = {
    source: [texts.jacobi, texts.eigh],
    label: 'eigh',
    reads: [input(0)],
    writes: [output(0), output(1), scratch(0)],
    params: { batch, n, upper: side },
    grid: grid(batch),
  };
  return passes(pass, batch * (2 * n * n + 2 * Math.ceil(n / 2)) * BYTES_PER_ELEMENT);
}

/** Outputs: the left vectors times the singular values, the singular values, and the right vectors. */
export function svd({ inputs: [a] }: LowerContext<unknown>): Lowering {
  const { batch, m, n } = sizesOf(a!.shape);
  if (n >= LARGE_SVD) {
    const pass = {
      source: [texts.jacobi, texts.jacobiBlocks, texts.svdBlocked],
      reads: [input(0)],
      writes: [output(0), output(1), output(2), scratch(0), scratch(1)],
    };
    return turning('svd', pass, { batch, m, n }, { back: (m + n) * n, more: {}, ends: ['lengths', 'finish'] });
  }
  const pass: Pass = {
    source: [texts.jacobi, texts.svd],
    label: 'svd',
    reads: [input(0)],
    writes: [output(0), output(1), output(2), scratch(0)],
    params: { batch, m, n },
    grid: grid(batch),
  };
  return passes(pass, batch * (m + n + 1) * n * BYTES_PER_ELEMENT);
}
