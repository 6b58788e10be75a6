// Times a kernel's candidates on this adapter, one small run at a time. Uses plain WebGPU only, so that no counter,
// pool or cache of the engine changes.

import { type Operand, type Pass, paramsOf } from '../ir';
import { noiseOf, Timer } from './timer';
import { type Candidate, candidateKey, type Probe } from './tuning';

const STORAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST
const UNIFORM = 0x40 | 0x08; // UNIFORM | COPY_DST
const STAGING = 0x01 | 0x08; // MAP_READ | COPY_DST
const COMPUTE_STAGE = 4; // GPUShaderStage.COMPUTE

/** Each candidate runs this many times. The first run is a warm-up; the shortest of the others counts. */
const ROUNDS = 4;
/** After this many milliseconds on the GPU, no further round begins. */
const ENOUGH = 200;
/** A candidate that takes more than this many times the best time is not run again. */
const HOPELESS = 2;

/** A pass with its texts, and the WGSL that its entry point needs. */
export interface WrittenPass {
  readonly pass: Pass;
  readonly code: string;
}

interface Entrant {
  readonly candidate: Candidate;
  encode(pass: GPUComputePassEncoder): void;
  /** The shortest run so far, in milliseconds. */
  best: number;
}

/** One probe on one device. The work comes in steps, so that the caller can stop or wait in between. */
export class Probing {
  /** The GPU time of all steps so far, in milliseconds. */
  spent = 0;
  private readonly buffers: GPUBuffer[] = [];
  private readonly timer: Timer;
  private readonly inputs: readonly GPUBuffer[];
  private readonly output: GPUBuffer;
  private readonly other: GPUBuffer;
  private readonly entrants: Entrant[] = [];
  /** The bits that the first candidate computed. Only candidates with the same bits count. */
  private reference: Uint32Array | null = null;

  constructor(
    private readonly device: GPUDevice,
    readonly probe: Probe,
    /** A parameter, so that this late part need not import the compiler. */
    private readonly write: (pass: Pass) => Promise<WrittenPass>,
  ) {
    this.timer = new Timer(device);
    this.inputs = probe.inputs.map((length) => {
      const buffer = this.buffer(4 * length, STORAGE);
      device.queue.writeBuffer(buffer, 0, noiseOf(length));
      return buffer;
    });
    this.output = this.buffer(4 * probe.output, STORAGE);
    this.other = this.buffer(16, STORAGE);
  }

  /** Does the work in steps, with a `yield` before each. Returns the milliseconds of a run by `candidateKey`. */
  async *steps(): AsyncGenerator<undefined, Record<string, number>> {
    for (const candidate of this.probe.candidates) {
      yield;
      const entrant = await this.open(candidate);
      if (!entrant) continue;
      yield;
      await this.run(entrant);
      if (await this.agrees()) this.entrants.push(entrant);
    }
    for (let round = 1; round < ROUNDS && (round === 1 || this.spent < ENOUGH); round++) {
      const fastest = Math.min(...this.entrants.map(({ best }) => best));
      for (const entrant of this.entrants) {
        if (entrant.best > HOPELESS * fastest) continue;
        yield;
        const time = await this.run(entrant);
        entrant.best = round === 1 ? time : Math.min(entrant.best, time);
      }
    }
    return Object.fromEntries(this.entrants.map(({ candidate, best }) => [candidateKey(candidate), best]));
  }

  close(): void {
    this.timer.destroy();
    for (const buffer of this.buffers) buffer.destroy();
  }

  private buffer(size: number, usage: number): GPUBuffer {
    const buffer = this.device.createBuffer({ size, usage });
    this.buffers.push(buffer);
    return buffer;
  }

  private async run(entrant: Entrant): Promise<number> {
    const time = await this.timer.measure((pass) => entrant.encode(pass));
    this.spent += time;
    entrant.best = Math.min(entrant.best, time);
    return time;
  }

  /** Whether the latest run computed exactly the same bits as the first candidate. */
  private async agrees(): Promise<boolean> {
    const { device, output } = this;
    const staging = device.createBuffer({ size: output.size, usage: STAGING });
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(output, 0, staging, 0, output.size);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(1);
      const bits = new Uint32Array(staging.getMappedRange().slice(0));
      this.reference ??= bits;
      return bits.every((word, i) => word === this.reference![i]);
    } finally {
      staging.destroy();
    }
  }

  /** Null if the candidate's kernel does not compile on this device. */
  private async open(candidate: Candidate): Promise<Entrant | null> {
    const { device } = this;
    const { pass, code } = await this.write(this.probe.pass(candidate));
    const kinds: GPUBufferBindingType[] = [
      ...pass.reads.map(() => 'read-only-storage' as const),
      ...pass.writes.map(() => 'storage' as const),
      'uniform',
    ];
    const layout = device.createBindGroupLayout({
      entries: kinds.map((type, binding) => ({ binding, visibility: COMPUTE_STAGE, buffer: { type } })),
    });
    const entryPoint = pass.entry ?? 'main';
    const pipeline = await device
      .createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: device.createShaderModule({ code }), entryPoint, constants: { ...pass.overrides } },
      })
      .catch(() => null);
    if (!pipeline) return null;
    const bound = [...[...pass.reads, ...pass.writes].map((operand) => this.place(operand)), this.params(pass)];
    const group = device.createBindGroup({
      layout,
      entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const encode = (encoder: GPUComputePassEncoder) => {
      encoder.setPipeline(pipeline);
      encoder.setBindGroup(0, group);
      encoder.dispatchWorkgroups(...pass.grid);
    };
    return { candidate, encode, best: Number.POSITIVE_INFINITY };
  }

  private place({ from, ...rest }: Operand): GPUBuffer {
    if (from === 'input' && 'index' in rest) return this.inputs[rest.index]!;
    return from === 'output' ? this.output : this.other;
  }

  private params({ params }: Pass): GPUBuffer {
    const data = Uint32Array.from(paramsOf(params), ([, value]) => value as number);
    const buffer = this.buffer(Math.ceil(data.byteLength / 16) * 16, UNIFORM);
    this.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }
}
