// Rehearsals: user code runs to show its requests to the GPU. Nothing is computed, and its changes are undone.
//
// A rehearsal begins and ends within one task of the event loop. Values that the function reads back are there at once, so that all of its
// continuations are microtasks of that task. No other task runs in between: no other loop reads values that were not
// computed, nor are its steps undone.
import { noteFailure, reopen, schedule } from '../compiler/contents';
import { type Cell, engine, type Job } from '../compiler/engine';
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
  /** By input, whether its contents would come from the host. */
  readonly uploads: readonly boolean[];
}

/** What a rehearsal is for. */
export interface Rehearsing {
  /** Takes what a flush would run. */
  visit(job: RehearsedJob): void;
  /** After a call of the function: whether to call it once more. */
  again?(): boolean;
}

/**
 * Microtasks in a row without a word to the library after which a function counts as waiting for another task. They take
 * about a millisecond; a chain of promises that is longer, and records nothing on the way, is nobody's training step.
 */
const PATIENCE = 10_000;

/** Times that a rehearsal begins anew because its function read what only the GPU knows. */
const MAX_ATTEMPTS = 100;

/**
 * Runs `fn`, again as long as `again` says so, without computing: the programs of its flushes go to `visit`, and the values that it
 * reads back are zeros. Afterwards parameters, gradients, optimizers, modules and random generators are as they were.
 * Where `fn` waits for a value from before the rehearsal, that is read first and all begins anew, with another `begin()`.
 *
 * @throws ArgumentError inside of another rehearsal, and where `fn` waits for anything but values of its own
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

/** Resolves as the first microtask of a task in which no work of others waits. */
async function taskOfItsOwn(name: string): Promise<void> {
  do {
    expectNone(name);
    flush();
    await engine.settle(0);
    await new Promise((resolve) => setTimeout(resolve));
    expectNone(name);
    // Something may have been recorded meanwhile.
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

/** A rehearsal within this task; returns the values from before it that `fn` waits for, if it cannot go on without. */
async function rehearseNow(
  name: string,
  fn: () => unknown,
  { visit, again = () => false }: Rehearsing,
  known: ReadonlyMap<Cell, ArrayBuffer>,
): Promise<readonly Cell[]> {
  const first = lastNodeId() + 1;
  const jobs: Job[] = [];
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
      jobs.push(job);
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
        // What a function does not wait for itself, it still does in this rehearsal.
      } else if (reads > before) await arrives(new Promise(() => {}), () => reads);
      flush();
    } while (again());
    return [];
  } finally {
    trace(false);
    engine.rehearsal = null;
    discardPending();
    for (const job of jobs.reverse()) job.failed();
    undo();
    for (const cell of imagined) forget(cell as Value, first, name);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Whether a promise is fulfilled within this task. @throws the reason of its rejection */
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
    // Every microtask that is due comes before this goes on.
    await null;
    if (state.error) throw state.error.reason;
    if (state.done) return true;
    if (nodes === lastNodeId() && answers === reads()) continue;
    [nodes, answers] = [lastNodeId(), reads()];
    idle = 0;
  }
  return false;
}

/** A value of the rehearsal never comes to exist; one from before is as it was. */
function forget(value: Value, first: number, name: string): void {
  reopen(value);
  if (value.node && value.node.id < first) return;
  const error = new TensorReleasedError(
    `a tensor of shape [${value.shape.join(', ')}] was made while ${name} ran its function, which computes nothing; ` +
      'let the function keep no tensors in variables outside of it',
  );
  noteFailure(value, error);
}
