// A profile: the times of kernels and of the host's work, as a list of kernels, as a table, and as a trace for Chrome
// and Perfetto. Pure.

import { Printable } from '../core/printable';
import type { HostPhase } from './host-trace';

/** The total GPU time of all dispatches with one label. */
export interface KernelTime {
  readonly label: string;
  readonly dispatches: number;
  readonly milliseconds: number;
}

/** One dispatch. */
export interface KernelRun {
  readonly label: string;
  /** Milliseconds on the GPU's clock. */
  readonly start: number;
  readonly end: number;
}

/** When a submit was sent, and the number of its first dispatch. */
export interface SubmitTime {
  readonly time: number;
  readonly first: number;
}

/** The data that a profiler collects. */
export interface ProfileData {
  readonly runs: readonly KernelRun[];
  readonly submits: readonly SubmitTime[];
  readonly phases: readonly HostPhase[];
  /** The times of the profile on the host's clock, like those of phases and submits. */
  readonly start: number;
  readonly end: number;
}

const HOST = 1;
const GPU = 2;
const THREADS = { code: 1, library: 2, reading: 3 } as const;

/** GPU time by kernel, longest first; iterates over the kernels. */
export class Profile extends Printable implements Iterable<KernelTime> {
  readonly kernels: readonly KernelTime[];

  constructor(private readonly data: ProfileData) {
    super();
    const times = new Map<string, { dispatches: number; milliseconds: number }>();
    for (const { label, start, end } of data.runs) {
      const time = times.get(label) ?? { dispatches: 0, milliseconds: 0 };
      time.dispatches++;
      time.milliseconds += end - start;
      times.set(label, time);
    }
    this.kernels = [...times]
      .map(([label, time]) => ({ label, ...time }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }

  /** The total time on the GPU, without gaps between dispatches. */
  get milliseconds(): number {
    return this.kernels.reduce((sum, kernel) => sum + kernel.milliseconds, 0);
  }

  /** Every dispatch in order, on the GPU's clock. */
  get runs(): readonly KernelRun[] {
    return this.data.runs;
  }

  [Symbol.iterator](): Iterator<KernelTime> {
    return this.kernels[Symbol.iterator]();
  }

  /** A table for the console. */
  override toString(): string {
    const total = this.milliseconds;
    const rows = this.kernels.map(({ label, dispatches, milliseconds }) => [
      milliseconds.toFixed(3),
      `${total > 0 ? Math.round((100 * milliseconds) / total) : 0} %`,
      String(dispatches),
      label,
    ]);
    const table = [
      ['ms', 'share', 'runs', 'kernel'],
      ...rows,
      [total.toFixed(3), '', String(this.runs.length), 'total'],
    ];
    const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
    return table.map((row) => row.map((text, c) => (c < 3 ? text.padStart(widths[c]!) : text)).join('  ')).join('\n');
  }

  /**
   * A trace in the Trace Event format, which chrome://tracing and ui.perfetto.dev can open. Kernels are on the GPU's
   * track; recording, flushes, compilation and submits on the host's. The clocks are aligned so that no kernel begins
   * before its submit.
   *
   *     fs.writeFileSync('step.json', (await torch.gpu.profile(() => step())).toChromeTrace());
   */
  toChromeTrace(): string {
    const { runs, phases, start, end } = this.data;
    const name = (pid: number, tid: number, title: string) => [
      { name: tid === 0 ? 'process_name' : 'thread_name', ph: 'M', pid, tid, args: { name: title } },
    ];
    const span = (pid: number, tid: number, cat: string, title: string, from: number, to: number, args = {}) => ({
      name: title,
      cat,
      ph: 'X',
      pid,
      tid,
      ts: microseconds(from - start),
      dur: microseconds(Math.max(0, to - from)),
      args,
    });
    const offset = this.clockOffset();
    const events = [
      ...name(HOST, 0, 'Host'),
      ...name(HOST, THREADS.code, 'your code and recording'),
      ...name(HOST, THREADS.library, 'flush, compile, submit'),
      ...name(HOST, THREADS.reading, 'reading back'),
      ...name(GPU, 0, 'GPU'),
      ...name(GPU, 1, 'kernels'),
      ...recordings(phases, start, end).map(([from, to]) => span(HOST, THREADS.code, 'host', 'record', from, to)),
      ...phases.map((phase) =>
        span(
          HOST,
          phase.name === 'read' ? THREADS.reading : THREADS.library,
          'host',
          phase.name,
          phase.start,
          phase.end,
        ),
      ),
      ...runs.map((run, i) => span(GPU, 1, 'kernel', run.label, run.start + offset, run.end + offset, { dispatch: i })),
    ];
    return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: events });
  }

  /** The smallest number of milliseconds to add to the GPU's clock so that no kernel begins before its submit. */
  private clockOffset(): number {
    const { runs, submits, start } = this.data;
    const waits = submits.flatMap(({ time, first }) => (runs[first] ? [time - runs[first].start] : []));
    if (waits.length > 0) return Math.max(...waits);
    return runs[0] ? start - runs[0].start : 0;
  }
}

/** Converts milliseconds to microseconds, the format's unit, rounded to nanoseconds. */
const microseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6) / 1e3;

/** The gaps between flushes and read-backs, when user code runs and records. */
function recordings(phases: readonly HostPhase[], start: number, end: number): [from: number, to: number][] {
  const busy = phases.filter(({ name }) => name !== 'submit').sort((a, b) => a.start - b.start);
  const gaps: [number, number][] = [];
  let free = start;
  for (const phase of busy) {
    if (phase.start > free) gaps.push([free, phase.start]);
    free = Math.max(free, phase.end);
  }
  if (end > free) gaps.push([free, end]);
  return gaps;
}
