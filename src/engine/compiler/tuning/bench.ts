// The bench that tuning measures on: runs the kernels of one node alone, on random numbers, and times them on the GPU.

import { whenLoaded } from '../../core/late';
import { byteLength, type Meta, scalarOf } from '../../core/meta';
import { type Executable, encodeDispatches, execute, type Run } from '../../gpu/executable';
import { COMMON_BUFFER_BYTES } from '../../gpu/fault-slots';
import type { Allocation } from '../../gpu/memory';
import { Pipelines } from '../../gpu/pipelines';
import type { Session } from '../../gpu/session';
import { Slots } from '../../gpu/slots';
import { compile } from '../compile';
import { type LinkTarget, link } from '../link';
import type { TuningTable } from './table';
import { noiseOf, Timer } from './timer';
import { type Bench, forced, type Trial, type TuningTask } from './tuner';
import type { Candidate } from './tuning';

/** Results are compared up to this many bytes, and may differ by TOLERANCE times the largest element. */
const COMPARED_BYTES = 1 << 20;
const TOLERANCE = 1e-3;
/** The number of random elements; longer inputs repeat them. */
const NOISE_LENGTH = 1 << 18;

export class GpuBench implements Bench {
  private readonly timer: Timer;

  constructor(
    private readonly session: Session,
    /** Earlier choices, for kernels that choose several things. */
    private readonly table: TuningTable,
  ) {
    this.timer = new Timer(session.device);
  }

  now(): number {
    return performance.now();
  }

  async open({ point, program }: TuningTask, candidate: Candidate): Promise<Trial | null> {
    const { session, timer } = this;
    const { memory, device, profile } = session;
    // Slots and pipelines of its own, so that nothing remains of the candidates that lose.
    const slots = new Slots(memory);
    const faultBuffer = memory.createBuffer(COMMON_BUFFER_BYTES, 'fault slots');
    const target: LinkTarget = { profile, memory, pipelines: new Pipelines(device), slots, faultBuffer };
    const places: Allocation[] = [];
    const place = (meta: Meta): Allocation => {
      const allocation = memory.allocate(byteLength(meta), true);
      places.push(allocation);
      return allocation;
    };
    let executable: Executable | null = null;
    const close = () => {
      for (const allocation of places) memory.free(allocation);
      if (executable) slots.giveBack(executable.slots);
      for (const buffer of [faultBuffer, executable?.uniform]) if (buffer) memory.destroyBuffer(buffer);
    };
    try {
      const tuning = forced(point, candidate, this.table);
      const plan = await whenLoaded(() => compile(program, { ...profile, tuning }));
      executable = await link(plan, target);
    } catch {
      close();
      return null;
    }
    const inputs = program.values.slice(0, program.inputCount).map(place);
    const outputs = program.exports.map((v) => place(program.values[v]!));
    inputs.forEach((allocation, i) => {
      fillWithNoise(device, allocation, program.values[i]!);
    });
    const run: Run = {
      renews: true,
      inputs,
      moved: [],
      uploads: inputs.map(() => null),
      exports: outputs,
      scalars: new Array<number>(program.nodes[0]!.scalarCount).fill(1),
      fault: { buffer: faultBuffer, offset: 0 },
      ride: null,
      inheritFaults: null,
      keepFaults: null,
      doubt: () => {},
    };
    execute(memory, executable, run, executable.dispatches);
    return new GpuTrial(
      session,
      timer,
      executable,
      run,
      program.exports.map((v) => program.values[v]!),
      close,
    );
  }

  close(): void {
    this.timer.destroy();
  }
}

class GpuTrial implements Trial {
  private compared: Promise<Float32Array> | null = null;

  constructor(
    private readonly session: Session,
    private readonly timer: Timer,
    private readonly executable: Executable,
    private readonly run: Run,
    private readonly results: readonly Meta[],
    readonly close: () => void,
  ) {}

  async time(repeats: number): Promise<number> {
    const { session, executable, run } = this;
    const all = await this.timer.measure((pass) => {
      for (let i = 0; i < repeats; i++) encodeDispatches(session.device, pass, executable.dispatches, run);
    });
    return all / repeats;
  }

  async agrees(other: Trial): Promise<boolean> {
    const [mine, theirs] = await Promise.all([this.read(), (other as GpuTrial).read()]);
    const largest = theirs.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    return mine.every((x, i) => Math.abs(x - theirs[i]!) <= TOLERANCE * largest);
  }

  /** The beginning of the first result, if it is of floats. */
  private read(): Promise<Float32Array> {
    this.compared ??= (async () => {
      const [meta] = this.results;
      const place = this.run.exports[0];
      if (!meta || !place || scalarOf(meta.dtype) !== 'f32') return new Float32Array();
      const bytes = Math.min(place.bytes, COMPARED_BYTES);
      const { contents } = await this.session.fetch([{ ...place, bytes }]);
      return new Float32Array(contents[0]!);
    })();
    return this.compared;
  }
}

function fillWithNoise(device: GPUDevice, { buffer, offset, bytes }: Allocation, { dtype }: Meta): void {
  // Integer inputs stay 0, which is a valid index or label everywhere.
  if (scalarOf(dtype) !== 'f32') return;
  const noise = noiseOf(Math.min(bytes / 4, NOISE_LENGTH));
  for (let at = 0; at < bytes; at += 4 * NOISE_LENGTH) {
    device.queue.writeBuffer(buffer, offset + at, noise, 0, Math.min(noise.length, (bytes - at) / 4));
  }
}
