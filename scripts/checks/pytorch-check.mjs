// `npm run check -- pytorch-check LeNet5`: writes networks as Python, and has PyTorch say what comes out of them and how their training goes on.
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkNetworks, lastLine } from '../check-networks.mjs';
import { root, withDriver, withModule } from '../in-node.mjs';
import { runCommand } from '../options.mjs';

const usage = `Usage: npm run check -- pytorch-check [NAME …] [options]

Writes networks as Python, loads their weights in PyTorch, and compares outputs.
Five of them go on training from a checkpoint too: in one process, in two by
torchrun, and with --ray on Ray; the next 20 losses are compared with ours.
Python needs torch, and torchvision for some; the option --ray needs ray[train].

  NAME          a network; default: all of them
  --ray         also train on Ray
  --python P    the Python to use                           (default: python3)
  --keep DIR    keep the files in a folder
  --help        show this text`;

const LARGEST = 1e-5;
const LARGEST_LOSS = 1e-4;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ray: { type: 'boolean', default: false },
      python: { type: 'string', default: 'python3' },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return values.help ? undefined : { ...values, names: positionals };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main(chosen) {
  return (await withDriver(() => check(chosen))) ?? 1;
}

/**
 * @param {NonNullable<ReturnType<typeof options>>} chosen
 * @returns {Promise<number>}
 */
function check({ names, keep, ...how }) {
  return withModule(
    'scripts/checks/pytorch-check/library.ts',
    (/** @type {typeof import('./pytorch-check/library')} */ library) =>
      checkNetworks({ command: 'pytorch-check', names, known: library.names(), keep }, async (name, folder) => {
        try {
          return said(name, await library.write(name, folder), { folder, ...how });
        } catch (error) {
          const { stderr } = /** @type {{ stderr?: string }} */ (error);
          return { fine: false, text: (stderr && lastLine(stderr)) ?? String(error) };
        }
      }),
  );
}

/**
 * @param {string} name
 * @param {import('./pytorch-check/library').Written} written
 * @param {{ folder: string, python: string, ray: boolean }} how
 */
function said(name, { trains, normalises, losses }, { folder, python, ray }) {
  const run = (/** @type {string} */ program, /** @type {string[]} */ args) =>
    execFileSync(program, args, { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const apart = Number(run(python, [join(root, 'scripts/checks/pytorch-check/check.py'), folder, name]));
  const results = [{ what: 'output', apart, most: LARGEST }];
  const ways = [
    { what: '1 process', program: python, args: [`${name}.py`], most: LARGEST_LOSS },
    {
      what: '2 processes',
      program: python.includes('/') ? join(dirname(python), 'torchrun') : 'torchrun',
      args: ['--nproc-per-node', '2', `${name}.py`],
      // Each half of a batch is normalised by itself.
      most: normalises ? Number.POSITIVE_INFINITY : LARGEST_LOSS,
    },
    ...(ray ? [{ what: 'Ray', program: python, args: [`${name}_ray.py`, '--workers', '1'], most: LARGEST_LOSS }] : []),
  ];
  for (const { what, program, args, most } of trains ? ways : []) {
    copyFileSync(join(folder, `${name}.pt`), join(folder, 'from.pt'));
    const data = ['--data', `${name}_data.pt`, '--checkpoint', 'from.pt', '--out', 'to.pt'];
    const output = run(program, [...args, ...data, '--epochs', '2', '--batch-size', '8', '--no-shuffle']);
    const next = [...output.matchAll(/step \d+ loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
    const far =
      next.length === losses.length ? Math.max(...next.map((loss, i) => Math.abs(loss - losses[i]))) : Number.NaN;
    results.push({ what, apart: far, most });
  }
  return {
    fine: results.every(({ apart: far, most }) => far <= most),
    text: results.map(({ what, apart: far }) => `${what} ${far.toExponential(1)}`).join(', '),
  };
}
