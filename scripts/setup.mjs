// Installs the packages of package-lock.json where they are missing or out of date; needs nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Installs what is missing and returns; throws an `Error` that says what to do when it cannot. */
export function setup() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(
      `Lamplight needs Node 20.19 or newer, but this is Node ${process.versions.node}; install a newer one.`,
    );
  }
  if (isCurrent()) return;
  console.log('Installing packages (npm ci) …');
  const args = ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.status !== 0) {
    throw new Error('npm ci failed; check the network connection and the message above, then run the command again.');
  }
}

/**
 * Whether node_modules holds the versions of package-lock.json. npm keeps its own record of what it installed;
 * packages for other platforms are rightly absent from it, and folders of this repository are there without being installed.
 */
function isCurrent() {
  try {
    const wanted = packages('package-lock.json');
    const installed = packages('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, entry]) => {
      const present = installed[path];
      if (path === '' || entry.link || !path.startsWith('node_modules/')) return true;
      return present ? present.version === entry.version : entry.optional === true;
    });
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, link?: boolean }>}
 */
function packages(file) {
  return JSON.parse(readFileSync(`${root}${file}`, 'utf8')).packages;
}
