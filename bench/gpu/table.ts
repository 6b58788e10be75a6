// Prints rows, and what a change moved: two tables side by side.
import type { Compiled, Launched, Row } from './rows';

/** What `--save` writes, and what is committed. */
export interface Table {
  /** Which GPU it is compiled for, by which Mesa. */
  readonly gpu: string;
  readonly mesa: string;
  readonly rows: readonly Row[];
}

const HEADS = [
  'kernel',
  'groups × size',
  'VGPR',
  'spill',
  'waves',
  'FMA',
  'waits/loads',
  'wait',
  'in flight',
  'bytes',
  'compute',
  'memory',
  'µs',
] as const;

const size = (thousands: number): string =>
  thousands >= 1e6
    ? `${(thousands / 1e6).toPrecision(3)} GB`
    : thousands >= 1000
      ? `${(thousands / 1000).toPrecision(3)} MB`
      : `${thousands.toPrecision(3)} kB`;

const groupsOf = ({ groups, threads }: Launched): string =>
  `${groups.filter((n, at) => at === 0 || n > 1).join('·')} × ${threads}`;

const spillsOf = ({ spills, scratch }: Compiled): string =>
  spills > 0 || scratch > 0 ? `${spills}, ${scratch} B` : '0';

const cells = (one: Launched): readonly string[] => [
  `${one.kernel}${one.isCut ? ' (cut)' : ''}${one.guesses ? '*' : ''}`,
  groupsOf(one),
  `${one.registers}`,
  spillsOf(one),
  `${one.waves}`,
  `${one.fma} %`,
  `${one.waits}/${one.loads}`,
  `${one.waiting} %`,
  size(one.inFlight),
  size(1000 * one.bytes),
  `${one.compute}`,
  `${one.memory}`,
  `${one.us}`,
];

function lined(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  );
}

/** Of Intel's GPUs nothing is modelled. */
const INTEL = ['kernel', 'groups × size', 'spills and fills', 'FMA', 'messages'] as const;

const cellsOfIntel = (one: Launched): readonly string[] => [
  one.kernel,
  groupsOf(one),
  spillsOf(one),
  `${one.fma} %`,
  `${one.loads}`,
];

/** Dispatches of a run that are alike stand once, with their number. */
export function printed(row: Row, isModelled: boolean): string[] {
  const times = new Map<string, { cells: readonly string[]; n: number }>();
  for (const dispatch of row.dispatches) {
    const texts = isModelled ? cells(dispatch) : cellsOfIntel(dispatch);
    const known = times.get(texts.join());
    if (known) known.n++;
    else times.set(texts.join(), { cells: texts, n: 1 });
  }
  const body = [...times.values()].map(({ cells: [name, ...rest], n }) => [n > 1 ? `${n} × ${name}` : name!, ...rest]);
  const many = row.dispatches.length === 1 ? '1 dispatch' : `${row.dispatches.length} dispatches`;
  const bounds = isModelled ? `${row.us} µs, ${row.peak} % of float32's peak, ${row.ofMemory} % of the memory's, ` : '';
  const lines = lined([isModelled ? HEADS : INTEL, ...body]);
  return [`${row.workload}: ${bounds}${many}`, ...lines.map((line) => `  ${line}`), ''];
}

const sum = (row: Row, of: (one: Launched) => number): number =>
  row.dispatches.reduce((total, one) => total + of(one), 0);

/** By how much a row must differ to be named: the model has no noise, the third digit has. */
const MOVED = 0.005;

/** What the new table moved, the largest loss first; rows that only one of them has are not compared. */
export function compared(before: readonly Row[], after: readonly Row[]): string[] {
  const old = new Map(before.map((row) => [row.workload, row]));
  const pairs = after.flatMap((row) => {
    const was = old.get(row.workload);
    return was ? [{ was, row, times: row.us / Math.max(was.us, 1e-9) }] : [];
  });
  const said = ({ was, row }: (typeof pairs)[number]): readonly string[] => {
    const [spilled, spills] = [sum(was, (one) => one.spills), sum(row, (one) => one.spills)];
    return [
      row.workload,
      `${was.us} → ${row.us} µs`,
      `${was.peak} → ${row.peak} %`,
      `${was.dispatches.length} → ${row.dispatches.length}`,
      spilled === spills ? `${spills}` : `${spilled} → ${spills}`,
      `${(was.us / Math.max(row.us, 1e-9)).toFixed(2)} ×`,
    ];
  };
  const moved = pairs
    .filter(
      ({ was, row, times }) =>
        Math.abs(times - 1) > MOVED ||
        was.dispatches.length !== row.dispatches.length ||
        sum(was, (one) => one.spills) !== sum(row, (one) => one.spills),
    )
    .sort((a, b) => b.times - a.times);
  if (moved.length === 0) return [`None of ${pairs.length} rows moved.`];
  const mean = Math.exp(pairs.reduce((total, { times }) => total - Math.log(times || 1), 0) / pairs.length);
  return [
    ...lined([['workload', 'time', "of float32's peak", 'dispatches', 'spills', 'as fast'], ...moved.map(said)]),
    '',
    `${moved.length} of ${pairs.length} rows moved; in the geometric mean of all they are ${mean.toFixed(3)} times as fast.`,
  ];
}
