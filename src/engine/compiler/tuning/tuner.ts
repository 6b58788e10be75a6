// Tuning: finds the choices that a program's kernels make, and picks the candidates that measure best. Pure, except for
// the bench that it is given.
import type { AdapterProfile, Tuning } from '../../gpu/device';
import type { Program, ProgramNode } from '../ir';
import { TuningRecorder } from './recorder';
import { type ChoicePoint, candidatesOf, fingerprint, type MeasuredChoice, pointKey, type TuningTable } from './table';
import type { Candidate } from './tuning';

/** A choice to be made, with a program that consists of the node that makes it. */
export interface TuningTask {
  readonly point: ChoicePoint;
  readonly program: Program;
  /** How many nodes make this choice. */
  uses: number;
}

/** A choice with its measurements. */
export interface TunedChoice extends MeasuredChoice {
  /** The candidate that the rule of thumb chose before. */
  readonly fallback: Candidate;
  /** The time of one run with the fallback and with the best candidate, in milliseconds. */
  readonly fallbackMilliseconds: number;
  readonly bestMilliseconds: number;
  /** How many candidates were measured. */
  readonly measured: number;
}

/** The progress of `gpu.tune`. */
export interface TuningProgress {
  /** Candidates measured so far. */
  readonly done: number;
  readonly total: number;
  readonly kernel: string;
}

/** A kernel that is ready to be timed with one candidate. */
export interface Trial {
  /** The milliseconds of a run: the mean over `repeats` runs in a row. */
  time(repeats: number): Promise<number>;
  /** Whether its results equal another candidate's up to rounding. */
  agrees(other: Trial): Promise<boolean>;
  close(): void;
}

export interface Bench {
  /** Null if the candidate does not work on this device. */
  open(task: TuningTask, candidate: Candidate): Promise<Trial | null>;
  now(): number;
}

/** One task for each choice in the programs that has several candidates and is not in `known`. */
export function tuningTasks(programs: readonly Program[], adapter: AdapterProfile, known: TuningTable): TuningTask[] {
  const tasks = new Map<string, TuningTask>();
  for (const program of programs) {
    for (const node of program.nodes) {
      const { op, attrs } = node;
      if (op.inPlace?.(attrs).length) continue;
      const recorder = new TuningRecorder(undefined, adapter.tuning);
      const alone = isolate(program, node);
      const meta = (values: readonly number[]) => values.map((v) => program.values[v]!);
      op.lower({
        inputs: meta(node.inputs),
        outputs: meta(node.outputs),
        attrs,
        adapter: { ...adapter, tuning: recorder },
      });
      for (const [key, point] of recorder.points) {
        if (known.find(point) || candidatesOf(point).length < 2) continue;
        const task = tasks.get(key) ?? { point, program: alone, uses: 0 };
        task.uses++;
        tasks.set(key, task);
      }
    }
  }
  return [...tasks.values()];
}

/** A program that computes one node from inputs of its own. */
export function isolate({ values }: Program, node: ProgramNode): Program {
  const distinct = [...new Set(node.inputs)];
  const inputs = node.inputs.map((v) => distinct.indexOf(v));
  const outputs = node.outputs.map((_, o) => distinct.length + o);
  return {
    values: [...distinct, ...node.outputs].map((v) => values[v]!),
    inputCount: distinct.length,
    nodes: [{ ...node, inputs, outputs, scalarBase: 0 }],
    exports: outputs,
  };
}

/** A `Tuning` that answers the question `point` with `candidate`, and all others as `otherwise` does. */
export const forced = ({ kernel, shape }: ChoicePoint, candidate: Candidate, otherwise?: Tuning): Tuning => {
  const key = pointKey(kernel, shape);
  return {
    costs: (probe) => otherwise?.costs?.(probe) ?? null,
    choose<T>(asked: string, at: readonly number[], candidates: readonly T[], fallback: T): T {
      if (pointKey(asked, at) === key) return candidate as T;
      return otherwise ? otherwise.choose(asked, at, candidates, fallback) : fallback;
    },
  };
};

