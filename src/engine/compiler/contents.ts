// Contents: where the numbers of a value are, from pending to gone, and every step from one state to another.
import { DeviceLostError, invariant, TensorReleasedError } from '../core/errors';
import type { Meta } from '../core/meta';
import type { FaultSources } from '../gpu/fault-slots';
import type { Allocation } from '../gpu/memory';
import type { Session } from '../gpu/session';

/** Numbers on the host, one element each. */
export type HostNumbers = Float32Array | Int32Array | Uint32Array;

/** Data on the host as the GPU holds it: numbers, or the bits of float16, in whole words; and elements of uint8, which the upload widens to words. */
export type HostData = HostNumbers | Uint16Array | Uint8Array;

/** Host data that is made when it is first read, so that data that is overwritten before costs nothing. Made again from a recipe, it is the same. */
export class LateData {
  constructor(
    readonly byteLength: number,
    readonly make: () => HostData,
  ) {}
}

/** Where the numbers of a value are. `memory`: what the value has on the GPU, if anything. */
export type State =
  /** Nowhere yet: a flush computes them from the value's node. */
  | { readonly kind: 'pending'; readonly memory: null }
  | OnHost
  /** A job that waits computes them. Memory of before stays until a job ahead of that one gives it back. */
  | { readonly kind: 'scheduled'; readonly memory: Allocation | null }
  /** On the GPU alone. */
  | { readonly kind: 'resident'; readonly memory: Allocation }
  /** The job that should have computed them could not run. Memory of before stays until a job gives it back. */
  | { readonly kind: 'failed'; readonly memory: Allocation | null; readonly error: Error }
  /** Gone for good. */
  | { readonly kind: 'gone'; readonly memory: null; readonly why: string };

/** On the host, and on the GPU too once a run has uploaded them. The one state whose parts change. */
interface OnHost {
  readonly kind: 'onHost';
  memory: Allocation | null;
  data: HostData | LateData;
  /** The data has been uploaded once already; at its second use it gets memory of its own. */
  uploaded: boolean;
  /** At its first use too the data takes no memory beyond the run, however large it is: a batch is made of it. */
  streams: boolean;
}

export const pending: State = { kind: 'pending', memory: null };

const resident = (memory: Allocation | null): State => (memory ? { kind: 'resident', memory } : pending);

/** States of contents whose memory went back, and of those whose memory went to another value. */
export const DISPOSED: State = { kind: 'gone', memory: null, why: 'its memory was given back' };
const REPLACED: State = { kind: 'gone', memory: null, why: 'an in-place write has replaced it' };

/** What the engine knows of a value. */
export interface Cell extends Meta {
  state: State;
  readonly allocation: Allocation | null;
  readonly host: HostData | null;
  readonly failure: Error | null;
  /** Its contents stay when a job overwrites it in place: the job gets a copy. */
  readonly hung: boolean;
  /** Stored for gradients alone: when its memory has gone back, it may be made again. */
  readonly lent: boolean;
  /** Where bad data is reported that the contents hang on. */
  faults: FaultSources;
}

/** The contents are these, on the host. */
export function bring(cell: Cell, data: HostData | LateData): void {
  cell.state = { kind: 'onHost', memory: null, data, uploaded: false, streams: false };
}

/** A job that was submitted computes the contents. */
export function schedule(cell: Cell): void {
  cell.state = { kind: 'scheduled', memory: cell.state.memory };
}

/** The job that should have computed the contents counts for nothing: they are as before it. */
export function reopen(cell: Cell): void {
  const { kind, memory } = cell.state;
  if (kind === 'scheduled' || kind === 'failed') cell.state = resident(memory);
}

/** Gives a cell its contents, in this memory, or takes that away. Data on the host stays, and so does a failure. */
export function settle(cell: Cell, memory: Allocation | null): void {
  const { state } = cell;
  if (state.kind === 'onHost') state.memory = memory;
  else if (state.kind === 'failed') noteFailure(cell, state.error, memory);
  else if (memory || state.kind !== 'scheduled') cell.state = resident(memory);
  else cell.state = { kind: 'scheduled', memory };
}

/** The contents could not be computed. */
export function noteFailure(cell: Cell, error: Error, memory = cell.state.memory): void {
  cell.state = { kind: 'failed', memory, error };
}

/** Leaves the contents to the GPU alone, if they are there. */
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

/** The memory of a cell, for another that takes its place. */
export function takeOver(cell: Cell): Allocation {
  const memory = vacate(cell);
  invariant(memory && memory.lease.readers === 0, 'memory that is taken over is there, and nobody reads it');
  return memory;
}

/** Gives back the memory of a cell, whose contents are gone then: for good, unless it was lent. A failure stays one. */
export function release(cell: Cell, gone = REPLACED): void {
  const memory = vacate(cell);
  if (memory) memory.memory.free(memory);
  const { kind } = cell.state;
  if (!cell.lent) {
    if (kind !== 'failed') cell.state = gone;
  } else if (kind === 'onHost') cell.state = pending;
}

/** Throws unless there is something to read, before anything has been changed. */
export function expectContents(cell: Cell, session: Session): void {
  if (cell.failure) throw cell.failure;
  if (cell.host || cell.allocation?.memory === session.memory) return;
  throw cell.allocation ? lostValue(cell) : released(cell);
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
    `the value of a tensor of shape [${cell.shape.join(', ')}] is gone: ${cell.state.kind === 'gone' ? cell.state.why : 'it was released'}. Call .retain() where it is made to keep it`,
  );
}

export function lostValue(cell: Cell): Error {
  return new DeviceLostError(
    `a tensor of shape [${cell.shape.join(', ')}] was on a GPU device that has been lost; make it again from its source`,
  );
}
