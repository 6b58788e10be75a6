// Errors for results of read-backs that are used without `await`. Otherwise they would silently become NaN or '[object
// Promise]'.
import { ArgumentError } from '../../../engine/core/errors';

/** The promise, made to throw if it is used in an operator or a text. */
export function readBack<T>(name: string, promise: Promise<T>): Promise<T> {
  const value = (): never => {
    throw new ArgumentError(
      `${name}: expected await before a value that is read back, but got its promise; write (await x.${name}())`,
    );
  };
  return Object.defineProperty(promise, Symbol.toPrimitive, { value });
}
