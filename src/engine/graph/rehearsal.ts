// Rehearsals: user code runs only to find out which programs it would run on the GPU. Nothing is computed, and its
// changes are undone.
//
// A rehearsal begins and ends within one task of the event loop. Values that the function reads back are available
// immediately, so that everything after an `await` runs as a microtask of that task. Since no other task runs in
// between, no other loop can read values that were never computed, and no other loop's steps are undone.
import { noteFailure, reopen, schedule } from '../compiler/contents';
import { type Cell, engine } from '../compiler/engine';
import type { Program } from '../compiler/ir';
import { ArgumentError, TensorReleasedError } from '../core/errors';
import { byteLength } from '../core/meta';
import { discardPending, flush } from './flush';
import { isJournaling, startJournal } from './journal';
import { trace } from './places';
import { lastNodeId, type Value } from './value';

/** A flush of the rehearsed function. */
export interface RehearsedJob {
  /** Equal keys mean equal programs. */
  readonly key: readonly number[];
  readonly program: Program;
  /** For each input, whether its contents would be uploaded from the host. */
  readonly uploads: readonly boolean[];
}

/** The callbacks of a rehearsal. */
export interface Rehearsing {
  /** Called with the program that a flush would run. */
  visit(job: RehearsedJob): void;
  /** Called after each call of the function. Returns whether to call the function once more. */
  again?(): boolean;
}

/**
 * After this many microtasks in a row without a call to the library, a function is assumed to be waiting for another
 * task. That takes about a millisecond. No training step has a longer chain of promises that records nothing.
 */
const PATIENCE = 10_000;

/**
 * The maximum number of times that a rehearsal starts over because its function reads contents that only the GPU has.
 */
const MAX_ATTEMPTS = 100;

/**
 * Runs `fn` without computing anything, and repeats it while `again` returns true. The programs of its flushes go to
 * `visit`, and the values that it reads back are zeros. Afterwards parameters, gradients, optimizers, modules and
 * random generators are as they were. If `fn` waits for a value from before the rehearsal, that value is read first and
 * the rehearsal starts over, with another `begin()`.
 *
 * @throws ArgumentError if another rehearsal is in progress, or if `fn` waits for anything but tensors that it reads
 * back
 */
export async function rehearse(name: string, fn: () => unknown, begin: () => Rehearsing): Promise<void> {
  const known = new Map<Cell, ArrayBuffer>();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    await taskOfItsOwn(name);
    const missing = await rehearseNow(name, fn, begin(), known);
    if (missing.length === 0) return;
    const contents = await Promise.all(missing.map((cell) => engine.read(cell)));
    missing.forEach((cell, i) => {
      known.set(cell, contents[i]!);
    });
  }
  throw waitsTooLong(name);
}

/** Resolves at the start of a new task of the event loop, at a moment when no job is waiting in the engine. */
async function taskOfItsOwn(name: string): Promise<void> {
  do {
    expectNone(name);
    flush();
    await engine.settle(0);
    await new Promise((resolve) => setTimeout(resolve));
    expectNone(name);
    // Other tasks may have recorded something in the meantime.
    flush();
  } while (engine.waits);
}

function expectNone(name: string): void {
  if (!isJournaling()) return;
  throw new ArgumentError(
    `${name}: a function is being rehearsed already, by warmup, explain or tune; await that first`,
  );
}

const waitsTooLong = (name: string): ArgumentError =>
  new ArgumentError(
    `${name}: expected a function that waits for nothing but tensors it reads back, such as loss.item(), but it waits for ` +
      'something else, such as a timer, a file or another loop; load and wait before the call, and pass in a function that computes',
  );

/**
 * Rehearses within this task. If `fn` cannot continue without the contents of values from before the rehearsal, returns
 * those values; otherwise returns an empty list.
 */
async function rehearseNow(
  name: string,
  fn: () => unknown,
  { visit, again = () => false }: Rehearsing,
  known: ReadonlyMap<Cell, ArrayBuffer>,
): Promise<readonly Cell[]> {
  const first = lastNodeId() + 1;
  const imagined = new Set<Cell>();
  const missing = new Set<Cell>();
  let reads = 0;
  const imagine = (cell: Cell) => {
    schedule(cell);
    imagined.add(cell);
  };
  const undo = startJournal();
  engine.rehearsal = {
    imagine,
    has: (cell) => imagined.has(cell),
    read(cell) {
      reads++;
      if (imagined.has(cell)) return Promise.resolve(new ArrayBuffer(byteLength(cell)));
      if (cell.failure || !cell.allocation) return null;
      const contents = known.get(cell);
      if (contents) return Promise.resolve(contents.slice(0));
      missing.add(cell);
      return new Promise(() => {});
    },
    take(job) {
      for (const { cell } of job.exports) imagine(cell);
      const program = job.build();
      const inputs = job.inputs.slice(0, program.inputCount);
      const uploads = inputs.map((cell) => cell.allocation === null && cell.host !== null);
      visit({ key: job.key, program, uploads });
    },
  };
  trace(true);
  try {
    do {
      const before = reads;
      const returned = fn();
      if (isThenable(returned)) {
        if (!(await arrives(returned, () => reads))) {
          if (missing.size > 0) return [...missing];
          throw waitsTooLong(name);
        }
        // `fn` has returned without awaiting its reads. The callbacks of those reads still belong to this rehearsal.
      } else if (reads > before) await arrives(new Promise(() => {}), () => reads);
      flush();
    } while (again());
    return [];
  } finally {
    trace(false);
    engine.rehearsal = null;
    discardPending();
    undo();
    for (const cell of imagined) forget(cell as Value, first, name);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Whether a promise is fulfilled within this task. @throws the reason if the promise is rejected */
async function arrives(promise: PromiseLike<unknown>, reads: () => number): Promise<boolean> {
  const state: { done: boolean; error: { readonly reason: unknown } | null } = { done: false, error: null };
  promise.then(
    () => {
      state.done = true;
    },
    (reason) => {
      state.error = { reason };
    },
  );
  let [nodes, answers] = [lastNodeId(), reads()];
  for (let idle = 0; idle < PATIENCE; idle++) {
    // Lets all pending microtasks run first.
    await null;
    if (state.error) throw state.error.reason;
    if (state.done) return true;
    if (nodes === lastNodeId() && answers === reads()) continue;
    [nodes, answers] = [lastNodeId(), reads()];
    idle = 0;
  }
  return false;
}

/**
 * Resets a value after a rehearsal. If the value was made during the rehearsal, reading it throws from now on. Any
 * other value is as it was before.
 */
function forget(value: Value, first: number, name: string): void {
  reopen(value);
  if (value.node && value.node.id < first) return;
  const error = new TensorReleasedError(
    `a tensor of shape [${value.shape.join(', ')}] was made while ${name} ran its function, which computes nothing; ` +
      'let the function keep no tensors in variables outside of it',
  );
  noteFailure(value, error);
}
