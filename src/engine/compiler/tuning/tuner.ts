// Tuning: finds what a program's kernels can choose, and picks the candidates that measure best. Pure but for the bench it is given.
import type { AdapterProfile, Tuning } from '../../gpu/device';
import type { Program, ProgramNode } from '../ir';
import { TuningRecorder } from './recorder';
import { type Choice, type ChoicePoint, candidatesOf, fingerprint, pointKey, type TuningTable } from './table';
import type { Candidate } from './tuning';

/** A choice to be made, with a program of the one node that makes it. */
export interface TuningTask {
  readonly point: ChoicePoint;
  readonly program: Program;
  /** How many nodes make it. */
  uses: number;
}

/** A choice with its measurements. */
export interface TunedChoice extends Choice {
  /** The earlier choice by rule of thumb. */
  readonly fallback: Candidate;
  /** Milliseconds of one run with either. */
  readonly fallbackMilliseconds: number;
  readonly bestMilliseconds: number;
  /** How many were measured. */
  readonly measured: number;
}

/** How far `gpu.tune` has come. */
export interface TuningProgress {
  /** Candidates measured so far. */
  readonly done: number;
  readonly total: number;
  readonly kernel: string;
}

/** A kernel that is ready to be timed with one candidate. */
export interface Trial {
  /** Milliseconds of a run: the mean of `repeats` in a row. */
  time(repeats: number): Promise<number>;
  /** Whether it computes what another candidate does, but for rounding. */
  agrees(other: Trial): Promise<boolean>;
  close(): void;
}

export interface Bench {
  /** Null where the candidate does not work on this device. */
  open(task: TuningTask, candidate: Candidate): Promise<Trial | null>;
  now(): number;
}

/** The choices that programs ask for and that have more than one answer, each once; those in `known` left out. */
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

/** Answers one question as told and the others as `otherwise`. */
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
/** Candidates within this factor of the best go on to the final, at most so many. */
const CLOSE = 1.3;
const FINALISTS = 4;
/** A first run that takes so much longer than the rule of thumb's choice is the last. */
const HOPELESS = 3;
const ROUNDS = 3;
/** The rule of thumb's choice stays unless another is faster by this factor: less is noise. */
const WORTHWHILE = 1.03;

/**
 * The best candidates, task by task, those first that take most of the time, until `deadline` on the bench's clock. Tasks that
 * were not reached are left out.
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
      // The measure of all others does not work here.
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

/** Runs once, which may be slower than later runs, then as often as a measurement needs, unless it is hopeless beside `known`. */
async function enter(candidate: Candidate, trial: Trial, known: number): Promise<Entrant> {
  const once = await trial.time(1);
  if (once > known * HOPELESS) return { candidate, trial, repeats: 1, best: once };
  const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.round(MEASURED / Math.max(once, 1e-3))));
  return { candidate, trial, repeats, best: await trial.time(repeats) };
}
