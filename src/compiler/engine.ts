// The engine: runs jobs in order, each by its cached or freshly compiled plan, and reads values back.
import { DeviceLostError, invariant, TensorReleasedError } from '../errors';
import type { AdapterProfile, DeviceOptions } from '../gpu/device';
import { type Executable, execute, type Run, writeData } from '../gpu/executable';
import { hostPhase } from '../gpu/host-trace';
import { type Allocation, SMALL_BYTES } from '../gpu/memory';
import { copyOf, type Picture, type Screen, show } from '../gpu/pictures';
import type { Profile } from '../gpu/profile';
import { Session } from '../gpu/session';
import { stats } from '../gpu/stats';
import { GpuBench } from './bench';
import { Heat } from './heat';
import type { Program } from './ir';
import { link, pipelineRequests } from './link';
import { byteLength, type Meta } from './meta';
import { type CompilerPass, compilerPasses } from './passes';
import { compile, type Plan } from './plan';
import { PlanCache } from './plan-cache';
import { bindStanding, copyOver, releaseStanding, type Standing } from './standing';
import { type TunedChoice, type TuningProgress, tuneAll, tuningTasks } from './tuner';
import { TuningTable } from './tuning';
import { adapterKey, type TuningRecord, TuningStore } from './tuning-store';

/** What the engine knows of a value: where its contents are, or are to be put. */
export interface Cell extends Meta {
  allocation: Allocation | null;
  host: ArrayBufferView | null;
  /** `host` has been uploaded once already; at its second use it gets memory of its own. */
  uploaded: boolean;
  scheduled: Promise<void> | null;
  failure: Error | null;
  gone: string | null;
}

/** A program to run, with the cells of this run. */
export interface Job {
  /** Equal keys mean equal programs. */
  readonly key: readonly number[];
  build(): Program;
  readonly inputs: readonly Cell[];
  readonly exports: readonly JobExport[];
  readonly scalars: readonly number[];
  /** Cells whose memory goes back once the job has run. */
  readonly releases: readonly Cell[];
  /** Called when the job has been sent to the GPU. */
  ran(): void;
  /** Called when the job could not run. */
  failed(): void;
}

export interface JobExport {
  readonly cell: Cell;
  /** The cell that this one replaces in its storage, whose memory may be taken over. */
  readonly replaces: Cell | null;
}

/** Takes jobs in place of the GPU, which then runs nothing. */
export interface Rehearsal {
  take(job: Job): void;
  /** Whether the cell would have been computed by a job taken before; it reads as zeros. */
  has(cell: Cell): boolean;
}

/** What was made ready by `prepare`. */
export interface Prepared {
  readonly plans: number;
  readonly pipelines: number;
}

interface CachedPlan {
  readonly plan: Plan;
  executable: Executable;
  readonly standing: readonly Standing[];
}

const DISPOSED = 'its memory was given back';

/** Plans kept; the one used longest ago goes first. */
const MAX_PLANS = 256;

export class Engine {
  private options: DeviceOptions = {};
  private session: Session | null = null;
  private opening: Promise<Session> | null = null;
  private readonly plans = new PlanCache<CachedPlan>(MAX_PLANS, ({ executable, standing }) => {
    const memory = this.session?.memory;
    if (!memory) return;
    if (executable.uniform) memory.destroyBuffer(executable.uniform);
    releaseStanding(standing, memory);
  });
  /** The last job that waits for the device or for pipelines, if any. */
  private tail: Promise<void> | null = null;
  private readonly lossListeners = new Set<() => void>();
  private readonly heat = new Heat();
  private passes = compilerPasses;
  rehearsal: Rehearsal | null = null;
  private tuning = new TuningTable();

  /** Compiles by these passes from now on, for tests: whichever they are, programs compute the same. */
  compileBy(passes: readonly CompilerPass[] = compilerPasses): void {
    this.passes = passes;
    this.plans.clear();
  }

