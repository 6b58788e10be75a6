// Contents: where the numbers of a value are (on the host, on the GPU, still to be computed, gone), and every change
// from one of these states to another.
import { DeviceLostError, invariant, TensorReleasedError } from '../core/errors';
import type { Meta } from '../core/meta';
import type { FaultSources } from '../gpu/fault-slots';
import type { Allocation } from '../gpu/memory';
import type { Session } from '../gpu/session';

/** Numbers on the host, one array element for each element of the value. */
export type HostNumbers = Float32Array | Int32Array | Uint32Array;

/**
 * Data on the host in the GPU's layout: numbers, or float16 bits filling whole 32-bit words. Elements of uint8 are the
 * exception: the upload widens each to a word.
 */
export type HostData = HostNumbers | Uint16Array | Uint8Array;

/**
 * Host data that is made at its first read, so that data that is overwritten before anyone reads it costs nothing.
 * `make` gives the same data each time.
 */
export class LateData {
  constructor(
    readonly byteLength: number,
    readonly make: () => HostData,
  ) {}
}

/** Where the numbers of a value are. `memory`: the value's memory on the GPU, if any. */
export type State =
  /** Nowhere yet: a flush computes them from the value's node. */
  | { readonly kind: 'pending'; readonly memory: null }
  | OnHost
  /** A waiting job will compute them. Earlier memory of the value stays until a job ahead of that one gives it back. */
  | { readonly kind: 'scheduled'; readonly memory: Allocation | null }
  /** On the GPU alone. */
  | { readonly kind: 'resident'; readonly memory: Allocation }
  /**
   * The job that should have computed them could not run. Earlier memory of the value stays until a job gives it back.
   */
  | { readonly kind: 'failed'; readonly memory: Allocation | null; readonly error: Error }
  /** Gone for good. */
  | { readonly kind: 'gone'; readonly memory: null; readonly why: string };

/** On the host, and on the GPU too once a run has uploaded them. The only state object that is mutable. */
interface OnHost {
  readonly kind: 'onHost';
  memory: Allocation | null;
  data: HostData | LateData;
  /** The data has been uploaded once already. At its second use it gets memory that outlives the run. */
  uploaded: boolean;
  /**
   * However large the data is, its first upload takes no memory beyond the run: it is part of a batch, seldom used
   * again.
   */
  streams: boolean;
}

export const pending: State = { kind: 'pending', memory: null };

const resident = (memory: Allocation | null): State => (memory ? { kind: 'resident', memory } : pending);

/** The states of a value that was released, and of a value that an in-place write has overwritten. */
export const DISPOSED: State = { kind: 'gone', memory: null, why: 'its memory was given back' };
const REPLACED: State = { kind: 'gone', memory: null, why: 'an in-place write has replaced it' };

/** A value as the engine sees it. */
export interface Cell extends Meta {
  state: State;
  readonly allocation: Allocation | null;
  readonly host: HostData | null;
  readonly failure: Error | null;
  /** Its contents must survive an in-place write, so the job that would overwrite them gets a copy. */
  readonly hasRecipes: boolean;
  /** Kept for gradients only: after its memory was given back, it can be computed again. */
  readonly lent: boolean;
  /** Where errors in the data that the contents depend on are reported, such as an index out of bounds. */
  faults: FaultSources;
}

/** Gives a value its contents as data on the host. */
export function bring(cell: Cell, data: HostData | LateData): void {
  cell.state = { kind: 'onHost', memory: null, data, uploaded: false, streams: false };
}

/** The contents on the host, made now if they were not made yet; null if they are not on the host. */
export function hostDataOf({ state }: Pick<Cell, 'state'>): HostData | null {
  if (state.kind !== 'onHost') return null;
  if (state.data instanceof LateData) state.data = state.data.make();
  return state.data;
}

/** Notes that data on the host is uploaded now. */
export function noteUpload({ state }: Cell): void {
  if (state.kind === 'onHost') state.uploaded = true;
}

