// The fault board: a device's buffers of fault reports. Runs write their faults there, and updates inherit earlier
// faults that they depend on.
import {
  COMMON_BUFFER_BYTES,
  FAULT_STRIDE,
  type FaultPlace,
  FaultRecord,
  type FaultSlot,
  type FaultSources,
  OPTIMIZER_BUFFER_BYTES,
  RECORD_BUFFER_BYTES,
  RECORDS,
  SPARE_SLOT,
} from './fault-slots';
import { FAULT_BYTES } from './faults';
import type { Allocation, Memory } from './memory';

const COMPUTE_STAGE = 4; // GPUShaderStage.COMPUTE

/** The number of records that are read back at once. */
const HALF = RECORDS / 2;
export const HALF_BYTES = HALF * FAULT_BYTES;

/** A read-back whose copy is encoded at the beginning of a run. */
export interface Ride {
  encode(encoder: GPUCommandEncoder): void;
  /** Called once the run has been sent, or is delayed to be sent. */
  begin(): void;
}

/** Reads a range of a buffer. Unless the copy was sent on its own, `ride` is for the next run to take along. */
export type ReadAhead = (from: Pick<Allocation, 'buffer' | 'offset' | 'bytes'>) => {
  readonly contents: Promise<ArrayBuffer>;
  readonly ride: Ride | null;
};

export class FaultBoard {
  private commonSlots: GPUBuffer | null = null;
  private optimizerSlots: GPUBuffer | null = null;
  private records: GPUBuffer | null = null;
  /** For each place in `records`: the record that has it. */
  private readonly recordAt: (FaultRecord | undefined)[] = [];
  private next = 0;
  /** The read-back of the records whose places the next run reuses. */
  private ride: Ride | null = null;
  private pipeline: GPUComputePipeline | null = null;
  /** The bind groups, by the slots that a fault is copied from and to. */
  private readonly groups = new Map<number, GPUBindGroup>();

  constructor(
    private readonly memory: Memory,
    private readonly readAhead: ReadAhead,
    /** Called when records will soon be read back, `HALF_BYTES` at a time. */
    private readonly prepare: () => void,
  ) {}

  // Each buffer is made for the first run that needs it: most networks report nothing when they only predict.

  /** The slots for faults that no update depends on. */
  get commonBuffer(): GPUBuffer {
    this.commonSlots ??= this.memory.createBuffer(COMMON_BUFFER_BYTES, 'fault slots');
    return this.commonSlots;
  }

  /** The slots that gate the updates of optimizers. */
  get optimizers(): GPUBuffer {
    this.optimizerSlots ??= this.memory.createBuffer(OPTIMIZER_BUFFER_BYTES, "optimizers' fault slots");
    return this.optimizerSlots;
  }

  /** The slot where a run reports the faults that its updates depend on. */
  gate(slot: FaultSlot | null): { readonly buffer: GPUBuffer; readonly offset: number } {
    return slot ? { buffer: this.optimizers, offset: slot.offset } : { buffer: this.commonBuffer, offset: 0 };
  }

  /** The buffer that contains a place. */
  bufferOf({ kind }: FaultPlace): GPUBuffer {
    return kind === 'slot' ? this.optimizers : this.records!;
  }

  /** A record for the run that is encoded next. */
  record(): FaultRecord {
    if (!this.records) {
      this.records = this.memory.createBuffer(RECORD_BUFFER_BYTES, 'fault records');
      this.prepare();
    }
    const at = this.next;
    this.next = (at + 1) % RECORDS;
    if (at % HALF === 0) this.vacate(at, this.records);
    const record = new FaultRecord(at * FAULT_BYTES);
    this.recordAt[at] = record;
    return record;
  }

