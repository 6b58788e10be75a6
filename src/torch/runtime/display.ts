// Where results appear automatically: an environment that shows them beside the code, such as a notebook, registers
// here.

import { ArgumentError } from '../../engine/core/errors';
import { objectAt } from '../../engine/core/object-argument';
import { type Arguments, isPlainObject, kindOf, parseArgs, unknownArgument } from '../../engine/core/options';

/** The members of a canvas that drawing needs: an element of a page, or an OffscreenCanvas. */
export interface PlotCanvas {
  width: number;
  height: number;
  getContext(/** The kind of context. */ kind: '2d'): unknown;
}

/** One bar of progress, as it is now. */
export interface DisplayedBar {
  readonly title: string;
  readonly done: number;
  /** Null if it is not known. */
  readonly total: number | null;
  readonly seconds: number;
  /** The whole line in characters, as in a terminal, with the rate and the logged values. */
  readonly text: string;
}

/** A receiver of what a trainer logs. */
export interface DisplayedLogger {
  /** Seconds between two read-backs of the rows that are logged; by default rows are read back when an epoch ends. */
  readonly refreshRate?: number;
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): unknown;
}

/** A place that shows results. All members are optional; without one, what it would change stays as it is elsewhere. */
export interface Display {
  /**
   * Gets plots that were made without a canvas, such as those of `metric.plot()` and of attributions. `redraw` draws
   * the same plot on another canvas; null if the plot is an image of fixed pixels.
   * @param redraw Draws the plot again at the size of its canvas.
   */
  plot?(canvas: PlotCanvas, redraw: ((canvas: PlotCanvas) => void) | null): void;
  /**
   * Gets the bars of a `Trainer` that has no element for them, whenever they have changed. `owner` stays the same for a
   * trainer.
   * @param owner Whose bars they are.
   * @param bars The bars to show now.
   */
  bars?(owner: object, bars: readonly DisplayedBar[]): void;
  /** Gives each trainer one more logger, unless its option `logger` is false. */
  logger?(): DisplayedLogger;
  /** Ends trainings gracefully between two batches, as a trainer's own `signal` does. */
  readonly signal?: AbortSignal;
}

interface DisplayArguments {
  /** Where bars and tables are shown; null for the console. */
  place: Display | null;
}

const PARTS: readonly (keyof Display)[] = ['plot', 'bars', 'logger', 'signal'];

let current: Display | null = null;

/** The place where results appear; null if nobody shows them. */
export const display = (): Display | null => current;

/**
 * Shows plots, progress bars and what trainers log in a place of your own, so that code need not name a canvas or an
 * element where it makes them. `null` ends it.
 *
 *     torch.setDisplay({ plot: (canvas) => output.append(pictureOf(canvas)), bars: (trainer, bars) => paint(bars) });
 */
export function setDisplay(...args: Arguments<DisplayArguments, ['place']>): void {
  const { place } = parseArgs<DisplayArguments>(
    'setDisplay',
    ['place'],
    {},
    objectAt('setDisplay', ['place'], 0, args),
  );
  if (place !== null && !isPlainObject(place)) {
    throw new ArgumentError(
      `setDisplay: expected an object with plot, bars, logger or signal, or null, but got ${kindOf(place)}`,
    );
  }
  for (const key of Object.keys(place ?? {})) {
    if (!PARTS.includes(key as keyof Display)) throw unknownArgument('setDisplay', key, PARTS);
  }
  current = place;
}
