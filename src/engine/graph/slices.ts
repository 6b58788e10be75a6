// Slices: runs of consecutive elements of values with contents. A program takes a slice as an input, so that no plan
// depends on where the slice begins.
import { bytesPerElement } from '../core/meta';
import { mayBeRemade } from './remake';
import { isRootValue } from './roots';
import type { Node, Value } from './value';

/** Consecutive elements of a value with contents (`base`) that make up all of another value. */
export interface Slice {
  readonly base: Value;
  /** The number of bytes of the base before the slice. */
  readonly offset: number;
  readonly bytes: number;
}

/** WebGPU copies only whole multiples of this many bytes. */
const COPY_ALIGNMENT = 4;

interface Run {
  readonly base: Value;
  /** The number of elements of the base before the first element of the run. */
  readonly offset: number;
  /** At least one view in the chain is `placed`: its offset is data, and it may leave out elements. */
  readonly placed: boolean;
}

/**
 * Follows views from `x` to a value with contents of which `x` is a run of elements; null if there is no such value. If
 * `x` has contents, that value is `x` itself. With `pending`, the value may also be one that is not computed yet.
 */
function runOf(x: Value, pending = false): Run | null {
  let offset = 0;
  let placed = false;
  let at = x;
  while (!at.available) {
    const { node } = at;
    if (!node || node.bare) return null;
    const start = node.op.run?.(node);
    if (start === undefined) {
      if (pending) break;
      return null;
    }
    offset += start;
    placed ||= node.op.placed === true;
    at = node.reads[0]!;
  }
  return { base: at, offset, placed };
}

/**
 * The slice that `x`, a value without contents, is a view of. Null if `x` is not a slice, or if the base has no
 * contents. Also null if the base will be overwritten, since the plan must then know that it reads the base.
 */
export function sliceOf(x: Value): Slice | null {
  if (!x.node?.op.run || x.numel === 0) return null;
  const run = runOf(x);
  return run?.placed ? sliceIn(run, x) : null;
}

/**
 * The slice of a pending value that `x` will be after a flush, if that flush stores the pending value in any case;
 * otherwise null.
 */
export function sliceToCome(x: Value): Slice | null {
  if (!x.node?.op.run || x.numel === 0) return null;
  const run = runOf(x, true);
  if (!run || run.base === x) return null;
  const { base } = run;
  const isRecipe = typeof base.node?.op.remakes === 'string' || mayBeRemade(base);
  const isStored = !base.available && !isRecipe && isRootValue(base);
  return isStored ? sliceIn(run, x) : null;
}

/**
 * The place in a value with contents where the elements of `x` lie one after another. Null if there is none, or if that
 * value will be overwritten.
 */
export function pieceOf(x: Value): Slice | null {
  const run = runOf(x);
  return run && sliceIn(run, x);
}

function sliceIn({ base, offset }: Run, x: Value): Slice | null {
  const { hold } = base.owners;
  if (hold === 'dropped' || hold === 'leaving' || base.failure || base.gone) return null;
  const size = bytesPerElement(x.dtype);
  const slice = { base, offset: offset * size, bytes: x.numel * size };
  return slice.offset % COPY_ALIGNMENT === 0 && slice.bytes % COPY_ALIGNMENT === 0 ? slice : null;
}

/** Whether the offset of a view is data rather than structure, because its base already has contents. */
export const offsetIsData = ({ op, reads }: Node): boolean => op.placed === true && runOf(reads[0]!) !== null;
