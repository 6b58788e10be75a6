// What `npm run check -- gpu` does in the process that has the stub driver: records, reads what was compiled, prints and saves.
import { readFileSync, writeFileSync } from 'node:fs';
import { gpuOf } from './gpus';
import { nagaVersion, throughNaga } from './naga';
import { recordNetwork } from './networks';
import { type Recorder, recorder } from './recorder';
import { Reader, type Row } from './rows';
import { type AskedFiles, open, type Recorded, recordFiles, recordWorkload, selected, workloadsOf } from './run';
import { compared, printed, type Table } from './table';

export interface Asked {
  /** Words that select workloads. */
  readonly names: readonly string[];
  /** A file of workloads instead of the table's. */
  readonly workloads: string | undefined;
  readonly files: AskedFiles;
  readonly networks: readonly string[];
  readonly batch: number;
  readonly side: number | undefined;
  readonly train: boolean;
  readonly family: string;
  readonly intel: string | undefined;
  readonly mesa: string;
  readonly dawn: readonly string[];
  /** Where what is compiled goes. */
  readonly folder: string;
  readonly save: string | undefined;
  readonly compare: string | undefined;
  readonly json: boolean;
  /** Whether naga translates the kernels, too. */
  readonly naga: boolean;
}

/** The exit status. */
export async function check(asked: Asked): Promise<number> {
  const naga = asked.naga ? nagaVersion() : undefined;
  if (asked.naga && naga === undefined) {
    console.error("check gpu: --naga needs the program naga of Rust's package naga-cli:\n\n  cargo install naga-cli\n");
    return 1;
  }
  // A name that the model does not know is told before the driver ends the process for it.
  const chip = asked.intel === undefined ? gpuOf(asked.family) : undefined;
  const recording = recorder({ folder: asked.folder, toggles: asked.dawn, subgroups: !asked.naga });
  const reader = new Reader(asked.folder, chip);
  const say = (lines: readonly string[]): void => {
    if (!asked.json) console.log(lines.join('\n'));
  };
  const isFiles = asked.files.files.length > 0;
  const device = isFiles ? 'WGSL' : await open();
  const gpu = asked.intel ?? asked.family;
  say([`${device}: compiled for ${gpu} by Mesa ${asked.mesa}; nothing is computed.\n`]);
  const rows: Row[] = [];
  let failed = 0;
  const add = async (name: string, record: () => Promise<Recorded>): Promise<void> => {
    try {
      const row = reader.row(await record());
      rows.push(row);
      if (!asked.compare) say(printed(row, asked.intel === undefined));
    } catch (error) {
      failed++;
      console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const { batch, side, train } = asked;
  const isNetworks = asked.networks.length > 0;
  if (isFiles) for (const one of await recordFiles(recording, asked.files)) await add(one.name, async () => one);
  for (const name of asked.networks) await add(name, () => recordNetwork(recording, { name, batch, side, train }));
  const isNamed = asked.names.length > 0 || asked.workloads !== undefined;
  if (isNamed || !(isFiles || isNetworks)) {
    const known = await workloadsOf(asked.workloads);
    for (const [name, workload] of selected(known, asked.names))
      await add(name, () => recordWorkload(recording, name, workload));
  }
  if (rows.length === 0 && failed === 0)
    throw new Error(`check gpu: no workload's name has ${asked.names.join(' or ')}`);

  const table: Table = { gpu, mesa: asked.mesa, rows };
  if (asked.json) console.log(JSON.stringify(table, null, 1));
  if (asked.compare) {
    const before = JSON.parse(readFileSync(asked.compare, 'utf8')) as Table;
    if (before.gpu !== gpu || before.mesa !== asked.mesa)
      say([`The table beside it was made for ${before.gpu} by Mesa ${before.mesa}.\n`]);
    say(compared(before.rows, rows));
  }
  if (asked.save) writeFileSync(asked.save, written(table));
  say(['', ...ending(recording, rows)]);
  if (naga !== undefined) failed += translate(asked, recording, say);
  return failed === 0 ? 0 : 1;
}

/** How long compiling took, and what spilled. */
function ending({ kernels }: Recorder, rows: readonly Row[]): string[] {
  const slowest = [...kernels].sort((a, b) => b.milliseconds - a.milliseconds)[0];
  if (!slowest) return [];
  const all = rows.flatMap(({ dispatches }) => dispatches);
  const spilled = new Set(all.filter(({ spills }) => spills > 0).map(({ kernel }) => kernel));
  const spills =
    spilled.size === 0 ? 'None of those that were dispatched spills.' : `Spills: ${[...spilled].join(', ')}.`;
  const many = kernels.length === 1 ? '1 kernel' : `${kernels.length} kernels`;
  return [`${many} compiled; the longest took ${slowest.milliseconds} ms (${slowest.label}). ${spills}`];
}

/** Has naga take every kernel that was compiled, and says which it does not: 1 where it should. */
function translate({ folder }: Asked, { kernels }: Recorder, say: (lines: readonly string[]) => void): number {
  const verdicts = kernels.map((kernel) => throughNaga(folder, kernel));
  const refused = verdicts.filter(({ error }) => error !== undefined);
  const failed = refused.filter(({ subgroups }) => !subgroups);
  const withSubgroups = refused.length - failed.length;
  for (const { kernel, error } of failed) console.error(`naga refuses ${kernel}:\n  ${error}`);
  say([
    `naga ${nagaVersion()} writes ${kernels.length - refused.length} of ${kernels.length} kernels as SPIR-V, MSL and HLSL; ${failed.length} fail${
      withSubgroups > 0 ? `; ${withSubgroups} ask for subgroups, which it does not know` : ''
    }.`,
  ]);
  return failed.length > 0 ? 1 : 0;
}

/** A dispatch a line, so that a change shows as the lines that it changes. */
function written({ gpu, mesa, rows }: Table): string {
  const body = rows.map(({ dispatches, ...row }) => {
    const lines = dispatches.map((one) => `   ${JSON.stringify(one)}`);
    return `  ${JSON.stringify(row).slice(0, -1)},"dispatches":[\n${lines.join(',\n')}\n  ]}`;
  });
  return `{"gpu":${JSON.stringify(gpu)},"mesa":${JSON.stringify(mesa)},"rows":[\n${body.join(',\n')}\n]}\n`;
}
