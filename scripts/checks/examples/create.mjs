// What `npm create lamplight` makes, from the package as npm packs it, and from the clone, whose library it packs by itself: every app is
// installed with a packed library, built and run.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { command, serve } from './places.mjs';

const source = fileURLToPath(new URL('../../../packages/create-lamplight', import.meta.url));

/** No eval, no inline script or style, nothing from elsewhere. */
const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'";

const LEAST_ACCURACY = 95;

/**
 * @param {string} archive of the library
 * @param {string} folder a new one
 * @param {import('playwright').Browser} chrome
 * @param {Record<string, string>} environment of programs in Node
 * @returns {Promise<import('../examples.mjs').Outcome>}
 */
export async function createApps(archive, folder, chrome, environment) {
  mkdirSync(folder);
  await command(['npm', 'pack', '--pack-destination', folder], source);
  const creator = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (!creator) throw new Error(`npm pack left no archive of ${source}`);
  const texts = [];
  const packed = ['npm', 'exec', '--yes', `--package=${join(folder, creator)}`, '--', 'create-lamplight'];
  const ways = /** @type {const} */ ([
    ['page', packed],
    ['worker', packed],
    ['node', [process.execPath, join(source, 'index.js')]],
  ]);
  for (const [kind, create] of ways) {
    const { text } = await command([...create, `my ${kind}`, '--template', kind], folder);
    const app = join(folder, `my ${kind}`);
    if (create === packed) expectRepository(app, kind, archive);
    else expectClone(app, kind, text);
    await command(['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'], app);
    await command(['npm', 'run', 'build'], app);
    texts.push(`${kind} ${kind === 'node' ? await inNode(app, environment) : await inPage(app, chrome)} %`);
  }
  return { text: texts.join(', '), runtime: 'npm create', warnings: [] };
}

/** @param {string} app @param {string} kind */
function manifestOf(app, kind) {
  const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  if (manifest.name !== `my-${kind}`)
    throw new Error(`${kind}: expected to be called my-${kind}, but got ${manifest.name}`);
  return manifest;
}

/** Without a clone, the app asks for the library's repository, until npm has a release; here it gets the archive. @param {string} app @param {string} kind @param {string} archive */
function expectRepository(app, kind, archive) {
  const { repository } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const manifest = manifestOf(app, kind);
  const { lamplight } = manifest.dependencies;
  if (lamplight !== repository.url) throw new Error(`${kind}: expected ${repository.url}, but got ${lamplight}`);
  manifest.dependencies.lamplight = `file:${archive}`;
  writeFileSync(join(app, 'package.json'), JSON.stringify(manifest, null, 2));
}

/** In a clone, the app has the library that was packed from there, and says so. @param {string} app @param {string} kind @param {string} text */
function expectClone(app, kind, text) {
  const { lamplight } = manifestOf(app, kind).dependencies;
  const [, file = ''] = /^file:(lamplight-.*\.tgz)$/.exec(lamplight) ?? [];
  if (!existsSync(join(app, file)) || file === '')
    throw new Error(`${kind}: expected a packed clone, but got ${lamplight}`);
  if (!text.includes(`packed from the clone (${file})`))
    throw new Error(`${kind}: expected it to say so, but got ${text}`);
}

/** The share of right points that an app says. @param {string} text */
function accuracyIn(text) {
  const [, found] = /Done: ([\d.]+) % of the points are right/.exec(text) ?? [];
  if (!(Number(found) >= LEAST_ACCURACY))
    throw new Error(`expected ${LEAST_ACCURACY} % of the points right, but got: ${text}`);
  return `${found}`;
}

/** @param {string} app @param {Record<string, string>} environment */
async function inNode(app, environment) {
  const { text } = await command(['npm', 'start'], app, environment);
  return accuracyIn(text);
}

/** @param {string} app @param {import('playwright').Browser} chrome */
async function inPage(app, chrome) {
  const site = await serve(join(app, 'dist'), POLICY);
  const page = await chrome.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  try {
    await page.goto(site.address);
    await page.getByRole('button', { name: 'Train' }).click();
    const status = page.getByRole('status').filter({ hasNotText: /^(Step .*)?$/ });
    const accuracy = accuracyIn(`${await status.textContent({ timeout: 120_000 })}`);
    const colours = await page.locator('canvas').evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return 0;
      const { width, height } = canvas;
      const pixels = new Uint32Array(canvas.getContext('2d')?.getImageData(0, 0, width, height).data.buffer ?? []);
      return new Set(pixels).size;
    });
    if (colours < 20) throw new Error(`expected a map of what was learnt, but got ${colours} colours`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return accuracy;
  } finally {
    await page.close();
    site.close();
  }
}
