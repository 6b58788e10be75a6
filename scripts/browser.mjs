// Finds a Chromium that can run WebGPU and owns the launch arguments every test, script and demo run shares.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const cacheFile = join(root, 'node_modules/.cache/lamplight/browser.json');

/** Arguments for a machine whose GPU Chromium can use. */
const HARDWARE_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  // Headless Chromium needs Vulkan switched on by hand on Linux only; elsewhere it would replace Metal or Direct3D.
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan'] : []),
  // Frees the tests from the frame rate of a page nobody looks at; measured memory needs the precise counters.
  '--disable-background-timer-throttling',
  '--enable-precise-memory-info',
  '--js-flags=--expose-gc',
];

/** Arguments per kind of adapter. SwiftShader is Chromium's own processor-only implementation of Vulkan. */
const ADAPTER_ARGS = {
  hardware: HARDWARE_ARGS,
  swiftshader: [...HARDWARE_ARGS, '--use-webgpu-adapter=swiftshader'],
};

/**
 * A browser that was seen to give an adapter, and which kind.
 * @typedef {{ executablePath: string, adapter: 'hardware' | 'swiftshader', name: string, version: string }} Browser
 */

/**
 * The `launch` options for Playwright: `{ executablePath, headless, args }`.
 * @param {Pick<Browser, 'executablePath' | 'adapter'>} browser
 */
export function launchOptions(browser, { headless = true } = {}) {
  return { executablePath: browser.executablePath, headless, args: ADAPTER_ARGS[browser.adapter] };
}

/**
 * A browser proven to give a WebGPU adapter; asks the cache first unless `fresh`.
 * @param {{ fresh?: boolean, log?: (line: string) => void }} [options]
 * @returns {Promise<Browser>}
 */
export async function resolveBrowser({ fresh = false, log = () => {} } = {}) {
  const wanted = process.env.LAMPLIGHT_BROWSER ?? process.env.CHROME_PATH;
  const cached = fresh ? undefined : readCache();
  if (cached && (!wanted || cached.executablePath === wanted)) return cached;

  /** @type {{ executablePath: string, reason: string }[]} */
  const rejected = [];
  /** @param {string} executablePath */
  const attempt = async (executablePath) => {
    if (!executablePath || rejected.some((entry) => entry.executablePath === executablePath)) return undefined;
    const result = await verify(executablePath);
    if ('browser' in result) {
      writeCache(result.browser);
      return result.browser;
    }
    rejected.push({ executablePath, reason: result.reason });
    return undefined;
  };

  if (wanted) {
    if (!isExecutable(wanted)) throw new Error(message([{ executablePath: wanted, reason: 'no such program' }]));
    const browser = await attempt(wanted);
    if (browser) return browser;
    throw new Error(message(rejected));
  }
  for (const find of [installedBrowsers, playwrightBrowser, () => downloadPlaywright(log), () => installDebian(log)]) {
    for (const executablePath of await find()) {
      const browser = await attempt(executablePath);
      if (browser) return browser;
    }
  }
  throw new Error(message(rejected));
}

/** Installed Chrome, Chromium and Edge, most usual first. */
function installedBrowsers() {
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge', 'msedge'];
  const candidates = [];
  if (process.platform === 'darwin') {
    for (const app of ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Google Chrome Canary']) {
      const inside = `Applications/${app}.app/Contents/MacOS/${app}`;
      candidates.push(`/${inside}`, join(process.env.HOME ?? '', inside));
    }
  } else if (process.platform === 'win32') {
    for (const base of ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']) {
      const folder = process.env[base];
      if (!folder) continue;
      candidates.push(
        join(folder, 'Google/Chrome/Application/chrome.exe'),
        join(folder, 'Microsoft/Edge/Application/msedge.exe'),
        join(folder, 'Chromium/Application/chrome.exe'),
      );
    }
  } else {
    for (const name of names) {
      for (const folder of (process.env.PATH ?? '').split(delimiter)) candidates.push(join(folder, name));
    }
    candidates.push('/opt/google/chrome/chrome', '/usr/bin/chromium', '/snap/bin/chromium');
  }
  return [...new Set(candidates)].filter(isExecutable);
}

/** Playwright's own download, when it is there. */
async function playwrightBrowser() {
  const { chromium } = await import('playwright');
  try {
    return [chromium.executablePath()].filter(isExecutable);
  } catch {
    return [];
  }
}

