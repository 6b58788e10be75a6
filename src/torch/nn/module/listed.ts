// Owns the lists of a module's parts: each part once, and an error where a list is taken for an iterator, as in `next(model.parameters())`.
import { ArgumentError } from '../../../engine/core/errors';

/** What a list of a module's says that is taken for an iterator. */
export function listed<T>(call: string, list: T[]): T[] {
  const next = (): never => {
    throw new ArgumentError(`${call}().next: expected an index, since ${call}() is an array; write ${call}()[0]`);
  };
  return Object.defineProperty(list, 'next', { value: next, configurable: true, writable: true });
}

/** The items of a list with names. */
export const itemsOf = <T>(call: string, named: readonly [string, T][]): T[] =>
  listed(
    call,
    named.map(([, item]) => item),
  );

/** The first entry of each item. */
export function once<T>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return entries.filter(([, item]) => !seen.has(item) && seen.add(item));
}
