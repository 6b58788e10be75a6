// Puts the name of a public function on errors that functions within it throw.
import { underName } from './callable';

/** The result of a call. Errors about its arguments are changed to begin with `name`. */
export function calledAs<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw underName(name, error);
  }
}
