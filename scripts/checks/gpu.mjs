// `npm run check -- gpu`: what compilers of real GPUs make of our kernels, and how fast those could be at most, without a GPU.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { environmentOf, lacking, lackingText, mesaVersion } from '../../bench/gpu/drivers.mjs';
import { root, withModule } from '../in-node.mjs';
import { list, runCommand, UsageError, whole, writable } from '../options.mjs';

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
  --workloads FILE
                  workloads of your own; the README shows one
  --wgsl FILE     a file of WGSL instead; may be given again
  --groups X,Y,Z  the workgroups that it is given           (default: 1)
  --uniforms N,N  what its uniforms hold: whole numbers, or floats (0.5)
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
      workloads: { type: 'string' },
      wgsl: { type: 'string', multiple: true, default: [] },
      groups: { type: 'string', default: '1' },
      uniforms: { type: 'string', default: '' },
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
  for (const [name, file] of [
    ['compare', values.compare],
    ['workloads', values.workloads],
    ...values.wgsl.map((file) => ['wgsl', file]),
  ]) {
    if (file !== undefined && !existsSync(file)) throw new UsageError(`--${name}: expected a file, but got '${file}'`);
  }
  const { wgsl, groups, uniforms, network: networks, dawn, workloads, ...rest } = values;
  const [x = 1, y = 1, z = 1] = list('groups', groups).map((text) => whole('groups', text, 1, 65_535));
  return {
    ...rest,
    intel: rest.intel,
    save: rest.save,
    compare: rest.compare,
    keep: rest.keep,
    names,
    workloads: workloads === undefined ? undefined : resolve(workloads),
    files: { files: wgsl, groups: /** @type {[number, number, number]} */ ([x, y, z]), uniforms: words(uniforms) },
    networks,
    batch: whole('batch', values.batch, 1, 4096),
    side: values.side === undefined ? undefined : whole('side', values.side, 8, 4096),
    dawn: dawn.split(' ').filter(Boolean),
  };
}

/**
 * Numbers as a buffer of uniforms holds them.
 * @param {string} text
 */
function words(text) {
  const numbers = text === '' ? [] : list('uniforms', text);
  const bytes = new DataView(new ArrayBuffer(Math.max(16, numbers.length * 4)));
  numbers.forEach((number, at) => {
    if (number === '' || Number.isNaN(Number(number)))
      throw new UsageError(`--uniforms: expected numbers, but got '${text}'`);
    if (/[.e]/.test(number)) bytes.setFloat32(at * 4, Number(number), true);
    else bytes.setInt32(at * 4, Number(number), true);
  });
  return new Uint32Array(bytes.buffer);
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
