// The engine: runs jobs in order, each by its cached or freshly compiled plan, and reads values back.
import { type DeviceLostError, invariant } from '../core/errors';
import { whenLoaded } from '../core/late';
import { byteLength } from '../core/meta';
import type { Copied, CopyUnderWay } from '../gpu/copier';
import type { AdapterProfile, DeviceOptions } from '../gpu/device';
import { giveUp } from '../gpu/executable';
import { expectGood, type FaultSlot, placesToRead } from '../gpu/fault-slots';
import { setPacer } from '../gpu/file-pace';
import { lateCopier } from '../gpu/late-copier';
import type { Allocation } from '../gpu/memory';
import type { Capture } from '../gpu/pictures';
import { Session } from '../gpu/session';
import { stats } from '../gpu/stats';
import { releaseBound } from './bound-inputs';
import { type CachedPlan, cachedPlans, giveUpSlots } from './cached-plans';
import { compile, foresee } from './compile';
import {
  type ByteRange,
  type Cell,
  DISPOSED,
  hostBytes,
  isOnDevice,
  lostValue,
  noteFailure,
  release,
  released,
  schedule,
  settle,
} from './contents';
import { firstRun } from './first-run';
import { HotPlans } from './hot-plans';
import type { Program } from './ir';
import { fail, type Job, type JobExport, type Rehearsal } from './job';
import { beginKernels, link } from './link';
import { type CompilerPass, compilerPasses } from './passes/index';
import { hostBytesOf, type Plan } from './plan';
import { Refusal } from './refusal';
import { Sender } from './sender';
import { lateMeasurements, unread } from './tuning/late';
import type { Measurements } from './tuning/measurements';

export type { Cell, Job, JobExport, Rehearsal };

/** Work on the device. `orLost` makes a wait throw as soon as the device is lost. */
export type WithSession<T> = (session: Session, orLost: <U>(promise: Promise<U>) => Promise<U>) => Promise<T>;

export class Engine {
  private options: DeviceOptions = {};
  private session: Session | null = null;
  private opening: Promise<Session> | null = null;
  private readonly plans = cachedPlans(({ executable, bound }) => {
    if (!this.session) return;
    giveUp(executable, this.session);
    releaseBound(bound, this.session.memory);
  });
  /** A device was left: values that were on it are lost. */
  hasLeftDevice = false;
  /** The end of the queue of jobs that wait for the device or for pipelines; null if none waits. */
  private tail: Promise<void> | null = null;
  /** The number of reads in that queue. */
  private waitingReads = 0;
  private readonly lostListeners = new Set<(error: DeviceLostError) => void>();
  /** The error of a lost device, until a call has thrown it. Until then nothing runs. */
  private unreported: DeviceLostError | null = null;
  private readonly refusal = new Refusal();
  private readonly hotPlans = new HotPlans();
  /** Sends runs to the session's device. */
  private sender: Sender | null = null;
  private passes = compilerPasses;
  private rehearsing: Rehearsal | null = null;
  /** Plans whose specialised kernels are being compiled. */
  private readonly refining = new Set<Promise<void>>();
  private readonly tuning = lateMeasurements({
    place: () => this.options.tuning,
    session: () => this.session,
    opened: () => this.opening?.catch(() => null) ?? Promise.resolve(this.session),
    isBusy: () => Boolean(this.tail || this.rehearsal || this.opening),
  });

  /** The kernel timings of the adapter, once loaded. */
  async measured(): Promise<Measurements> {
    await this.tuning.load();
    return this.tuning.now;
  }

  /** For tests: compiles with these passes from now on. Results do not depend on which passes run. */
  compileBy(passes: readonly CompilerPass[] = compilerPasses): void {
    this.passes = passes;
    this.plans.clear();
  }

  /**
   * For tests: resolves when no plan waits for its specialised kernels. Until then a step may make bind groups for
   * them.
   */
  async refined(): Promise<void> {
    while (this.refining.size > 0) await Promise.all(this.refining);
  }

  /** For tests: forgets the device and its options. The next computation opens a device as in a fresh process. */
  forget(): void {
    this.close();
    this.options = {};
  }

