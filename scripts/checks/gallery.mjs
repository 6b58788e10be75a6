// `npm run check -- gallery`: builds the site, drives each page of the gallery to its result, and prints what it costs; `--record` keeps its picture.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchOptions, resolveBrowser } from '../browser.mjs';
import { list, oneOf, runCommand, UsageError, whole } from '../options.mjs';
import { setup } from '../setup.mjs';
import { TRANSFORMERS, wheelPaths } from '../wheels.mjs';
import { stepsInNode } from './gallery/in-node.mjs';
import { Progress } from './gallery/progress.mjs';

const folder = fileURLToPath(new URL('../../demos/gallery', import.meta.url));
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'program.md')));
const usage = `Usage: npm run check -- gallery [options]

Opens each page of the gallery in headless Chrome, runs its program, and prints a table: bytes until it can be used, milliseconds until then and until it
shows what it has computed, the longest frame while it computes, lines of its longest cell, and, where it trains, steps or rounds a second, beside those of
the same program in Node.

  --only NAMES  some of ${names.join(', ')}
  --small       the small network, where a page has several: a GPU that is a processor takes seconds for a step of the others
  --seconds N   how long each page computes before it is measured and recorded, and its program in Node (20)
  --record      keep a picture of what each page shows, which visitors without WebGPU see
  --site DIR    a site that was built before
  --help        show this text`;

/** Files that a page is given, where it computes nothing without, and where they are chosen. @type {Record<string, Given>} */
const FILES = {
  gpt2: {
    input: 'input[type=file]',
    paths: async () =>
      ['model.safetensors', 'tokenizer.json', 'config.json'].map((name) =>
        fileURLToPath(new URL(`../../test/fixtures/gpt2/${name}`, import.meta.url)),
      ),
  },
  transformers: { input: '#wheels', paths: () => wheelPaths(TRANSFORMERS) },
};
/** Milliseconds until a page has told something: Python and a package of 12 MB come before. */
const PATIENCE = 400_000;

/** @typedef {{ readonly input: string, paths(): Promise<readonly string[]> }} Given */

/** What is chosen on a page that trains only where one asks for it. @type {Record<string, Readonly<Record<string, string>>>} */
const CHOICES = { gpt2: { steps: '200' } };

/** @param {string[]} args */
function options(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      small: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '20' },
      record: { type: 'boolean', default: false },
      site: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const only = values.only === undefined ? names : list('only', values.only).map((name) => oneOf('only', name, names));
  const { small, record, site } = values;
  if (site !== undefined && !existsSync(join(site, 'gallery'))) {
    throw new UsageError(`--site: expected the folder of a built site, but '${site}' has no gallery`);
  }
  return { only, small, milliseconds: 1000 * whole('seconds', values.seconds, 1, 600), record, site };
}

/** Notes what the program is given, and from `watch()` on the longest frame and what reports tell. */
const WATCH = `(() => {
  const watched = { longest: 0, heard: [], given: {}, files: [], watch };
  let newest = {};
  function watch() {
    let before = performance.now();
    const frame = (now) => {
      watched.longest = Math.max(watched.longest, now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    addEventListener('gallery-report', ({ detail: { step, round } }) => {
      watched.heard.push([step ?? round ?? null, performance.now()]);
      // A page whose program has ended takes its panels back.
      if ((step ?? round) !== undefined) watched.given = newest;
    });
  }
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, ...more) {
    if (message?.type === 'controls') newest = message.values;
    if (message?.type === 'file') watched.files.push(message.file);
    return postMessage.call(this, message, ...more);
  };
  window.watched = watched;
})()`;

/** @typedef {{ longest: number, heard: [number | null, number][], given: Record<string, unknown>, files: File[], watch(): void }} Watched */

/**
 * What was noted, with files as base64, by their names.
 * @param {import('playwright').Page} page
 */
