// Writes the figures as Markdown: times and ratios, calls a step, and what else a step costs.
import type { LibraryName } from './libraries/library';
import type { Figures, RowReport } from './measure';

export interface Report {
  date: string;
  browser: string;
  adapter: string;
  processor: string;
  /** The load average over a minute, before and after. */
  load: [number, number];
  repeats: number;
  libraries: { name: LibraryName; version: string }[];
  rows: RowReport[];
}

type Cells = readonly string[];

/** How many times as fast as the faster peer Lamplight is, by the medians; null where either is missing. */
export function ahead({ figures }: Pick<RowReport, 'figures'>): number | null {
  const { lamplight, ...peers } = figures;
  const medians = Object.values(peers).map(({ median }) => median);
  return lamplight && medians.length > 0 ? Math.min(...medians) / lamplight.median : null;
}

/** The whole report; ends with a newline. */
export function markdown(report: Report): string {
  const { date, browser, adapter, processor, load, repeats } = report;
  const names = report.libraries.map(({ name }) => name);
  const measured = report.rows.filter(({ error }) => error === null);
  const errors = report.rows.flatMap(({ error }) => error ?? []);
  const sections = [
    '# Benchmark',
    `${report.libraries.map(({ name, version }) => `${name} ${version}`).join(', ')}. ${browser}, adapter ${adapter}; ${processor}; load average ${load[0].toFixed(1)} before and ${load[1].toFixed(1)} after. ${date}, ${repeats} repeats in interleaved order, one number read back in each.`,
  ];
  if (errors.length > 0) sections.push('## Errors', errors.map((error) => `- ${error}`).join('\n'));
  sections.push(
    '## Milliseconds a step: median (minimum)',
    table(
      ['row', ...names, 'rate of Lamplight', 'ahead of the faster peer', 'goal'],
      measured.map((row) => [
        row.title,
        ...names.map((name) => each(row, name, ({ median, min }) => `${number(median)} (${number(min)})`)),
        rate(row),
        factor(ahead(row)),
        factor(row.goal),
      ]),
    ),
    '## Calls a step: dispatches / submits / createBuffer / createBindGroup / pipelines / writeBuffer',
    table(
      ['row', ...names],
      measured.map((row) => [
        row.title,
        ...names.map((name) =>
          each(row, name, ({ calls: c }) =>
            [c.dispatches, c.submits, c.buffers, c.bindGroups, c.pipelines, c.writes].map(String).join(' / '),
          ),
        ),
      ]),
    ),
    '## First step, compilation included / JavaScript until submit (milliseconds); bytes live / peak (MB)',
    table(
      ['row', ...names],
      measured.map((row) => [
        row.title,
        ...names.map((name) =>
          each(row, name, (f) => {
            const host = f.host === null ? '–' : f.host.toFixed(2);
            return `${number(f.first)} / ${host}; ${megabytes(f.bytesLive)} / ${megabytes(f.bytesPeak)}`;
          }),
        ),
      ]),
    ),
  );
  return `${sections.join('\n\n')}\n`;
}

const each = ({ figures }: RowReport, name: LibraryName, show: (figures: Figures) => string): string => {
  const found = figures[name];
  return found ? show(found) : '–';
};

/** GFLOP/s or GB/s of Lamplight's median. */
export function rate({ flops, bytes, figures }: Pick<RowReport, 'flops' | 'bytes' | 'figures'>): string {
  const { lamplight } = figures;
  if (!lamplight) return '–';
  if (flops !== null) return `${(flops / lamplight.median / 1e6).toFixed(2)} GFLOP/s`;
  return bytes === null ? '–' : `${(bytes / lamplight.median / 1e6).toFixed(2)} GB/s`;
}

const number = (x: number): string => (x < 10 ? x.toFixed(2) : x < 100 ? x.toFixed(1) : x.toFixed(0));
const factor = (x: number | null): string => (x === null ? '–' : `${x.toFixed(2)}×`);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function table(head: Cells, rows: readonly Cells[]): string {
  const line = (cells: Cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
