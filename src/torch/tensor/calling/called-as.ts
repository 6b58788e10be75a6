// Owns how errors of what a function calls are told under the function's own name.
import { underName } from './callable';

/** The result of a call, whose errors about its arguments are told under `name`. */
export function calledAs<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw underName(name, error);
  }
}
