// Measures one row: the first steps, whether the libraries agree, then repeats in interleaved order.
import { disagreement, type Results } from './compare';
import type { Library, LibraryName, Outputs, Work } from './libraries/library';
import type { Row } from './rows/row';
import { beginStep, type Calls, callNames, endStep, latestMemory, type Memory } from './webgpu-calls';

/** One library's figures in one row; times in milliseconds, counts per step. */
export interface Figures {
  /** The first step, compilation included. */
  first: number;
  times: number[];
  median: number;
  min: number;
  /** JavaScript from the start of a step to its last submit before the read-back; null where a step submits nothing before it. */
  host: number | null;
  /** The median over the repeats. */
  calls: Calls;
  bytesLive: number;
  bytesPeak: number;
}

export interface RowReport {
  name: string;
  title: string;
  flops: number | null;
  bytes: number | null;
  goal: number;
  /** Why there are no figures, or null. */
  error: string | null;
  figures: Partial<Record<LibraryName, Figures>>;
}

interface Entrant {
  name: LibraryName;
  work: Work;
  memory: Memory;
  first: number;
  steps: Step[];
}

interface Step {
  value: number;
  time: number;
  host: number | null;
  calls: Calls;
}

/** Steps whose losses are compared where a row trains: with the first, three. */
const COMPARED_STEPS = 3;

const loaders: Record<LibraryName, () => Promise<{ open(): Promise<Library> }>> = {
  tfjs: () => import('./libraries/tfjs'),
  'jax-js': () => import('./libraries/jax-js'),
  lamplight: () => import('./libraries/lamplight'),
};

/** @throws Error naming the row if the libraries disagree */
export async function measureRow(row: Row, libraries: readonly LibraryName[], repeats: number): Promise<RowReport> {
  const entrants: Entrant[] = [];
  const results: Results[] = [];
  for (const name of libraries) {
    const library = await (await loaders[name]()).open();
    const memory = latestMemory();
    const work = await library.prepare(row);
    await pause();
    const opening = [await timedStep(work)];
    while (opening.length < COMPARED_STEPS) opening.push(await timedStep(work));
    entrants.push({ name, work, memory, first: opening[0]!.time, steps: [] });
    results.push({
      library: name,
      outputs: { ...(row.kind === 'forward' ? {} : losses(opening)), ...(await work.outputs()) },
    });
  }
  const problem = disagreement(row.name, row.tolerance, results);
  if (problem) throw new Error(problem);
  results.length = 0;

  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let turn = 0; turn < entrants.length; turn++) {
      const entrant = entrants[(repeat + turn) % entrants.length]!;
      await pause();
      entrant.steps.push(await timedStep(entrant.work));
    }
  }
  const { name, title, flops = null, bytes = null, goal } = row;
  const figures = Object.fromEntries(entrants.map((entrant) => [entrant.name, summarise(entrant)]));
  return { name, title, flops, bytes, goal, error: null, figures };
}

async function timedStep(work: Work): Promise<Step> {
  beginStep();
  const start = performance.now();
  const value = await work.step();
  const time = performance.now() - start;
  const { calls, submitted } = endStep();
  return { value, time, host: submitted === 0 ? null : submitted - start, calls: { ...calls } };
}

const losses = (steps: readonly Step[]): Outputs =>
  Object.fromEntries(steps.map(({ value }, i) => [`the loss of step ${i + 1}`, Float32Array.of(value)]));

function summarise({ first, steps, memory }: Entrant): Figures {
  const times = steps.map(({ time }) => time);
  const hosts = steps.flatMap(({ host }) => host ?? []);
  return {
    first,
    times,
    median: median(times),
    min: Math.min(...times),
    host: hosts.length > 0 ? median(hosts) : null,
    calls: Object.fromEntries(
      callNames.map((name) => [name, median(steps.map(({ calls }) => calls[name]))]),
    ) as unknown as Calls,
    bytesLive: memory.live,
    bytesPeak: memory.peak,
  };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Lets the browser finish what it has put off, so that a step does not pay for the one before it. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