/** @param {(line: string) => void} log */
async function downloadPlaywright(log) {
  log('No browser found; asking Playwright to download Chromium.');
  const cli = join(root, 'node_modules/playwright/cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { cwd: root, stdio: 'ignore', timeout: 300_000 });
  return playwrightBrowser();
}

/**
 * Debian's and Ubuntu's package, where this process may install it.
 * @param {(line: string) => void} log
 */
function installDebian(log) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return [];
  log('No browser found; installing the package "chromium" with apt-get.');
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = {
    stdio: 'ignore',
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update'], options);
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], options);
  return installedBrowsers();
}

/**
 * Starts the browser and asks it for an adapter and a device: hardware first, then SwiftShader.
 * @param {string} executablePath
 * @returns {Promise<{ browser: Browser } | { reason: string }>}
 */
async function verify(executablePath) {
  const { chromium } = await import('playwright');
  let reason = 'no WebGPU adapter';
  for (const adapter of /** @type {const} */ (['hardware', 'swiftshader'])) {
    let browser;
    try {
      browser = await chromium.launch({ ...launchOptions({ executablePath, adapter }), timeout: 60_000 });
      const page = await browser.newPage();
      // WebGPU exists in secure contexts only; this address is answered here and never leaves the process.
      await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<title>probe</title>' }));
      await page.goto('http://localhost/');
      const info = await page.evaluate(async () => {
        const found = await navigator.gpu?.requestAdapter();
        if (!found) return undefined;
        const device = await found.requestDevice();
        device.destroy();
        const { vendor, architecture, description, isFallbackAdapter } = found.info;
        return { vendor, architecture, description, isFallbackAdapter };
      });
      const software =
        info?.isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${info?.architecture} ${info?.description}`);
      if (info && (adapter === 'swiftshader' || !software)) {
        const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || adapter;
        return { browser: { executablePath, adapter, name, version: browser.version() } };
      }
      reason = 'it starts, but gives no WebGPU adapter';
    } catch (error) {
      reason = `it does not start: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`;
    } finally {
      await browser?.close();
    }
  }
  return { reason };
}

/**
 * The environment in which WebGPU outside a browser (Dawn in Node) finds a Vulkan driver: nothing to add where the
 * machine has a GPU, otherwise SwiftShader and the Vulkan loader, which every Chromium for Linux carries with it.
 * @param {Browser} browser
 * @returns {Record<string, string>}
 */
export function vulkanEnvironment(browser) {
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, LD_LIBRARY_PATH } = process.env;
  if (process.platform !== 'linux' || browser.adapter === 'hardware') return {};
  if (VK_ICD_FILENAMES || VK_DRIVER_FILES) return {};
  const folder = [
    dirname(browser.executablePath),
    dirname(realpathSync(browser.executablePath)),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/snap/chromium/current/usr/lib/chromium-browser',
    '/opt/google/chrome',
    '/opt/microsoft/msedge',
  ].find((candidate) => existsSync(join(candidate, 'vk_swiftshader_icd.json')));
  if (!folder) return {};
  return {
    VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: [folder, LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  };
}

/** @param {{ executablePath: string, reason: string }[]} rejected */
function message(rejected) {
  const tried = rejected.map(({ executablePath, reason }) => `  - ${executablePath}: ${reason}`);
  return [
    'Lamplight needs a Chromium-based browser with WebGPU, but found none that works.',
    ...(tried.length > 0 ? ['Tried:', ...tried] : []),
    'Install Chrome, Edge or Chromium 121 or newer (Debian: "apt-get install chromium"; elsewhere: "npx playwright install',
    '--with-deps chromium"), or name one: LAMPLIGHT_BROWSER=/path/to/chrome npm test',
  ].join('\n');
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readCache() {
  try {
    const cached = JSON.parse(readFileSync(cacheFile, 'utf8'));
    return isExecutable(cached.executablePath) && cached.adapter in ADAPTER_ARGS ? cached : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Browser} browser */
function writeCache(browser) {
  mkdirSync(dirname(cacheFile), { recursive: true });
  writeFileSync(cacheFile, `${JSON.stringify(browser)}\n`);
}

/** Headers that isolate a page, whose clock then counts in microseconds rather than in tenths of a millisecond. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    (await import('./setup.mjs')).setup();
    const { executablePath, version, name, adapter } = await resolveBrowser({ fresh: true, log: console.log });
    console.log(`${executablePath} ${version}\nWebGPU adapter: ${name} (${adapter})`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
