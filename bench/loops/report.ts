// What a Trainer adds to a loop by hand, as Markdown.
import { table } from '../sections';
import { type LoopName, loopNames } from './contenders';
import type { LoopReport } from './measure';

/** What each loop is laid beside, and how much longer its steps may be. */
const goals: Partial<Record<LoopName, readonly [beside: LoopName, most: number]>> = {
  Trainer: ['by hand', 0.02],
  'Trainer that logs each step, two metrics and a bar': ['by hand, two metrics', 0.05],
};

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** The share that one loop's steps take beyond another's: the median over turns, in which they came next to each other. */
export function overhead({ figures }: LoopReport, loop: LoopName, beside: LoopName): number {
  const others = figures[beside].times;
  return median(figures[loop].times.map((time, turn) => time / others[turn]! - 1));
}

const percent = (x: number): string => `${x >= 0 ? '+' : ''}${(100 * x).toFixed(1)} %`;

const count = (x: number): string => (x < 0.005 ? '0' : x.toFixed(2));

/** A table a row. */
export function loopsMarkdown(reports: readonly LoopReport[]): string[] {
  return reports.flatMap((report) => [
    `## ${report.title}`,
    table(
      ['loop', 'ms a step', 'beside', 'longer by', 'goal', 'submits', 'created', 'read-backs'],
      loopNames.map((loop) => {
        const { times, submits, created, readbacks } = report.figures[loop];
        const [beside, most] = goals[loop] ?? [null, null];
        return [
          loop,
          median(times).toFixed(3),
          beside ?? '–',
          beside === null ? '–' : percent(overhead(report, loop, beside)),
          most === null || !report.hasGoals ? '–' : `under ${100 * most} %`,
          count(submits),
          count(created),
          count(readbacks),
        ];
      }),
    ),
  ]);
}
