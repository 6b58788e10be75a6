// `npm run check -- onnx-operators`: ONNX's own node tests by operator, in Node through Dawn.
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withDriver, withModule } from '../in-node.mjs';
import { runCommand, UsageError } from '../options.mjs';
import { setup } from '../setup.mjs';

const usage = `Usage: npm run check -- onnx-operators [options] [operator …]

Runs the tests of nodes that come with ONNX, for every operator that lamplight/onnx loads or for those named, and prints operator by
operator how many pass, and which are refused and why. Each test runs with its inputs as tensors, and as numbers on the host.

  --whole    also the tests of large tensors: of the file that python test/fixtures/make.py onnx_operators_whole writes
  --help     show this text

The exit status is 1 where a test fails.`;

/** Exit status of a process that an interrupt has ended. */
const INTERRUPTED = 130;

/** @typedef {NonNullable<ReturnType<typeof options>>} Options */

await runCommand(usage, options, start);
// Dawn keeps the process alive while there is a device.
process.exit();

/**
 * The options, or undefined where help is asked for.
 * @param {string[]} args
 */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      whole: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const cases = values.whole
    ? join(tmpdir(), 'onnx-operators-whole.bin.gz')
    : fileURLToPath(new URL('../../test/fixtures/onnx-operators.bin.gz', import.meta.url));
  if (!existsSync(cases)) {
    throw new UsageError(
      '--whole: expected a file of cases; write it with python test/fixtures/make.py onnx_operators_whole',
    );
  }
  return { cases, only: positionals };
}

/** @param {Options} chosen */
async function start(chosen) {
  setup();
  return (await withDriver(() => main(chosen))) ?? INTERRUPTED;
}

/** @param {Options} chosen */
async function main({ cases, only }) {
  return withModule(
    '/test/support/onnx-table.ts',
    /** @param {typeof import('../../test/support/onnx-table')} module */
    async ({ onnxTable }) => onnxTable(readFileSync(cases), { only, log: console.log }),
  );
}
