// Slices: runs of elements of values that stand. A program takes one as an input, so that no plan depends on where it begins.
import { bytesPerElement } from '../core/meta';
import { mayBeRecipe } from './remake';
import { isRootValue } from './roots';
import type { Node, Value } from './value';

/** Where the contents of a value lie in those of another. */
export interface Slice {
  readonly base: Value;
  /** Bytes of the base before it. */
  readonly offset: number;
  readonly bytes: number;
}

/** What WebGPU copies are whole multiples of, in bytes. */
const COPY_ALIGNMENT = 4;

interface Run {
  readonly base: Value;
  /** Elements of the base before the first. */
  readonly offset: number;
  /** Whether some view on the way leaves out elements, or may: its offset is data. */
  readonly placed: boolean;
}

/**
 * The run of elements of a value with contents that `x` is, if it is one; `x` itself where that has contents. With `pending`, it may
 * be one of a value that is still to be computed.
 */
function runOf(x: Value, pending = false): Run | null {
  let offset = 0;
  let placed = false;
  let at = x;
  while (!at.available) {
    const { node } = at;
    if (!node || node.cut) return null;
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
 * The slice that `x`, a value without contents, views. Null if it views none, or if the base has no contents or will be overwritten:
 * then the plan must know that it reads the base.
 */
export function sliceOf(x: Value): Slice | null {
  if (!x.node?.op.run || x.numel === 0) return null;
  const run = runOf(x);
  return run?.placed ? sliceIn(run, x) : null;
}

/** The slice of a pending value that `x` will be once a flush has stored that, as it does whether `x` is asked for or not. */
export function sliceToCome(x: Value): Slice | null {
  if (!x.node?.op.run || x.numel === 0) return null;
  const run = runOf(x, true);
  if (!run || run.base === x) return null;
  const { base } = run;
  const isStored = !base.available && !base.node?.op.cheap && !mayBeRecipe(base) && isRootValue(base);
  return isStored ? sliceIn(run, x) : null;
}

/** The place of the elements of `x`, one after another; null if they do not lie so, or will be overwritten. */
export function pieceOf(x: Value): Slice | null {
  const run = runOf(x);
  return run && sliceIn(run, x);
}

function sliceIn({ base, offset }: Run, x: Value): Slice | null {
  if (base.overwritten || base.failure || base.gone || base.leaving) return null;
  const size = bytesPerElement(x.dtype);
  const slice = { base, offset: offset * size, bytes: x.numel * size };
  return slice.offset % COPY_ALIGNMENT === 0 && slice.bytes % COPY_ALIGNMENT === 0 ? slice : null;
}

/** Whether the offset of a view is data, not structure: its base has contents already. */
export const offsetIsData = ({ op, reads }: Node): boolean => op.placed === true && runOf(reads[0]!) !== null;
