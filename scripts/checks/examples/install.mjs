// A copy of examples/ outside of the checkout, with the library as npm packs it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The apps that have a folder. */
export const apps = ['node', 'vite', 'page', 'worker', 'webpack', 'esbuild', 'next', 'deno'];

/**
 * Those whose packages the checkout has as well, so that npm finds them in its cache; `types` takes its TypeScript, `package` its tools, and
 * `create` makes apps by `npm create lamplight`.
 */
export const usual = ['node', 'vite', 'page', 'worker', 'types', 'package', 'create'];

/** Earlier releases of TypeScript, by the folders that they are installed in. */
export const earlier = { 'typescript-5.2': '~5.2', 'typescript-5.6': '~5.6', 'typescript-5.9': '~5.9' };

const PACK_TIMEOUT = 420_000;
const INSTALL_TIMEOUT = 300_000;
const LONGEST_LOG = 3000;

/**
 * @param {readonly string[]} names of apps
 * @param {(line: string) => void} log
 */
export function installed(names, log) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lamplight-examples-')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'examples');
    npm(root, ['pack', '--pack-destination', folder], PACK_TIMEOUT);
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    log(`Packed ${archive}`);
    if (!archive) throw new Error(`npm pack left no archive in ${folder}`);
    const lamplight = `file:${join(folder, archive)}`;
    const built = /^(node_modules|package-lock\.json|dist|out|\.next)$/;
    cpSync(join(root, 'examples'), path, {
      recursive: true,
      filter: (source) => !built.test(source.split(/[\\/]/).at(-1) ?? ''),
    });
    for (const name of apps) change(join(path, name, 'package.json'), { dependencies: { lamplight } });
    change(join(path, 'package.json'), {
      dependencies: { lamplight },
      devDependencies: names.includes('types-5') ? renamed(earlier) : {},
    });
    const workspaces = [...new Set(names)].filter((name) => apps.includes(name)).flatMap((name) => ['-w', name]);
    const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1', '--fetch-timeout=30000'];
    npm(path, ['install', ...quietly, '--include-workspace-root', ...workspaces], INSTALL_TIMEOUT);
    return { path, archive: join(folder, archive), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Adds entries to tables of a package.json.
 * @param {string} file
 * @param {Record<string, Record<string, string>>} additions
 */
function change(file, additions) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const [table, entries] of Object.entries(additions)) manifest[table] = { ...manifest[table], ...entries };
  writeFileSync(file, JSON.stringify(manifest, null, 2));
}

/** @param {Record<string, string>} versions of TypeScript by folder */
const renamed = (versions) =>
  Object.fromEntries(Object.entries(versions).map(([folder, version]) => [folder, `npm:typescript@${version}`]));

/**
 * @param {string} cwd
 * @param {string[]} args
 * @param {number} timeout in milliseconds
 */
function npm(cwd, args, timeout) {
  /** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */
  const options = { cwd, timeout, encoding: 'utf8', killSignal: 'SIGKILL', env: withoutFolder() };
  const program = process.env.npm_execpath;
  const result = program?.endsWith('.js')
    ? spawnSync(process.execPath, [program, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status === 0) return;
  const why = result.error ? `${result.error.message}\n` : '';
  throw new Error(
    `npm ${args[0]} failed in ${cwd}; check the network connection.\n${why}${`${result.stdout}${result.stderr}`.slice(-LONGEST_LOG)}`,
  );
}

/** The environment without the folder that the npm which runs this command works in: the other one has its own. */
function withoutFolder() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'npm_config_local_prefix'));
}
