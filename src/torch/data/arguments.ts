// The arguments of data sets' methods: an index, or the indices of a batch, by position or by name.
import { integer, type Kind, orNull } from '../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../engine/core/options';

interface IndexParameter {
  index: number;
}

export interface Indices {
  indices: readonly number[];
}

export interface DrawnIndices extends Indices {
  /** The results of `drawFor` for the items, if it was called. */
  draws?: readonly unknown[] | null;
}

export type IndexArguments = Arguments<IndexParameter, ['index']>;
export type ItemsArguments = Arguments<Indices, ['indices']>;

const list: Kind = { words: 'a list', fits: Array.isArray };

/** The index given to `get`. */
export function indexIn(dataset: string, args: readonly unknown[]): number {
  const [index] = args;
  if (args.length === 1 && typeof index === 'number') return index;
  return parseArgs<IndexParameter>(`${dataset}.get`, ['index'], {}, args, { index: integer }).index;
}

/** The indices given to `getItems`, or to a `getBatch` that draws nothing. */
export function indicesIn(method: string, args: readonly unknown[]): readonly number[] {
  return parseArgs<Indices>(method, ['indices'], {}, args, { indices: list }).indices;
}

/** The arguments of `getBatch`. */
export function drawnIn(
  dataset: string,
  args: readonly unknown[],
): { indices: readonly number[]; draws?: readonly unknown[] } {
  const kinds = { indices: list, draws: orNull(list) };
  const { indices, draws } = parseArgs<DrawnIndices>(`${dataset}.getBatch`, ['indices'], { draws: null }, args, kinds);
  return draws === null ? { indices } : { indices, draws };
}
