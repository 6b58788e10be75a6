// How many loads of an invocation are under way at once in kernels that wait for memory.
import type { Pass } from '../../compiler/ir';
import { withEach } from '../../compiler/lowering';
import type { AdapterProfile } from '../../gpu/device';

/**
 * On a GPU an invocation keeps several loads under way, since bytes in flight decide how fast memory is read. On a CPU,
 * whose caches are near, more code would only take longer to compile.
 */
const APART = { software: 1, gpu: 4 };

/** The pass with the constant APART of its source set for the adapter, in its variants as well. */
export function loadsApart(pass: Pass, { kind }: AdapterProfile): Pass {
  const set = (one: Pass): Pass => ({ ...one, consts: { ...one.consts, APART: APART[kind] } });
  return withEach(set(pass), set);
}
