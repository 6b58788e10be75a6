// Background tuning: when an adapter is met for the first time, measures the probes that kernels asked for while the
// GPU is idle.
import type { Pass } from '../ir';
import type { Probing, WrittenPass } from './probing';
import type { Probe } from './tuning';

/** The engine as background tuning sees it. */
export interface Surroundings {
  /** The device, if it is idle and nothing waits for it. */
  idleDevice(): GPUDevice | null;
  /** A pass with its texts, and its WGSL code. */
  written(pass: Pass): Promise<WrittenPass>;
  /** A probe that kernels have asked for and that has not been measured. */
  wanted(): Probe | undefined;
  /**
   * Stores the milliseconds of each candidate. An empty record, for a probe that failed, keeps it from being tried
   * again.
   */
  found(probe: Probe, costs: Record<string, number>): void;
}

/** Measuring begins after this many milliseconds without a run, and stops at the next run. */
const QUIET = 1000;
/** The program counts as started after this many runs. */
const FEW_RUNS = 3;
/**
 * The maximum number of milliseconds of GPU time to spend on measuring in one visit. Ample, so that measuring ends even
 * beside other work.
 */
const BUDGET = 1000;
/**
 * After each measured run, pause for this many times its duration: the GPU is then idle for four fifths of the time.
 */
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

  /** Notes a run of the program. */
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

  /** Measures until every probe is known, something else runs, or the budget is spent. */
  private async measure(): Promise<void> {
    const device = this.around.idleDevice();
    const probe = this.around.wanted();
    // No need to wait again: whatever keeps the device busy ends with a run, which calls `stir`, or with an error.
    if (!device || !probe) return;
    this.waiting = true;
    const { runs } = this;
    const isQuiet = () => this.runs === runs && this.around.idleDevice() === device && this.spent < BUDGET;
    let probing: Probing | null = null;
    try {
      const loaded = await import('./probing').catch(() => null);
      // If the module cannot be fetched, stop for this visit instead of trying again and again.
      if (!loaded) this.spent = BUDGET;
      if (!loaded || !isQuiet()) return;
      device.pushErrorScope('validation');
      device.pushErrorScope('out-of-memory');
      probing = new loaded.Probing(device, probe, this.around.written);
      const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      if (errors.some((error) => error !== null)) this.around.found(probe, {});
      else await this.stepThrough(probing, isQuiet);
    } catch {
      // The device was lost. The next call that uses it reports that.
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
        // If something ran meanwhile, it slowed the last measurement down, so the result is dropped.
        if (isQuiet()) this.around.found(probing.probe, value);
        return;
      }
      await pause(RESTS * (probing.spent - start));
    }
  }
}
