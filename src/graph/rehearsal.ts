// Rehearsals: user code runs to see what it would ask of the GPU. Nothing is computed, and what it changes is put back.
import { type Cell, engine, type Job } from '../compiler/engine';
import type { Program } from '../compiler/ir';
import { ArgumentError, TensorReleasedError } from '../errors';
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

/** Fulfilled, so that nobody waits for what is never computed. */
const never = Promise.resolve();

/**
 * Runs `fn`, again as long as `again` says so, with nothing computed: what its flushes would run goes to `visit`, and what it
 * reads back of that is zeros. Afterwards parameters, gradients, optimizers, modules and random generators are as they were.
 *
 * @throws ArgumentError inside of another rehearsal
 */
export async function rehearse(
  name: string,
  fn: () => unknown,
  visit: (job: RehearsedJob) => void,
  again: () => boolean = () => false,
): Promise<void> {
  expectNone(name);
  flush();
  await engine.settle(0);
  // Something else may have begun, or been recorded, meanwhile.
  expectNone(name);
  flush();
  const first = lastNodeId() + 1;
  const jobs: Job[] = [];
  const imagined = new Set<Cell>();
  const undo = startJournal();
  engine.rehearsal = {
    has: (cell) => imagined.has(cell),
    take(job) {
      jobs.push(job);
      for (const { cell } of job.exports) {
        cell.scheduled = never;
        imagined.add(cell);
      }
      const uploads = job.inputs.map((cell) => cell.allocation === null && cell.host !== null);
      visit({ key: job.key, program: job.build(), uploads });
    },
  };
  trace(true);
  try {
    do {
      await fn();
      flush();
    } while (again());
  } finally {
    trace(false);
    engine.rehearsal = null;
    discardPending();
    for (const job of jobs.reverse()) job.failed();
    undo();
    for (const cell of imagined) forget(cell as Value, first, name);
  }
}

function expectNone(name: string): void {
  if (!isJournaling()) return;
  throw new ArgumentError(
    `${name}: a function is being rehearsed already, by warmup, explain or tune; await that first`,
  );
}

/** A value of the rehearsal never comes to exist; one from before is as it was. */
function forget(value: Value, first: number, name: string): void {
  value.scheduled = null;
  if (!value.node || value.node.id < first) return;
  value.failure = new TensorReleasedError(
    `a tensor of shape [${value.shape.join(', ')}] was made while ${name} ran its function, which computes nothing; ` +
      'let the function keep no tensors in variables outside of it',
  );
}
