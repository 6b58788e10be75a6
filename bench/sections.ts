// The parts of a report: times with rates and ratios, calls a step, and what else a step costs.
import type { LibraryName } from './libraries/library';
import type { Figures, RowReport } from './measure';
import type { Peak } from './peaks';
import { ahead, cliff, rate, share, shareOfPeak } from './ratios';

type Names = readonly LibraryName[];
type Cells = readonly string[];
type Column = readonly [head: string, cell: (row: RowReport) => string];

/** Times by library, then whatever columns hold something. */
export function times(rows: readonly RowReport[], names: Names, peak: Peak | null): string[] {
  const columns: Column[] = [
    ['Lamplight on the GPU', ({ figures }) => (figures.lamplight?.gpu ? number(figures.lamplight.gpu) : '–')],
    ['rate of Lamplight', (row) => speed(row, 'lamplight')],
    ['hand-written', (row) => speed(row, 'hand-written')],
    ['share of hand-written', (row) => percent(share(row))],
    ['share of the peak', (row) => percent(shareOfPeak(row, peak))],
    ['ahead of the faster peer', (row) => factor(ahead(row))],
    ['goal', (row) => (ahead(row) === null ? '–' : factor(row.goal))],
    [
      'next friendly size',
      ({ friendly }) => (friendly ? `${number(friendly.figures.median)} (${friendly.title})` : '–'),
    ],
    ['times that', (row) => factor(cliff(row))],
  ];
  const used = columns.filter(([, cell]) => rows.some((row) => cell(row) !== '–'));
  const reasons = rows.flatMap(({ title, missing }) =>
    names.flatMap((name) => (missing[name] ? `- ${title}, ${name}: ${missing[name]}` : [])),
  );
  return [
    '## Milliseconds a step: median (minimum)',
    table(
      ['row', ...names, ...used.map(([head]) => head)],
      rows.map((row) => [
        row.title,
        ...names.map((name) => each(row, name, ({ median, min }) => `${number(median)} (${number(min)})`)),
        ...used.map(([, cell]) => cell(row)),
      ]),
    ),
    ...(reasons.length > 0 ? ['Left out:', reasons.join('\n')] : []),
  ];
}

export function calls(rows: readonly RowReport[], names: Names): string[] {
  return [
    '## Calls a step: dispatches / submits / createBuffer / createBindGroup / pipelines / writeBuffer',
    byLibrary(rows, names, ({ calls: c }) =>
      [c.dispatches, c.submits, c.buffers, c.bindGroups, c.pipelines, c.writes].map(String).join(' / '),
    ),
  ];
}

export function costs(rows: readonly RowReport[], names: Names): string[] {
  return [
    '## First step, compilation included / JavaScript until submit (milliseconds); bytes live / peak (MB)',
    byLibrary(rows, names, (f) => {
      const host = f.host === null ? '–' : f.host.toFixed(2);
      return `${number(f.first)} / ${host}; ${megabytes(f.bytesLive)} / ${megabytes(f.bytesPeak)}`;
    }),
    'JavaScript of training rows: of the same step with one example, once it has been done so often that the engine has compiled it. Of other rows: of the measured steps.',
  ];
}

const byLibrary = (rows: readonly RowReport[], names: Names, show: (figures: Figures) => string): string =>
  table(
    ['row', ...names],
    rows.map((row) => [row.title, ...names.map((name) => each(row, name, show))]),
  );

const each = ({ figures }: RowReport, name: LibraryName, show: (figures: Figures) => string): string => {
  const found = figures[name];
  return found ? show(found) : '–';
};

const speed = (row: RowReport, name: LibraryName): string => {
  const found = rate(row, name);
  return found ? `${found.value.toFixed(2)} ${found.unit}` : '–';
};

export const number = (x: number): string => (x < 10 ? x.toFixed(2) : x < 100 ? x.toFixed(1) : x.toFixed(0));
export const factor = (x: number | null): string => (x === null ? '–' : `${x.toFixed(2)}×`);
const percent = (x: number | null): string => (x === null ? '–' : `${(100 * x).toFixed(0)} %`);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

export function table(head: Cells, rows: readonly Cells[]): string {
  const line = (cells: Cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
