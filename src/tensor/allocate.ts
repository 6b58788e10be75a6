// Owns arrays on the host whose sizes users decide.
import { OutOfMemoryError } from '../errors';

interface List<A> {
  new (n: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

/** @throws OutOfMemoryError where the host has no room for n numbers */
export function allocated<A>(List: List<A>, n: number): A {
  try {
    return new List(n);
  } catch (cause) {
    const bytes = List.BYTES_PER_ELEMENT * n;
    throw new OutOfMemoryError(`cannot allocate ${bytes} bytes on the host for ${n} numbers; make the tensor smaller`, {
      cause,
    });
  }
}

/** An array for n floats. */
export const hostFloats = (n: number): Float32Array<ArrayBuffer> => allocated(Float32Array, n);
