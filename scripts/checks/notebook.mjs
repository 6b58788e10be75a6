// `npm run check -- notebook`: runs a notebook's cells from first to last in a headless browser, by the worker of its page, and prints what each puts out.
import { parseArgs } from 'node:util';
import { runCommand } from '../options.mjs';
import { setup } from '../setup.mjs';

const usage = `Usage: npm run check -- notebook FILE [options]

Runs the code cells of a notebook (.md or .ipynb) in their order, and prints what each puts out, how long it took and how much GPU memory it held.

  --full        the full setting of a course; default: the short one
  --python      the cells of Python of a course that has both
  --pictures D  writes pictures into this folder
  --saves D     writes the files that cells offer into this folder
  --file F      adds a file that cells read by its name; may be given several times
  --untrusted   runs the cells as those of a stranger, without storage
  --exercises   tries each exercise: what it begins with must fail, and its solution must pass
  --bail        ends behind the first cell that fails
  --help        show this text`;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      python: { type: 'boolean', default: false },
      pictures: { type: 'string' },
      saves: { type: 'string' },
      file: { type: 'string', multiple: true, default: [] },
      untrusted: { type: 'boolean', default: false },
      exercises: { type: 'boolean', default: false },
      bail: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Error(`expected one notebook\n\n${usage}`);
  return { ...values, path };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main(chosen) {
  setup();
  const { openRunner } = await import('./notebook/runner.mjs');
  const runner = await openRunner();
  try {
    return (await runner.run(chosen, console.log)) === 0 ? 0 : 1;
  } finally {
    await runner.close();
  }
}
