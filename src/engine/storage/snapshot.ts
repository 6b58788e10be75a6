// Snapshots: copies of parameters and optimizer state on the host, from which these are restored after a loss of the
// device.
import { engine } from '../compiler/engine';
import { closed } from '../core/arity';
import { warnOnce } from '../core/warnings';
import { lateCopier } from '../gpu/late-copier';
import { stats } from '../gpu/stats';
import { flush } from '../graph/flush';
import { isJournaling } from '../graph/journal';
import { captureCut } from './cut';

/**
 * A snapshot is due after this many steps, or this many milliseconds, unless snapshots would take more than their share
 * of the time.
 */
const STEPS = 50;
const MILLISECONDS = 1000;
/**
 * A snapshot is taken at any cost when the last one is this old, in steps and in milliseconds. So it is complete before
 * the last one is both a hundred steps and two seconds old.
 */
const MOST_STEPS = 90;
const MOST_MILLISECONDS = 1700;
/** Snapshots may take one part in this many of the time. */
const SHARE = 50;
/**
 * A program counts as one that goes on after this many steps, or after a second. Then the code that copies is loaded.
 */
const FEW_STEPS = 8;
/** How often a snapshot that the user asked for is tried, while other code writes. */
const MOST_TRIES = 3;
/** Steps of optimizers since the start of the page. */
let steps = 0;
const last = { steps: 0, time: Number.NEGATIVE_INFINITY, cost: 0 };
/** Something was protected that has never been copied. */
let urgent = false;
let running: Promise<boolean> | null = null;
/** When a snapshot would first have been possible. */
let firstDue = Number.POSITIVE_INFINITY;

/** Counts a step of an optimizer, and takes a snapshot if one is due. */
export function stepTaken(): void {
  steps++;
  snapshotIfDue();
}

/** Has a snapshot taken at the next occasion. */
export function snapshotSoon(): void {
  urgent = true;
}

/**
 * Copies all parameters and optimizer state that have changed to the host. If the GPU device is lost, they are restored
 * from there. Snapshots also happen automatically during training: the latest is at most 100 steps or 2 seconds old,
 * whichever is longer, and snapshots take at most 2 % of the time. If both cannot hold, as for gigabytes that are
 * trained in steps of few milliseconds, the age counts. The copies take twice the bytes of the state on the host, since
 * one stays whole while the other is written; `torch.gpu.trim()` gives up the older.
 *
 * Tensors that the program itself holds, such as totals, tables that are written in place or hidden states, belong to a
 * snapshot too. This function copies all of them. An automatic snapshot copies tensors of up to 64 MiB, and 256 MiB in
 * all, that were there at the snapshot before and have been read or written since, or are of up to 1 KiB. These tensors
 * are restored with their numbers only: backward through what made them is an error.
 */
export const snapshot = closed('snapshot', async (): Promise<void> => {
  await lateCopier.load();
  flush();
  await engine.settle(0);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    while (running) await running;
    flush();
    if (await begin(true)) return;
    await engine.settle(0);
  }
});

/** Takes a snapshot if the last one is old enough. Never waits. Must be called after a flush. */
export function snapshotIfDue(): void {
  if (running || !engine.device || isJournaling() || !isDue() || !canCopy()) return;
  void begin(false);
}

/**
 * Whether the code that copies is loaded. It is loaded once a program has gone on for a while, so that a program that
 * runs once does not wait for it.
 */
function canCopy(): boolean {
  if (lateCopier.here) return true;
  const now = performance.now();
  firstDue = Math.min(firstDue, now);
  if (steps < FEW_STEPS && now - firstDue < MILLISECONDS) return false;
  lateCopier.load().then(snapshotIfDue, (error: Error) => {
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

/** Takes a snapshot. Returns whether everything that is protected has been copied. */
async function take(all: boolean): Promise<boolean> {
  const start = performance.now();
  const step = steps;
  const cut = captureCut(all);
  if (!cut) return false;
  urgent = false;
  const captured = performance.now() - start;
  try {
    const copied = await engine.copyOut(cut.values, cut.rooms);
    // If a run has been refused since, the values that it computed have failed.
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
    // The loss of a device is reported elsewhere.
    if (engine.device) warnOnce(`Lamplight: no snapshot of the weights could be taken. ${(error as Error).message}`);
    Object.assign(last, { time: start, steps: step });
    return false;
  }
}
