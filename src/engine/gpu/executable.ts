// A plan in WebGPU's terms, and the encoding of a run: copies in, compute passes, copies out. Usually a run is one pass
// and one submit.

import type { Profiler } from './dispatch-times';
import type { Ride } from './fault-reports';
import type { Allocation, Memory } from './memory';
import type { Queue, Sending } from './queue';
import type { Session } from './session';
import type { Slot } from './slots';
import { stats } from './stats';

/** A buffer that a dispatch binds: fixed for the plan, or the memory of an input or export in this run. */
export type BufferRef =
  | { readonly kind: 'fixed'; readonly buffer: GPUBuffer }
  | { readonly kind: 'input' | 'export'; readonly index: number }
  /** The slot where this run reports the faults that its updates depend on. */
  | { readonly kind: 'fault' };

export interface Binding {
  readonly ref: BufferRef;
  /** In bytes, relative to the start of the value. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly Binding[];
  readonly grid: readonly [number, number, number];
  /**
   * The bind groups so far. The key holds the buffers and offsets of the variable bindings that a group was made for.
   */
  readonly groups: { readonly key: readonly unknown[]; readonly group: GPUBindGroup }[];
  /** Whether any binding varies from run to run. */
  readonly variable: boolean;
  /**
   * If its results are kept: they stay valid while these inputs are the same values and these scalars the same numbers.
   */
  readonly kept?: { readonly inputs: readonly number[]; readonly scalars: readonly number[] };
}

/** A copy of input or export `index`, to or from a buffer. */
export interface Copy {
  readonly index: number;
  readonly ref: BufferRef;
  readonly offset: number;
  readonly bytes: number;
  /** Only dispatches whose results are kept read the copy. */
  readonly toKeep?: boolean;
}

export interface Executable {
  /** Dispatches whose results are kept come first. */
  readonly dispatches: readonly Dispatch[];
  /** The dispatches that run each time. */
  readonly steady: readonly Dispatch[];
  /** Whether some kernels stand in for faster ones that have not been compiled. */
  readonly general: boolean;
  /** Inputs copied (or uploaded) into buffers of the plan before the pass. */
  readonly copiesIn: readonly Copy[];
  /** Exports copied out of the pass's buffers after it. */
  readonly copiesOut: readonly Copy[];
  readonly slots: readonly Slot[];
  readonly uniform: GPUBuffer | null;
  /** The contents of the uniform buffer. Each run writes its scalars into them. */
  readonly uniformData: DataView;
  readonly scalarFields: readonly {
    readonly byteOffset: number;
    readonly type: 'f32' | 'i32' | 'u32';
    readonly scalar: number;
  }[];
  /** The scalars that the uniform buffer holds at present. */
  scalars: readonly number[] | null;
}

/** An executable without its dispatches, whose kernels may still be compiling. */
export type Unassembled = Omit<Executable, 'dispatches' | 'steady'>;

/** The maximum number of bind groups to keep for one dispatch: enough for a rotation of pooled buffers. */
const MAX_GROUPS = 32;

/** The first `bytes` of an input, which are copied right after the previous piece. */
export interface Piece {
  readonly input: number;
  readonly bytes: number;
}

/** The memory, scalars and faults of one run. */
export interface Run {
  /** Whether kept results are computed again. */
  readonly renews: boolean;
  readonly inputs: (Pick<Allocation, 'buffer' | 'offset'> | null)[];
  /** Inputs that are copied for this run only, besides those that always are. The run reads the copies. */
  readonly moved: readonly Copy[];
  /**
   * For each input whose buffer has spare capacity (a padded value): the pieces that are copied into it one after
   * another.
   */
  readonly joins?: ReadonlyMap<number, readonly Piece[]>;
  /** For each input: data to upload instead of a copy. */
  readonly uploads: readonly (ArrayBufferView | null)[];
  readonly exports: readonly (Allocation | null)[];
  readonly scalars: readonly number[];
  /** Where the run reports the faults that its updates depend on; null if it has no such faults. */
  readonly fault: { readonly buffer: GPUBuffer; readonly offset: number } | null;
  /** Reads earlier reports from the records that this run is about to reuse. */
  readonly ride: Ride | null;
  /** Copies in earlier faults that the updates depend on. */
  readonly inheritFaults: ((encoder: GPUCommandEncoder) => void) | null;
  /** At the end of the run, saves the faults that no update depends on to their records. */
  readonly keepFaults: ((encoder: GPUCommandEncoder) => void) | null;
  /** Called before the run makes something that WebGPU may refuse. */
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

