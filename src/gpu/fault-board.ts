// The fault board: a device's buffers of reports, what runs write there, and how updates take over the faults that they hang on.
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
} from './fault-sources';
import { FAULT_BYTES } from './faults';
import type { Memory } from './memory';

const COMPUTE_STAGE = 4; // GPUShaderStage.COMPUTE

export class FaultBoard {
  private commonSlots: GPUBuffer | null = null;
  private optimizerSlots: GPUBuffer | null = null;
  private records: GPUBuffer | null = null;
  /** Who has which place of `records`. */
  private readonly holders: (FaultRecord | undefined)[] = [];
  private next = 0;
  private pipeline: GPUComputePipeline | null = null;
  /** By the slots that a fault goes from and to. */
  private readonly groups = new Map<number, GPUBindGroup>();

  constructor(
    private readonly memory: Memory,
    /** Reads many places back, without telling anybody. */
    private readonly readBack: (records: readonly FaultRecord[]) => Promise<unknown>,
  ) {}

  // Each buffer is made for the first run that needs it: most networks report nothing when they only predict.

  /** The slots that runs report to whose faults no update hangs on. */
  get common(): GPUBuffer {
    this.commonSlots ??= this.memory.createBuffer(COMMON_BUFFER_BYTES, 'fault slots');
    return this.commonSlots;
  }

  /** The slots that gate the updates of optimizers. */
  get optimizers(): GPUBuffer {
    this.optimizerSlots ??= this.memory.createBuffer(OPTIMIZER_BUFFER_BYTES, "optimizers' fault slots");
    return this.optimizerSlots;
  }

  /** Where a run reports the faults that its updates hang on. */
  gate(slot: FaultSlot | null): { readonly buffer: GPUBuffer; readonly offset: number } {
    return slot ? { buffer: this.optimizers, offset: slot.offset } : { buffer: this.common, offset: 0 };
  }

  /** The buffer that a place lies in. */
  bufferOf({ kind }: FaultPlace): GPUBuffer {
    return kind === 'slot' ? this.optimizers : this.records!;
  }

  /** A record for a run that is encoded next. */
  record(): FaultRecord {
    this.records ??= this.memory.createBuffer(RECORD_BUFFER_BYTES, 'fault records');
    const at = this.next;
    this.next = (at + 1) % RECORDS;
    if (at % (RECORDS / 2) === 0) this.vacate(at, at + RECORDS / 2);
    const record = new FaultRecord(at * FAULT_BYTES);
    this.holders[at] = record;
    return record;
  }

  /** Reads places that others take. The copy comes before their runs on the GPU, so nobody needs to wait. */
  private vacate(from: number, to: number): void {
    const unknown = this.holders.slice(from, to).filter((record) => record?.failure === undefined);
    const records = unknown.filter((record) => record !== undefined);
    if (records.length === 0) return;
    const leaving = this.readBack(records).then(
      () => null,
      (error: Error) => error,
    );
    for (const record of records) record.leaving = leaving;
  }

  /** Copies the faults of a run, which it has reported to the first common slots, to its records, and empties these slots. */
  keep(encoder: GPUCommandEncoder, records: readonly FaultRecord[]): void {
    records.forEach(({ offset }, slot) => {
      encoder.copyBufferToBuffer(this.common, slot * FAULT_STRIDE, this.records!, offset, FAULT_BYTES);
    });
    encoder.clearBuffer(this.common, 0, records.length * FAULT_STRIDE);
  }

  /** Empties an optimizer's slot. */
  clear({ kind, offset }: FaultPlace): void {
    if (kind === 'slot') this.memory.queue.write(this.optimizers, offset, new Uint8Array(FAULT_BYTES));
  }

  /**
   * What has the updates of a run hang on faults from before, so that `slot` takes one over that stands; null for nothing.
   * `code` is that of shaders/inherit-fault.wgsl.
   */
  inherit(slot: FaultSlot, sources: FaultSources, code: string): ((encoder: GPUCommandEncoder) => void) | null {
    const threats = (sources ?? []).filter(({ place, kind }) => {
      if (kind === 'kept' || place === slot) return false;
      if (place.kind === 'slot' || (place.failure && kind === 'result')) return true;
      return place.failure === undefined && this.holders[place.offset / FAULT_BYTES] === place;
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
