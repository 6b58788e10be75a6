// The engine: runs jobs in order, each by its cached or freshly compiled plan, and reads values back.
import { type DeviceLostError, invariant } from '../errors';
import { COPIED_AT_ONCE, type Copied, type Copying } from '../gpu/copier';
import type { AdapterProfile, DeviceOptions } from '../gpu/device';
import { type Executable, execute, type Run, writeData } from '../gpu/executable';
import { hostPhase } from '../gpu/host-trace';
import { type Allocation, SMALL_BYTES } from '../gpu/memory';
import { copyOf, type Picture, type Screen, show } from '../gpu/pictures';
import type { Profile } from '../gpu/profile';
import { Session } from '../gpu/session';
import { stats } from '../gpu/stats';
import { Watch } from '../gpu/watch';
import { GpuBench } from './bench';
import { type Cell, expectContents, hostBytes, isOnDevice, lostValue, released, takeOver } from './cell';
import type { Program } from './ir';
import type { Job, JobExport, Rehearsal } from './job';
import { link, pipelineRequests } from './link';
import { byteLength } from './meta';
import { type CompilerPass, compilerPasses } from './passes';
import { compile, type Plan } from './plan';
import { PlanCache } from './plan-cache';
import { bindStanding, copyOver, releaseStanding, type Standing } from './standing';
import { Trials } from './trials';
import { type TunedChoice, type TuningProgress, tuneAll, tuningTasks } from './tuner';
import { TuningTable } from './tuning';
import { adapterKey, type TuningRecord, TuningStore } from './tuning-store';

export type { Cell, Job, JobExport, Rehearsal };

/** What was made ready by `prepare`. */
export interface Prepared {
  readonly plans: number;
  readonly pipelines: number;
}

interface CachedPlan {
  readonly plan: Plan;
  readonly executable: Executable;
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
  private readonly lossListeners = new Set<(error: DeviceLostError) => void>();
  /** The error of a lost device that no call has thrown yet: until then nothing runs. */
  private unreported: DeviceLostError | null = null;
  /** Runs on the device in use that it may yet refuse. */
  private trials: Trials | null = null;
  /** Data that has just been uploaded, and that stays on the host too until that is known to have worked. */
  private uploaded: Cell[] = [];
  private passes = compilerPasses;
  private rehearsing: Rehearsal | null = null;
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

  get rehearsal(): Rehearsal | null {
    return this.rehearsing;
  }

  set rehearsal(rehearsal: Rehearsal | null) {
    this.rehearsing = rehearsal;
    const { session } = this;
    // What a rehearsal has changed is put back first.
    if (!rehearsal && session?.lost) queueMicrotask(() => this.leave(session));
  }

  /** Calls back when the device is lost, before anything else runs. Listeners may add to the error's message. */
  onLoss(listener: (error: DeviceLostError) => void): void {
    this.lossListeners.add(listener);
  }

