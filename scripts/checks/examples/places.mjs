// Where the apps of examples/ run: pages of a headless Chromium and of Firefox, Node and Deno.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, resolve, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { launchOptions, resolveBrowser, vulkanEnvironment } from '../../browser.mjs';
import { bytesOf } from './compare.mjs';
import { createApps } from './create.mjs';
import { openFirefox } from './firefox.mjs';
import { installFromGit } from './git.mjs';
import { earlier } from './install.mjs';
import { readPackage } from './package.mjs';
import { readTypes } from './types.mjs';

/** @typedef {import('../examples.mjs').Outcome} Outcome */

const root = fileURLToPath(new URL('../../..', import.meta.url));

const TIMEOUT = 240_000;
/** Of a page, which has compiled its kernels and trained by then. */
const PAGE_TIMEOUT = 60_000;

/** What makes tools print plain text and ask nobody anything. */
const QUIET = { CI: '1', NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', DENO_NO_UPDATE_CHECK: '1' };

/** A policy for apps whose page holds no script of its own: no eval, no inline script, nothing from elsewhere. */
const STRICT = "default-src 'none'; script-src 'self'; worker-src 'self'";

/** Where the apps that are built leave their pages and their scripts. @type {Record<string, { pages: string, scripts: string, policy?: string }>} */
const built = {
  vite: { pages: 'dist', scripts: 'dist', policy: STRICT },
  worker: { pages: 'dist', scripts: 'dist', policy: STRICT },
  webpack: { pages: '.', scripts: 'dist', policy: STRICT },
  esbuild: { pages: '.', scripts: 'dist', policy: STRICT },
  next: { pages: 'out', scripts: 'out' },
};

/**
 * @param {{ path: string, archive: string }} installed the copy of examples/, and the package that is installed there
 * @param {(line: string) => void} log
 */
export async function places({ path: folder, archive }, log) {
  const browser = await resolveBrowser({ log });
  const { chromium } = await import('playwright');
  const chrome = await chromium.launch(launchOptions(browser));
  const environment = vulkanEnvironment(browser);
  const inChrome = `${browser.executablePath.split(sep).at(-1)} ${browser.version}, ${browser.name}`;

  /** @param {string} address */
  async function visit(address) {
    const page = await chrome.newPage();
    /** @type {string[]} */
    const warnings = [];
    page.on('console', (message) => {
      if (message.type() === 'warning' || message.type() === 'error')
        warnings.push(`${message.text()} (${message.location().url})`);
    });
    const failure = new Promise((_, reject) => page.on('pageerror', reject));
    try {
      await page.goto(address);
      const text = page.locator('pre', { hasText: 'losses ' }).textContent({ timeout: PAGE_TIMEOUT });
      return { text: /** @type {string} */ (await Promise.race([text, failure])), warnings };
    } catch (error) {
      throw new Error([error instanceof Error ? error.message : String(error), ...warnings].join('\n'));
    } finally {
      await page.close();
    }
  }

  /** @param {string} name @returns {Promise<Outcome>} */
  async function run(name) {
    const at = join(folder, name);
    const app = built[name];
    if (app) {
      // Next misses a cache where it sees continuous integration.
      if (name === 'next') mkdirSync(join(at, '.next/cache'), { recursive: true });
      const { output } = await command(['npm', 'run', '--silent', 'build'], at);
      const site = await serve(join(at, app.pages), app.policy);
      try {
        const { text, warnings } = await visit(site.address);
        return {
          text,
          runtime: inChrome,
          warnings: [...warningsIn(output), ...warnings],
          bytes: bytesOf(join(at, app.scripts)),
        };
      } finally {
        site.close();
      }
    }
    if (name === 'page' || name === 'firefox') {
      const site = await served(join(folder, 'page'));
      const firefox = name === 'firefox' ? await openFirefox(environment, log) : undefined;
      try {
        const { text, warnings } = await (firefox ? firefox.visit(site.address) : visit(site.address));
        const bytes = bytesOf(join(folder, 'node_modules/lamplight/dist/browser'));
        return { text, runtime: firefox?.name ?? inChrome, warnings, bytes };
      } finally {
        await firefox?.close();
        site.close();
      }
    }
    if (name === 'package') return readPackage(archive, folder);
    if (name === 'create') return createApps(archive, join(dirname(archive), 'created'), chrome, environment);
    if (name === 'git') return installFromGit(join(dirname(archive), 'from-git'));
    if (name === 'types')
      return readTypes(
        folder,
        ['typescript', 'typescript-7'].map((each) => join(root, 'node_modules', each)),
      );
    if (name === 'types-5')
      return readTypes(
        folder,
        Object.keys(earlier).map((each) => join(folder, 'node_modules', each)),
      );
    const { output, text } = await command(['npm', 'run', '--silent', 'start'], at, environment);
    const version =
      name === 'deno'
        ? (await command(['npm', 'exec', '--', 'deno', '--version'], at)).text.split('\n')[0]
        : `node ${process.versions.node}`;
    return {
      text: text.trim(),
      runtime: `${version}, ${name === 'deno' ? 'wgpu' : 'Dawn'}`,
      warnings: warningsIn(output),
    };
  }

  return { run, close: () => chrome.close() };
}

/** A line that only counts warnings, or is of npm itself. */
const COUNTS = /^(npm warn|webpack \S+ compiled with \d+ warning).*$/;
/** A line of a list of files, which may be called anything. */
const FILES = /^\s*\S+\.(?:js|css|html)\s+[\d.]+ kB.*$/gm;

/**
 * The parts of what a tool printed that warn, each up to the next empty line.
 * @param {string} output
 */
function warningsIn(output) {
  return output
    .replace(FILES, '')
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => /warn|⚠|\(!\)|deprecat|critical/i.test(part) && !COUNTS.test(part));
}

