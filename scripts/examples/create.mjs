// What `npm create lamplight` makes, from the package as npm packs it: every app is installed with the packed library, built and run.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command, serve } from './places.mjs';

const source = fileURLToPath(new URL('../../packages/create-lamplight', import.meta.url));

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
  for (const kind of ['page', 'worker', 'node']) {
    const run = ['exec', '--yes', `--package=${join(folder, creator)}`, '--', 'create-lamplight', `my ${kind}`];
    await command(['npm', ...run, '--template', kind], folder);
    const app = join(folder, `my ${kind}`);
    expectVersion(join(app, 'package.json'), kind, archive);
    await command(['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'], app);
    await command(['npm', 'run', 'build'], app);
    texts.push(`${kind} ${kind === 'node' ? await inNode(app, environment) : await inPage(app, chrome)} %`);
  }
  return { text: texts.join(', '), runtime: 'npm create', warnings: [] };
}

/** The app asks for the library's own version, and gets the archive. @param {string} file @param {string} kind @param {string} archive */
function expectVersion(file, kind, archive) {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const { lamplight } = manifest.dependencies;
  if (lamplight !== `^${version}`) throw new Error(`${kind}: expected ^${version} of lamplight, but got ${lamplight}`);
  if (manifest.name !== `my-${kind}`)
    throw new Error(`${kind}: expected to be called my-${kind}, but got ${manifest.name}`);
  manifest.dependencies.lamplight = `file:${archive}`;
  writeFileSync(file, JSON.stringify(manifest, null, 2));
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
