// The cost model of register tiles of convolutions: the expected time to compile and to run them.
import { ceilDiv } from './tiles';

/** The maximum number of products to unroll. Compile time grows faster than in proportion to their number. */
export const MAX_PRODUCTS = 2100;

/**
 * The data that the lanes of a quad load for each other: weights, if they compute neighbouring tiles of the same
 * channels; the patch of x under a tile, if they compute neighbouring channels of the same tile; or nothing.
 */
export type Sharing = 'weights' | 'patch' | 'nothing';

/** The number of lanes that share their loads. */
export const QUAD = 4;

/** The number of tiles that are worth measuring. */
const FEW = 8;

// Nanoseconds on SwiftShader for four lanes, which load and store one after another. Fitted to measured times.
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
/**
 * Nanoseconds to store an output, load it and pool it, and to compile the kernel that does: what pooling in place
 * saves.
 */
export const POOLING = 5;
export const COMPILED_POOLING = 12e6;

/**
 * The runs over which a kernel must pay for its compilation. More for strided convolutions and their gradients: a
 * network has few of them, so they hardly delay the first step.
 */
export const RUNS = 60;
export const STRIDED_RUNS = 120;

export const isStrided = ({ stride }: { readonly stride: readonly [number, number] }): boolean =>
  stride[0] * stride[1] > 1;
/** The number of invocations that run at the same time. */
const LANES = 8;

/**
 * The work of an invocation: loads, values shared among lanes (`spread`) and products of one turn of its loop, and its
 * stores.
 */
export interface Turn {
  readonly loads: number;
  readonly spread: number;
  readonly products: number;
  readonly accumulators: number;
  /** The pixels of a channel; the code that stores them is unrolled. */
  readonly pixels: number;
}

/** The work of a kernel: all turns of all invocations, and its runs. */
export interface Work extends Turn {
  /** The turns of the inner loop in all, and those of the outer loop. */
  readonly turns: number;
  readonly outerTurns: number;
  readonly invocations: number;
  readonly runs: number;
}

/** The nanoseconds of one turn of the loop, of the rest of an invocation, and of compiling both. */
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

/** The nanoseconds of compiling a kernel and running it `runs` times. */
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

/** The nanoseconds of all the work of a kernel. */
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

/** The loads for `values` values of x and the weights of `taps` taps, and the values that lanes share for them. */
export function loadsOf(values: number, taps: number, { channels, shares }: { channels: number; shares: Sharing }) {
  if (shares === 'patch') return { loads: ceilDiv(values, QUAD) + taps * channels, spread: values };
  if (shares === 'weights') return { loads: values + taps * ceilDiv(channels, QUAD), spread: taps * channels };
  return { loads: values + taps * channels, spread: 0 };
}
