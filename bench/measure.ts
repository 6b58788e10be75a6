// Measures one row: the first steps, whether the libraries agree, then repeats in interleaved order.
import { disagreement, type Results } from './compare';
import { elements } from './inputs';
import type { Library, LibraryName, Outputs, Work } from './libraries/library';
import type { FunctionRow, Row, SeriesPoint, TrainingRow } from './rows/row';
import {
  beginLibrary,
  beginStep,
  type Calls,
  callNames,
  endStep,
  latestMemory,
  type Memory,
  pipelinesAsked,
  pipelinesCompiled,
} from './webgpu-calls';

/** One library's figures in one row; times in milliseconds, counts per step. */
export interface Figures {
  /** The first step, compilation included. */
  first: number;
  /** Of the measured steps; where a step is very long, of the last one before them alone. */
  times: number[];
  median: number;
  min: number;
  /**
   * JavaScript from the start of a step to its last submit before the read-back; null where a step submits nothing before it.
   * Where the row trains, of steps that are many and small: see `hostTime`.
   */
  host: number | null;
  /** The median over the repeats. */
  calls: Calls;
  bytesLive: number;
  bytesPeak: number;
  /** The dispatches of a step by the GPU's own clock; null where it was not asked. */
  gpu: number | null;
}

export interface RowReport {
  name: string;
  title: string;
  flops: number | null;
  bytes: number | null;
  goal: number;
  point: SeriesPoint | null;
  /** Why a library has no figures. */
  missing: Partial<Record<LibraryName, string>>;
  /** Why there are no figures at all, or null. */
  error: string | null;
  figures: Partial<Record<LibraryName, Figures>>;
  /** Lamplight at the next size that suits its kernels. */
  friendly: { title: string; figures: Figures } | null;
}

export interface Settings {
  readonly libraries: readonly LibraryName[];
  readonly repeats: number;
  /** Of steps so short that a library has done all of them in less than SHORT. */
  readonly mostRepeats: number;
  /** Milliseconds of measured steps after which a library does no more. */
  readonly budget: number;
  /** Whether to time the dispatches by the GPU's own clock, too. */
  readonly gpuTimes: boolean;
  /** Whether the adapter is a processor. */
  readonly software: boolean;
}

interface Entrant {
  name: LibraryName;
  work: Work;
  memory: Memory;
  /** Bytes that only the comparison needed. */
  compared: number;
  peak: number;
  opening: Step[];
  steps: Step[];
  spent: number;
}

interface Step {
  value: number;
  time: number;
  host: number | null;
  calls: Calls;
}

/** Steps whose losses are compared where a row trains: the first, and those that its gradients led to. */
const COMPARED_STEPS = 3;
/** Milliseconds of steps after which two losses do. */
const COMPARED_BUDGET = 20_000;

/** Milliseconds of first steps after which a row that does not train needs no more of them. */
const WARM = 1_500;

/**
 * Steps in all before any is measured, unless those that are not compared take longer than WARM_BUDGET; of those behind them,
 * QUIET in a row ask for no pipeline, unless MOST_WARM have been done. Libraries compile some kernels only once their first steps are done.
 */
const WARM_STEPS = 6;
const QUIET = 2;
const MOST_WARM = 20;
/** Milliseconds of these steps, and of waiting for what each of them compiles. */
const WARM_BUDGET = 8_000;
const COMPILE_BUDGET = 60_000;
/** Milliseconds of a step that is the last one before any is measured. */
const LONGEST_WARM = 30_000;

/** Steps of one example after which the engine has compiled what it interprets at first; as many are measured. */
const HOST_STEPS = 200;
/** Milliseconds for both together, after which a library does no more of them. */
const HOST_BUDGET = 3_000;

/** Milliseconds of measured steps up to which a library does more of them: short ones vary more. */
const SHORT = 300;

/** Milliseconds of a step beside which compilation no longer counts, so that the last one before any is measured is the measured one. */
const LONG_STEP = 6_000;

const loaders: Record<LibraryName, () => Promise<{ open(): Promise<Library> }>> = {
  tfjs: () => import('./libraries/tfjs'),
  'jax-js': () => import('./libraries/jax-js'),
  lamplight: () => import('./libraries/lamplight'),
  'ort-webgpu': () => import('./libraries/ort-webgpu'),
  'ort-wasm': () => import('./libraries/ort-wasm'),
  'plain-loop': () => import('./libraries/plain-loop'),
  'hand-written': () => import('./libraries/hand-written'),
};

/** Others' work: where one fails, the row says so, and goes on without it. */
const peers: readonly LibraryName[] = ['tfjs', 'jax-js', 'ort-webgpu', 'ort-wasm'];

