// Data sets that are made of others, in a worker: an item is asked for by the parts that it is read from, and read in their order.
import type { CopyReader } from './serve-copies';

/** What the copies of several parts are made of; null for a part in memory. */
export interface PartsState {
  readonly parts: readonly ({ readonly state: unknown } | null)[];
  readonly mark: typeof MARK;
}

/** Tells it from the state of one data set. */
const MARK = 'lamplight:parts';

/** The sources of one item: for each, the number of its part and its own address there. */
export type PartAddresses = readonly (readonly [part: number, address: unknown])[];

export const partsState = (parts: PartsState['parts']): PartsState => ({ mark: MARK, parts });

const isParts = (state: unknown): state is PartsState =>
  typeof state === 'object' && state !== null && Reflect.get(state, 'mark') === MARK;

/** The reader of a state: of parts, one that asks theirs. @param open makes the reader of one data set */
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
