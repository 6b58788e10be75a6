// Owns what a promise of numbers says where it is used without `await`: NaN and '[object Promise]' would say nothing.
import { ArgumentError } from '../../../engine/core/errors';

/** The promise, which operators and texts refuse. */
export function readBack<T>(name: string, promise: Promise<T>): Promise<T> {
  const value = (): never => {
    throw new ArgumentError(
      `${name}: expected await before a value that is read back, but got its promise; write (await x.${name}())`,
    );
  };
  return Object.defineProperty(promise, Symbol.toPrimitive, { value });
}