  /** Opens the device now, or the one given, and returns what it is. */
  async init(options: DeviceOptions = {}): Promise<AdapterProfile> {
    await this.tail;
    if (options.device && this.session && this.session.device !== options.device) this.close();
    const before = this.options.tuning;
    this.options = options;
    const session = await this.open();
    const { kernels = session.profile.kind, tuning, submitMilliseconds } = options;
    if (submitMilliseconds !== undefined) session.submitMilliseconds = submitMilliseconds;
    if (kernels !== session.profile.kind || tuning !== before) {
      session.profile = { ...session.profile, kind: kernels };
      this.useTuning(session, await this.store?.load());
    }
    return session.profile;
  }

  /** Opens the device unless it is open. */
  async start(): Promise<void> {
    await this.open();
  }

  get profile(): AdapterProfile | null {
    return this.session?.profile ?? null;
  }

  get device(): GPUDevice | null {
    return this.session?.device ?? null;
  }

  /** Calls back when a lost device has been reported, before anything else runs. */
  onLoss(listener: () => void): void {
    this.lossListeners.add(listener);
  }

  submit(job: Job): void {
    const { session } = this;
    if (this.rehearsal) {
      this.rehearsal.take(job);
      return;
    }
    if (this.tail === null && session && !session.lost) {
      const cached = this.plans.get(job.key);
      if (cached) {
        try {
          this.run(job, cached, session);
        } catch (error) {
          this.fail(job, error as Error);
        }
        return;
      }
    }
    const done = this.enqueue(() => this.runLater(job));
    for (const { cell } of job.exports) cell.scheduled = done;
  }

  /** Runs `action` behind what waits already, and before anything that is submitted later. */
  private enqueue<T>(action: () => T | Promise<T>): Promise<T> {
    const result = (this.tail ?? Promise.resolve()).then(action);
    const done = () => {
      if (this.tail === tail) this.tail = null;
    };
    const tail = result.then(done, done);
    this.tail = tail;
    return result;
  }

  /** The bytes of a value that has been computed or scheduled, whatever is written or released after the call. */
  async read(cell: Cell): Promise<ArrayBuffer> {
    if (this.rehearsal?.has(cell)) return new ArrayBuffer(byteLength(cell));
    if (!this.tail) return this.startReading(cell);
    const { reading } = await this.enqueue(() => ({ reading: this.startReading(cell) }));
    return reading;
  }

  /** Up to the copy on the GPU this runs at once. */
  private async startReading(cell: Cell): Promise<ArrayBuffer> {
    if (this.session) this.throwIfLost(this.session);
    if (cell.failure) throw cell.failure;
    if (!cell.allocation && cell.host) return hostBytes(cell.host);
    const session = this.session ?? (await this.open());
    if (!cell.allocation) throw released(cell);
    if (cell.allocation.memory !== session.memory) throw lostValue(cell);
    try {
      return await session.read(cell.allocation);
    } catch (error) {
      this.throwIfLost(session);
      if (error instanceof DeviceLostError) this.recover();
      throw error;
    }
  }

  /** Gives a value its contents: the pixels of a picture as it is now, by way of a copy where that cannot be at once. */
  capture(cell: Cell, picture: Picture): void {
    const { session } = this;
    if (this.tail === null && session && !session.lost) {
      const captured = session.pictures.captureNow(picture);
      if (captured) {
        this.settleCell(cell, captured);
        return;
      }
    }
    const copying = copyOf(picture);
    copying.catch(() => {}); // reported in its turn
    cell.scheduled = this.enqueue(async () => {
      try {
        const copy = await copying;
        this.settleCell(cell, (await this.openForWork()).pictures.capture(copy));
      } catch (error) {
        cell.failure = error as Error;
        cell.scheduled = null;
      }
    });
  }

  /** Shows pixels that have been computed or scheduled on a canvas, at once unless something waits, and takes their memory. */
  async show(cell: Cell, screen: Screen): Promise<void> {
    if (this.rehearsal?.has(cell)) return;
    if (this.tail) await this.enqueue(() => this.startShowing(cell, screen));
    else this.startShowing(cell, screen);
  }

  private startShowing(cell: Cell, screen: Screen): void {
    if (this.session) this.throwIfLost(this.session);
    if (cell.failure) throw cell.failure;
    const { session } = this;
    invariant(session && cell.allocation, 'pixels that are shown have been computed');
    if (cell.allocation.memory !== session.memory) throw lostValue(cell);
    show(session.device, cell.allocation, screen);
    this.release(cell, DISPOSED);
  }