  /**
   * Reads back half of the records, from `from` on, since new runs reuse their places. The copy precedes those runs on
   * the GPU.
   */
  private vacate(from: number, buffer: GPUBuffer): void {
    const records = this.recordAt.slice(from, from + HALF).filter((record) => record?.failure === undefined);
    const unknown = records.filter((record) => record !== undefined);
    if (unknown.length === 0) return;
    const start = from * FAULT_BYTES;
    const { contents, ride } = this.readAhead({ buffer, offset: start, bytes: HALF_BYTES });
    this.ride = ride;
    const leaving = contents.then(
      (bytes) => {
        for (const record of unknown) record.tell(new Int32Array(bytes, record.offset - start, FAULT_BYTES / 4));
        return null;
      },
      (error: Error) => error,
    );
    for (const record of unknown) record.leaving = leaving;
  }

  /** The read-back that the next run must take along. Call it after `record`. */
  takeRide(): Ride | null {
    const { ride } = this;
    this.ride = null;
    return ride;
  }

  /** Copies a run's faults from the first common slots to its records, and clears these slots. */
  keep(encoder: GPUCommandEncoder, records: readonly FaultRecord[]): void {
    records.forEach(({ offset }, slot) => {
      encoder.copyBufferToBuffer(this.commonBuffer, slot * FAULT_STRIDE, this.records!, offset, FAULT_BYTES);
    });
    encoder.clearBuffer(this.commonBuffer, 0, records.length * FAULT_STRIDE);
  }

  /** Clears an optimizer's slot. */
  clear({ kind, offset }: FaultPlace): void {
    if (kind === 'slot') this.memory.queue.write(this.optimizers, offset, new Uint8Array(FAULT_BYTES));
  }

  /**
   * Makes the updates of a run depend on earlier faults: a fault that is still reported is copied into `slot`. Null if
   * no source can have a fault. `code` is the text of shaders/inherit-fault.wgsl.
   */
  inherit(slot: FaultSlot, sources: FaultSources, code: string): ((encoder: GPUCommandEncoder) => void) | null {
    const threats = (sources ?? []).filter(({ place, kind }) => {
      if (kind === 'kept' || place === slot) return false;
      if (place.kind === 'slot' || (place.failure && kind === 'result')) return true;
      return place.failure === undefined && this.recordAt[place.offset / FAULT_BYTES] === place;
    });
    if (threats.length === 0) return null;
    const told = threats.find(({ place }) => place.kind === 'record' && place.failure)?.place as
      | FaultRecord
      | undefined;
    return (encoder) => {
      if (told) {
        this.memory.queue.write(this.optimizers, SPARE_SLOT, told.failure!.words.slice());
        this.takeOver(encoder, SPARE_SLOT, slot.offset, code);
        return;
      }
      for (const { place } of threats) {
        if (place.kind === 'record') {
          encoder.copyBufferToBuffer(this.records!, place.offset, this.optimizers, SPARE_SLOT, FAULT_BYTES);
        }
        this.takeOver(encoder, place.kind === 'slot' ? place.offset : SPARE_SLOT, slot.offset, code);
      }
    };
  }

  private takeOver(encoder: GPUCommandEncoder, from: number, to: number, code: string): void {
    const { device } = this.memory;
    this.pipeline ??= device.createComputePipeline({
      label: 'inherit fault',
      layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOf(device)] }),
      compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
    });
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.groupOf(this.pipeline, from, to));
    pass.dispatchWorkgroups(1);
    pass.end();
  }

  private groupOf(pipeline: GPUComputePipeline, from: number, to: number): GPUBindGroup {
    const key = from * OPTIMIZER_BUFFER_BYTES + to;
    const known = this.groups.get(key);
    if (known) return known;
    const entries = [from, to].map((offset, binding) => ({
      binding,
      resource: { buffer: this.optimizers, offset, size: FAULT_BYTES },
    }));
    const group = this.memory.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    this.groups.set(key, group);
    return group;
  }
}

const layoutOf = (device: GPUDevice): GPUBindGroupLayout =>
  device.createBindGroupLayout({
    entries: [0, 1].map((binding) => ({
      binding,
      visibility: COMPUTE_STAGE,
      buffer: { type: 'storage' },
    })),
  });
