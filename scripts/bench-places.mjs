// Where the benchmark runs: a headless Chrome with a fresh profile for every row, or a fresh Node process for every row.
import { fork, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isolation, launchOptions, resolveBrowser, vulkanEnvironment } from './browser.mjs';
import { doorAliases } from './doors.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}bench`;

/** @typedef {import('../bench/libraries/library').LibraryName} LibraryName */
/** @typedef {import('../bench/runner').Offer} Offer */
/** @typedef {import('../bench/rows').TableName} TableName */
/** @typedef {import('vite').ViteDevServer} Server */

/**
 * @typedef {{
 *   runtime: string,
 *   adapter: string,
 *   tables: Record<TableName, Offer>,
 *   loops: readonly string[],
 *   measure: import('../bench/runner').Runner['measure'],
 *   measureLoops: import('../bench/runner').Runner['measureLoops'],
 *   close(): Promise<void>,
 * }} Place
 */

/**
 * What a Node process is sent: the method of the runner, and its arguments.
 * @typedef {import('../bench/runner').Runner} Runner
 * @typedef {{ measure: Parameters<Runner['measure']> } | { measureLoops: Parameters<Runner['measureLoops']> }} Job
 */

/** The packages that each library comes in. */
export const packages = /** @type {const} */ ({
  tfjs: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'],
  'jax-js': ['@jax-js/jax'],
  'ort-webgpu': ['onnxruntime-web'],
  'ort-wasm': ['onnxruntime-web'],
  lamplight: [],
  'plain-loop': [],
  'hand-written': [],
});

/** Milliseconds that a page may take to open, on a machine that does other things, too. */
const OPENING = 120_000;

/** What is bundled for the page. onnxruntime-web is not: it finds its other files beside its own. */
const bundled = { ...packages, 'ort-webgpu': ['pbf'], 'ort-wasm': ['pbf'] };

/** What programs call the peers. */
export const peerAliases = [
  { find: 'peer:tfjs-webgpu', replacement: '@tensorflow/tfjs-backend-webgpu' },
  { find: 'peer:tfjs', replacement: '@tensorflow/tfjs' },
  { find: 'peer:jax-js', replacement: '@jax-js/jax' },
  { find: 'peer:ort-webgpu', replacement: `${folder}/node_modules/onnxruntime-web/dist/ort.webgpu.min.mjs` },
  { find: 'peer:ort-wasm', replacement: `${folder}/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs` },
];

/** @param {LibraryName} library */
export function version(library) {
  if (library === 'hand-written' || library === 'plain-loop') return '';
  const [name] = packages[library];
  const file = name ? `${folder}/node_modules/${name}/package.json` : `${root}package.json`;
  return String(JSON.parse(readFileSync(file, 'utf8')).version);
}

/**
 * A server of the benchmark's modules; the peers are bundled before a page is opened, so that it is not loaded anew in mid-run.
 * @param {readonly LibraryName[]} libraries
 * @returns {Promise<Server>}
 */
export async function openServer(libraries) {
  if (libraries.some((library) => packages[library].length > 0)) installPeers();
  const { createServer } = await import('vite');
  return createServer({
    configFile: false,
    root: folder,
    resolve: { alias: [...doorAliases, ...peerAliases] },
    optimizeDeps: { noDiscovery: true, include: libraries.flatMap((library) => bundled[library]) },
    server: { port: 0, host: 'localhost', hmr: false, watch: null, fs: { allow: [root] }, headers: isolation },
    logLevel: 'error',
  });
}

/** Installs the versions of bench/package-lock.json where they are not there yet. */
export function installPeers() {
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
 * A headless Chrome. Every row has a profile of its own: neither the page nor the browser's store of compiled shaders knows
 * what an earlier row did.
 * @param {Server} server
 * @returns {Promise<Place>}
 */
export async function openBrowser(server) {
  await server.listen();
  const found = await resolveBrowser({ log: console.error });
  const { chromium } = await import('playwright');
  const browser = await chromium.launch(launchOptions(found));
  const open = async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.resolvedUrls?.local[0]}index.html`, { timeout: OPENING });
    await page.waitForFunction(() => 'bench' in window);
    return page;
  };
  /**
   * @template T
   * @param {(page: import('playwright').Page) => Promise<T>} use
   */
  const inPage = async (use) => {
    const page = await open();
    try {
      return await use(page);
    } finally {
      await page.context().close();
    }
  };
  const page = await open();
  const { tables, loops } = await page.evaluate(() => ({ tables: window.bench.tables, loops: window.bench.loops }));
  const adapter = await page.evaluate(() => window.bench.adapter());
  await page.context().close();
  return {
    runtime: `${found.name === 'swiftshader' ? 'Chromium' : 'Chrome'} ${found.version}`,
    adapter,
    tables,
    loops,
    measure: (...job) => inPage((page) => page.evaluate((given) => window.bench.measure(...given), job)),
    measureLoops: (...job) => inPage((page) => page.evaluate((given) => window.bench.measureLoops(...given), job)),
    close: () => browser.close(),
  };
}

/**
 * Node with Dawn; where the machine offers Dawn no driver, with the one that a browser carries.
 * @returns {Promise<Place>}
 */
export async function openNode() {
  let env = process.env;
  let found = await inChild(env, null);
  if (!found) {
    env = { ...env, ...vulkanEnvironment(await resolveBrowser({ log: console.error })) };
    found = await inChild(env, null);
  }
  if (!found) throw new Error('Dawn finds no Vulkan, Metal or Direct3D driver on this machine.');
  const dawn = JSON.parse(readFileSync(`${root}node_modules/webgpu/package.json`, 'utf8')).version;
  return {
    ...found,
    runtime: `Node ${process.versions.node}, Dawn of webgpu ${dawn}`,
    measure: (...job) => inChild(env, { measure: job }),
    measureLoops: (...job) => inChild(env, { measureLoops: job }),
    close: async () => {},
  };
}

/**
 * What a fresh process answers: to no job, what there is to do, or null where it finds no adapter.
 * @param {NodeJS.ProcessEnv} env
 * @param {Job | null} job
 * @returns {Promise<any>}
 */
function inChild(env, job) {
  const child = fork(fileURLToPath(new URL('bench-node.mjs', import.meta.url)), {
    env,
    // Dawn says aloud that it finds no driver, for which there is a remedy.
    stdio: ['ignore', 'ignore', job ? 'inherit' : 'ignore', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.on('message', resolve);
    child.on('error', reject);
    child.on('exit', (status, signal) => reject(new Error(`a Node process ended with ${signal ?? status}`)));
    child.send({ job });
  });
}
