// Owns what the lists of a module say where they are taken for iterators, as in `next(model.parameters())`.
import { ArgumentError } from '../errors';

/** What a list of a module's says that is taken for an iterator. */
export function listed<T>(call: string, list: T[]): T[] {
  const next = (): never => {
    throw new ArgumentError(`${call}().next: expected an index, since ${call}() is an array; write ${call}()[0]`);
  };
  return Object.defineProperty(list, 'next', { value: next, configurable: true, writable: true });
}