const watchedOn = (page) =>
  page.evaluate(async () => {
    /** @type {Watched} */
    const { longest, heard, given, files } = /** @type {any} */ (window).watched;
    const read = files.map(async (file) => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      return [file.name, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))];
    });
    return { longest, heard, given, files: Object.fromEntries(await Promise.all(read)) };
  });

/** @param {number | null} value */
const rate = (value) => (value === null ? '–' : value.toPrecision(3));

/** @param {import('playwright').Page} page @param {string} path */
async function recordTo(page, path) {
  const png = await page.locator('#stage').screenshot();
  const url = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    return canvas.toDataURL('image/webp', 0.7);
  }, png.toString('base64'));
  writeFileSync(path, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

/** @param {{ only: readonly string[], small: boolean, milliseconds: number, record: boolean, site: string | undefined }} chosen */
async function main({ only, small, milliseconds, record, site }) {
  setup();
  const { build, preview } = await import('vite');
  const made = site ? null : mkdtempSync(join(tmpdir(), 'lamplight-site-'));
  const outDir = site ?? /** @type {string} */ (made);
  try {
    if (made) await build({ mode: 'demos', logLevel: 'error', build: { outDir, emptyOutDir: true } });
    const server = await preview({ preview: { port: 0 }, build: { outDir }, logLevel: 'error' });
    const { chromium } = await import('playwright');
    const found = await resolveBrowser({ log: console.error });
    console.log('page          kB at once  ms until ready  ms until result  longest frame  lines  steps/s  in Node');
    for (const name of only) {
      // A page that was closed may have left work on the GPU, for which the next would wait.
      const browser = await chromium.launch(launchOptions(found));
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.addInitScript(WATCH);
      const session = await page.context().newCDPSession(page);
      await session.send('Network.enable');
      let bytes = 0;
      session.on('Network.loadingFinished', ({ encodedDataLength }) => {
        bytes += encodedDataLength;
      });
      const began = performance.now();
      const choices = new URLSearchParams({ ...CHOICES[name], ...(small ? { size: 'small' } : {}) });
      await page.goto(`${server.resolvedUrls?.local[0]}gallery/${name}/?${choices}`);
      await page.locator('#content[data-ready]').waitFor();
      const ready = performance.now() - began;
      const atOnce = bytes;
      const lines = await page
        .locator('#program .code')
        .evaluateAll((cells) => Math.max(...cells.map((cell) => `${cell.textContent}`.trimEnd().split('\n').length)));
      const own = FILES[name];
      if (own)
        await page
          .locator(own.input)
          .first()
          .setInputFiles([...(await own.paths())]);
      // A page whose program describes a network before it trains has a button of its own.
      for (const start of [page.locator('button[data-run]').first(), page.locator('#train')]) {
        if ((await start.count()) > 0 && (await start.textContent()) !== 'Stop') await start.click();
      }
      await page.locator('#content[data-reported]').waitFor({ timeout: PATIENCE });
      const result = performance.now() - began;
      await page.evaluate(() => /** @type {any} */ (window).watched.watch());
      await page.waitForTimeout(milliseconds);
      const { longest, heard, given, files } = await watchedOn(page);
      const progress = new Progress();
      for (const [count, time] of heard) progress.heard(count, time);
      if (record) await recordTo(page, join(folder, name, 'recorded.webp'));
      await browser.close();
      const site = server.resolvedUrls?.local[0] ?? '';
      const inNode = progress.perSecond === null ? null : await stepsInNode(name, { site, given, files, milliseconds });
      const figures = [
        (atOnce / 1000).toFixed(0).padStart(10),
        ready.toFixed(0).padStart(14),
        result.toFixed(0).padStart(15),
        `${longest.toFixed(0)} ms`.padStart(13),
        lines.toString().padStart(5),
        rate(progress.perSecond).padStart(7),
        rate(inNode).padStart(7),
      ];
      console.log(`${name.padEnd(12)}  ${figures.join('  ')}`);
    }
    await server.close();
  } finally {
    if (made) rmSync(made, { recursive: true, force: true });
  }
  return 0;
}

await runCommand(usage, options, main);
