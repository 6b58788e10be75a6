// Cells: what the engine knows of a value, and the errors for contents that are not to be had.
import { DeviceLostError, invariant, TensorReleasedError } from '../core/errors';
import type { Meta } from '../core/meta';
import type { FaultSources } from '../gpu/fault-sources';
import type { Allocation } from '../gpu/memory';
import type { Session } from '../gpu/session';

/** What the engine knows of a value: where its contents are, or are to be put. */
export interface Cell extends Meta {
  allocation: Allocation | null;
  host: ArrayBufferView | null;
  /** `host` has been uploaded once already; at its second use it gets memory of its own. */
  uploaded: boolean;
  /** At its first use too `host` is to take no memory beyond the run, however large it is: a batch is made of it. */
  readonly streams: boolean;
  /** Its contents stay when a job overwrites it in place: the job gets a copy. */
  readonly hung: boolean;
  /** Stored for gradients alone: when its memory has gone back, it may be made again. */
  readonly lent: boolean;
  scheduled: Promise<void> | null;
  failure: Error | null;
  gone: string | null;
  /** Where bad data is reported that the contents hang on. */
  faults: FaultSources;
}

/** Throws unless there is something to read, before anything has been changed. */
export function expectContents(cell: Cell, session: Session): void {
  if (cell.failure) throw cell.failure;
  if (cell.host || cell.allocation?.memory === session.memory) return;
  throw cell.allocation ? lostValue(cell) : released(cell);
}

/** The memory of a cell, for another that takes its place. */
export function takeOver(cell: Cell): Allocation {
  const { allocation } = cell;
  invariant(allocation && allocation.lease.readers === 0, 'memory that is taken over is there, and nobody reads it');
  cell.allocation = null;
  return allocation;
}

/** Whether the contents lie on a device that is there; those of a lost one may have stayed on the host too. */
export const isOnDevice = ({ allocation }: Cell): boolean => allocation !== null && !allocation.memory.isRetired;

/** Bytes within a value. */
export interface Part {
  readonly offset: number;
  readonly bytes: number;
}

/** Data on the host as words, which is how the GPU holds it. */
export const inWords = (data: ArrayBufferView): ArrayBufferView =>
  data instanceof Uint8Array ? Uint32Array.from(data) : data;

export function hostBytes(data: ArrayBufferView, { offset, bytes }: Part): ArrayBuffer {
  if (data instanceof Uint8Array) return Uint32Array.from(data.subarray(offset / 4, (offset + bytes) / 4)).buffer;
  const copy = new Uint8Array(bytes);
  copy.set(new Uint8Array(data.buffer, data.byteOffset + offset, bytes));
  return copy.buffer;
}

export function released(cell: Cell): Error {
  return new TensorReleasedError(
    `the value of a tensor of shape [${cell.shape.join(', ')}] is gone: ${cell.gone ?? 'it was released'}. Call .retain() where it is made to keep it`,
  );
}

export function lostValue(cell: Cell): Error {
  return new DeviceLostError(
    `a tensor of shape [${cell.shape.join(', ')}] was on a GPU device that has been lost; make it again from its source`,
  );
}

/** Why the contents of a cell are gone that was disposed of. */
export const DISPOSED = 'its memory was given back';

/** Takes the memory of a cell. */
export function release(cell: Cell, why = 'an in-place write has replaced it'): void {
  if (cell.allocation) cell.allocation.memory.free(cell.allocation);
  cell.allocation = null;
  cell.host = null;
  if (!cell.lent) cell.gone = why;
}

/** Gives a cell its contents. */
export function settle(cell: Cell, allocation: Allocation): void {
  cell.allocation = allocation;
  cell.scheduled = null;
}
