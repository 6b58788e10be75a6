// `npm run check -- gpu`: what compilers of real GPUs make of our kernels, and how fast those could be at most, without a GPU.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { environmentOf, lacking, lackingText, mesaVersion } from '../../bench/gpu/drivers.mjs';
import { root, withModule } from '../in-node.mjs';
import { runCommand, UsageError, whole, writable } from '../options.mjs';

const usage = `Usage: npm run check -- gpu [NAME …] [options]

Has Mesa compile for an AMD or Intel GPU what the library dispatches for
workloads, and prints of each kernel its workgroups, registers and spills, and
by a model how long it takes at least; bench/gpu/README.md explains the
columns. No GPU is needed, and nothing is computed.

  NAME            a workload, or a part of the names of some (default: all)
  --network NAME  a network of vision.models instead; may be given again
  --batch N       its pictures                              (default: 1)
  --side N        their width and height        (default: the network's)
  --train         a step of training rather than a run
  --wgsl FILE     only compile this file; may be given again
  --family NAME   the GPU: navi21, navi10, vega10 …   (default: navi21)
  --intel NAME    one of Intel's instead: tgl; without the model
  --dawn TOGGLES  switches of Dawn's, with spaces between them
  --save FILE     write the table as JSON
  --compare FILE  print only what differs from such a table
  --naga          have naga write each kernel as SPIR-V, MSL and HLSL, too
  --json          print JSON
  --keep DIR      keep WGSL, SPIR-V, assembly and statistics in a folder
  --help          show this text`;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals: names } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      network: { type: 'string', multiple: true, default: [] },
      batch: { type: 'string', default: '1' },
      side: { type: 'string' },
      train: { type: 'boolean', default: false },
      wgsl: { type: 'string', multiple: true, default: [] },
      family: { type: 'string', default: 'navi21' },
      intel: { type: 'string' },
      dawn: { type: 'string', default: '' },
      save: { type: 'string' },
      compare: { type: 'string' },
      naga: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  writable('save', values.save);
  for (const [name, file] of [['compare', values.compare], ...values.wgsl.map((file) => ['wgsl', file])]) {
    if (file !== undefined && !existsSync(file)) throw new UsageError(`--${name}: expected a file, but got '${file}'`);
  }
  const { wgsl: files, network: networks, dawn, ...rest } = values;
  return {
    ...rest,
    intel: rest.intel,
    save: rest.save,
    compare: rest.compare,
    keep: rest.keep,
    names,
    files,
    networks,
    batch: whole('batch', values.batch, 1, 4096),
    side: values.side === undefined ? undefined : whole('side', values.side, 8, 4096),
    dawn: dawn.split(' ').filter(Boolean),
  };
}

/** @param {NonNullable<ReturnType<typeof options>>} asked */
async function main(asked) {
  const lacks = lacking(asked);
  if (lacks.length > 0) {
    console.error(lackingText(lacks));
    return 1;
  }
  // The loader of Vulkan and the drivers read their environment when a process starts.
  const environment = environmentOf(asked);
  if (!Object.entries(environment).every(([key, value]) => process.env[key] === value)) return again(environment);
  const folder = asked.keep ?? mkdtempSync(join(tmpdir(), 'lamplight-gpu-'));
  try {
    const status = await withModule('bench/gpu/check.ts', (/** @type {typeof import('../../bench/gpu/check')} */ gpu) =>
      gpu.check({ ...asked, folder, mesa: mesaVersion() }),
    );
    if (asked.keep) console.error(`What was compiled is in ${folder}.`);
    return status;
  } finally {
    if (!asked.keep) rmSync(folder, { recursive: true });
  }
}

/**
 * The same command in a process of its own; its exit status.
 * @param {Record<string, string>} environment
 * @returns {Promise<number>}
 */
function again(environment) {
  const child = spawn(process.execPath, process.argv.slice(1), {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('close', (status) => resolve(status ?? 1)));
}
