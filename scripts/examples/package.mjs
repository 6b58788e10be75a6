// Looks at the package as npm packs it: what is in it, how large it is, and whether tools find the doors and their declarations.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { doors } from '../doors.mjs';
import { command } from './places.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bytes of its files. */
const MOST_BYTES = 9_500_000;

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
  const megabytes = [statSync(archive).size, bytes].map((each) => (each / 1e6).toFixed(1)).join(' MB, unpacked ');
  const text = `${megabytes} MB in ${files.length} files, ${declarations.length} of them declarations; no fault is found`;
  return { text, runtime: 'publint, attw', warnings: [] };
}
