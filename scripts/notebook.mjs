// `npm run notebook`: runs a notebook's cells from first to last in a headless browser, by the worker of its page, and prints what each puts out.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchOptions, resolveBrowser } from './browser.mjs';
import { parsed, runCommand } from './options.mjs';
import { setup } from './setup.mjs';

const usage = `Usage: npm run notebook -- FILE.md [options]

Runs the notebook's code cells in their order, and prints what each puts out, how long it took and how much GPU memory it held.

  --full        the full setting of a course; default: the short one
  --python      the cells of Python of a course that has both
  --pictures D  writes pictures into this folder
  --saves D     writes the files that cells offer into this folder
  --file F      adds a file that cells read by its name; may be given several times
  --untrusted   runs the cells as those of a stranger, without storage
  --bail        ends behind the first cell that fails
  --help        show this text`;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parsed(usage, () =>
    parseArgs({
      args,
      allowPositionals: true,
      options: {
        full: { type: 'boolean', default: false },
        python: { type: 'boolean', default: false },
        pictures: { type: 'string' },
        saves: { type: 'string' },
        file: { type: 'string', multiple: true, default: [] },
        untrusted: { type: 'boolean', default: false },
        bail: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return undefined;
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Error(`expected one notebook\n\n${usage}`);
  return { ...values, path };
}

/** @typedef {import('../demos/notebook/protocol').Output} Output */
/** @typedef {import('../demos/notebook/protocol').Ended} Ended */
/** @typedef {{ output: Output & { size?: number }, bytes: string | null, inGrid?: boolean }} Seen */

/** A policy for the blank page: that of the notebook's own. */
function policy() {
  return readFileSync(fileURLToPath(new URL('../demos/ui/fragments/policy-cells.html', import.meta.url)), 'utf8');
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main(chosen) {
  setup();
  const { chromium } = await import('playwright');
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    server: { port: 0, hmr: false, watch: null },
    logLevel: 'error',
  });
  await server.listen();
  const site = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch(launchOptions(await resolveBrowser({ log: console.error })));
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`page: ${message.text()}`);
    });
    await page.route(`${site}headless.html`, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<!doctype html>${policy()}<title>Notebook</title>` }),
    );
    await page.goto(`${site}headless.html`);
    const begun = performance.now();
    await page.exposeFunction('began', (/** @type {number} */ index, /** @type {string} */ source) => {
      console.log(`\n── cell ${index + 1} ${'─'.repeat(60)}\n${firstLines(source)}`);
    });
    await page.exposeFunction(
      'ended',
      (/** @type {number} */ index, /** @type {Seen[]} */ outputs, /** @type {Ended} */ ended) => {
        outputs.forEach((seen, i) => {
          if (!seen.inGrid) print(seen);
          const { output, bytes } = seen;
          if (bytes === null) return;
          if (output.kind === 'file') keep(chosen.saves, basename(output.name), bytes);
          else keep(chosen.pictures, `cell-${index + 1}-${i + 1}.png`, bytes);
        });
        const { how, milliseconds, memory } = ended;
        console.log(`   ${how} in ${(milliseconds / 1000).toFixed(2)} s, peak ${(memory.peak / 1e6).toFixed(1)} MB`);
      },
    );
    await page.exposeFunction('note', (/** @type {string} */ text) => console.log(`   (${text})`));
    const files = chosen.file.map((path) => ({ name: basename(path), bytes: readFileSync(path).toString('base64') }));
    const failed = await page.evaluate(inPage, {
      markdown: readFileSync(chosen.path, 'utf8'),
      short: !chosen.full,
      language: /** @type {'python' | 'typescript'} */ (chosen.python ? 'python' : 'typescript'),
      trusted: !chosen.untrusted,
      bail: chosen.bail,
      site,
      files,
    });
    const seconds = (performance.now() - begun) / 1000;
    console.log(`\n${basename(chosen.path, extname(chosen.path))}: ${failed} failed, ${seconds.toFixed(1)} s in all`);
    return failed === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * Runs in the page.
 * @param {{ markdown: string, short: boolean, language: 'typescript' | 'python', trusted: boolean, bail: boolean, site: string, files: { name: string, bytes: string }[] }} given
 */
async function inPage({ markdown, files, ...options }) {
  /** @type {typeof import('../demos/notebook/headless')} */
  const { runNotebook } = await import(`${options.site}notebook/headless.ts`);
  const host = /** @type {any} */ (globalThis);
  const base64 = async (/** @type {Blob} */ blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const seen = async (/** @type {Output} */ output) =>
    output.kind === 'picture'
      ? [{ output, bytes: await base64(output.png) }]
      : output.kind === 'file'
        ? [{ output: { ...output, size: output.contents.size }, bytes: await base64(output.contents) }]
        : output.kind === 'grid'
          ? [
              { output, bytes: null },
              ...(await Promise.all(
                output.items.map(async ({ picture }) => ({
                  output: picture,
                  bytes: await base64(picture.png),
                  inGrid: true,
                })),
              )),
            ]
          : [{ output, bytes: null }];
  const added = files.map(({ name, bytes }) => new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
  return runNotebook(
    markdown,
    { ...options, files: added },
    {
      began: (index, source) => host.began(index, source),
      ended: async (index, outputs, ended) => host.ended(index, (await Promise.all(outputs.map(seen))).flat(), ended),
      note: (text) => host.note(text),
    },
  );
}

/** @param {string | undefined} folder undefined: nowhere @param {string} name @param {string} bytes */
function keep(folder, name, bytes) {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), Buffer.from(bytes, 'base64'));
}

/** @param {string} source */
function firstLines(source) {
  const lines = source.split('\n');
  const more = lines.length > 3 ? ` … (${lines.length} lines)` : '';
  return `${lines
    .slice(0, 3)
    .map((line) => `   │ ${line}`)
    .join('\n')}${more}`;
}

/** @param {Seen} seen */
function print({ output }) {
  const write = (/** @type {string} */ text) => console.log(text.replace(/^/gm, '   '));
  switch (output.kind) {
    case 'text':
      return write(
        output.stream === 'warn' || output.stream === 'error' ? `${output.stream}: ${output.text}` : output.text,
      );
    case 'picture':
      return write(
        `[picture ${output.width} × ${output.height}${output.title ? `: ${output.title}` : ''}] ${output.alt}`,
      );
    case 'file':
      return write(`[file ${output.name}, ${(output.size ?? 0).toLocaleString('en')} bytes]`);
    case 'grid':
      return write(
        `[${output.items.length} pictures${output.title ? `: ${output.title}` : ''}] ${output.items
          .map(({ caption }) => caption)
          .filter(Boolean)
          .join(', ')}`,
      );
    case 'plot':
      return write(
        `[plot ${output.title}] ${output.lines.map(({ name, y }) => `${name}: ${Object.values(y).length} points, last ${Object.values(y).at(-1)}`).join('; ')}`,
      );
    case 'table':
      return write(
        [output.title, output.columns.join(' | '), ...output.rows.map((row) => row.join(' | '))]
          .filter(Boolean)
          .join('\n'),
      );
    case 'bars':
      return write(output.bars.map(({ text }) => text).join('\n'));
    case 'error':
      return write(
        [
          `${output.name}: ${output.message}`,
          output.remedy ?? '',
          output.line === null ? '' : `${output.cell}, line ${output.line}`,
          ...output.stack.slice(1),
        ]
          .filter(Boolean)
          .join('\n'),
      );
  }
}