  /** The bytes of several values as they are now, whatever is submitted after; null while that cannot be told at once. */
  readNow(cells: readonly Cell[]): Promise<ArrayBuffer[]> | null {
    const { session } = this;
    if (!session || session.lost || this.tail) return null;
    const places = cells.map((cell) => cell.allocation);
    if (!places.every((place) => place !== null && place.memory === session.memory)) return null;
    return session.fetch(places as Allocation[]).then(({ contents }) => contents);
  }

  /** Resolves when at most `limit` runs are unfinished on the GPU; throws a lost device's error. */
  async settle(limit: number): Promise<void> {
    await this.tail;
    const { session } = this;
    if (!session) return;
    await session.settle(limit);
    this.throwIfLost(session);
  }

  /** Times on the GPU of what `fn` runs. */
  async timed(fn: () => Promise<unknown>): Promise<Profile> {
    await this.tail;
    return (await this.open()).timed(async () => {
      await fn();
      await this.tail;
    });
  }

  /** Bytes in all GPU buffers now. */
  get totalBytes(): number {
    return this.session?.memory.totalBytes ?? 0;
  }

  /** Returns free memory to the system. */
  trim(): void {
    this.session?.pictures.release();
    this.session?.memory.trim();
  }

  private open(): Promise<Session> {
    if (this.session) return Promise.resolve(this.session);
    this.opening ??= this.openTuned().then(
      (session) => {
        this.opening = null;
        this.session = session;
        return session;
      },
      (error) => {
        this.opening = null;
        throw error;
      },
    );
    return this.opening;
  }

  private async openForWork(): Promise<Session> {
    const session = await this.open();
    if (session.lost)
      throw new DeviceLostError('the GPU device is lost; the next read-back reports it and opens a new one');
    return session;
  }

  private async openTuned(): Promise<Session> {
    const loading = this.store?.load();
    // Should the device be refused, that is the error to report.
    const session = await Session.open(this.options);
    this.useTuning(session, await loading);
    return session;
  }

  private useTuning(session: Session, record: TuningRecord = {}): void {
    this.tuning = new TuningTable(record[adapterKey(session.profile)]);
    session.profile = { ...session.profile, tuning: this.tuning };
    this.plans.clear();
  }

  private get store(): TuningStore | null {
    const { tuning } = this.options;
    return tuning === false ? null : new TuningStore(tuning);
  }

  /** Measures what the programs' kernels can choose and is not known yet, for about `budget` milliseconds. */
  tune(programs: readonly Program[], budget: number, onProgress: (progress: TuningProgress) => void) {
    return this.enqueue(async (): Promise<{ choices: TunedChoice[]; left: number; saved: boolean }> => {
      const session = await this.open();
      const { tuning } = this;
      const tasks = tuningTasks(programs, session.profile, tuning);
      const bench = new GpuBench(session, tuning);
      try {
        await session.settle(0);
        const choices = await tuneAll(tasks, bench, bench.now() + budget, onProgress);
        for (const choice of choices) tuning.add(choice);
        if (choices.length > 0) this.plans.clear();
        const saved = (await this.store?.save(adapterKey(session.profile), tuning.choices)) ?? false;
        return { choices, left: tasks.length - choices.length, saved };
      } finally {
        bench.close();
      }
    });
  }

  /** Forgets what was measured on this adapter. */
  clearTuning(): Promise<void> {
    return this.enqueue(async () => {
      const session = await this.open();
      this.tuning.clear();
      this.plans.clear();
      await this.store?.save(adapterKey(session.profile), []);
    });
  }

  private close(): void {
    this.session?.memory.retire();
    this.session = null;
    this.plans.clear();
  }

  private throwIfLost(session: Session): void {
    if (!session.lost || session !== this.session) return;
    const error = session.takeError();
    this.recover();
    if (error) throw error;
  }

  /** Leaves a lost device behind: the next job opens a new one. */
  private recover(): void {
    this.close();
    this.options = { ...this.options, device: undefined };
    for (const listener of this.lossListeners) listener();
  }

  private async runLater(job: Job): Promise<void> {
    try {
      const session = await this.openForWork();
      const cached = this.plans.get(job.key) ?? (await this.compile(job, session));
      this.run(job, cached, session);
    } catch (error) {
      this.fail(job, error as Error);
    }
  }

