// The sender: finds or allocates the memory for one run of a plan, sends the run to the GPU, and gives its results to
// their cells.
import { invariant } from '../core/errors';
import { byteLength } from '../core/meta';
import { Stretches, Watch } from '../gpu/error-scopes';
import { type Dispatch, Encoding, type Executable, execute, type Run, writeData } from '../gpu/executable';
import type { FaultRecord } from '../gpu/fault-slots';
import { hostPhase } from '../gpu/host-trace';
import { type Allocation, SMALL_BYTES } from '../gpu/memory';
import type { Pipeline } from '../gpu/pipelines';
import type { Session } from '../gpu/session';
import { UNTIMED_MILLISECONDS } from '../gpu/submit-size';
import { type BoundInput, copyIntoSlot, isElsewhere } from './bound-inputs';
import {
  type Cell,
  DISPOSED,
  dropHost,
  expectContents,
  inWords,
  noteUpload,
  release,
  settle,
  takeOver,
  vacate,
} from './contents';
import { type FaultyJob, faultsOfRun, noteSources, withFaults } from './fault-flow';
import type { Job } from './job';
import { KeptResults } from './kept-results';
import { type Draft, dispatchOf, finished } from './link';
import type { Plan, Step } from './plan';
import { UnconfirmedRuns } from './unconfirmed-runs';

/**
 * If this many small host values occur in a run for the second time, they are weights: a step has fewer new small
 * values.
 */
const MANY_AT_ONCE = 16;

/** A plan that has been linked. */
export interface Sendable {
  readonly plan: Plan;
  readonly executable: Executable;
  readonly bound: readonly BoundInput[];
}

/** The memory of the values of one run. */
interface Places {
  readonly run: Run;
  readonly exports: readonly Allocation[];
  /** For each export: the cell whose memory it takes over, or null. */
  readonly taken: readonly (Cell | null)[];
  /** Records for faults of the run that are not reported to the job's slot. */
  readonly records: readonly FaultRecord[];
  /** The job with the fault sources of its inputs. */
  readonly faulty: FaultyJob;
}

export class Sender {
  /** Runs that the device may yet refuse. */
  readonly unconfirmed: UnconfirmedRuns;
  /** Data that was just uploaded. It stays on the host, too, until the upload is known to have worked. */
  private uploaded: Cell[] = [];
  private readonly kept = new KeptResults();
  /** Host data that has memory on the device for the current run only. */
  private readonly lent: { readonly cell: Cell; readonly allocation: Allocation }[] = [];
  /** Plans that have run before: host values that are new to such a plan belong to one step, as a batch does. */
  private readonly known = new WeakSet<Plan>();
  /**
   * The original memory of values that the current run overwrites in a copy, because their contents are still needed.
   */
  private readonly setAside: { readonly cell: Cell; readonly allocation: Allocation }[] = [];

  constructor(
    private readonly session: Session,
    /** Undoes a refused run before anything else runs. */
    undoFirst: (undo: () => Promise<void>) => void,
  ) {
    this.unconfirmed = new UnconfirmedRuns(
      session,
      (cell) => release(cell, DISPOSED),
      (undo) =>
        undoFirst(async () => {
          await undo();
          this.kept.forget();
        }),
    );
  }

  send(job: Job, { plan, executable, bound }: Sendable): void {
    const { session } = this;
    const { profiler } = session;
    const watch = new Watch(session.device);
    try {
      const stale = this.kept.stale(executable, job);
      const places = this.place(job, { plan, bound }, stale.length > 0, watch);
      const dispatches = stale.length > 0 ? [...stale, ...executable.steady] : executable.steady;
      const first = profiler?.count ?? 0;
      const start = performance.now();
      const pieces = session.piecesOf(executable, () => plan.steps.reduce((sum, step) => sum + timeOf(step), 0));
      execute(session.memory, executable, places.run, dispatches, {
        profiler,
        pieces,
        sending: profiler ? null : watch.later(),
      });
      hostPhase('submit', start);
      if (profiler && profiler.count > first) profiler.submitted(first);
      session.submitted(executable);
      this.kept.sent(stale, job);
      this.sent(job, plan, places, watch.end(), pieces === 1);
    } finally {
      this.putBack();
      this.takeBack();
      // Only if something above threw is a watch still open.
      watch.end()?.catch(() => {});
    }
  }

