// `npm run gallery`: builds the site, drives each page of the gallery to its result, and prints what it costs; `--record` keeps its picture.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchOptions, resolveBrowser } from './browser.mjs';
import { stepsInNode } from './gallery/in-node.mjs';
import { Progress } from './gallery/progress.mjs';
import { list, oneOf, parsed, runCommand } from './options.mjs';
import { setup } from './setup.mjs';

const folder = fileURLToPath(new URL('../demos/gallery', import.meta.url));
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'program.md')));
const usage = `Usage: npm run gallery -- [options]

Opens each page of the gallery in headless Chrome, runs its program, and prints a table: bytes until it can be used, milliseconds until then and until it
shows what it has computed, the longest frame while it computes, lines of its longest cell, and, where it trains, steps or rounds a second, beside those of
the same program in Node.

  --only NAMES  some of ${names.join(', ')}
  --record      keep a picture of what each page shows, which visitors without WebGPU see
  --site DIR    a site that was built before
  --help        show this text`;

/** Files that a page is given, where it computes nothing without. @type {Record<string, readonly string[]>} */
const FILES = {
  gpt2: ['model.safetensors', 'tokenizer.json', 'config.json'].map((name) =>
    fileURLToPath(new URL(`../test/fixtures/gpt2/${name}`, import.meta.url)),
  ),
};

/** Milliseconds in which a page computes before it is measured and recorded. */
const RUN = 20_000;

/** @param {string[]} args */
function options(args) {
  const { values } = parsed(usage, () =>
    parseArgs({
      args,
      options: {
        only: { type: 'string' },
        record: { type: 'boolean', default: false },
        site: { type: 'string' },
        help: { type: 'boolean' },
      },
    }),
  );
  if (values.help) return undefined;
  const only = values.only === undefined ? names : list('only', values.only).map((name) => oneOf('only', name, names));
  return { only, record: values.record, site: values.site };
}

/** Notes the longest frame, what reports tell from now on, and before that what the program is given. */
const WATCH = `(() => {
  const watched = { longest: 0, heard: [], given: {}, watch };
  function watch() {
    let before = performance.now();
    const frame = (now) => {
      watched.longest = Math.max(watched.longest, now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    addEventListener('gallery-report', ({ detail: { step, round } }) => watched.heard.push([step ?? round ?? null, performance.now()]));
  }
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, ...more) {
    if (message?.type === 'controls') watched.given = message.values;
    return postMessage.call(this, message, ...more);
  };
  window.watched = watched;
})()`;

/** @typedef {{ longest: number, heard: [number | null, number][], given: Record<string, unknown>, watch(): void }} Watched */

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

/** @param {{ only: readonly string[], record: boolean, site: string | undefined }} chosen */
async function main({ only, record, site }) {
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
      await page.goto(`${server.resolvedUrls?.local[0]}gallery/${name}/`);
      await page.locator('#content[data-ready]').waitFor();
      const ready = performance.now() - began;
      const atOnce = bytes;
      const lines = await page
        .locator('#program .code')
        .evaluateAll((cells) => Math.max(...cells.map((cell) => `${cell.textContent}`.trimEnd().split('\n').length)));
      if (FILES[name]) await page.locator('input[type=file]').first().setInputFiles(FILES[name]);
      // A page whose program describes a network before it trains has a button of its own.
      for (const start of [page.locator('button[data-run]').first(), page.locator('#train')]) {
        if ((await start.count()) > 0 && (await start.textContent()) !== 'Stop') await start.click();
      }
      await page.locator('#content[data-reported]').waitFor({ timeout: 120_000 });
      const result = performance.now() - began;
      await page.evaluate(() => /** @type {any} */ (window).watched.watch());
      await page.waitForTimeout(RUN);
      /** @type {Watched} */
      const { longest, heard, given } = await page.evaluate(() => /** @type {any} */ (window).watched);
      const progress = new Progress();
      for (const [count, time] of heard) progress.heard(count, time);
      if (record) await recordTo(page, join(folder, name, 'recorded.webp'));
      await browser.close();
      const site = server.resolvedUrls?.local[0] ?? '';
      const inNode = progress.perSecond === null ? null : await stepsInNode(name, { site, given, milliseconds: RUN });
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
