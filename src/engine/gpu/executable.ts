// A plan in WebGPU's terms, and how one run of it is encoded: copies in, compute passes, copies out; one pass and submit as a rule.

import type { Profiler } from './dispatch-times';
import type { Ride } from './fault-reports';
import type { Allocation, Memory } from './memory';
import type { Queue, Sending } from './queue';
import type { Session } from './session';
import type { Slot } from './slots';
import { stats } from './stats';

/** A buffer that a dispatch binds: fixed for the plan, or this run's place of an input or export. */
export type BufferRef =
  | { readonly kind: 'fixed'; readonly buffer: GPUBuffer }
  | { readonly kind: 'input' | 'export'; readonly index: number }
  /** Where this run reports the faults that its updates hang on. */
  | { readonly kind: 'fault' };

export interface Binding {
  readonly ref: BufferRef;
  /** Relative to the start of the value. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly Binding[];
  readonly grid: readonly [number, number, number];
  /** Bind groups made so far, each with the buffers (and offsets) of the variable bindings it was made for. */
  readonly groups: { readonly key: readonly unknown[]; readonly group: GPUBindGroup }[];
  /** Whether any binding varies from run to run. */
  readonly variable: boolean;
  /** What its results are kept for: they stay as long as these inputs are the same values, and these scalars the same numbers. */
  readonly kept?: { readonly inputs: readonly number[]; readonly scalars: readonly number[] };
}

/** Where a value to be copied comes from or goes to. */
export interface Copy {
  readonly index: number;
  readonly ref: BufferRef;
  readonly offset: number;
  readonly bytes: number;
  /** Only dispatches read it whose results are kept. */
  readonly toKeep?: boolean;
}

export interface Executable {
  /** Those whose results are kept come first. */
  readonly dispatches: readonly Dispatch[];
  /** Those that run each time. */
  readonly steady: readonly Dispatch[];
  /** Some kernels stand in for faster ones that are not compiled. */
  readonly general: boolean;
  /** Inputs copied (or uploaded) into buffers of the plan before the pass. */
  readonly copiesIn: readonly Copy[];
  /** Exports copied out of the pass's buffers after it. */
  readonly copiesOut: readonly Copy[];
  readonly slots: readonly Slot[];
  readonly uniform: GPUBuffer | null;
  /** Contents of the uniform buffer; scalars are written into it at each run. */
  readonly uniformData: DataView;
  readonly scalarFields: readonly {
    readonly byteOffset: number;
    readonly type: 'f32' | 'i32' | 'u32';
    readonly scalar: number;
  }[];
  /** The scalars that the uniform buffer holds now. */
  scalars: readonly number[] | null;
}

/** Without its dispatches, whose kernels may be on their way. */
export type Unassembled = Omit<Executable, 'dispatches' | 'steady'>;

/** Variable bindings of one dispatch that are remembered; a rotation of pooled buffers fits. */
const MAX_GROUPS = 32;

/** An input's first `bytes`, which are copied behind the piece before. */
export interface Piece {
  readonly input: number;
  readonly bytes: number;
}

/** The places of one run. */
export interface Run {
  /** Results that are kept from run to run are computed anew. */
  readonly renews: boolean;
  readonly inputs: (Pick<Allocation, 'buffer' | 'offset'> | null)[];
  /** Inputs that are copied for this run, beside those that always are; they are read from the copies. */
  readonly moved: readonly Copy[];
  /** By input that has room for more than there is: the inputs, and their bytes, that are copied to its place one after another. */
  readonly joins?: ReadonlyMap<number, readonly Piece[]>;
  /** Data to upload instead, by input. */
  readonly uploads: readonly (ArrayBufferView | null)[];
  readonly exports: readonly (Allocation | null)[];
  readonly scalars: readonly number[];
  /** Where it reports the faults that its updates hang on; null where it has none of these. */
  readonly fault: { readonly buffer: GPUBuffer; readonly offset: number } | null;
  /** Reads what others have reported where it is to report its faults. */
  readonly ride: Ride | null;
  /** Brings in faults from before that the updates hang on. */
  readonly inheritFaults: ((encoder: GPUCommandEncoder) => void) | null;
  /** Keeps the faults that no update hangs on, behind all that the run does. */
  readonly keepFaults: ((encoder: GPUCommandEncoder) => void) | null;
  /** Called before something is made that WebGPU may refuse. */
  readonly doubt: () => void;
}

