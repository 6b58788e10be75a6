// What tiles of convolutions that are kept in registers are expected to take: to be compiled, and to run.
import { ceilDiv } from './tiles';

/** Products that are written out at most: compilation takes longer than in proportion to them. */
export const MAX_PRODUCTS = 2100;

/**
 * What the lanes of a quad load for each other: weights, where they have neighbouring tiles of the same channels; the patch of x
 * under a tile, where they have neighbouring channels of the same tile; or nothing.
 */
export type Sharing = 'weights' | 'patch' | 'nothing';

/** Lanes that share their loads. */
export const QUAD = 4;

/** Tiles that are worth measuring. */
const FEW = 8;

// Nanoseconds on SwiftShader for four lanes, which load and store one after the other: fitted to measured times.
const LOAD = 10;
const SPREAD = 2;
const PRODUCT = 0.5;
const CARRIED = 5;
const TURN = 200;
const STORE = 20;
const INVOCATION = 500;
/** Nanoseconds to compile a load or store, a product, and an accumulator or a value that is handed round. */
const COMPILED_LOAD = 0.6e6;
const COMPILED_PRODUCT = 0.07e6;
const COMPILED_VALUE = 0.3e6;
/** Nanoseconds to store an output, load it and pool it, and to compile the kernel that does: what pooling in place saves. */
export const POOLING = 5;
export const COMPILED_POOLING = 12e6;

/**
 * Runs that a compilation is worth; more for strided convolutions and their adjoints, since a network has few and the
 * first step hardly notices.
 */
export const RUNS = 60;
export const STRIDED_RUNS = 120;

export const isStrided = ({ stride }: { readonly stride: readonly [number, number] }): boolean =>
  stride[0] * stride[1] > 1;
/** Invocations that run at the same time. */
const LANES = 8;

/** What an invocation does: in a turn of its loop, loads, values that are handed round and products; and it stores. */
export interface Turn {
  readonly loads: number;
  readonly spread: number;
  readonly products: number;
  readonly accumulators: number;
  /** Pixels of a channel, the code to store which is written out. */
  readonly pixels: number;
}

/** What a kernel that is compiled and run does. */
export interface Work extends Turn {
  /** Turns of the loop in all, and how often it begins anew. */
  readonly turns: number;
  readonly outerTurns: number;
  readonly invocations: number;
  readonly runs: number;
}

/** Nanoseconds of a turn of the loop and of the rest of an invocation, and those to compile both. */
export interface TurnCost {
  readonly turn: number;
  readonly rest: number;
  readonly compilation: number;
}

export const costOfTurn = ({ loads, spread, products, accumulators, pixels }: Turn): TurnCost => ({
  turn: LOAD * loads + SPREAD * spread + PRODUCT * products + CARRIED * accumulators + TURN,
  rest: STORE * accumulators + INVOCATION,
  compilation:
    COMPILED_LOAD * (loads + pixels) +
    COMPILED_PRODUCT * products * (1 + products / MAX_PRODUCTS) +
    COMPILED_VALUE * (spread + accumulators),
});

/** Nanoseconds to compile a kernel and run it so often. */
export function cost(
  { turn, rest, compilation }: TurnCost,
  turns: number,
  outerTurns: number,
  invocations: number,
  runs: number,
): number {
  const run = (Math.ceil(invocations / LANES) + 1) * (turns * turn + outerTurns * TURN + rest);
  return runs * run + compilation;
}

/** The cost of all its work. */
export const costOf = (work: Work): number =>
  cost(costOfTurn(work), work.turns, work.outerTurns, work.invocations, work.runs);

/** The most promising tiles, the best first. */
export function promising<T>(tiles: readonly T[], costOf: (tile: T) => number): readonly T[] {
  return tiles
    .map((tile) => ({ tile, expected: costOf(tile) }))
    .sort((a, b) => a.expected - b.expected)
    .slice(0, FEW)
    .map(({ tile }) => tile);
}

/** The cheapest of the tiles. */
export function least<T>(tiles: readonly T[], costOf: (tile: T) => number): T | undefined {
  let found: T | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const tile of tiles) {
    const expected = costOf(tile);
    if (expected < lowest) [found, lowest] = [tile, expected];
  }
  return found;
}

/** Loads of so many values of x and of the weights of so many taps, and values that lanes hand round for them. */
export function loadsOf(values: number, taps: number, { channels, shares }: { channels: number; shares: Sharing }) {
  if (shares === 'patch') return { loads: ceilDiv(values, QUAD) + taps * channels, spread: values };
  if (shares === 'weights') return { loads: values + taps * ceilDiv(channels, QUAD), spread: taps * channels };
  return { loads: values + taps * channels, spread: 0 };
}