/** Notes that data on the host is part of a batch, unless it has memory on the GPU already. */
export function noteStreaming({ state }: Cell): void {
  if (state.kind === 'onHost' && !state.memory) state.streams = true;
}

/** Notes that a submitted job will compute the contents. */
export function schedule(cell: Cell): void {
  cell.state = { kind: 'scheduled', memory: cell.state.memory };
}

/** Forgets the job that should have computed the contents: they are as they were before it. */
export function reopen(cell: Cell): void {
  const { kind, memory } = cell.state;
  if (kind === 'scheduled' || kind === 'failed') cell.state = resident(memory);
}

/**
 * Gives a cell memory with its contents, or with null takes its memory away. Data on the host stays; so does a failure.
 */
export function settle(cell: Cell, memory: Allocation | null): void {
  const { state } = cell;
  if (state.kind === 'onHost') state.memory = memory;
  else if (state.kind === 'failed') noteFailure(cell, state.error, memory);
  else if (memory || state.kind !== 'scheduled') cell.state = resident(memory);
  else cell.state = { kind: 'scheduled', memory };
}

/** Notes that the contents could not be computed. */
export function noteFailure(cell: Cell, error: Error, memory = cell.state.memory): void {
  cell.state = { kind: 'failed', memory, error };
}

/** Drops the copy on the host; the contents are then on the GPU, or pending if they are not there. */
export function dropHost(cell: Cell): void {
  const { kind, memory } = cell.state;
  if (kind === 'onHost') cell.state = resident(memory);
}

/** Takes the memory of a cell away, if it has any; data on the host stays. */
export function vacate(cell: Cell): Allocation | null {
  const { memory } = cell.state;
  if (memory) settle(cell, null);
  return memory;
}

/** Takes the memory of a cell for another cell, which replaces it. */
export function takeOver(cell: Cell): Allocation {
  const memory = vacate(cell);
  invariant(memory && memory.lease.readers === 0, 'memory that is taken over is there, and nobody reads it');
  return memory;
}

/**
 * Gives back the memory of a cell. Its contents are then gone for good, unless it is `lent` and can be computed again.
 * A failure stays a failure.
 */
export function release(cell: Cell, gone = REPLACED): void {
  const memory = vacate(cell);
  if (memory) memory.memory.free(memory);
  const { kind } = cell.state;
  if (!cell.lent) {
    if (kind !== 'failed') cell.state = gone;
  } else if (kind === 'onHost') cell.state = pending;
}

/** Throws unless the contents can be read. Called before a job changes anything. */
export function expectContents(cell: Cell, session: Session): void {
  if (cell.failure) throw cell.failure;
  if (cell.host || cell.allocation?.memory === session.memory) return;
  throw cell.allocation ? lostValue(cell) : released(cell);
}

/** Whether the contents are on a live device. After a loss they may still be on the host. */
export const isOnDevice = ({ allocation }: Cell): boolean => allocation !== null && !allocation.memory.isRetired;

/** A range of bytes within a value. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

/** Data on the host as 32-bit words, the GPU's layout. */
export const inWords = (data: ArrayBufferView): ArrayBufferView =>
  data instanceof Uint8Array ? Uint32Array.from(data) : data;

export function hostBytes(data: ArrayBufferView, { offset, bytes }: ByteRange): ArrayBuffer {
  if (data instanceof Uint8Array) return Uint32Array.from(data.subarray(offset / 4, (offset + bytes) / 4)).buffer;
  const copy = new Uint8Array(bytes);
  copy.set(new Uint8Array(data.buffer, data.byteOffset + offset, bytes));
  return copy.buffer;
}

export function released(cell: Cell): Error {
  return new TensorReleasedError(
    `the value of a tensor of shape [${cell.shape.join(', ')}] is gone: ${cell.state.kind === 'gone' ? cell.state.why : 'it was released'}. Call .retain() where it is made to keep it`,
  );
}

export function lostValue(cell: Cell): Error {
  return new DeviceLostError(
    `a tensor of shape [${cell.shape.join(', ')}] was on a GPU device that has been lost; make it again from its source`,
  );
}