  /** Encodes dispatches. With a profiler, each gets a pass of its own. */
  dispatch(dispatches: readonly Dispatch[], profiler: Profiler | null = null): void {
    const { device, encoder, run } = this;
    stats.dispatches += dispatches.length;
    for (const together of profiler ? dispatches.map((one) => [one]) : [dispatches]) {
      const [first] = together;
      if (!first) continue;
      const pass = encoder.beginComputePass(profiler ? { timestampWrites: profiler.next(first.label) } : {});
      encodeDispatches(device, pass, together, run);
      pass.end();
    }
  }

  /** Submits what has been encoded so far, so that the GPU can begin. */
  submit(): void {
    this.queue.submit(this.encoder);
    stats.submits++;
    this.encoder = this.device.createCommandEncoder();
  }

  /** Encodes the end of the run. With `sending`, holds the submit back, so that reads of the same turn can join it. */
  end(sending: Sending | null): void {
    const { queue, encoder, executable, run } = this;
    for (const copy of executable.copiesOut) {
      if (copy.bytes === 0) continue;
      const from = place(copy.ref, run);
      const target = run.exports[copy.index]!;
      // A buffer with spare capacity is larger than the export; the value is at its beginning.
      const bytes = Math.min(copy.bytes, target.bytes);
      encoder.copyBufferToBuffer(from.buffer, from.offset + copy.offset, target.buffer, target.offset, bytes);
      stats.copies++;
    }
    run.keepFaults?.(encoder);
    if (sending) queue.delay(encoder, sending);
    else queue.submit(encoder);
    run.ride?.begin();
    stats.submits++;
    stats.runs++;
  }

  /** Ends a run that was given up: drops its results and its faults. */
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

/**
 * Runs these dispatches, in `pieces` submits, or in one with a profiler. With `sending`, the last submit waits for
 * reads.
 */
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
  const size = Math.ceil(dispatches.length / (profiler ? 1 : pieces));
  for (let from = 0; from < dispatches.length; from += size) {
    if (from > 0) encoding.submit();
    encoding.dispatch(dispatches.slice(from, from + size), profiler);
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

/** Writes a field of a uniform. */
export function writeField(to: DataView, offset: number, type: 'f32' | 'i32' | 'u32', value: number): void {
  if (type === 'f32') to.setFloat32(offset, value, true);
  else if (type === 'i32') to.setInt32(offset, value, true);
  else to.setUint32(offset, value, true);
}

function writeScalars(queue: Queue, executable: Unassembled, scalars: readonly number[]): void {
  const { uniform, uniformData, scalarFields } = executable;
  if (!uniform) return;
  const before = executable.scalars;
  if (before && holds(scalarFields, before, scalars)) return;
  for (const { byteOffset, type, scalar } of scalarFields) {
    writeField(uniformData, byteOffset, type, scalars[scalar]!);
  }
  queue.write(uniform, 0, uniformData.buffer as ArrayBuffer);
  executable.scalars = scalars;
  stats.scalarWrites++;
}

/** Whether the uniform buffer already holds these scalars. */
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

/**
 * The bind group of a dispatch for this run. Sizes of bindings are multiples of 16 bytes, as those of buffers are, so
 * that kernels may read and write in fours.
 */
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

/** Frees the uniforms and slots of an executable that will not run again, unless they are gone with their device. */
export function giveUp(
  { uniform, slots }: Pick<Executable, 'uniform' | 'slots'>,
  owner: Pick<Session, 'memory' | 'slots'>,
): void {
  if (owner.memory.isRetired) return;
  if (uniform) owner.memory.destroyBuffer(uniform);
  owner.slots.giveBack(slots);
}