/** One run on its way to the GPU: copies in, dispatches in one submit or several, copies out. */
export class Encoding {
  private readonly device: GPUDevice;
  private readonly queue: Queue;
  private encoder: GPUCommandEncoder;

  constructor(
    { device, queue }: Memory,
    private readonly executable: Unassembled,
    private readonly run: Run,
  ) {
    this.device = device;
    this.queue = queue;
    writeScalars(queue, executable, run.scalars);
    const encoder = device.createCommandEncoder();
    run.ride?.encode(encoder);
    run.inheritFaults?.(encoder);
    for (const copy of executable.copiesIn) if (!copy.toKeep || run.renews) copyIn(queue, encoder, copy, run);
    for (const copy of run.moved) {
      copyIn(queue, encoder, copy, run);
      run.inputs[copy.index] = place(copy.ref, run);
    }
    this.encoder = encoder;
  }

  /** Each in a pass of its own where they are timed. */
  dispatch(dispatches: readonly Dispatch[], profiler: Profiler | null = null): void {
    const { device, encoder, run } = this;
    stats.dispatches += dispatches.length;
    if (profiler) {
      for (const dispatch of dispatches) {
        const pass = encoder.beginComputePass({ timestampWrites: profiler.next(dispatch.label) });
        encodeDispatches(device, pass, [dispatch], run);
        pass.end();
      }
    } else if (dispatches.length > 0) {
      const pass = encoder.beginComputePass();
      encodeDispatches(device, pass, dispatches, run);
      pass.end();
    }
  }

  /** Has the GPU begin with what there is so far. */
  submit(): void {
    this.queue.submit(this.encoder);
    stats.submits++;
    this.encoder = this.device.createCommandEncoder();
  }

  /** With `sending` it waits for reads of the same turn, which one submit takes along. */
  end(sending: Sending | null): void {
    const { queue, encoder, executable, run } = this;
    for (const copy of executable.copiesOut) {
      if (copy.bytes === 0) continue;
      const from = place(copy.ref, run);
      const target = run.exports[copy.index]!;
      // Where there is room for more, what counts comes first.
      const bytes = Math.min(copy.bytes, target.bytes);
      encoder.copyBufferToBuffer(from.buffer, from.offset + copy.offset, target.buffer, target.offset, bytes);
      stats.copies++;
    }
    run.keepFaults?.(encoder);
    if (sending) queue.hold(encoder, sending);
    else queue.submit(encoder);
    run.ride?.begin();
    stats.submits++;
    stats.runs++;
  }

  /** Ends a run that goes no further: its results and its faults are dropped. */
  abandon(): void {
    const { device, queue, run } = this;
    if (!run.keepFaults) return;
    const encoder = device.createCommandEncoder();
    run.ride?.encode(encoder);
    run.keepFaults(encoder);
    queue.submit(encoder);
    run.ride?.begin();
  }
}

/** Runs these dispatches, spread over so many submits; timed ones belong to one. With `sending` the last waits for reads. */
export function execute(
  memory: Memory,
  executable: Executable,
  run: Run,
  dispatches: readonly Dispatch[],
  {
    profiler = null,
    pieces = 1,
    sending = null,
  }: { readonly profiler?: Profiler | null; readonly pieces?: number; readonly sending?: Sending | null } = {},
): void {
  const encoding = new Encoding(memory, executable, run);
  if (pieces === 1 || profiler) encoding.dispatch(dispatches, profiler);
  else {
    const size = Math.ceil(dispatches.length / pieces);
    for (let from = 0; from < dispatches.length; from += size) {
      if (from > 0) encoding.submit();
      encoding.dispatch(dispatches.slice(from, from + size));
    }
  }
  encoding.end(sending);
}

function copyIn(queue: Queue, encoder: GPUCommandEncoder, copy: Copy, run: Run): void {
  const target = place(copy.ref, run);
  const upload = run.uploads[copy.index];
  const joins = run.joins?.get(copy.index);
  if (joins) {
    let at = target.offset + copy.offset;
    for (const { input, bytes } of joins) {
      const from = run.inputs[input]!;
      encoder.copyBufferToBuffer(from.buffer, from.offset, target.buffer, at, bytes);
      stats.copies++;
      at += bytes;
    }
  } else if (upload) writeData(queue, target.buffer, target.offset + copy.offset, upload);
  else if (copy.bytes > 0) {
    const from = run.inputs[copy.index]!;
    encoder.copyBufferToBuffer(from.buffer, from.offset, target.buffer, target.offset + copy.offset, copy.bytes);
    stats.copies++;
  }
}