/** A measurement runs the kernel for about this long, in milliseconds: browsers round times to 0.1. */
const MEASURED = 4;
const MAX_REPEATS = 256;
/** Candidates within this factor of the best time go on to the final: at most FINALISTS of them. */
const CLOSE = 1.3;
const FINALISTS = 4;
/** A candidate whose first run takes more than this many times as long as the fallback does not run again. */
const HOPELESS = 3;
const ROUNDS = 3;
/** The fallback stays unless a candidate is faster by this factor: smaller differences are noise. */
const WORTHWHILE = 1.03;

/**
 * Finds the best candidate of each task, beginning with the tasks that take most time, until `deadline` on the bench's
 * clock. Tasks that were not reached are left out.
 */
export async function tuneAll(
  tasks: readonly TuningTask[],
  bench: Bench,
  deadline: number,
  onProgress: (progress: TuningProgress) => void,
): Promise<TunedChoice[]> {
  const total = tasks.reduce((sum, { point }) => sum + candidatesOf(point).length, 0);
  const choices: TunedChoice[] = [];
  let done = 0;
  for (const task of await heaviestFirst(tasks, bench, deadline)) {
    const { kernel } = task.point;
    onProgress({ done, total, kernel });
    const choice = await tuneOne(task, bench, deadline, () => onProgress({ done: ++done, total, kernel }));
    if (!choice) break;
    choices.push(choice);
  }
  return choices;
}

async function heaviestFirst(tasks: readonly TuningTask[], bench: Bench, deadline: number): Promise<TuningTask[]> {
  const weights = new Map<TuningTask, number>();
  for (const task of tasks) {
    if (bench.now() > deadline) break;
    const trial = await bench.open(task, task.point.fallback);
    if (!trial) continue;
    weights.set(task, task.uses * (await trial.time(1)));
    trial.close();
  }
  return [...tasks].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0));
}

interface Entrant {
  readonly candidate: Candidate;
  readonly trial: Trial;
  repeats: number;
  best: number;
}

async function tuneOne(
  task: TuningTask,
  bench: Bench,
  deadline: number,
  measured: () => void,
): Promise<TunedChoice | null> {
  const { point } = task;
  const { kernel, shape, fallback } = point;
  const all = candidatesOf(point);
  const entrants: Entrant[] = [];
  let reference: Entrant | null = null;
  try {
    for (const candidate of all) {
      if (bench.now() > deadline) return null;
      const trial = await bench.open(task, candidate);
      if (trial) {
        const entrant = await enter(candidate, trial, reference?.best ?? Number.POSITIVE_INFINITY);
        if (!reference || (await trial.agrees(reference.trial))) entrants.push(entrant);
        else trial.close();
        reference ??= entrant;
      }
      measured();
      // The fallback, with which all others are compared, does not work on this device.
      if (!reference) return null;
    }
    const fastest = Math.min(...entrants.map(({ best }) => best));
    const final = entrants.filter((entrant) => entrant === reference || entrant.best <= fastest * CLOSE);
    final.sort((a, b) => a.best - b.best);
    const close = final.filter((entrant, i) => i < FINALISTS || entrant === reference);
    for (let round = 0; round < ROUNDS && close.length > 1; round++) {
      for (const entrant of close) entrant.best = Math.min(entrant.best, await entrant.trial.time(entrant.repeats));
    }
    close.sort((a, b) => a.best - b.best);
    const winner = close[0]!;
    const chosen = winner.best * WORTHWHILE < reference!.best ? winner : reference!;
    return {
      kernel,
      shape,
      best: chosen.candidate,
      among: fingerprint(all),
      fallback,
      fallbackMilliseconds: reference!.best,
      bestMilliseconds: chosen.best,
      measured: entrants.length,
    };
  } finally {
    for (const { trial } of entrants) trial.close();
  }
}

/**
 * Runs a candidate once as a warm-up and then as often as a measurement needs. If the first run is far slower than
 * `known`, it is the only one.
 */
async function enter(candidate: Candidate, trial: Trial, known: number): Promise<Entrant> {
  const once = await trial.time(1);
  if (once > known * HOPELESS) return { candidate, trial, repeats: 1, best: once };
  const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.round(MEASURED / Math.max(once, 1e-3))));
  return { candidate, trial, repeats, best: await trial.time(repeats) };
}
