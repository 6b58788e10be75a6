// Looks at the package as npm packs it: what is in it, how large it is, whether tools find the doors and their declarations, and whether
// places in the scripts for pages lead to readable code.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { decode } from '@jridgewell/sourcemap-codec';
import { numbered } from '../../declarations/names.mjs';
import { textsIn } from '../../declarations/texts.mjs';
import { doors } from '../../doors.mjs';
import { command } from './places.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Bytes of its files. */
const MOST_BYTES = 13_400_000;

/** Each ends with an error where it finds a fault. The package has no modules of CommonJS. */
const tools = [
  ['node_modules/publint/src/cli.js', '--strict'],
  ['node_modules/@arethetypeswrong/cli/dist/index.js', '--profile', 'esm-only', '--no-emoji'],
];

/**
 * @param {string} archive
 * @param {string} folder where it is installed
 * @returns {Promise<import('../examples.mjs').Outcome>}
 */
export async function readPackage(archive, folder) {
  for (const [tool = '', ...args] of tools)
    await command([process.execPath, join(root, tool), archive, ...args], folder);
  const at = join(folder, 'node_modules/lamplight');
  const files = readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(at, name)).isFile(),
  );
  const bytes = files.reduce((sum, name) => sum + statSync(join(at, name)).size, 0);
  if (bytes > MOST_BYTES) throw new Error(`expected a package of at most ${MOST_BYTES} bytes, but it has ${bytes}`);
  const declarations = files.filter((name) => name.endsWith('.d.ts'));
  if (declarations.length !== doors.length + 1) {
    throw new Error(
      `expected declarations of ${doors.length} doors and what they share, but got: ${declarations.join(', ')}`,
    );
  }
  const names = declarations.flatMap((name) => numbered(readFileSync(join(at, name), 'utf8')));
  if (names.length > 0) throw new Error(`expected declarations without numbered names, but got ${names.join(', ')}`);
  expectTold(join(at, 'dist'));
  expectQuiet(at);
  for (const name of files.filter((each) => each.endsWith('.js') && /^dist[\\/]browser/.test(each)))
    expectMapped(join(at, name));
  const megabytes = [statSync(archive).size, bytes].map((each) => (each / 1e6).toFixed(1)).join(' MB, unpacked ');
  const text = `${megabytes} MB in ${files.length} files, ${declarations.length} of them declarations; no fault is found`;
  return { text, runtime: 'publint, attw', warnings: [] };
}

/** Every export, every method of Tensor and every parameter has a text in the declarations. @param {string} folder */
function expectTold(folder) {
  const { exports, parameters } = textsIn(folder);
  const untold = [
    ...exports.filter(({ text }) => text === '').map(({ path }) => path),
    ...parameters.filter(({ declared }) => declared).map(({ path, name }) => `${path}: ${name}`),
  ];
  if (exports.length < 2500 || parameters.length < 8000)
    throw new Error(
      `expected all exports with their parameters, but found ${exports.length} with ${parameters.length}`,
    );
  if (untold.length > 0) throw new Error(`expected a text in the declarations of ${untold.join(', ')}`);
}

/** npm warns of scripts at every install, and its page has no files beside README.md. @param {string} at */
export function expectQuiet(at) {
  const { scripts, repository, homepage, bugs } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
  if (scripts) throw new Error(`expected a package without scripts, but it has ${Object.keys(scripts).join(', ')}`);
  if (!repository || !homepage || !bugs) throw new Error('expected a package that says where it comes from');
  const links = [...readFileSync(join(at, 'README.md'), 'utf8').matchAll(/\]\(([^)]*)\)/g)].map(
    ([, link]) => `${link}`,
  );
  const relative = links.filter((link) => !/^(https?:|#|mailto:)/.test(link));
  if (relative.length > 0) throw new Error(`expected absolute links in README.md, but got ${relative.join(', ')}`);
}

/** What an error of the library says first, in its code. */
const MESSAGE = /: expected [a-z ]{12,}/g;

/** Imports and exports, and nothing else. */
const PASSES_ON = /^(?:(?:import|export)\s*(?:\{[^}]*\}\s*(?:from\s*)?)?(?:"[^"]*")?;\s*)*$/;

/** Each message of an error leads to the line of a module of the package that has it. @param {string} file */
function expectMapped(file) {
  const code = readFileSync(file, 'utf8').split('\n');
  // Lines of Python are told by Python.
  if (/\/sources-[^/]+\.js$/.test(file)) return;
  // A script that only passes names on has no map.
  if (PASSES_ON.test(code.join('\n'))) return;
  const { sources, mappings } = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  for (const source of sources) {
    if (!existsSync(join(dirname(file), source))) throw new Error(`${file}: expected ${source} in the package`);
  }
  for (const [i, segments] of decode(mappings).entries()) {
    for (const { 0: message, index } of (code[i] ?? '').matchAll(MESSAGE)) {
      const segment = segments.findLast(([column]) => column <= index);
      if (segment?.length !== 4) continue;
      const [, source, line] = segment;
      const lines = readFileSync(join(dirname(file), sources[source]), 'utf8').split('\n');
      if (lines.slice(line, line + 3).some((text) => text.includes(message))) continue;
      throw new Error(`${file}:${i + 1}:${index + 1}: expected “${message}” at ${sources[source]}:${line + 1}`);
    }
  }
}
