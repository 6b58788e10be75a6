// An installed Firefox without a window, driven by its own protocol (Marionette): lengths and JSON over a socket.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const START_TIMEOUT = 60_000;
const PAGE_TIMEOUT = 90_000;

/** What Firefox says of its own settings that it finds no network for. */
const OWN = /^console\.\w+: RSLoader/;

/**
 * Opens a fresh profile in which WebGPU is on.
 * @param {Record<string, string>} environment in which a Vulkan driver is found
 * @param {(line: string) => void} log
 */
export async function openFirefox(environment, log) {
  const program = found() ?? installedNow(log);
  if (!program) {
    throw new Error(
      'no Firefox: install one (Debian: "apt-get install firefox-esr"), or name it: LAMPLIGHT_FIREFOX=/path/to/firefox',
    );
  }
  const port = await freePort();
  const profile = mkdtempSync(join(tmpdir(), 'lamplight-firefox-'));
  const preferences = {
    'dom.webgpu.enabled': true,
    'gfx.webgpu.ignore-blocklist': true,
    'marionette.port': port,
    'devtools.console.stdout.content': true,
    'datareporting.policy.dataSubmissionEnabled': false,
  };
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const child = spawn(program, ['--headless', '--marionette', '--no-remote', '--profile', profile], {
    env: { ...process.env, ...environment, MOZ_WEBRENDER: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const warnings = /** @type {string[]} */ ([]);
  child.stdout.on('data', (chunk) => {
    for (const line of String(chunk).split('\n'))
      if (/^console\.(warn|error)/.test(line) && !OWN.test(line)) warnings.push(line);
  });
  const close = async () => {
    const ended = new Promise((settle) => child.once('close', settle));
    if (child.exitCode === null && child.kill()) await ended;
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    const send = await marionette(port);
    const { capabilities } = await send('WebDriver:NewSession', { capabilities: {} });
    return {
      name: `${capabilities.browserName} ${capabilities.browserVersion}`,
      close,
      /** @param {string} address */
      async visit(address) {
        await send('WebDriver:Navigate', { url: address });
        const script = 'return document.querySelector("pre").textContent';
        for (const started = Date.now(); Date.now() - started < PAGE_TIMEOUT; ) {
          const { value } = await send('WebDriver:ExecuteScript', { script, args: [] });
          if (value.startsWith('losses ')) return { text: value, warnings };
          await new Promise((settle) => setTimeout(settle, 250));
        }
        throw new Error(['the page printed no losses in Firefox', ...warnings].join('\n'));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function found() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    process.env.LAMPLIGHT_FIREFOX ?? '',
    ...folders.flatMap((folder) => [join(folder, 'firefox'), join(folder, 'firefox-esr')]),
    '/Applications/Firefox.app/Contents/MacOS/firefox',
    join(process.env.PROGRAMFILES ?? '', 'Mozilla Firefox/firefox.exe'),
  ];
  return candidates.find((file) => file !== '' && existsSync(file));
}

/**
 * Debian's package, where this process may install it.
 * @param {(line: string) => void} log
 */
function installedNow(log) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  log('No Firefox found; installing the package "firefox-esr" with apt-get.');
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { stdio: 'ignore', timeout: 600_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update'], options);
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'firefox-esr'], options);
  return found();
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((settle) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      server.close(() => settle(port));
    });
  });
}

/**
 * Connects as soon as the browser listens. A message is its length in bytes, a colon, and `[0, id, command, parameters]`; an
 * answer `[1, id, error, result]`.
 * @param {number} port
 * @returns {Promise<(command: string, parameters: object) => Promise<any>>}
 */
async function marionette(port) {
  const socket = await connected(port);
  /** @type {Map<number, { settle: (result: unknown) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let buffer = Buffer.alloc(0);
  let sent = 0;
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const colon = buffer.indexOf(':');
      const length = Number(buffer.subarray(0, Math.max(colon, 0)));
      if (colon < 0 || buffer.length < colon + 1 + length) return;
      const message = JSON.parse(buffer.subarray(colon + 1, colon + 1 + length).toString());
      buffer = buffer.subarray(colon + 1 + length);
      if (!Array.isArray(message)) continue; // The greeting.
      const [, id, error, result] = message;
      const { settle, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (error) reject?.(new Error(`Firefox: ${error.message}`));
      else settle?.(result);
    }
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox ended'));
  });
  return (command, parameters) =>
    new Promise((settle, reject) => {
      waiting.set(++sent, { settle, reject });
      const text = JSON.stringify([0, sent, command, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}

/**
 * @param {number} port
 * @returns {Promise<import('node:net').Socket>}
 */
async function connected(port) {
  for (const started = Date.now(); ; ) {
    try {
      return await new Promise((settle, reject) => {
        const socket = connect(port, '127.0.0.1', () => settle(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      if (Date.now() - started > START_TIMEOUT) throw new Error('Firefox does not listen', { cause: error });
      await new Promise((settle) => setTimeout(settle, 250));
    }
  }
}
