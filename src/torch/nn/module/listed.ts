// The lists of a module's members: each member once, and an error if a list is used as an iterator, as in
// `next(model.parameters())`.
import { ArgumentError } from '../../../engine/core/errors';

/** Adds a `next` to a module's list that throws an error with the remedy. */
export function listed<T>(call: string, list: T[]): T[] {
  const next = (): never => {
    throw new ArgumentError(`${call}().next: expected an index, since ${call}() is an array; write ${call}()[0]`);
  };
  return Object.defineProperty(list, 'next', { value: next, configurable: true, writable: true });
}

/** The items of a list of named items. */
export const itemsOf = <T>(call: string, named: readonly [string, T][]): T[] =>
  listed(
    call,
    named.map(([, item]) => item),
  );

/** The first entry of each distinct item. */
export function once<T>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return entries.filter(([, item]) => !seen.has(item) && seen.add(item));
}