/** They take a network as a file, and do not train it. */
const runsOnnx: readonly LibraryName[] = ['ort-webgpu', 'ort-wasm'];

/** @throws Error naming the row if the libraries disagree */
export async function measureRow(row: Row, settings: Settings): Promise<RowReport> {
  const entrants: Entrant[] = [];
  const results: Results[] = [];
  const failed: RowReport['missing'] = {};
  for (const name of settings.libraries) {
    if (!takesPart(row, name, settings)) continue;
    try {
      const entrant = await enter(row, name);
      results.push({ library: name, outputs: await compared(row, entrant) });
      await warmUp(row, entrant);
      entrants.push(entrant);
    } catch (error) {
      if (!peers.includes(name)) throw error;
      failed[name] = `it fails: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const losses = Math.min(...entrants.map(({ opening }) => opening.length));
  if (row.kind === 'training') {
    for (const [i, { opening }] of entrants.entries()) results[i]!.outputs = lossesOf(opening.slice(0, losses));
  }
  // All are compared with ours.
  results.sort((a, b) => Number(b.library === 'lamplight') - Number(a.library === 'lamplight'));
  const problem = disagreement(row.name, row.tolerance, results);
  if (problem) throw new Error(problem);
  results.length = 0;

  const friendlyRow = isFunction(row) ? row.friendly : undefined;
  const friendly = friendlyRow && settings.libraries.includes('lamplight') && (await enter(friendlyRow, 'lamplight'));
  if (friendly) await warmUp(friendlyRow!, friendly);
  const timed = friendly ? [...entrants, friendly] : entrants;
  for (let repeat = 0; repeat < settings.mostRepeats; repeat++) {
    for (let turn = 0; turn < timed.length; turn++) {
      const entrant = timed[(repeat + turn) % timed.length]!;
      if (repeat >= settings.repeats && entrant.spent > SHORT) continue;
      if (isLong(row, entrant) || (entrant.spent > settings.budget && entrant.steps.length > 0)) continue;
      await pause();
      const step = await timedStep(entrant.work);
      entrant.spent += step.time;
      entrant.steps.push(step);
    }
  }
  const figures: RowReport['figures'] = {};
  for (const entrant of entrants) figures[entrant.name] = await summarise(entrant, settings.gpuTimes);
  if (row.kind === 'training')
    for (const entrant of entrants) {
      const { name } = entrant;
      if (!isLong(row, entrant)) figures[name]!.host = (await hostTime(row, name)) ?? figures[name]!.host;
    }
  return {
    ...heading(row, settings),
    missing: { ...missing(row, settings), ...failed },
    error: null,
    figures,
    friendly: friendly ? { title: friendlyRow.title, figures: await summarise(friendly, false) } : null,
  };
}

/** The report of a row without figures. */
export const failedRow = (row: Row, settings: Settings, error: string): RowReport => ({
  ...heading(row, settings),
  error,
  figures: {},
  friendly: null,
});

function heading(row: Row, settings: Settings): Omit<RowReport, 'error' | 'figures' | 'friendly'> {
  const { name, title, flops = null, bytes = null, goal, point = null } = row;
  return { name, title, flops, bytes, goal, missing: missing(row, settings), point };
}

const missing = (row: Row, { software }: Settings): RowReport['missing'] => ({
  ...row.missing,
  ...(software ? row.missingOnProcessor : {}),
});

const takesPart = (row: Row, name: LibraryName, settings: Settings): boolean =>
  !missing(row, settings)[name] &&
  (name !== 'hand-written' || (isFunction(row) && row.handWritten !== undefined)) &&
  (name === 'lamplight' || (name === 'plain-loop') === (row.kind === 'explained')) &&
  (!runsOnnx.includes(name) || row.kind === 'network');

/** Opens a library and does its first steps. */
async function enter(row: Row | FunctionRow, name: LibraryName): Promise<Entrant> {
  beginLibrary();
  const library = await (await loaders[name]()).open();
  const work = await library.prepare(row);
  const memory = latestMemory();
  await pause();
  const entrant: Entrant = { name, work, memory, compared: 0, peak: 0, opening: [], steps: [], spent: 0 };
  entrant.opening.push(await timedStep(work));
  const enough = () => {
    const spent = entrant.opening.reduce((sum, { time }) => sum + time, 0);
    return row.kind === 'training' ? entrant.opening.length > 1 && spent > COMPARED_BUDGET : spent > WARM;
  };
  while (entrant.opening.length < COMPARED_STEPS && !enough()) entrant.opening.push(await timedStep(work));
  entrant.peak = memory.peak;
  return entrant;
}

/** Steps that count nowhere, until a library compiles nothing any more. What it compiles does not slow down others either. */
async function warmUp(row: Row, entrant: Entrant): Promise<void> {
  const { opening, work } = entrant;
  let spent = isLong(row, entrant) || opening.at(-1)!.time > LONGEST_WARM ? WARM_BUDGET : 0;
  let quiet = 0;
  for (let steps = opening.length; steps < MOST_WARM && spent < WARM_BUDGET; steps++) {
    await pipelinesCompiled(COMPILE_BUDGET);
    if (steps >= WARM_STEPS && quiet >= QUIET) return;
    const asked = pipelinesAsked();
    spent += (await timedStep(work)).time;
    await pause();
    quiet = pipelinesAsked() === asked ? quiet + 1 : 0;
  }
  await pipelinesCompiled(COMPILE_BUDGET);
}

/**
 * The JavaScript of a step in the long run. It hardly depends on the size of the batch, so every library does the same many steps
 * of one example, within the same time; the median of the later half counts.
 */
async function hostTime(row: TrainingRow, name: LibraryName): Promise<number | null> {
  const work = await (await (await loaders[name]()).open()).prepare(ofOneExample(row));
  const hosts: number[] = [];
  const end = performance.now() + HOST_BUDGET;
  for (let step = 0; step < 2 * HOST_STEPS && performance.now() < end; step++) {
    const { host } = await timedStep(work);
    if (host !== null) hosts.push(host);
  }
  return hosts.length > 0 ? median(hosts.slice(hosts.length >> 1)) : null;
}

function ofOneExample(row: TrainingRow): TrainingRow {
  const { x, labels, labelShape = [labels.length] } = row.batch();
  const shape = [1, ...x.shape.slice(1)];
  const first = { ...x, shape, data: x.data.slice(0, elements(shape)) };
  const one = {
    x: first,
    labels: labels.slice(0, labels.length / x.shape[0]!),
    labelShape: [1, ...labelShape.slice(1)],
  };
  return { ...row, batch: () => one };
}

const isFunction = (row: Row): row is FunctionRow => row.kind === 'forward' || row.kind === 'gradients';

/** The first run of a network is a figure of its own, and never stands for the others. */
const isLong = (row: Row, { opening }: Entrant): boolean =>
  (row.kind === 'training' || isFunction(row)) && opening.at(-1)!.time > LONG_STEP;

/** What is compared of rows that do not train: the loss if there is one, and what the latest step made. */
async function compared(row: Row, entrant: Entrant): Promise<Outputs> {
  const { memory, opening, work } = entrant;
  const live = memory.live;
  // Without training, every step has the same loss.
  const loss = row.kind === 'gradients' ? lossesOf(opening.slice(0, 1)) : {};
  const outputs = { ...loss, ...(await work.outputs()) };
  // The reading of whole results is no part of a step, and its buffers may stay in a pool.
  entrant.compared = memory.live - live;
  memory.peak = memory.live;
  return outputs;
}

async function timedStep(work: Work): Promise<Step> {
  beginStep();
  const start = performance.now();
  const value = await work.step();
  const time = performance.now() - start;
  const { calls, submitted } = endStep();
  return { value, time, host: submitted === 0 ? null : submitted - start, calls: { ...calls } };
}

const lossesOf = (steps: readonly Step[]): Outputs =>
  Object.fromEntries(steps.map(({ value }, i) => [`the loss of step ${i + 1}`, Float32Array.of(value)]));

async function summarise(
  { opening, steps, memory, compared, peak, work }: Entrant,
  gpuTimes: boolean,
): Promise<Figures> {
  const counted = steps.length > 0 ? steps : opening.slice(-1);
  const times = counted.map(({ time }) => time);
  const hosts = counted.flatMap(({ host }) => host ?? []);
  const bytes = { bytesLive: memory.live - compared, bytesPeak: Math.max(peak, memory.peak - compared) };
  return {
    first: opening[0]!.time,
    times,
    median: median(times),
    min: Math.min(...times),
    host: hosts.length > 0 ? median(hosts) : null,
    calls: Object.fromEntries(
      callNames.map((name) => [name, median(counted.map(({ calls }) => calls[name]))]),
    ) as unknown as Calls,
    ...bytes,
    gpu: gpuTimes && work.gpuTime ? await shortest(work.gpuTime) : null,
  };
}

/** The shortest of three, since a GPU's clock rises with its load. */
async function shortest(time: () => Promise<number>): Promise<number> {
  const times = [await time(), await time(), await time()];
  return Math.min(...times);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Lets the browser finish what it has put off, so that a step does not pay for the one before it. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
