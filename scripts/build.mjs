// `npm run build`: the package in `dist`. With `-- site` the site in `demos-dist`, with `-- reference` the site's pages of the reference alone.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const vite = 'node_modules/vite/bin/vite.js';

/** By what is built: the programs that build it, one after another. @type {Readonly<Record<string, readonly (readonly string[])[]>>} */
const builds = {
  package: [
    [vite, 'build'],
    ['scripts/declarations.mjs'],
    ['scripts/slim.mjs'],
    [vite, 'build', '--mode', 'browser'],
    ['scripts/one-copy.mjs'],
    ['scripts/line-maps.mjs'],
  ],
  site: [[vite, 'build', '--mode', 'demos'], ['scripts/reference.mjs']],
  reference: [['scripts/reference.mjs']],
};

const [name = 'package', ...rest] = process.argv.slice(2);
const programs = Object.hasOwn(builds, name) && rest.length === 0 ? builds[name] : undefined;
if (!programs) {
  console.error(`build: expected ${Object.keys(builds).join(', ')} or nothing, but got '${[name, ...rest].join(' ')}'`);
  process.exitCode = 2;
}
for (const program of programs ?? []) {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { status } = spawnSync(process.execPath, program, { cwd, stdio: 'inherit' });
  process.exitCode = status ?? 1;
  if (status !== 0) break;
}