  submit(job: Job): void {
    const { session } = this;
    if (this.rehearsal) {
      this.rehearsal.take(job);
      return;
    }
    if (this.tail === null && this.unreported) {
      this.fail(job, this.unreported);
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
    this.reportLoss();
    this.session?.reported(cell.failure);
    if (cell.failure) throw cell.failure;
    if (cell.host && !isOnDevice(cell)) return hostBytes(cell.host);
    if (!cell.allocation) throw released(cell);
    const { session } = this;
    if (cell.allocation.memory !== session?.memory) throw lostValue(cell);
    const bytes = await this.throughLoss(session, session.read(cell.allocation));
    await this.throughLoss(session, this.trials!.settled());
    const error = cell.failure ?? session.takeError();
    session.reported(error);
    if (error) throw error;
    return bytes;
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
    this.reportLoss();
    if (cell.failure) throw cell.failure;
    const { session } = this;
    invariant(session && cell.allocation, 'pixels that are shown have been computed');
    if (cell.allocation.memory !== session.memory) throw lostValue(cell);
    show(session.device, cell.allocation, screen);
    this.release(cell, DISPOSED);
  }

  /**
   * Copies several values to the host as they are when all that has been submitted has run, whatever is submitted after; null
   * where some of them are not to be had. What is too much for one go holds back what is submitted meanwhile.
   */
  async copyOut(cells: readonly Cell[]): Promise<Copied | null> {
    const start = (): Copying | null => {
      const { session } = this;
      const places = cells.map(({ allocation }) => allocation);
      if (!session || session.lost || this.unreported) return null;
      if (!places.every((place) => place?.memory === session.memory)) return null;
      return session.copier.copy(places as Allocation[]);
    };
    const bytes = cells.reduce((sum, cell) => sum + byteLength(cell), 0);
    const inOrder = async () => {
      const copying = start();
      await copying?.encoded;
      return { copying };
    };
    const { copying } = !this.tail && bytes <= COPIED_AT_ONCE ? { copying: start() } : await this.enqueue(inOrder);
    const copied = (await copying?.copied) ?? null;
    await this.trials?.settled();
    return copied;
  }

  /** Resolves when at most `limit` runs are unfinished on the GPU; throws a lost device's error. */
  async settle(limit: number): Promise<void> {
    await this.tail;
    this.reportLoss();
    const { session } = this;
    if (session) await this.throughLoss(session, session.settle(limit));
  }

  /** Times on the GPU of what `fn` runs. */
  async timed(fn: () => Promise<unknown>): Promise<Profile> {
    await this.tail;
    const session = await this.openReporting();
    const running = session.timed(async () => {
      await fn();
      await this.tail;
    });
    return this.throughLoss(session, running);
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
        this.trials = new Trials(
          session,
          (cell) => this.release(cell, DISPOSED),
          (undo) => void this.enqueue(undo).catch(() => {}), // a lost device reports itself
        );
        session.onBadBuffer = () => {
          void this.enqueue(() => {
            this.plans.clear();
            session.slots.release();
          });
        };
        session.whenLost(() => {
          if (!this.rehearsing) this.leave(session);
        });
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
    if (this.unreported) throw this.unreported;
    const session = await this.open();
    this.expectCurrent(session);
    return session;
  }

  /** For calls that throw the error of a lost device themselves. */
  private async openReporting(): Promise<Session> {
    this.reportLoss();
    return this.openForWork();
  }

  /** Belongs behind every wait: what was begun on a device that is lost by now must not end on the next one. */
  private expectCurrent(session: Session): void {
    if (session.lossError) throw session.lossError;
    invariant(session === this.session, 'a device that was replaced has no work left');
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
      const session = await this.openReporting();
      const { tuning } = this;
      const tasks = tuningTasks(programs, session.profile, tuning);
      const bench = new GpuBench(session, tuning);
      try {
        await this.throughLoss(session, session.settle(0));
        const measuring = tuneAll(tasks, bench, bench.now() + budget, onProgress);
        const choices = await this.throughLoss(session, measuring);
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
      const session = await this.openReporting();
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

  /** Throws the error of a lost device, unless a call has thrown it already. */
  private reportLoss(): void {
    const { session, unreported: error } = this;
    // During a rehearsal the device is left later.
    if (session?.lossError) throw session.lossError;
    this.unreported = null;
    if (error) throw error;
  }

  /** What `promise` gives; throws the error of the loss should the device be lost meanwhile, which has been reported then. */
  private async throughLoss<T>(session: Session, promise: Promise<T>): Promise<T> {
    try {
      return await session.orLost(promise);
    } catch (error) {
      if (error === this.unreported) this.unreported = null;
      throw error;
    }
  }

  /** Leaves a lost device behind: the next job opens a new one. */
  private leave(session: Session): void {
    if (session !== this.session) return;
    this.close();
    this.options = { ...this.options, device: undefined };
    const error = session.lossError!;
    for (const listener of this.lossListeners) listener(error);
    this.unreported = error;
  }

  private async runLater(job: Job): Promise<void> {
    try {
      const session = await this.openForWork();
      const cached = this.plans.get(job.key) ?? (await session.orLost(this.compile(job, session)));
      this.expectCurrent(session);
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
      if (cell.host && !isOnDevice(cell) && !cell.failure) this.materialise(cell, session, false);
      return cell.allocation;
    });
    hostPhase('compile', start);
    const linked = performance.now();
    const executable = await link(plan, session);
    this.expectCurrent(session);
    hostPhase('pipelines', linked);
    stats.plansCompiled++;
    const cached = { plan, executable, standing };
    this.plans.set(job.key, cached);
    return cached;
  }

  /** A plan for a program, freshly compiled, and whether there is one already; the device must be open. */
  planFor(key: readonly number[], program: Program): { readonly plan: Plan; readonly cached: boolean } {
    if (!this.session) this.reportLoss();
    invariant(this.session, 'a plan is compiled for a device');
    return { plan: compile(program, this.session.profile, this.passes), cached: this.plans.get(key) !== undefined };
  }

  /** Makes plans for programs that have none yet, all pipelines at once, and runs none of them. */
  prepare(
    jobs: readonly { readonly key: readonly number[]; readonly program: Program }[],
    onProgress: (done: number, total: number) => void,
  ): Promise<Prepared> {
    return this.enqueue(async () => {
      const session = await this.openReporting();
      return this.throughLoss(session, this.prepareOn(session, jobs, onProgress));
    });
  }

  private async prepareOn(
    session: Session,
    jobs: readonly { readonly key: readonly number[]; readonly program: Program }[],
    onProgress: (done: number, total: number) => void,
  ): Promise<Prepared> {
    const before = stats.pipelinesCreated;
    const fresh = jobs.filter(({ key }) => !this.plans.get(key));
    const plans = fresh.map(({ key, program }) => ({ key, plan: compile(program, session.profile, this.passes) }));
    const requests = plans.flatMap(({ plan }) => pipelineRequests(plan));
    await session.pipelines.prepare(requests, onProgress);
    for (const { key, plan } of plans) {
      const executable = await link(plan, session);
      this.expectCurrent(session);
      this.plans.set(key, { plan, executable, standing: [] });
      stats.plansCompiled++;
    }
    return { plans: plans.length, pipelines: stats.pipelinesCreated - before };
  }

  private run(job: Job, cached: CachedPlan, session: Session): void {
    const watch = new Watch(session.device);
    try {
      this.send(job, cached, session, watch);
    } finally {
      // Nothing is watched any more unless it has thrown.
      watch.end()?.catch(() => {});
    }
  }

  private send(job: Job, { plan, executable, standing }: CachedPlan, session: Session, watch: Watch): void {
    session.startReads();
    for (const cell of job.inputs) expectContents(cell, session);
    this.releaseUnread(job);
    if (session.isDoubtful || !this.trials!.isEmpty) watch.begin();
    const gone = standing.filter(({ index, lease }) => job.inputs[index]!.allocation?.lease !== lease);
    const uploads = job.inputs.map((cell, i) => {
      const mode = gone.some(({ index }) => index === i) ? 'copy' : plan.inputs[i]!;
      return this.prepareInput(cell, mode, session);
    });
    const inputs = job.inputs.map((cell) => cell.allocation);
    const moved = gone.map((one) => copyOver(one, session.memory));
    const taken: (Cell | null)[] = job.exports.map(() => null);
    const take = (i: number, from: Cell): Allocation => {
      taken[i] = from;
      return takeOver(from);
    };
    const exports = job.exports.map(({ cell, replaces }, i) => {
      const mode = plan.exports[i]!;
      const bytes = byteLength(cell);
      if (mode.kind === 'takeover') return take(i, job.inputs[mode.input]!);
      if (mode.kind === 'bind') return session.memory.allocate(bytes, true);
      const old = replaces?.allocation;
      // One that is bound as an input, as large ones are, may be what another export is copied from after this one.
      const bound = bytes > SMALL_BYTES || standing.some(({ lease }) => lease === old?.lease);
      const fits =
        old && !bound && old.memory === session.memory && old.bytes === bytes && (old.dedicated || !mode.dedicated);
      return fits ? take(i, replaces!) : session.memory.allocate(bytes, mode.dedicated);
    });
    if (session.isDoubtful) watch.begin();
    const run: Run = { inputs, moved, uploads, exports, scalars: job.scalars, doubt: () => watch.begin() };
    const { profiler } = session;
    const first = profiler?.count ?? 0;
    const start = performance.now();
    const pieces = session.piecesOf(executable);
    execute(session.memory, executable, run, profiler, pieces);
    hostPhase('submit', start);
    if (profiler && profiler.count > first) profiler.submitted(first);
    session.submitted(executable);
    const answer = watch.end();
    const releases: Cell[] = [];
    const uploaded = this.uploaded.splice(0);
    const done = (cell: Cell, why?: string) => {
      // What a refused run leaves is needed again.
      if (answer && cell.allocation) releases.push(cell);
      else this.release(cell, why);
    };
    plan.inputs.forEach((mode, i) => {
      if (mode === 'bindAndOverwrite') done(job.inputs[i]!);
    });
    job.exports.forEach(({ cell, replaces }, i) => {
      if (replaces) done(replaces);
      this.settleCell(cell, exports[i]!);
    });
    for (const cell of job.releases) done(cell, DISPOSED);
    job.ran();
    if (answer) {
      const { created } = session.memory;
      this.trials!.add({ job, taken, releases, uploaded, whole: pieces === 1, created }, answer);
    }
  }

  /** Gives back, before anything is allocated, what the job does not read; all that was submitted before is ahead of it on the GPU. */
  private releaseUnread({ inputs, releases }: Job): void {
    if (releases.length === 0) return;
    const read = new Set(inputs);
    for (const cell of releases) if (!read.has(cell)) this.release(cell, DISPOSED);
  }

  /** Makes sure that an input is where the plan wants it; returns data to upload into the plan's own slot instead. */
  private prepareInput(cell: Cell, mode: Plan['inputs'][number], session: Session): ArrayBufferView | null {
    if (cell.allocation && cell.allocation.memory !== session.memory) cell.allocation = null;
    if (!cell.allocation) {
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
    if (cell.host!.byteLength > SMALL_BYTES) {
      if (session.isDoubtful) this.uploaded.push(cell);
      else cell.host = null;
    }
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

/** The engine of this page, worker or process. */
export const engine = new Engine();
