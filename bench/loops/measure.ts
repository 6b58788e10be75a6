// Times loops in turns: each is held at a gate in front of its next batch, and let through for so many steps.
import * as torch from 'lamplight';
import { cnn, mlp } from '../rows/networks';
import type { TrainingRow } from '../rows/row';
import { type Batch, batchesOf, type LoopName, loopNames, loops } from './contenders';

const SIZE = 64;

interface LoopRow {
  readonly title: string;
  readonly row: TrainingRow;
  /** Examples of a batch. */
  readonly size: number;
}

/** Goals are those of whole batches; steps of one example show what the host takes, since the GPU has next to nothing to do. */
export const loopRows: Readonly<Record<string, LoopRow>> = {
  mlp: { title: `MLP 784-128-10, batch ${SIZE}`, row: mlp, size: SIZE },
  cnn: { title: `CNN 1-16-32-10, batch ${SIZE}`, row: cnn, size: SIZE },
  'mlp-1': { title: 'MLP 784-128-10, one example', row: mlp, size: 1 },
};

/** Of one loop. */
export interface LoopFigures {
  /** Milliseconds of a step, by turn. */
  readonly times: readonly number[];
  /** A step's calls. */
  readonly submits: number;
  readonly created: number;
  readonly readbacks: number;
}

export interface LoopReport {
  readonly title: string;
  readonly hasGoals: boolean;
  readonly figures: Readonly<Record<LoopName, LoopFigures>>;
}

/** Milliseconds of steps before anything is timed, and of a turn. */
const WARM = 1500;
const TURN = 300;
const FIRST = 5;

/** Gives a loop its batches, as many as it is let through for. */
class Gate implements AsyncIterable<Batch> {
  /** An epoch that never ends: a Trainer reads one batch ahead of itself only where it does not know how many there are. */
  readonly length = Number.MAX_SAFE_INTEGER;
  #allowed = 0;
  #isOver = false;
  #open: () => void = () => {};
  #reached: () => void = () => {};

  constructor(private readonly source: AsyncIterable<Batch>) {}

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    for (;;) {
      for await (const batch of this.source) {
        if (this.#allowed === 0) {
          this.#reached();
          await new Promise<void>((resolve) => {
            this.#open = resolve;
          });
        }
        if (this.#isOver) return;
        this.#allowed--;
        yield batch;
      }
    }
  }

  /** Resolves when the loop asks for the batch behind the one that it was let through for last. */
  waiting(): Promise<void> {
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }

  let(batches: number): Promise<void> {
    this.#allowed = batches;
    const reached = this.waiting();
    this.#open();
    return reached;
  }

  close(): void {
    this.#isOver = true;
    this.#open();
  }
}

/** Milliseconds of so many steps, until the GPU has done them. */
async function timed(gate: Gate, steps: number): Promise<number> {
  const start = performance.now();
  await gate.let(steps);
  await torch.synchronize();
  return performance.now() - start;
}

const counted = () => {
  const { submits, buffersCreated, bindGroupsCreated, pipelinesCreated, readbacks } = torch.gpu.stats();
  return { submits, created: buffersCreated + bindGroupsCreated + pipelinesCreated, readbacks };
};

/** All loops of a row, one after another in each of so many turns, each turn beginning with another. */
export async function measureLoops(name: string, turns: number): Promise<LoopReport> {
  const { title, row, size } = loopRows[name]!;
  await torch.init({ tuning: false });
  const running = await Promise.all(
    loopNames.map(async (loop) => {
      const gate = new Gate(batchesOf(row, size));
      const begun = gate.waiting();
      const end = loops[loop](row, gate);
      await Promise.race([begun, end]);
      return { loop, gate, end, times: [] as number[], steps: 0, submits: 0, created: 0, readbacks: 0 };
    }),
  );
  let steps = FIRST;
  for (const { gate } of running) {
    await timed(gate, FIRST);
    const enough = performance.now() + WARM / 2;
    let last = 0;
    while (performance.now() < enough) last = await timed(gate, FIRST);
    steps = Math.max(FIRST, Math.round((TURN * FIRST) / last));
  }
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < running.length; i++) {
      const each = running[(turn + i) % running.length]!;
      const before = counted();
      each.times.push((await timed(each.gate, steps)) / steps);
      const after = counted();
      each.steps += steps;
      each.submits += after.submits - before.submits;
      each.created += after.created - before.created;
      each.readbacks += after.readbacks - before.readbacks;
    }
  }
  for (const { gate, end } of running) {
    gate.close();
    await end;
  }
  const figures = running.map(({ loop, times, steps: all, submits, created, readbacks }) => [
    loop,
    { times, submits: submits / all, created: created / all, readbacks: readbacks / all },
  ]);
  return { title, hasGoals: size === SIZE, figures: Object.fromEntries(figures) as LoopReport['figures'] };
}
