// Allocates arrays on the host whose sizes users decide.
import { OutOfMemoryError } from '../core/errors';

interface List<A> {
  new (n: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

/** The maximum number of numbers of four bytes: 4 GiB. No buffer of a GPU is larger. */
const MOST = 2 ** 30;

function refused<A>(List: List<A>, n: number, cause?: unknown): OutOfMemoryError {
  const bytes = List.BYTES_PER_ELEMENT * n;
  return new OutOfMemoryError(`cannot allocate ${bytes} bytes on the host for ${n} numbers; make the tensor smaller`, {
    cause,
  });
}

/** @throws OutOfMemoryError if no GPU could take n numbers */
export function expectRoom<A>(List: List<A>, n: number): void {
  if (n > MOST) throw refused(List, n);
}

/** @throws OutOfMemoryError if the host has no room for n numbers, or if no GPU could take them */
export function allocated<A>(List: List<A>, n: number): A {
  expectRoom(List, n);
  try {
    return new List(n);
  } catch (cause) {
    throw refused(List, n, cause);
  }
}

/** An array for n floats. */
export const hostFloats = (n: number): Float32Array<ArrayBuffer> => allocated(Float32Array, n);
