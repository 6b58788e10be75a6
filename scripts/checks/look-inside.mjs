// `npm run check -- look-inside`: what MNIST's networks see, drawn as one page of pictures, in Node.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { root, withDriver, withModule } from '../in-node.mjs';
import { runCommand, whole } from '../options.mjs';
import { setup } from '../setup.mjs';

const usage = `Usage: npm run check -- look-inside [options]

Draws filters, feature maps, patches, attributions, dreams, styles and embeddings of MNIST's networks into look-inside/index.html.
The weights are those of \`npm run check -- mnist\`; a network that has none is trained for this.

  --weights FILE  of the network that is looked into  (default: mnist-complex.safetensors)
  --second FILE   of the network that judges          (default: mnist-simple.safetensors)
  --train N       images for a network without weights (default: 6000)
  --points N      test images that are embedded        (default: 1000)
  --help          show this text`;

await runCommand(usage, options, start);

/**
 * The options, or undefined where help is asked for.
 * @param {string[]} args
 */
function options(args) {
  const { values } = parseArgs({
    args,
    options: {
      weights: { type: 'string', default: 'mnist-complex.safetensors' },
      second: { type: 'string', default: 'mnist-simple.safetensors' },
      train: { type: 'string', default: '6000' },
      points: { type: 'string', default: '1000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    weights: values.weights,
    second: values.second,
    train: whole('train', values.train, 1000, 60_000),
    points: whole('points', values.points, 100, 5000),
  };
}

/** @typedef {NonNullable<ReturnType<typeof options>>} Options */

/** @param {Options} chosen */
async function start(chosen) {
  setup();
  return (await withDriver(() => main(chosen))) ?? 1;
}

/** @param {Options} chosen */
async function main(chosen) {
  const passed = await withModule(
    '/scripts/checks/look-inside/draw.ts',
    /** @param {typeof import('./look-inside/draw')} module */
    ({ draw }) => draw({ ...chosen, root }),
  );
  // Dawn keeps a process alive as long as there is a device.
  return process.exit(passed ? 0 : 1);
}
