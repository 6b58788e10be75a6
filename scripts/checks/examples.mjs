// `npm run check -- examples`: packs the library, installs it into a copy of examples/ outside of the checkout, and builds and runs
// each app. All must print what the one in Node prints, losses to 1e-5, and no tool may warn of anything but sizes.
import { parseArgs } from 'node:util';
import { list, oneOf, runCommand } from '../options.mjs';
import { setup } from '../setup.mjs';
import { differences, firstAndLast } from './examples/compare.mjs';
import { apps, installed, usual } from './examples/install.mjs';
import { places } from './examples/places.mjs';

const all = [...apps, 'firefox', 'types', 'types-5', 'package', 'create', 'git'];
/** Those that print what the app in Node prints. */
const trains = (/** @type {string} */ name) => !/^(?:types|package|create|git)/.test(name);
/** Those that read in workers as well: bundlers that know workers, and Node. */
const reads = ['node', 'vite', 'webpack', 'esbuild', 'next'];
const usage = `Usage: npm run check -- examples [options]

Packs Lamplight, and builds and runs the apps of examples/ with it.

  --all         every app; the others need large packages    (default: ${usual.join(', ')})
  --only NAMES  some of ${all.join(', ')}
  --help        show this text`;

/**
 * What an app printed, what its tools warned of, and the bytes of its scripts, where it has any.
 * @typedef {{ text: string, runtime: string, warnings: readonly string[], bytes?: import('./examples/compare.mjs').Bytes }} Outcome
 */

/**
 * Runs apps, and gives what is wrong with each; none is there for those that are right.
 * @param {readonly string[]} names
 * @param {(line: string) => void} log
 */
async function runExamples(names, log) {
  /** @type {Map<string, string[]>} */
  const faults = new Map();
  const folder = installed(['node', ...names], log);
  const { run, close } = await places(folder, log);
  try {
    const reference = await run('node');
    log(`\n${reference.text}\n`);
    for (const name of names) {
      const started = Date.now();
      try {
        const outcome = name === 'node' ? reference : await run(name);
        const wrong = trains(name) ? differences(expectedOf(name, reference.text), outcome.text) : [];
        const unexpected = outcome.warnings.filter((warning) => !ofSize(warning));
        faults.set(name, [...wrong, ...unexpected.map((warning) => `an unexpected warning: ${warning}`)]);
        const { bytes, runtime, text, warnings } = outcome;
        const seconds = ((Date.now() - started) / 1000).toFixed(0);
        const size = bytes ? `; scripts ${kB(bytes.raw)}, gzip ${kB(bytes.gzip)}, brotli ${kB(bytes.brotli)} kB` : '';
        log(`${name.padEnd(8)} ${runtime}: ${trains(name) ? firstAndLast(text) : text}${size}; ${seconds} s`);
        for (const warning of warnings) log(indented(`warns: ${warning}`));
      } catch (error) {
        faults.set(name, [error instanceof Error ? error.message : String(error)]);
      }
      for (const fault of faults.get(name) ?? []) log(indented(`✗ ${fault}`));
    }
  } finally {
    await close();
    folder.remove();
  }
  return new Map([...faults].filter(([, list]) => list.length > 0));
}

/**
 * What an app is to print, where the one in Node has printed `text`.
 * @param {string} name
 * @param {string} text
 */
const expectedOf = (name, text) => (reads.includes(name) ? text : text.replace(/\nworkers .*/, ''));

/** @param {number} bytes */
const kB = (bytes) => (bytes / 1000).toFixed(0);

/** @param {string} text */
const indented = (text) => text.replace(/^/gm, '         ');

/**
 * Whether a bundler speaks of nothing but how large the scripts are.
 * @param {string} warning
 */
const ofSize = (warning) =>
  /chunks are larger than|asset size limit|entrypoint size limit|webpack performance recommendations|^\S+\.js +[\d.]+[km]b ⚠️$/m.test(
    warning,
  );

/** @param {string[]} args */
function options(args) {
  const { values } = parseArgs({
    args,
    options: { all: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  if (values.only !== undefined) return list('only', values.only).map((name) => oneOf('only', name, all));
  return values.all ? all : usual;
}

/** @param {readonly string[]} names */
async function main(names) {
  setup();
  const faults = await runExamples(names, console.log);
  console.log(`\n${names.length - faults.size} passed, ${faults.size} failed`);
  return faults.size > 0 ? 1 : 0;
}

await runCommand(usage, options, main);