  /** Opens the device now, or takes the one given, and returns its profile. */
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
      await this.useMeasured(session);
    }
    return session.profile;
  }

  /** Chooses kernels by rule of thumb from now on, ignoring all measurements. */
  async untune(): Promise<void> {
    await this.init({ ...this.options, tuning: false });
  }

  /** The cached plan of a program, if there is one. */
  planned(key: readonly number[]): CachedPlan | undefined {
    return this.plans.get(key);
  }

  /** The adapter profile that the plan of a program was, or would be, compiled for. The device must be open. */
  profileFor(key: readonly number[]): AdapterProfile {
    if (!this.session) this.reportLost();
    invariant(this.session, 'a plan is compiled for a device');
    return (this.plans.get(key) ?? this.session).profile;
  }

  /** Compiles a program to a new plan. Call it within `whenLoaded`. */
  compile(program: Program, profile: AdapterProfile): Plan {
    return compile(program, profile, this.passes);
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
    // A device lost during a rehearsal is left now; in a microtask, so that the rehearsal first restores what it
    // changed.
    if (!rehearsal && session?.lost) queueMicrotask(() => this.leave(session));
  }

  /** Calls back when the device is lost, before anything else runs. Listeners may add to the error's message. */
  onLost(listener: (error: DeviceLostError) => void): void {
    this.lostListeners.add(listener);
  }

  submit(job: Job): void {
    const { session } = this;
    if (this.rehearsal) {
      this.rehearsal.take(job);
      return;
    }
    if (this.tail === null && this.unreported) {
      fail(job, this.unreported);
      return;
    }
    if (this.tail === null && session && !session.lost) {
      const cached = this.plans.get(job.key);
      if (cached) {
        try {
          this.run(job, cached, session);
        } catch (error) {
          this.failed(job, error as Error);
        }
        return;
      }
    }
    void this.enqueue(() => this.runLater(job));
    for (const { cell } of job.exports) schedule(cell);
  }

  /** Runs `action` after everything that waits already, and before anything submitted later. */
  private enqueue<T>(action: () => T | Promise<T>): Promise<T> {
    const result = (this.tail ?? Promise.resolve()).then(action);
    const done = () => {
      if (this.tail === tail) this.tail = null;
    };
    const tail = result.then(done, done);
    this.tail = tail;
    return result;
  }

  /**
   * Reads a computed or scheduled value, or a part of it. Writes and releases after the call do not affect the result.
   */
  async read(cell: Cell, part: ByteRange = { offset: 0, bytes: byteLength(cell) }): Promise<ArrayBuffer> {
    if (this.rehearsal) {
      const whole = this.rehearsal.read(cell);
      return whole
        ? whole.then((bytes) => bytes.slice(part.offset, part.offset + part.bytes))
        : this.startReading(cell, part);
    }
    if (!this.tail) return this.startReading(cell, part);
    this.waitingReads++;
    const { reading } = await this.enqueue(() => {
      this.waitingReads--;
      return { reading: this.startReading(cell, part) };
    });
    return reading;
  }

  /** Runs synchronously up to and including the copy on the GPU. */
  private async startReading(cell: Cell, part: ByteRange): Promise<ArrayBuffer> {
    this.reportLost();
    this.session?.reported(cell.failure);
    this.refusal.told(cell.failure);
    if (cell.failure) throw cell.failure;
    this.refusal.reportStep();
    if (cell.host && !isOnDevice(cell)) {
      const bytes = hostBytes(cell.host, part);
      await this.keepPace();
      return bytes;
    }
    const { allocation, faults } = cell;
    if (!allocation) throw released(cell);
    const { session } = this;
    if (allocation.memory !== session?.memory) throw lostValue(cell);
    const { offset, bytes } = part;
    const place = { ...allocation, offset: allocation.offset + offset, bytes };
    const contents = await this.orReportLost(session, session.read(place, placesToRead(faults)));
    await this.orReportLost(session, this.sender!.unconfirmed.settled());
    const error = cell.failure ?? session.takeError();
    session.reported(error);
    if (error) throw error;
    await expectGood(faults);
    return contents;
  }

  /** Gives a value the pixels of a picture as it is now. If they cannot be taken at once, they go by way of a copy. */
  capture(cell: Cell, picture: Capture): void {
    if (this.rehearsal) {
      this.rehearsal.imagine(cell);
      return;
    }
    const { session } = this;
    if (this.tail === null && session && !session.lost) {
      const captured = picture.now(session.memory);
      if (captured) {
        settle(cell, captured);
        return;
      }
    }
    const copying = picture.copy();
    copying.catch(() => {}); // the queued action below awaits it and reports the error
    schedule(cell);
    void this.enqueue(async () => {
      try {
        const copy = await copying;
        settle(cell, copy((await this.openForWork()).memory));
      } catch (error) {
        noteFailure(cell, error as Error);
      }
    });
  }

  /** Shows pixels that are computed or scheduled, at once unless jobs wait, and releases their memory. */
  async show(cell: Cell, show: (from: Allocation) => void): Promise<void> {
    if (this.rehearsal?.has(cell)) return;
    if (this.tail) await this.enqueue(() => this.startShowing(cell, show));
    else this.startShowing(cell, show);
  }

  private startShowing(cell: Cell, show: (from: Allocation) => void): void {
    this.reportLost();
    if (cell.failure) throw cell.failure;
    const { session } = this;
    invariant(session && cell.allocation, 'pixels that are shown have been computed');
    if (cell.allocation.memory !== session.memory) throw lostValue(cell);
    show(cell.allocation);
    release(cell, DISPOSED);
  }

  /**
   * Copies several values to the host, as they are after all work submitted so far; later work does not affect the
   * copies. Null if a value cannot be copied. Copies too large for one piece hold back work submitted meanwhile.
   * `room`: buffers to reuse if their sizes fit. `lateCopier` must have been loaded.
   */
  async copyOut(cells: readonly Cell[], room: readonly (ArrayBuffer | null)[]): Promise<Copied | null> {
    const start = (): CopyUnderWay | null => {
      const { session } = this;
      const places = cells.map(({ allocation }) => allocation);
      if (!session || session.lost || this.unreported || this.rehearsal) return null;
      if (!places.every((place) => place?.memory === session.memory)) return null;
      session.copier ??= new lateCopier.now.Copier(session);
      return session.copier.copy(places as Allocation[], room);
    };
    const bytes = cells.reduce((sum, cell) => sum + byteLength(cell), 0);
    const inOrder = async () => {
      const copying = start();
      await copying?.encoded;
      return { copying };
    };
    const { copying } =
      !this.tail && bytes <= lateCopier.now.COPIED_AT_ONCE ? { copying: start() } : await this.enqueue(inOrder);
    const copied = (await copying?.copied) ?? null;
    await this.sender?.unconfirmed.settled();
    return copied;
  }

  /** Lets a slot learn whether the updates up to now were applied. */
  async confirm(slot: FaultSlot): Promise<void> {
    await this.session?.confirm(slot).catch(() => {}); // a lost device reports itself
  }

  /** Resolves when no submitted job waits for the device or for pipelines. */
  async idle(): Promise<void> {
    await this.tail;
  }

  /** Whether a submitted job waits for the device or for pipelines. */
  get waits(): boolean {
    return this.tail !== null;
  }

  /** Resolves when at most `limit` runs are unfinished on the GPU. Throws the error of a lost or refused device. */
  async settle(limit: number): Promise<void> {
    if (this.rehearsal) return;
    await this.tail;
    this.reportLost();
    this.refusal.report();
    const { session } = this;
    if (!session) return;
    await this.orReportLost(session, session.settle(limit));
    const { unconfirmed } = this.sender!;
    // Undoing a refused run reports its error a second time, so wait for that first.
    if (limit === 0 || unconfirmed.isUndoing) await this.orReportLost(session, unconfirmed.settled());
    const error = session.takeError();
    if (error) throw error;
  }

  /** Slows down a program that runs ahead: waits for reads in the queue, and for the GPU if it is too far behind. */
  private async keepPace(): Promise<void> {
    if (this.rehearsal) return;
    if (this.waitingReads > 0) await this.tail;
    await this.session?.keepPace();
  }

  /** Runs `action` while other jobs may be submitted. */
  async beside<T>(action: WithSession<T>): Promise<T> {
    await this.tail;
    return this.within(action);
  }

  /** The bytes of all GPU buffers at present. */
  get totalBytes(): number {
    return this.session?.memory.totalBytes ?? 0;
  }

  /**
   * Returns unneeded memory to the system: free buffers, and cached plans with their intermediates. Plans are remade on
   * demand.
   */
  trim(): void {
    this.plans.clear();
    this.session?.copier?.release();
    this.session?.memory.trim();
  }

  private open(): Promise<Session> {
    if (this.session) return Promise.resolve(this.session);
    this.opening ??= this.openTuned().then(
      (session) => {
        this.opening = null;
        this.session = session;
        setPacer(() => this.keepPace());
        this.sender = new Sender(session, (undo) => {
          void this.enqueue(undo).catch(() => {}); // a lost device reports itself
        });
        session.onBadBuffer = () => {
          void this.enqueue(() => this.plans.clear());
        };
        session.whenLost(() => {
          if (!this.rehearsing) this.leave(session);
        });
        session.inOrder = (action) => {
          if (this.tail) void this.enqueue(action);
          else action();
        };
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

  /** As `openForWork`, for calls that themselves throw the error of a lost device. */
  private async openReporting(): Promise<Session> {
    this.reportLost();
    return this.openForWork();
  }

  /** Call this after every wait: work that began on a device which is lost by now must not end on the next device. */
  expectCurrent(session: Session): void {
    if (session.lostError) throw session.lostError;
    invariant(session === this.session, 'a device that was replaced has no work left');
  }

  private async openTuned(): Promise<Session> {
    const session = await Session.open(this.options);
    await this.useMeasured(session);
    return session;
  }

  private async useMeasured(session: Session): Promise<void> {
    const { here } = this.tuning;
    if (here) here.use(session, await here.load());
    else session.profile = { ...session.profile, tuning: unread(this.tuning) };
    this.plans.clear();
  }

  /** Runs `action` after everything that waits already, and before anything submitted later. */
  alone<T>(action: WithSession<T>): Promise<T> {
    return this.enqueue(() => this.within(action));
  }

  private async within<T>(action: WithSession<T>): Promise<T> {
    const session = await this.openReporting();
    return action(session, (promise) => this.orReportLost(session, promise));
  }

  /** Forgets all plans, so that every program is compiled again at its next run. */
  forgetPlans(): void {
    this.plans.clear();
  }

  private close(): void {
    if (this.session) this.hasLeftDevice = true;
    this.session?.memory.retire();
    this.session = null;
    this.plans.clear();
  }

  /** Throws the error of a lost device, unless a call has thrown it already. */
  private reportLost(): void {
    const { session, unreported: error } = this;
    // During a rehearsal a lost device is still the session's; it is left afterwards.
    if (session?.lostError) throw session.lostError;
    this.unreported = null;
    if (error) throw error;
  }

  /**
   * The result of `promise`. If the device is lost meanwhile, throws the error of the loss and counts it as reported.
   */
  private async orReportLost<T>(session: Session, promise: Promise<T>): Promise<T> {
    try {
      return await session.orLost(promise);
    } catch (error) {
      if (error === this.unreported) this.unreported = null;
      throw error;
    }
  }

  /** Leaves a lost device: the next job opens a new one. */
  private leave(session: Session): void {
    if (session !== this.session) return;
    this.close();
    this.options = { ...this.options, device: undefined };
    const error = session.lostError!;
    for (const listener of this.lostListeners) listener(error);
    this.unreported = error;
  }

  private async runLater(job: Job): Promise<void> {
    try {
      if (!this.session) foresee(job.build());
      const session = await this.openForWork();
      const cached = this.plans.get(job.key);
      if (cached) this.run(job, cached, session);
      else await session.orLost(this.runFirst(job, session));
    } catch (error) {
      this.failed(job, error as Error);
    }
  }

  /**
   * Notes that a job failed. The next wait for any value reports an optimizer step that was not taken; the loss of a
   * device is reported to every wait anyway.
   */
  private failed(job: Job, error: Error): void {
    const { session } = this;
    if (job.slot && error !== session?.lostError) session?.report(error);
    this.refusal.note(error, job.slot !== null);
    fail(job, error);
  }

  private async runFirst(job: Job, session: Session): Promise<void> {
    const { profile, slots } = session;
    const { sent, ...rest } = await firstRun(job, session, this.sender!, this.passes, () =>
      giveUpSlots(this.plans, slots),
    );
    this.expectCurrent(session);
    const cached = this.remember(job.key, { profile, ...rest });
    if (sent) this.ran(job, cached, session);
    else this.run(job, cached, session);
  }

  /** Puts a plan into the cache. */
  remember(key: readonly number[], cached: CachedPlan): CachedPlan {
    this.plans.set(key, cached, 16 * key.length + hostBytesOf(cached.plan));
    stats.plansCompiled++;
    return cached;
  }

  /** Replaces a plan's general kernels by specialised ones once these are compiled. No run waits for that. */
  private async refine(key: readonly number[], cached: CachedPlan, session: Session): Promise<void> {
    const { plan } = cached;
    await whenLoaded(() => plan.steps.map(({ pass }) => pass.variants?.often?.()));
    const executable = await link(plan, session, beginKernels(plan, session, 'own'));
    const stays = session === this.session && this.plans.get(key) === cached;
    const former = stays ? cached.executable : executable;
    if (stays) {
      session.replaced(former, executable);
      cached.executable = executable;
    }
    giveUp(former, session);
  }

  private run(job: Job, cached: CachedPlan, session: Session): void {
    this.sender!.send(job, cached);
    this.ran(job, cached, session);
  }

  /** Called after each run: lets background tuning go on, and refines the kernels of plans that run often. */
  private ran(job: Job, cached: CachedPlan, session: Session): void {
    this.tuning.here?.background.stir();
    const isHot = this.hotPlans.rises(cached);
    if (!cached.executable.general) return;
    if (!isHot) {
      this.hotPlans.time(cached, session.settle(0));
      return;
    }
    // If this fails, the general kernels stay.
    const refining = this.refine(job.key, cached, session).catch(() => {});
    this.refining.add(refining);
    void refining.then(() => this.refining.delete(refining));
  }

  /** Gives back a value's memory once the jobs submitted so far have been encoded. */
  releaseLater(cell: Cell): void {
    if (this.rehearsal) return;
    if (this.tail) void this.enqueue(() => release(cell, DISPOSED));
    else release(cell, DISPOSED);
  }
}

/** The engine of this page, worker or process. */
export const engine = new Engine();
