// Measuring in the background: what kernels want to know of an adapter that is met for the first time, while nothing else goes on.
import type { Pass } from '../ir';
import type { Probing, WrittenPass } from './probing';
import type { Probe } from './tuning';

/** What the measuring sees of the engine. */
export interface Surroundings {
  /** The device, unless it does, or waits for, anything else now. */
  idleDevice(): GPUDevice | null;
  /** A pass with its texts. */
  written(pass: Pass): Promise<WrittenPass>;
  /** What kernels have asked for and is not known yet. */
  wanted(): Probe | undefined;
  /** Keeps milliseconds by candidate; none where nothing could be measured, so that it is not asked for again. */
  found(probe: Probe, costs: Record<string, number>): void;
}

/** Nothing has run for so long, in milliseconds, before measuring begins; it stops at the next run. */
const QUIET = 1000;
/** Runs after which a program is taken to have started. */
const FEW_RUNS = 3;
/** Milliseconds on the GPU that a visit spends on measuring at most: more than it takes, so that it ends beside other work too. */
const BUDGET = 1000;
/** After each run it waits so many times as long as that took: the GPU is left alone for four fifths of the time. */
const RESTS = 4;

/** A timer that does not keep a process alive. */
function later(action: () => void, milliseconds: number): void {
  const timer: unknown = setTimeout(action, milliseconds);
  (timer as { unref?(): void }).unref?.();
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => later(resolve, milliseconds));

export class BackgroundTuning {
  private runs = 0;
  private latest = 0;
  private spent = 0;
  private waiting = false;

  constructor(private readonly around: Surroundings) {}

  /** Notes that something runs. */
  stir(): void {
    this.runs++;
    this.latest = performance.now();
    if (!this.waiting && this.runs >= FEW_RUNS && this.spent < BUDGET && this.around.wanted()) this.wait(QUIET);
  }

  private wait(milliseconds: number): void {
    this.waiting = true;
    later(() => {
      this.waiting = false;
      const rest = this.latest + QUIET - performance.now();
      if (rest > 0) this.wait(rest);
      else void this.measure();
    }, milliseconds);
  }

  /** Measures until all is known, something else runs or the budget is spent. */
  private async measure(): Promise<void> {
    const device = this.around.idleDevice();
    const probe = this.around.wanted();
    // Work that goes on without a run ends with one, or with an error.
    if (!device || !probe) return;
    this.waiting = true;
    const { runs } = this;
    const isQuiet = () => this.runs === runs && this.around.idleDevice() === device && this.spent < BUDGET;
    let probing: Probing | null = null;
    try {
      const loaded = await import('./probing').catch(() => null);
      // What cannot be fetched is not asked for again and again.
      if (!loaded) this.spent = BUDGET;
      if (!loaded || !isQuiet()) return;
      device.pushErrorScope('validation');
      device.pushErrorScope('out-of-memory');
      probing = new loaded.Probing(device, probe, this.around.written);
      const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      if (errors.some((error) => error !== null)) this.around.found(probe, {});
      else await this.stepThrough(probing, isQuiet);
    } catch {
      // The device was lost, which whoever uses it reports.
    } finally {
      probing?.close();
      this.waiting = false;
      if (this.spent < BUDGET && this.around.wanted()) this.wait(QUIET);
    }
  }

  private async stepThrough(probing: Probing, isQuiet: () => boolean): Promise<void> {
    const steps = probing.steps();
    const before = this.spent;
    while (isQuiet()) {
      const start = probing.spent;
      const { done, value } = await steps.next();
      this.spent = before + probing.spent;
      if (done) {
        // A run that came meanwhile has made the last one longer.
        if (isQuiet()) this.around.found(probing.probe, value);
        return;
      }
      await pause(RESTS * (probing.spent - start));
    }
  }
}
