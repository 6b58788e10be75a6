// The library as npm installs it from git, which holds no build: it is built there, and a program imports the doors.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { doors } from '../../doors.mjs';
import { expectQuiet } from './package.mjs';
import { command } from './places.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** All but the one that needs Comlink, which an app installs itself. */
const alone = doors.filter(({ name }) => name !== 'lamplight/worker');

/** Packages for the build, and the build: a minute on a quiet machine. */
const INSTALL_TIMEOUT = 600_000;

/**
 * Installs what is committed of this checkout.
 * @param {string} folder a new one
 * @returns {Promise<import('../examples.mjs').Outcome>}
 */
export async function installFromGit(folder) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'from-git', private: true, type: 'module' }));
  const install = ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `git+file://${root}`];
  await command(install, folder, {}, INSTALL_TIMEOUT);
  expectQuiet(join(folder, 'node_modules/lamplight'));
  const names = JSON.stringify(alone.map(({ name }) => name));
  const program = `
    const modules = await Promise.all(${names}.map((name) => import(name)));
    console.log(modules.filter((module) => Object.keys(module).length > 0).length);
    process.exit(0);
  `;
  writeFileSync(join(folder, 'program.js'), program);
  const { text } = await command([process.execPath, 'program.js'], folder);
  if (Number(text) !== alone.length) throw new Error(`expected ${alone.length} doors, but got ${text.trim()}`);
  return { text: `${alone.length} doors`, runtime: 'npm install from git', warnings: [] };
}
