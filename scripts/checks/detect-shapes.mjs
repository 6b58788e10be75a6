// `npm run check -- detect-shapes`: YOLO v1 and Faster R-CNN learn to find drawn shapes, in Node through Dawn.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withDriver, withModule } from '../in-node.mjs';
import { oneOf, runCommand, UsageError, whole } from '../options.mjs';
import { setup } from '../setup.mjs';

const usage = `Usage: npm run check -- detect-shapes [options]

Trains detectors with small backbones on drawn discs, squares and triangles, prints their losses and how precise they are on
pictures that they have not seen, and draws what they find there.

  --model yolo|faster-rcnn  only one of them                     (default: both)
  --epochs N                passes over the training set         (default: the recipe's)
  --seed N                  of weights, pictures and their order (default: 0)
  --minutes N               stop after so long; run it again to go on
  --out FOLDER              for checkpoints and drawings         (default: node_modules/.cache/shapes)
  --help                    show this text

Ctrl-C stops after the step under way. What was stopped goes on where it was, as long as its checkpoint is in the folder.`;

/** Exit status of a process that an interrupt has ended. */
const INTERRUPTED = 130;

const names = /** @type {const} */ (['yolo', 'faster-rcnn']);

/** @typedef {NonNullable<ReturnType<typeof options>>} Options */

await runCommand(usage, options, start);
// Dawn keeps the process alive while there is a device.
process.exit();

/**
 * The options, or undefined where help is asked for.
 * @param {string[]} args
 */
function options(args) {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string' },
      epochs: { type: 'string' },
      seed: { type: 'string', default: '0' },
      minutes: { type: 'string' },
      out: { type: 'string', default: fileURLToPath(new URL('../../node_modules/.cache/shapes', import.meta.url)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const minutes = Number(values.minutes ?? Number.POSITIVE_INFINITY);
  if (!(minutes > 0)) throw new UsageError(`--minutes: expected a number above 0, but got '${values.minutes}'`);
  return {
    models: values.model === undefined ? names : [oneOf('model', values.model, names)],
    epochs: values.epochs === undefined ? null : whole('epochs', values.epochs, 1, 10_000),
    seed: whole('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    minutes,
    out: values.out,
  };
}

/** @param {Options} chosen */
async function start(chosen) {
  setup();
  return (await withDriver(() => main(chosen))) ?? INTERRUPTED;
}

/** @param {Options} chosen */
async function main({ models, epochs, seed, minutes, out }) {
  let isInterrupted = false;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => (isInterrupted = true));
  const end = performance.now() + 60_000 * minutes;
  const isStopped = () => isInterrupted || performance.now() > end;
  mkdirSync(out, { recursive: true });
  return withModule(
    '/examples/shapes/train.ts',
    /** @param {typeof import('../../examples/shapes/train')} module */
    async ({ train }) => {
      for (const name of models) {
        const checkpoint = join(out, `${name}-${seed}.pt`);
        const drawing = join(out, `${name}-${seed}.png`);
        const isBegun = existsSync(checkpoint);
        const figures = await train(name, { seed, epochs, checkpoint, isBegun, drawing, isStopped, log: console.log });
        if (!figures) {
          console.log(`${name}: stopped; run it again to go on`);
          return INTERRUPTED;
        }
        const { map50, map } = figures;
        console.log(`${name}: mAP@.5 ${map50.toFixed(4)}, mAP@[.5:.95] ${map.toFixed(4)}; drawn in ${drawing}`);
      }
      return 0;
    },
  );
}
