// Composite data sets in a worker: an item's address lists, in order, the parts from which it is read.
import type { CopyReader } from './serve-copies';

/** The states of the copies of several parts; null for a part in memory. */
export interface PartsState {
  readonly parts: readonly ({ readonly state: unknown } | null)[];
  readonly mark: typeof MARK;
}

/** Marks a `PartsState`, to distinguish it from the state of a single data set. */
const MARK = 'lamplight:parts';

/** The sources of one item: for each source, the index of the part and the address within it. */
export type PartAddresses = readonly (readonly [part: number, address: unknown])[];

export const partsState = (parts: PartsState['parts']): PartsState => ({ mark: MARK, parts });

const isParts = (state: unknown): state is PartsState =>
  typeof state === 'object' && state !== null && Reflect.get(state, 'mark') === MARK;

/**
 * The reader for a state; if the state has several parts, the reader calls theirs. @param open makes the reader of one
 * data set
 */
export async function readerOf(
  state: unknown,
  open: (state: unknown) => CopyReader | Promise<CopyReader>,
): Promise<CopyReader> {
  if (!isParts(state)) return open(state);
  const readers = await Promise.all(state.parts.map((part) => part && readerOf(part.state, open)));
  return async (addresses) => {
    const reads: unknown[] = [];
    for (const [part, address] of addresses as PartAddresses) reads.push(await readers[part]!(address));
    return reads;
  };
}