  private async compile(job: Job, session: Session): Promise<CachedPlan> {
    const start = performance.now();
    const compiled = compile(job.build(), session.profile, this.passes);
    const { plan, standing } = bindStanding(compiled, (i) => {
      const cell = job.inputs[i]!;
      if (!cell.allocation && cell.host && !cell.failure) this.materialise(cell, session, false);
      return cell.allocation;
    });
    hostPhase('compile', start);
    const linked = performance.now();
    const executable = await link(plan, session);
    hostPhase('pipelines', linked);
    stats.plansCompiled++;
    const cached = { plan, executable, standing };
    this.plans.set(job.key, cached);
    return cached;
  }

  /** A plan for a program, freshly compiled, and whether there is one already; the device must be open. */
  planFor(key: readonly number[], program: Program): { readonly plan: Plan; readonly cached: boolean } {
    invariant(this.session, 'a plan is compiled for a device');
    return { plan: compile(program, this.session.profile, this.passes), cached: this.plans.get(key) !== undefined };
  }

  /** Makes plans for programs that have none yet, all pipelines at once, and runs none of them. */
  prepare(
    jobs: readonly { readonly key: readonly number[]; readonly program: Program }[],
    onProgress: (done: number, total: number) => void,
  ): Promise<Prepared> {
    return this.enqueue(async () => {
      const session = await this.open();
      const before = stats.pipelinesCreated;
      const fresh = jobs.filter(({ key }) => !this.plans.get(key));
      const plans = fresh.map(({ key, program }) => ({ key, plan: compile(program, session.profile, this.passes) }));
      const requests = plans.flatMap(({ plan }) => pipelineRequests(plan));
      await session.pipelines.prepare(requests, onProgress);
      for (const { key, plan } of plans) {
        this.plans.set(key, { plan, executable: await link(plan, session), standing: [] });
        stats.plansCompiled++;
      }
      return { plans: plans.length, pipelines: stats.pipelinesCreated - before };
    });
  }

  /** Gives a plan kernels of its own in the place of general ones, once they are compiled; no run waits for that. */
  private async refine(key: readonly number[], cached: CachedPlan, session: Session): Promise<void> {
    const executable = await link(cached.plan, session, 'own');
    const former = session === this.session && this.plans.get(key) === cached ? cached.executable : executable;
    if (former !== executable) cached.executable = executable;
    if (former.uniform) session.memory.destroyBuffer(former.uniform);
  }

  private run(job: Job, cached: CachedPlan, session: Session): void {
    const { plan, executable, standing } = cached;
    session.startReads();
    this.releaseUnread(job);
    const gone = standing.filter(({ index, lease }) => job.inputs[index]!.allocation?.lease !== lease);
    const uploads = job.inputs.map((cell, i) => {
      const mode = gone.some(({ index }) => index === i) ? 'copy' : plan.inputs[i]!;
      return this.prepareInput(cell, mode, session);
    });
    const inputs = job.inputs.map((cell) => cell.allocation);
    const moved = gone.map((one) => copyOver(one, session.memory));
    const exports = job.exports.map(({ cell, replaces }, i) => {
      const mode = plan.exports[i]!;
      const bytes = byteLength(cell);
      if (mode.kind === 'takeover') return takeOver(job.inputs[mode.input]!);
      if (mode.kind === 'bind') return session.memory.allocate(bytes, true);
      const old = replaces?.allocation;
      // One that is bound as an input, as large ones are, may be what another export is copied from after this one.
      const bound = bytes > SMALL_BYTES || standing.some(({ lease }) => lease === old?.lease);
      const fits =
        old && !bound && old.memory === session.memory && old.bytes === bytes && (old.dedicated || !mode.dedicated);
      return fits ? takeOver(replaces!) : session.memory.allocate(bytes, mode.dedicated);
    });
    const run: Run = { inputs, moved, uploads, exports, scalars: job.scalars };
    const { profiler } = session;
    const first = profiler?.count ?? 0;
    const start = performance.now();
    execute(session.memory, executable, run, profiler, session.piecesOf(executable));
    hostPhase('submit', start);
    if (profiler && profiler.count > first) profiler.submitted(first);
    session.submitted(executable);
    plan.inputs.forEach((mode, i) => {
      if (mode === 'bindAndOverwrite') this.release(job.inputs[i]!);
    });
    job.exports.forEach(({ cell, replaces }, i) => {
      if (replaces) this.release(replaces);
      this.settleCell(cell, exports[i]!);
    });
    for (const cell of job.releases) this.release(cell, DISPOSED);
    job.ran();
    // Should it fail, the general kernels stay.
    if (this.heat.rises(cached) && executable.general) this.refine(job.key, cached, session).catch(() => {});
  }

