// Errors for results of read-backs that are used without `await`. Otherwise they would silently become NaN or '[object
// Promise]', or fail as a promise without such a method.
import { ArgumentError } from '../../../engine/core/errors';

/** Methods of numbers and lists that are called where `await` was forgotten: `x.item().toFixed(3)`. */
const METHODS = ['toFixed', 'map', 'at'] as const;

/** The promise, made to throw if it is used in an operator or a text, or like the number or the list that it gives. */
export function readBack<T>(name: string, promise: Promise<T>): Promise<T> {
  const value = (): never => {
    throw new ArgumentError(
      `${name}: expected await before a value that is read back, but got its promise; write (await x.${name}())`,
    );
  };
  for (const use of [Symbol.toPrimitive, ...METHODS]) Object.defineProperty(promise, use, { value });
  return promise;
}
