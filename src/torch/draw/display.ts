// Owns where results appear by themselves: a place that shows them beside the code, such as a notebook, says so here.

import { ArgumentError } from '../../engine/core/errors';
import { objectAt } from '../../engine/core/object-argument';
import { type Arguments, isPlainObject, kindOf, parseArgs, unknownArgument } from '../../engine/core/options';
import type { PlotCanvas } from './sheet';

/** One bar of progress, as it is now. */
export interface DisplayedBar {
  readonly title: string;
  readonly done: number;
  /** Null where it is not known. */
  readonly total: number | null;
  readonly seconds: number;
  /** The whole line in characters, as in a terminal, with the rate and the logged values. */
  readonly text: string;
}

/** A receiver of what a trainer logs. */
export interface DisplayedLogger {
  /** Seconds between two readings of the rows that wait; by default they are read when an epoch ends. */
  readonly refreshRate?: number;
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): unknown;
}

/** A place that shows results. A member that is missing changes nothing. */
export interface Display {
  /**
   * Is given plots that were asked for without a canvas, such as those of `metric.plot()` and of attributions. `redraw` draws the same on another canvas; null
   * where the drawing is made of pixels that are final.
   */
  plot?(canvas: PlotCanvas, redraw: ((canvas: PlotCanvas) => void) | null): void;
  /** Is given the bars of a `Trainer` without an element, each time that they have changed; `owner` stays the same for a trainer. */
  bars?(owner: object, bars: readonly DisplayedBar[]): void;
  /** Gives a trainer one more logger, which need only have `logMetrics`, unless its option `logger` is false. */
  logger?(): DisplayedLogger;
  /** Ends trainings gracefully between two batches, as their own `signal` does. */
  readonly signal?: AbortSignal;
}

interface DisplayArguments {
  place: Display | null;
}

const PARTS: readonly (keyof Display)[] = ['plot', 'bars', 'logger', 'signal'];

let current: Display | null = null;

/** Where results appear; null where nobody shows them. */
export const display = (): Display | null => current;

/**
 * Has plots, bars and what trainers log appear in a place of one's own, without a canvas or an element being named where they are made. `null` ends it.
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
