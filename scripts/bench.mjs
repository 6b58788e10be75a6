// `npm run bench`: TensorFlow.js, jax-js and Lamplight side by side in one headless Chrome.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchOptions, resolveBrowser } from './browser.mjs';
import { setup } from './setup.mjs';

const usage = `Usage: npm run bench -- [options]

Runs every row in every library, compares the results, and prints a Markdown report.

  --rows a,b       only these rows, or all whose names begin so: matmul, elementwise, conv, conv-a, …  (default: all)
  --libs a,b       only these libraries: tfjs, jax-js, lamplight                                     (default: all)
  --repeats N      measured steps a row and library                                                  (default: 9)
  --md FILE        write the report there, too
  --json FILE      write every figure as JSON
  --help           show this text

The peers are installed into bench/node_modules when they are first needed. The exit status is 1 if a row fails or the
libraries disagree.`;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}bench`;

/** @typedef {import('../bench/libraries/library').LibraryName} LibraryName */
/** @typedef {import('../bench/report').Report} Report */
/** @typedef {import('vite').ViteDevServer} Server */

/** The packages that each library comes in. */
const packages = /** @type {const} */ ({
  tfjs: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'],
  'jax-js': ['@jax-js/jax'],
  lamplight: [],
});

class UsageError extends Error {}

try {
  const chosen = options(process.argv.slice(2));
  if (chosen) process.exitCode = await main(chosen);
  else console.log(usage);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/**
 * The options, or undefined where help is asked for.
 * @param {string[]} args
 */
function options(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        rows: { type: 'string' },
        libs: { type: 'string' },
        repeats: { type: 'string', default: '9' },
        md: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
  if (values.help) return undefined;
  const repeats = Number(values.repeats);
  if (!Number.isInteger(repeats) || repeats < 1) {
    throw new UsageError(`--repeats: expected a whole number above 0, but got '${values.repeats}'`);
  }
  const known = /** @type {LibraryName[]} */ (Object.keys(packages));
  const asked = values.libs === undefined ? known : list('libs', values.libs);
  const unknown = asked.find((name) => !known.some((library) => library === name));
  if (unknown !== undefined) throw new UsageError(`--libs: expected some of ${known.join(', ')}, but got '${unknown}'`);
  for (const name of /** @type {const} */ (['md', 'json'])) {
    const file = values[name];
    if (file === undefined) continue;
    if (!file || !existsSync(dirname(resolve(file))) || statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
      throw new UsageError(`--${name}: expected the name of a file in a folder that exists, but got '${file}'`);
    }
  }
  return {
    rows: values.rows === undefined ? undefined : list('rows', values.rows),
    libraries: known.filter((library) => asked.includes(library)),
    repeats,
    md: values.md,
    json: values.json,
  };
}

/**
 * @param {string} option
 * @param {string} text
 */
function list(option, text) {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw new UsageError(`--${option}: expected names with commas between them, but got '${text}'`);
  return names;
}

/**
 * @param {NonNullable<ReturnType<typeof options>>} chosen
 * @returns {Promise<number>} the exit status
 */
async function main({ rows: asked, libraries, repeats, md, json }) {
  setup();
  if (libraries.some((library) => packages[library].length > 0)) installPeers();
  const server = await serve(libraries);
  const found = await resolveBrowser({ log: console.error });
  const { chromium } = await import('playwright');
  const browser = await chromium.launch(launchOptions(found));
  try {
    const page = await browser.newPage();
    const address = `${server.resolvedUrls?.local[0]}index.html`;
    const load = async () => {
      await page.goto(address);
      await page.waitForFunction(() => 'bench' in window);
    };
    await load();
    const rows = select(await page.evaluate(() => window.bench.rows), asked);
    /** @type {Report} */
    const report = {
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      browser: `${found.name === 'swiftshader' ? 'Chromium' : 'Chrome'} ${found.version}`,
      adapter: await page.evaluate(() => window.bench.adapter()),
      processor: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      load: [loadavg()[0] ?? 0, 0],
      repeats,
      libraries: libraries.map((name) => ({ name, version: version(name) })),
      rows: [],
    };
    for (const [i, name] of rows.entries()) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${i + 1}/${rows.length} ${name}`);
      await load();
      report.rows.push(
        await page.evaluate(
          ([row, names, count]) => window.bench.measure(row, names, count),
          /** @type {const} */ ([name, libraries, repeats]),
        ),
      );
    }
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    report.load[1] = loadavg()[0] ?? 0;
    return await conclude(server, report, { md, json });
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * The rows that are asked for, in the order of the report.
 * @param {readonly string[]} known
 * @param {readonly string[] | undefined} asked
 */
function select(known, asked) {
  if (!asked) return known;
  /** @type {(row: string, name: string) => boolean} */
  const matches = (row, name) => row === name || row.startsWith(`${name}-`);
  const unknown = asked.find((name) => !known.some((row) => matches(row, name)));
  if (unknown !== undefined) throw new UsageError(`--rows: expected some of ${known.join(', ')}, but got '${unknown}'`);
  return known.filter((row) => asked.some((name) => matches(row, name)));
}

/** Installs the versions of bench/package-lock.json where they are not there yet. */
function installPeers() {
  const wanted = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).dependencies;
  const current = Object.entries(wanted).every(([name, wantedVersion]) => {
    const file = `${folder}/node_modules/${name}/package.json`;
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === wantedVersion;
  });
  if (current) return;
  console.error('Installing the peers into bench/node_modules (npm ci) …');
  const args = ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: folder, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.status !== 0) {
    throw new Error('npm ci failed in bench; check the network connection, or measure alone: --libs lamplight.');
  }
}

/**
 * A server of the benchmark's page; the peers are bundled before it is opened, so that it is not loaded anew in mid-run.
 * @param {readonly LibraryName[]} libraries
 */
async function serve(libraries) {
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: false,
    root: folder,
    resolve: {
      alias: {
        lamplight: `${root}src/index.ts`,
        'peer:tfjs-webgpu': '@tensorflow/tfjs-backend-webgpu',
        'peer:tfjs': '@tensorflow/tfjs',
        'peer:jax-js': '@jax-js/jax',
      },
    },
    optimizeDeps: { noDiscovery: true, include: libraries.flatMap((library) => packages[library]) },
    server: { port: 0, host: 'localhost', hmr: false, watch: null, fs: { allow: [root] } },
    logLevel: 'error',
  });
  await server.listen();
  return server;
}

/** @param {LibraryName} library */
function version(library) {
  const [name] = packages[library];
  const file = name ? `${folder}/node_modules/${name}/package.json` : `${root}package.json`;
  return String(JSON.parse(readFileSync(file, 'utf8')).version);
}

/**
 * Prints the report, writes the files, and returns the exit status.
 * @param {Server} server
 * @param {Report} report
 * @param {{ md: string | undefined, json: string | undefined }} files
 */
async function conclude(server, report, { md, json }) {
  const { markdown } = /** @type {typeof import('../bench/report')} */ (await server.ssrLoadModule('/report.ts'));
  const text = markdown(report);
  process.stdout.write(text);
  if (md) writeFileSync(md, text);
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  const errors = report.rows.flatMap(({ error }) => error ?? []);
  for (const error of errors) console.error(error);
  return errors.length > 0 ? 1 : 0;
}