/**
 * Runs a program to its end, and gives what it printed.
 * @param {readonly string[]} words
 * @param {string} cwd
 * @param {Record<string, string>} [environment]
 * @param {number} [timeout] in milliseconds
 * @returns {Promise<{ text: string, output: string }>}
 */
export function command([program = '', ...args], cwd, environment = {}, timeout = TIMEOUT) {
  return new Promise((settle, reject) => {
    /** @type {NodeJS.ProcessEnv} */
    const env = { ...process.env, ...environment, ...QUIET };
    // Of a terminal, of the npm and of the test run that this process may have been started by.
    for (const name of ['FORCE_COLOR', 'npm_config_local_prefix', 'NODE_ENV']) delete env[name];
    const child = spawn(program, args, {
      cwd,
      env,
      timeout,
      killSignal: 'SIGKILL',
      shell: process.platform === 'win32',
    });
    let text = '';
    let output = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) settle({ text, output });
      else
        reject(
          new Error(`${[program, ...args].join(' ')} ended with ${status ?? 'a timeout'}:\n${output.slice(-3000)}`),
        );
    });
  });
}

/**
 * The server of the plain page.
 * @param {string} folder
 * @returns {Promise<{ address: string, close(): void }>}
 */
function served(folder) {
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, ['server.js'], { cwd: folder, env: { ...process.env, PORT: '0' } });
    let problem = '';
    child.stdout.on('data', (chunk) => settle({ address: String(chunk).trim(), close: () => child.kill() }));
    child.stderr.on('data', (chunk) => {
      problem += chunk;
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`The server of the page ended:\n${problem}`)));
  });
}

const types = /** @type {Record<string, string>} */ ({
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
});

/**
 * Serves a folder.
 * @param {string} folder
 * @param {string} [policy]
 * @returns {Promise<{ address: string, close(): void }>}
 */
export async function serve(folder, policy) {
  const base = resolve(folder);
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url ?? '/', 'http://localhost');
    const file = resolve(join(base, pathname === '/' ? 'index.html' : pathname));
    if (policy) response.setHeader('Content-Security-Policy', policy);
    // Browsers ask for it unless a page names another.
    if (pathname === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    try {
      const body = file.startsWith(base + sep) ? readFileSync(file) : undefined;
      response.writeHead(body ? 200 : 404, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, 'localhost', () => listening(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server of an app has no port.');
  return { address: `http://localhost:${address.port}/`, close: () => server.close() };
}
