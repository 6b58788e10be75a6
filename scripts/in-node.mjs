// Runs the sources in Node, where Dawn computes: in a process that finds its driver, through a server that makes modules of them.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { resolveBrowser, vulkanEnvironment } from './browser.mjs';
import { doorAliases } from './doors.mjs';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * Does `work`, or has the same command do it in another process: the loader of Vulkan reads its environment when a process starts.
 * Gives the exit status; null where a signal has ended the process.
 * @param {() => Promise<number>} work
 * @returns {Promise<number | null>}
 */
export async function withDriver(work) {
  const environment = vulkanEnvironment(await resolveBrowser({ log: console.error }));
  if (Object.entries(environment).every(([key, value]) => process.env[key] === value)) return work();
  const child = spawn(process.execPath, process.argv.slice(1), {
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  // An interrupt is for the child to answer.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('close', resolve));
}

/**
 * What `use` makes of a module of the checkout, given by its path from the root.
 * @template M, T
 * @param {string} path
 * @param {(module: M) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withModule(path, use) {
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: false,
    root,
    resolve: { alias: doorAliases },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    logLevel: 'error',
  });
  try {
    return await use(/** @type {M} */ (await server.ssrLoadModule(path)));
  } finally {
    await server.close();
  }
}