  /**
   * Sends the first run of a plan while its kernels are being compiled: dispatches run as soon as their kernels exist.
   * Only for jobs that overwrite nothing, since a kernel may fail to compile after others have run. Nothing else may be
   * sent meanwhile.
   */
  async sendAsCompiled(job: Job, { plan, bound }: Omit<Sendable, 'executable'>, draft: Draft): Promise<Executable> {
    const { session } = this;
    const ready: (Pipeline | undefined)[] = [];
    draft.pipelines.forEach((pipeline, d) => {
      const arrive = (one: Pipeline) => {
        ready[d] = one;
      };
      pipeline.then(arrive, () => {}); // the race below throws if a pipeline fails
    });
    const all = Promise.all(draft.pipelines);
    const stretches = new Stretches(session.device);
    const send = <T>(stretch: () => T): T =>
      stretches.send(() => {
        if (this.mayBeRefused) stretches.begin();
        return stretch();
      });
    let begun: { readonly places: Places; readonly encoding: Encoding } | null = null;
    try {
      begun = send(() => {
        const renews = draft.dispatches.some(({ kept }) => kept);
        const places = this.place(job, { plan, bound }, renews, stretches);
        return { places, encoding: new Encoding(session.memory, draft, places.run) };
      });
      const { places, encoding } = begun;
      const dispatches: Dispatch[] = [];
      let whole = true;
      while (dispatches.length < draft.dispatches.length) {
        await Promise.race([draft.pipelines[dispatches.length], all]);
        if (session.lostError) throw session.lostError;
        invariant(!session.memory.isRetired, 'a device that was left has no work left');
        const next: Dispatch[] = [];
        for (let d = dispatches.length, time = 0; ready[d] && time < UNTIMED_MILLISECONDS; d++) {
          time += timeOf(plan.steps[d]!);
          next.push(dispatchOf(draft, d, ready[d]!));
        }
        dispatches.push(...next);
        const isLast = dispatches.length === draft.dispatches.length;
        send(() => {
          encoding.dispatch(next);
          if (!isLast) encoding.submit();
        });
        whole &&= isLast;
      }
      send(() => encoding.end(null));
      const executable = finished(draft, dispatches);
      // A run that was sent in pieces has begun already, and cannot be timed.
      session.submitted(whole ? executable : null);
      this.kept.sent(
        dispatches.filter(({ kept }) => kept),
        job,
      );
      this.sent(job, plan, places, stretches.end(), whole);
      return executable;
    } catch (error) {
      if (begun && !session.memory.isRetired) {
        begun.encoding.abandon();
        for (const allocation of begun.places.exports) session.memory.free(allocation);
      }
      throw error;
    } finally {
      this.takeBack();
    }
  }

  /**
   * Whether WebGPU may refuse work sent now: a buffer may be missing, or an earlier refused run may have left wrong
   * contents.
   */
  private get mayBeRefused(): boolean {
    return this.session.isDoubtful || !this.unconfirmed.isEmpty;
  }

