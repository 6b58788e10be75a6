// How a matrix product is divided among invocations: the tiles that its kernels can have, and which is chosen where.
import type { AdapterProfile } from '../gpu/device';

/** y[batch, m, n] = Σ_k a[batch, m, k] · b[batch, k, n] */
export interface MatmulShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly batch: number;
}

/** An invocation computes tm × tn elements in registers; with `side` 2, four neighbours share what they load. */
export interface RegisterTile {
  readonly kernel: 'registers';
  readonly side: 1 | 2;
  readonly tm: number;
  readonly tn: number;
}

export type MatmulTile = RegisterTile;

const registers = (side: 1 | 2, tm: number, tn: number): RegisterTile => ({ kernel: 'registers', side, tm, tn });

/** For processors: lanes that share their loads where the adapter's lanes are known to come in fours, and others. */
const shared = [
  registers(2, 2, 2),
  registers(2, 2, 4),
  registers(2, 4, 2),
  registers(2, 4, 4),
  registers(2, 4, 6),
  registers(2, 6, 4),
  registers(2, 4, 8),
  registers(2, 8, 4),
  registers(2, 8, 6),
  registers(2, 6, 8),
  registers(2, 8, 8),
  registers(2, 8, 16),
];
const alone = [
  registers(1, 1, 1),
  registers(1, 1, 4),
  registers(1, 4, 1),
  registers(1, 1, 8),
  registers(1, 8, 1),
  registers(1, 2, 8),
  registers(1, 8, 2),
  registers(1, 4, 4),
  registers(1, 4, 8),
  registers(1, 8, 4),
  registers(1, 8, 8),
];

/** Every tile that this adapter's kernels can have. */
export const matmulTiles = (adapter: AdapterProfile): readonly MatmulTile[] =>
  lanesInFours(adapter) ? [...alone, ...shared] : alone;

/** Whether invocations 4i to 4i + 3 of a workgroup run as the lanes of one quad: so SwiftShader has it, whose subgroups are of 4. */
const lanesInFours = ({ kind, architecture, features }: AdapterProfile): boolean =>
  kind === 'software' && architecture === 'swiftshader' && features.has('subgroups');

/** The tile that is expected to be the fastest. */
export function chooseTile(shape: MatmulShape, adapter: AdapterProfile): MatmulTile {
  const tiles = matmulTiles(adapter);
  const costs = tiles.map((tile) => cost(shape, tile));
  return tiles[costs.indexOf(Math.min(...costs))]!;
}

// What things cost on SwiftShader, whose lanes load one after the other, in multiplications: fitted to measured times.
const LOAD = 16;
const STORE = 24;
const INVOCATION = 600;
/** Compiling one multiplication of the loop. */
const COMPILED_UNIT = 2.7e6;
/** Runs that a compilation is worth. */
const RUNS = 50;

function cost({ m, k, n, batch }: MatmulShape, { side, tm, tn }: RegisterTile): number {
  const loads = (tm + tn) / side;
  const invocations = tilesOf({ m, k, n, batch }, { kernel: 'registers', side, tm, tn }) * side * side;
  const run = invocations * (k * (tm * tn + LOAD * loads) + STORE * tm * tn + INVOCATION);
  return RUNS * run + COMPILED_UNIT * (tm * tn + LOAD * loads);
}

/** Tiles of the result, those of four neighbours taken as one. */
export const tilesOf = ({ m, n, batch }: MatmulShape, { side, tm, tn }: RegisterTile): number =>
  batch * Math.ceil(m / (side * tm)) * Math.ceil(n / (side * tn));

/** Invocations below which K is split, and the shortest chunk of K that is worth a second pass. */
const FEW_INVOCATIONS = { software: 64, gpu: 8192 };
const SHORTEST_CHUNK = 32;
/** The longest chunk: the rounding error of a sum grows with its length. */
const LONGEST_CHUNK = 16384;

/** The length of the chunks in which K is summed: all of it, unless there are too few invocations or it is too long. */
export function chunkOf(shape: MatmulShape, tile: MatmulTile, adapter: AdapterProfile): number {
  const invocations = Math.max(1, tilesOf(shape, tile) * tile.side * tile.side);
  const wanted = Math.ceil(FEW_INVOCATIONS[adapter.kind] / invocations);
  const chunk = Math.min(LONGEST_CHUNK, Math.max(SHORTEST_CHUNK, Math.ceil(shape.k / wanted)));
  return Math.ceil(chunk / 4) * 4;
}
