// torch.gpu.tune: measures what kernels can choose, for the shapes that a function uses, and remembers it.
import { engine } from '../../engine/compiler/engine';
import { clearMeasured, measure } from '../../engine/compiler/tuning/measure';
import type { TunedChoice, TuningProgress } from '../../engine/compiler/tuning/tuner';
import { callback, number } from '../../engine/core/argument-kinds';
import { closed } from '../../engine/core/arity';
import { type Arguments, parseArgs } from '../../engine/core/options';
import { Printable } from '../../engine/core/printable';
import { rehearseFully } from './warmup';

export type { TunedChoice, TuningProgress };

/** Options of `gpu.tune`. */
export interface TuneOptions {
  /** Milliseconds after which no further kernel is measured, default 20,000; with none above 0 no kernel is measured. Call again to go on from there. */
  budget?: number;
  /** Called before and after each measurement. */
  onProgress?: (progress: TuningProgress) => void;
}

interface Tuned extends TuneOptions {
  fn: () => unknown;
}

type TuneArguments = Arguments<Tuned, ['fn', 'budget', 'onProgress']>;

const DEFAULT_BUDGET = 20_000;

/** What a tuning has found. `toString()` gives a table for the console. */
export class TuningReport extends Printable {
  constructor(
    /** Kernels measured now; earlier measurements are left out. */
    readonly choices: readonly TunedChoice[],
    /** Kernels that the budget did not reach. */
    readonly left: number,
    /** Whether the choices are kept for the next visit. */
    readonly saved: boolean,
  ) {
    super();
  }

  override toString(): string {
    const lines = this.choices.map(({ kernel, shape, fallback, best, fallbackMilliseconds, bestMilliseconds }) => {
      const times = `${fallbackMilliseconds.toFixed(3)} → ${bestMilliseconds.toFixed(3)} ms`;
      const same = JSON.stringify(best) === JSON.stringify(fallback);
      return `${times}  ${kernel} ${shape.join(' ')}: ${same ? 'as before, ' : ''}${JSON.stringify(best)}`;
    });
    const kept = this.saved ? 'kept for the next visit' : 'for this visit only';
    const left = this.left > 0 ? `; ${this.left} more are left` : '';
    const kernels = this.choices.length === 1 ? '1 kernel' : `${this.choices.length} kernels`;
    return [...lines, `${kernels} tuned, ${kept}${left}`].join('\n');
  }
}

async function tuneFor(...args: TuneArguments): Promise<TuningReport> {
  const defaults = { budget: DEFAULT_BUDGET, onProgress: () => {} };
  const { fn, budget, onProgress } = parseArgs<Tuned>('tune', ['fn'], defaults, args, {
    fn: callback,
    budget: number,
    onProgress: callback,
  });
  await engine.start();
  const programs = (await rehearseFully('tune', fn)).map(({ program }) => program);
  const { choices, left, saved } = await measure(engine, programs, budget, onProgress);
  return new TuningReport(choices, left, saved);
}

/**
 * Measures, for each kernel of `fn` that can be run in several ways, which is the fastest for its shapes on this GPU. Plans use
 * that from then on, and so do later visits: it is kept by adapter, kernel and shape in IndexedDB, or in Node in a file of the
 * user's cache folder (`torch.init({ tuning })` names another, or none). `fn` is called as in `torch.warmup`, without
 * computing or changing anything. Results stay the same but for the order in which sums are rounded.
 *
 *     console.log(`${await torch.gpu.tune(() => step(images, labels))}`);
 *         await torch.gpu.tune.clear();   // forgets the measurements of this adapter
 *
 * @throws the errors of `fn`; ArgumentError where it waits for anything but tensors it reads back; WebGPUUnavailableError where
 * there is no device
 */
export const tune: {
  (...args: TuneArguments): Promise<TuningReport>;
  /** Forgets the measurements of this adapter, here and in the store. */
  clear(): Promise<void>;
} = /* @__PURE__ */ Object.assign(tuneFor, { clear: closed('tune.clear', () => clearMeasured(engine)) });