  /** Gives back, before anything is allocated, what the job does not read; all that was submitted before is ahead of it on the GPU. */
  private releaseUnread({ inputs, releases }: Job): void {
    if (releases.length === 0) return;
    const read = new Set(inputs);
    for (const cell of releases) if (!read.has(cell)) this.release(cell, DISPOSED);
  }

  /** Makes sure that an input is where the plan wants it; returns data to upload into the plan's own slot instead. */
  private prepareInput(cell: Cell, mode: Plan['inputs'][number], session: Session): ArrayBufferView | null {
    if (cell.failure) throw cell.failure;
    if (cell.allocation && cell.allocation.memory !== session.memory) {
      cell.allocation = null;
      if (!cell.host) throw lostValue(cell);
    }
    if (!cell.allocation) {
      if (!cell.host) throw released(cell);
      if (mode === 'copy' && !cell.uploaded) {
        cell.uploaded = true;
        return cell.host;
      }
      this.materialise(cell, session, mode === 'bindAndOverwrite');
    } else if (mode === 'bindAndOverwrite' && (!cell.allocation.dedicated || cell.allocation.lease.readers > 0)) {
      const from = cell.allocation;
      const to = session.memory.allocate(from.bytes, true);
      const encoder = session.device.createCommandEncoder();
      encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, 0, from.bytes);
      session.device.queue.submit([encoder.finish()]);
      session.memory.free(from);
      this.settleCell(cell, to);
    }
    return null;
  }

  /** Gives data from the host memory of its own. */
  private materialise(cell: Cell, session: Session, dedicated: boolean): void {
    const allocation = session.memory.allocate(byteLength(cell), dedicated);
    writeData(session.device, allocation.buffer, allocation.offset, cell.host!);
    if (cell.host!.byteLength > SMALL_BYTES) cell.host = null;
    this.settleCell(cell, allocation);
  }

  private settleCell(cell: Cell, allocation: Allocation): void {
    cell.allocation = allocation;
    cell.scheduled = null;
  }

  /** Gives back a value's memory once the jobs submitted so far have been encoded. */
  releaseLater(cell: Cell): void {
    if (this.rehearsal) return;
    if (this.tail) void this.enqueue(() => this.release(cell, DISPOSED));
    else this.release(cell, DISPOSED);
  }

  /** Takes the memory of a value. */
  private release(cell: Cell, why = 'an in-place write has replaced it'): void {
    if (cell.allocation) cell.allocation.memory.free(cell.allocation);
    cell.allocation = null;
    cell.host = null;
    cell.gone = why;
  }

  private fail(job: Job, error: Error): void {
    for (const { cell } of job.exports) {
      cell.failure = error;
      cell.scheduled = null;
    }
    job.failed();
  }
}

/** The memory of a cell, for another that takes its place. */
function takeOver(cell: Cell): Allocation {
  const { allocation } = cell;
  invariant(allocation && allocation.lease.readers === 0, 'memory that is taken over is there, and nobody reads it');
  cell.allocation = null;
  return allocation;
}

function hostBytes(data: ArrayBufferView): ArrayBuffer {
  const copy = new Uint8Array(data.byteLength);
  copy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return copy.buffer;
}

function released(cell: Cell): Error {
  return new TensorReleasedError(
    `the value of a tensor of shape [${cell.shape.join(', ')}] is gone: ${cell.gone ?? 'it was released'}. Call .retain() where it is made to keep it`,
  );
}

function lostValue(cell: Cell): Error {
  return new DeviceLostError(
    `a tensor of shape [${cell.shape.join(', ')}] was on a GPU device that has been lost; make it again from its source`,
  );
}

/** The engine of this page, worker or process. */
export const engine = new Engine();
