// Writes the figures of a table as Markdown, and a drawing of how time grows.
import { goals } from './goals';
import type { LibraryName } from './libraries/library';
import type { RowReport } from './measure';
import { peakOf } from './peaks';
import { plot } from './plot';
import { ahead, exponent, tally } from './ratios';
import type { TableName } from './rows';
import { calls, costs, factor, number, table, times } from './sections';

export interface Report {
  table: TableName;
  date: string;
  /** The browser, or Node and Dawn. */
  runtime: string;
  adapter: string;
  processor: string;
  /** The load average over a minute, before and after. */
  load: [number, number];
  repeats: number;
  libraries: { name: LibraryName; version: string }[];
  rows: RowReport[];
}

/** Tables that tell what a step asks of WebGPU. */
const counted: readonly TableName[] = ['main', 'networks', 'interpret'];

/** The whole report; ends with a newline. */
export function markdown(report: Report): string {
  const { date, runtime, adapter, processor, load, repeats, libraries } = report;
  const measured = report.rows.filter(({ error }) => error === null);
  const errors = report.rows.flatMap(({ error }) => error ?? []);
  const names = libraries.map(({ name }) => name).filter((name) => measured.some(({ figures }) => figures[name]));
  const titles: Record<TableName, string> = {
    main: '# Benchmark',
    odd: '# Benchmark: odd sizes',
    scaling: '# Benchmark: time against work',
    large: '# Benchmark: large rows',
    networks: '# Benchmark: whole networks',
    interpret: '# Benchmark: explaining networks',
  };
  return `${[
    titles[report.table],
    `${libraries.map(({ name, version }) => `${name} ${version}`.trim()).join(', ')}. ${runtime}, adapter ${adapter}; ${processor}; load average ${load[0].toFixed(1)} before and ${load[1].toFixed(1)} after. ${date}, at most ${repeats} repeats in interleaved order, or more within 0.3 s where no number was asked for, one number read back in each.`,
    ...(errors.length > 0 ? ['## Errors', errors.map((error) => `- ${error}`).join('\n')] : []),
    ...(report.table === 'scaling' ? scaling(measured, names) : times(measured, names, peakOf(adapter))),
    ...summary(measured),
    ...(report.table === 'networks' ? goals(measured) : []),
    ...(counted.includes(report.table) ? calls(measured, names) : []),
    // A method and its loop share a device: how many bytes are whose can be told where one of them runs alone.
    ...(counted.includes(report.table) && (report.table !== 'interpret' || names.length === 1)
      ? costs(measured, names)
      : []),
  ].join('\n\n')}\n`;
}

function summary(rows: readonly RowReport[]): string[] {
  const { ahead: won, of, worst } = tally(rows);
  if (!worst) return [];
  const percent = Math.round((100 * won) / of);
  return [
    `Lamplight is ahead of every peer on ${won} of ${of} rows (${percent} %); worst: ${factor(ahead(worst))} on ${worst.title}.`,
  ];
}

/** Points of growing work in each series, and each library's exponent. */
function scaling(rows: readonly RowReport[], names: readonly LibraryName[]): string[] {
  return [...seriesOf(rows)].flatMap(([title, members]) => [
    `## Milliseconds against ${title}`,
    table(
      [title, 'GFLOP', ...names],
      [
        ...members.map(({ point, flops, figures }) => [
          String(point!.size),
          (flops! / 1e9).toFixed(4),
          ...names.map((name) => (figures[name] ? number(figures[name].median) : '–')),
        ]),
        ['p in time ∝ workᵖ', '', ...names.map((name) => power(pointsOf(members, name)))],
        ['p of the last three', '', ...names.map((name) => power(pointsOf(members, name).slice(-3)))],
      ],
    ),
  ]);
}

const power = (points: readonly { work: number; time: number }[]): string => exponent(points)?.toFixed(2) ?? '–';

function seriesOf(rows: readonly RowReport[]): Map<string, RowReport[]> {
  const series = new Map<string, RowReport[]>();
  for (const row of rows) {
    if (row.point) series.set(row.point.series, [...(series.get(row.point.series) ?? []), row]);
  }
  return series;
}

const pointsOf = (rows: readonly RowReport[], name: LibraryName) =>
  rows.flatMap(({ flops, figures }) => (figures[name] ? { work: flops!, time: figures[name].median } : []));

/** An SVG image: a chart a series, a line a library. */
export function drawing({ rows, libraries, runtime, adapter }: Report): string {
  const measured = rows.filter(({ error }) => error === null);
  return plot({
    caption: `Convolution forward + both gradients; ${runtime}, ${adapter}`,
    x: 'GFLOP a step',
    y: 'milliseconds a step',
    charts: [...seriesOf(measured)].map(([title, members]) => ({
      title,
      lines: libraries.map(({ name }) => ({
        name: `${name}, p = ${power(pointsOf(members, name))}`,
        points: pointsOf(members, name).map(({ work, time }) => [work / 1e9, time] as const),
      })),
    })),
  });
}
