// Builds `dist` where npm installs the library from git, which holds no build. Where somebody works on the library, `npm ci` stays
// quick and cannot fail by it: tests and demos read the sources.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
if (process.env.npm_command !== 'ci' && !existsSync(`${root}dist/index.d.ts`)) {
  const { status } = spawnSync('npm run build', { cwd: root, stdio: 'inherit', shell: true });
  process.exitCode = status ?? 1;
}
