// torch.gpu.tune: measures the variants of kernels for the shapes that a function uses, and remembers the fastest.
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
  /**
   * After this many milliseconds no further kernel is measured; call again to continue. 0 or less measures none.
   * Default: 20,000.
   */
  budget?: number;
  /** Called before and after each measurement. */
  onProgress?: (progress: TuningProgress) => void;
}

interface Tuned extends TuneOptions {
  fn: () => unknown;
}

type TuneArguments = Arguments<Tuned, ['fn', 'budget', 'onProgress']>;

const DEFAULT_BUDGET = 20_000;

/** The result of `tune`. `toString()` returns a table for the console. */
export class TuningReport extends Printable {
  constructor(
    /** The kernels that this call measured. */
    readonly choices: readonly TunedChoice[],
    /** How many kernels are left to measure, because the budget ran out. */
    readonly left: number,
    /** Whether the choices were stored for the next visit. */
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
 * Measures, for each kernel of `fn` that has several variants, which one is the fastest for its shapes on this GPU.
 * Plans use the fastest from then on, and so do later visits: the choice is stored by adapter, kernel and shape in
 * IndexedDB, or in Node in a file in the user's cache folder (`torch.init({ tuning })` names another file, or none).
 * `fn` is called as in `torch.warmup`, without computing or changing anything. Results stay the same except for the
 * order in which sums are rounded.
 *
 *     console.log(`${await torch.gpu.tune(() => step(images, labels))}`);
 *         await torch.gpu.tune.clear();   // forgets the measurements of this adapter
 *
 * @throws the errors of `fn`; ArgumentError if it awaits anything but read-backs; WebGPUUnavailableError if there is no
 * device
 */
export const tune: {
  (...args: TuneArguments): Promise<TuningReport>;
  /** Forgets the measurements of this adapter, here and in the store. */
  clear(): Promise<void>;
} = /* @__PURE__ */ Object.assign(tuneFor, { clear: closed('tune.clear', () => clearMeasured(engine)) });
