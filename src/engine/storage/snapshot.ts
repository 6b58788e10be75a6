// Snapshots: host copies of parameters and optimizer state, from which they come back after a lost device.
import { engine } from '../compiler/engine';
import { closed } from '../core/arity';
import { warnOnce } from '../core/warnings';
import { copying } from '../gpu/late-copier';
import { stats } from '../gpu/stats';
import { flush } from '../graph/flush';
import { isJournaling } from '../graph/journal';
import { captureCut } from './cut';

/** A snapshot is due after so many steps, or so many milliseconds, where it takes no more than its share of the time. */
const STEPS = 50;
const MILLISECONDS = 1000;
/** A snapshot is taken at any cost before the last one is both a hundred steps and two seconds old; copying needs some of these. */
const MOST_STEPS = 90;
const MOST_MILLISECONDS = 1700;
/** The inverse of the share of the time that snapshots may take. */
const SHARE = 50;
/** Steps after which, before a second has passed, a program is taken to go on: then what copies is loaded. */
const FEW_STEPS = 8;
/** How often it is tried to take one that was asked for, while other code writes. */
const MOST_TRIES = 3;
/** Steps of optimizers since the start of the page. */
let steps = 0;
const last = { steps: 0, time: Number.NEGATIVE_INFINITY, cost: 0 };
/** Something was protected that has never been copied. */
let urgent = false;
let running: Promise<boolean> | null = null;
/** When the first snapshot could have been taken. */
let firstDue = Number.POSITIVE_INFINITY;

/** Counts a step of an optimizer, and takes a snapshot where one is due. */
export function stepTaken(): void {
  steps++;
  snapshotIfDue();
}

/** Has the next occasion taken for a snapshot. */
export function snapshotSoon(): void {
  urgent = true;
}

/**
 * Copies all parameters and optimizer state that have changed to the host, from where they are restored if the GPU device is
 * lost. Happens by itself in the course of training: a snapshot is at most 100 steps or 2 seconds old, whichever is longer, and
 * snapshots take at most 2 % of the time. Where these exclude each other, as for gigabytes that are trained in steps of few
 * milliseconds, the age counts. Copies take twice the bytes of the state on the host, where one is whole while the other is
 * written; `torch.gpu.trim()` gives up the older.
 *
 * Tensors that the program itself holds, such as totals, tables that are written in place or hidden states, belong to a snapshot
 * too: to one that this function takes, all of them; to those that happen by themselves, tensors of up to 64 MiB, and 256 MiB in
 * all, that were there at the snapshot before and have been read or written since, or are of up to 1 KiB. They come back with
 * their numbers; a gradient of what made them is an error then.
 */
export const snapshot = closed('snapshot', async (): Promise<void> => {
  await copying.load();
  flush();
  await engine.settle(0);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    while (running) await running;
    flush();
    if (await begin(true)) return;
    await engine.settle(0);
  }
});

/** Takes a snapshot if the last one is old enough. Never waits; belongs behind a flush. */
export function snapshotIfDue(): void {
  if (running || isJournaling() || !isDue() || !canCopy()) return;
  void begin(false);
}

/** Whether what copies is here. It is loaded once a program goes on for a while, so that none waits for it that runs once. */
function canCopy(): boolean {
  if (copying.here) return true;
  const now = performance.now();
  firstDue = Math.min(firstDue, now);
  if (steps < FEW_STEPS && now - firstDue < MILLISECONDS) return false;
  copying.load().then(snapshotIfDue, (error: Error) => {
    urgent = false;
    Object.assign(last, { time: performance.now(), steps });
    warnOnce(`Lamplight: no snapshot of the weights could be taken. ${error.message}`);
  });
  return false;
}

function isDue(): boolean {
  if (urgent) return true;
  const age = steps - last.steps;
  const milliseconds = performance.now() - last.time;
  if (age < STEPS && milliseconds < MILLISECONDS) return false;
  return milliseconds >= SHARE * last.cost || (age >= MOST_STEPS && milliseconds >= MOST_MILLISECONDS);
}

function begin(all: boolean): Promise<boolean> {
  const taking = take(all).finally(() => {
    running = null;
  });
  running = taking;
  return taking;
}

/** Whether everything that is protected has been copied. */
async function take(all: boolean): Promise<boolean> {
  const start = performance.now();
  const step = steps;
  const cut = captureCut(all);
  if (!cut) return false;
  urgent = false;
  const captured = performance.now() - start;
  try {
    const copied = await engine.copyOut(cut.values, cut.rooms);
    // A run that has been refused since has taken its values along.
    if (!copied || cut.values.some(({ failure }) => failure)) return false;
    if (!cut.isLatest) {
      urgent = true;
      return false;
    }
    const begun = performance.now();
    cut.keep(copied.contents);
    stats.snapshots++;
    const cost = captured + copied.milliseconds + (performance.now() - begun);
    Object.assign(last, { time: start, steps: step, cost });
    return true;
  } catch (error) {
    // A lost device reports itself.
    if (engine.device) warnOnce(`Lamplight: no snapshot of the weights could be taken. ${(error as Error).message}`);
    Object.assign(last, { time: start, steps: step });
    return false;
  }
}