  /** Finds or allocates the memory for a job's run, and uploads values from the host. */
  private place(
    job: Job,
    { plan, bound }: Omit<Sendable, 'executable'>,
    renews: boolean,
    watch: Pick<Watch, 'begin'>,
  ): Places {
    const { session } = this;
    session.sendWaiting();
    for (const cell of job.inputs) expectContents(cell, session);
    this.releaseUnread(job);
    if (this.mayBeRefused) watch.begin();
    const gone = bound.filter((one) => isElsewhere(one, job));
    this.reserve(job, plan);
    const uploads = job.inputs.map((cell, i) => {
      const mode = gone.some(({ index }) => index === i) ? 'copy' : plan.inputs[i]!;
      const isSlice = job.offsets[i] !== undefined;
      if (mode === 'bind' && !isSlice && this.isOfOneRun(cell, plan)) this.lend(cell);
      return this.prepareInput(cell, isSlice ? 'bind' : mode);
    });
    this.known.add(plan);
    const inputs = job.inputs.map(({ allocation }, i): Run['inputs'][number] => {
      const start = job.offsets[i];
      return start === undefined || !allocation
        ? allocation
        : { buffer: allocation.buffer, offset: allocation.offset + start };
    });
    const moved = gone.map((one) => copyIntoSlot(one, session.memory));
    const taken: (Cell | null)[] = job.exports.map(() => null);
    const take = (i: number, from: Cell): Allocation => {
      if (!from.hasRecipes) taken[i] = from;
      return takeOver(from);
    };
    const exports = job.exports.map(({ cell, replaces }, i) => {
      const mode = plan.exports[i]!;
      const bytes = byteLength(cell);
      if (mode.kind === 'takeover') return take(i, job.inputs[mode.input]!);
      if (mode.kind === 'bind') return session.memory.allocate(bytes, true);
      const old = replaces?.allocation;
      // Memory that is bound as an input, as large values are, may still be the source of a copy to another export.
      const isBound = bytes > SMALL_BYTES || bound.some(({ lease }) => lease === old?.lease);
      const fits =
        old && !isBound && old.memory === session.memory && old.bytes === bytes && (old.dedicated || !mode.dedicated);
      return fits ? take(i, replaces!) : session.memory.allocate(bytes, mode.dedicated);
    });
    const faulty = withFaults(job);
    const { records, ...faults } = faultsOfRun(plan.faults, faulty, session.faults);
    if (session.isDoubtful) watch.begin();
    const doubt = () => watch.begin();
    const { joins, scalars } = job;
    const run: Run = { renews, inputs, joins, moved, uploads, exports, scalars, doubt, ...faults };
    return { run, exports, taken, records, faulty };
  }

  /** Does the bookkeeping for a run that was sent. `answer`: WebGPU's error or null, if the run may be refused. */
  private sent(
    job: Job,
    plan: Plan,
    { exports, taken, records, faulty }: Places,
    answer: Promise<GPUError | null> | null,
    whole: boolean,
  ): void {
    noteSources(plan.faults, faulty, records);
    const releases: Cell[] = [];
    const uploaded = this.uploaded.splice(0);
    const done = (cell: Cell, gone?: Cell['state']) => {
      // If the run is refused, the values that it released are needed again. Not so values with recipes, which
      // the run copied, or `lent` ones, which can be computed again.
      if (answer && cell.allocation && !cell.hasRecipes && !cell.lent) releases.push(cell);
      else release(cell, gone);
    };
    plan.inputs.forEach((mode, i) => {
      if (mode === 'bindAndOverwrite') done(job.inputs[i]!);
    });
    job.exports.forEach(({ cell, replaces }, i) => {
      if (replaces) done(replaces);
      settle(cell, exports[i]!);
    });
    this.putBack();
    for (const cell of job.releases) done(cell, DISPOSED);
    job.ran();
    if (answer) {
      const { created } = this.session.memory;
      this.unconfirmed.add({ job, taken, releases, uploaded, whole, created }, answer);
    }
  }

  /**
   * Releases the values that the job does not read before anything is allocated for it, so that it can use their
   * memory. This is safe, as all work submitted earlier runs first on the GPU.
   */
  private releaseUnread({ inputs, releases }: Job): void {
    if (releases.length === 0) return;
    const read = new Set(inputs);
    for (const cell of releases) if (!read.has(cell)) release(cell, DISPOSED);
  }

  /**
   * Reserves memory at once for small host values that this run gives memory, if they are so many that they must be
   * weights.
   */
  private reserve({ inputs }: Job, plan: Plan): void {
    const sizes: number[] = [];
    for (const [i, cell] of inputs.entries()) {
      const { state } = cell;
      if (state.memory || !isSent(state) || plan.inputs[i] !== 'copy') continue;
      const bytes = byteLength(cell);
      if (bytes <= SMALL_BYTES) sizes.push(bytes);
    }
    if (sizes.length >= MANY_AT_ONCE) this.session.memory.reserve(sizes);
  }