export function encodeDispatches(
  device: GPUDevice,
  pass: GPUComputePassEncoder,
  dispatches: readonly Dispatch[],
  run: Run,
): void {
  let pipeline: GPUComputePipeline | null = null;
  for (const dispatch of dispatches) {
    if (dispatch.pipeline !== pipeline) {
      pipeline = dispatch.pipeline;
      pass.setPipeline(pipeline);
    }
    pass.setBindGroup(0, bindGroup(device, dispatch, run));
    const { grid } = dispatch;
    pass.dispatchWorkgroups(grid[0], grid[1], grid[2]);
  }
}

export function writeData(queue: Queue, buffer: GPUBuffer, offset: number, data: ArrayBufferView): void {
  if (data.byteLength === 0) return;
  queue.write(buffer, offset, data as ArrayBufferView<ArrayBuffer>);
  stats.dataWrites++;
  stats.dataBytesWritten += data.byteLength;
}

function place(ref: BufferRef, run: Run): { readonly buffer: GPUBuffer; readonly offset: number } {
  if (ref.kind === 'fixed') return { buffer: ref.buffer, offset: 0 };
  if (ref.kind === 'fault') return run.fault!;
  return (ref.kind === 'input' ? run.inputs : run.exports)[ref.index]!;
}

function writeScalars(queue: Queue, executable: Unassembled, scalars: readonly number[]): void {
  const { uniform, uniformData, scalarFields } = executable;
  if (!uniform) return;
  const before = executable.scalars;
  if (before && holds(scalarFields, before, scalars)) return;
  for (const { byteOffset, type, scalar } of scalarFields) {
    const value = scalars[scalar]!;
    if (type === 'f32') uniformData.setFloat32(byteOffset, value, true);
    else if (type === 'i32') uniformData.setInt32(byteOffset, value, true);
    else uniformData.setUint32(byteOffset, value, true);
  }
  queue.write(uniform, 0, uniformData.buffer as ArrayBuffer);
  executable.scalars = scalars;
  stats.scalarWrites++;
}

/** Whether the uniform buffer holds these scalars already. */
function holds(fields: Executable['scalarFields'], before: readonly number[], now: readonly number[]): boolean {
  for (const { scalar } of fields) if (!Object.is(before[scalar], now[scalar])) return false;
  return true;
}

/** Whether a bind group was made for the buffers and offsets of this run. */
function fits(key: readonly unknown[], bindings: readonly Binding[], run: Run): boolean {
  let k = 0;
  for (let i = 0; i < bindings.length; i++) {
    const { ref } = bindings[i]!;
    if (ref.kind === 'fixed') continue;
    const { buffer, offset } =
      ref.kind === 'fault' ? run.fault! : (ref.kind === 'input' ? run.inputs : run.exports)[ref.index]!;
    if (key[k] !== buffer || key[k + 1] !== offset) return false;
    k += 2;
  }
  return true;
}

/** Bindings are whole multiples of 16 bytes, as buffers and the places in them are: kernels may read and write values in fours. */
function bindGroup(device: GPUDevice, dispatch: Dispatch, run: Run): GPUBindGroup {
  const { groups, bindings } = dispatch;
  if (!dispatch.variable && groups.length > 0) return groups[0]!.group;
  for (let i = groups.length - 1; i >= 0; i--) if (fits(groups[i]!.key, bindings, run)) return groups[i]!.group;
  const key: unknown[] = [];
  for (const { ref } of bindings) {
    if (ref.kind === 'fixed') continue;
    const { buffer, offset } = place(ref, run);
    key.push(buffer, offset);
  }
  run.doubt();
  const group = device.createBindGroup({
    layout: dispatch.layout,
    entries: bindings.map((binding, index) => {
      const { buffer, offset } = place(binding.ref, run);
      return {
        binding: index,
        resource: { buffer, offset: offset + binding.offset, size: Math.max(1, Math.ceil(binding.bytes / 16)) * 16 },
      };
    }),
  });
  stats.bindGroupsCreated++;
  if (groups.length >= MAX_GROUPS) groups.shift();
  groups.push({ key, group });
  return group;
}

/** Frees what an executable has of its own, unless that is gone with its device; it runs no more. */
export function giveUp(
  { uniform, slots }: Pick<Executable, 'uniform' | 'slots'>,
  owner: Pick<Session, 'memory' | 'slots'>,
): void {
  if (owner.memory.isRetired) return;
  if (uniform) owner.memory.destroyBuffer(uniform);
  owner.slots.giveBack(slots);
}
