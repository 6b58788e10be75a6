// `npm run check -- onnx-check resnet18`: exports networks as ONNX files, and has onnx's checker and onnxruntime, in Python, say what they make of them.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkNetworks, lastLine } from '../check-networks.mjs';
import { root, withDriver, withModule } from '../in-node.mjs';
import { runCommand, UsageError } from '../options.mjs';

const usage = `Usage: npm run check -- onnx-check [NAME …] [options]

Exports networks as ONNX files, has onnx.checker look at them, runs them in
onnxruntime, and compares what comes out with our own outputs. Prints a line a
network. Python needs the packages onnx, onnxruntime and numpy.

  NAME          a network of vision.models, or one of the small ones that are
                tests of the export; default: all of them
  --opset N     the version of ONNX's operators             (default: 18)
  --training    in training mode, without what draws random numbers
  --python P    the Python to use                           (default: python3)
  --keep DIR    keep the files in a folder
  --help        show this text`;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      opset: { type: 'string', default: '18' },
      python: { type: 'string', default: 'python3' },
      training: { type: 'boolean', default: false },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const opset = Number(values.opset);
  if (!Number.isInteger(opset)) throw new UsageError(`onnx-check: expected a whole number for --opset\n\n${usage}`);
  return { names: positionals, opset, python: values.python, keep: values.keep, training: values.training };
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
    'scripts/checks/onnx-check/library.ts',
    (/** @type {typeof import('./onnx-check/library')} */ library) =>
      checkNetworks({ command: 'onnx-check', names, known: library.names(), keep }, (name, folder) =>
        checkOne(library, { name, folder, ...how }),
      ),
  );
}

/**
 * @param {typeof import('./onnx-check/library')} library
 * @param {{ name: string, opset: number, python: string, folder: string, training: boolean }} what
 * @returns {Promise<{ fine: boolean, text: string }>}
 */
async function checkOne(library, { name, opset, python, folder, training }) {
  try {
    const { bytes, inputs, outputs } = await library.caseOf(name, opset, training);
    const path = join(folder, name);
    writeFileSync(`${path}.onnx`, bytes);
    const plain = (/** @type {typeof inputs} */ list) => list.map(({ dtype, shape }) => ({ dtype, shape }));
    writeFileSync(`${path}.json`, JSON.stringify({ inputs: plain(inputs), outputs: plain(outputs) }));
    writeFileSync(`${path}.bin`, Buffer.concat([...inputs, ...outputs].map(({ data }) => data)));
    const script = join(root, 'scripts/checks/onnx-check/check.py');
    const { status, stdout, stderr, error } = spawnSync(python, [script, path], { encoding: 'utf8' });
    if (error) throw error;
    return { fine: status === 0, text: stdout.trim() || lastLine(stderr) || 'no answer' };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    // Detectors are refused, by a text that says why.
    return { fine: library.isDetector(name) && text.startsWith('onnx.export: '), text };
  }
}