  /** Gives an input the memory that the plan needs, unless the plan has a slot for it: then returns the data to upload. */
  private prepareInput(cell: Cell, mode: Plan['inputs'][number]): ArrayBufferView | null {
    if (cell.allocation?.memory !== this.session.memory) vacate(cell);
    if (!cell.allocation) {
      if (mode === 'copy' && !isSent(cell.state)) return dataOf(cell);
      this.materialise(cell, mode === 'bindAndOverwrite' && !cell.hasRecipes);
    }
    if (mode === 'bindAndOverwrite') this.makeOverwritable(cell);
    return null;
  }

  /**
   * Moves a value that will be overwritten in place into a buffer of its own, unless it is alone in one that nobody
   * reads.
   */
  private makeOverwritable(cell: Cell): void {
    const { session } = this;
    const from = cell.allocation!;
    if (from.dedicated && from.lease.readers === 0 && !cell.hasRecipes) return;
    const to = session.memory.allocate(from.bytes, true);
    const encoder = session.device.createCommandEncoder();
    encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, 0, from.bytes);
    session.memory.queue.submit(encoder);
    if (cell.hasRecipes) this.setAside.push({ cell, allocation: from });
    else session.memory.free(from);
    settle(cell, to);
  }

  /** Gives values whose copies the run overwrote their original memory again. */
  private putBack(): void {
    for (const { cell, allocation } of this.setAside) settle(cell, allocation);
    this.setAside.length = 0;
  }

  /**
   * Whether host data is probably for one run only, such as a batch. Its memory must not wait for the garbage
   * collector.
   */
  private isOfOneRun(cell: Cell, plan: Plan): boolean {
    const { state } = cell;
    if (state.kind !== 'onHost' || state.memory?.memory === this.session.memory) return false;
    return !state.uploaded && (state.streams || this.known.has(plan));
  }

  /** Gives host data memory for the current run only. The data stays on the host for later readers. */
  private lend(cell: Cell): void {
    const { session } = this;
    const allocation = session.memory.allocate(byteLength(cell));
    writeData(session.memory.queue, allocation.buffer, allocation.offset, dataOf(cell));
    settle(cell, allocation);
    this.lent.push({ cell, allocation });
  }

  /**
   * Frees the memory for the current run, the latest first, so that the next run gets the same buffers in the same
   * order.
   */
  private takeBack(): void {
    for (const { cell, allocation } of this.lent.reverse()) {
      this.session.memory.free(allocation);
      // If the device was lost and replaced meanwhile, the cell may have other memory by now.
      if (cell.allocation === allocation) vacate(cell);
    }
    this.lent.length = 0;
  }

  /** Uploads host data into memory that the cell keeps. */
  materialise(cell: Cell, dedicated: boolean): void {
    const { session } = this;
    const allocation = session.memory.allocate(byteLength(cell), dedicated);
    writeData(session.memory.queue, allocation.buffer, allocation.offset, inWords(cell.host!));
    settle(cell, allocation);
    if (allocation.bytes > SMALL_BYTES) {
      if (session.isDoubtful) this.uploaded.push(cell);
      // If the device is lost already, the upload did nothing, and the host has the only copy.
      else if (!session.memory.isRetired) dropHost(cell);
    }
  }
}

/** How long a step takes on a slow GPU, in milliseconds; 0 if that is not known. */
const timeOf = ({ pass }: Step): number => pass.milliseconds ?? 0;

/** Whether host data was sent to the GPU in an earlier run. */
const isSent = (state: Cell['state']): boolean => state.kind === 'onHost' && state.uploaded;

/** The data of a cell on the host, to be sent now. */
function dataOf(cell: Cell): ArrayBufferView {
  noteUpload(cell);
  return inWords(cell.host!);
}
