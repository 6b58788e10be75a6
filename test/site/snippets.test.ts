// Runs every program of README, guide and examples where it says that it runs: in the worker of a cell, in a page, or in Node.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOptions, resolveBrowser, vulkanEnvironment } from '../../scripts/browser.mjs';
import { openRunner } from '../../scripts/checks/notebook/runner.mjs';
import { doorAliases } from '../../scripts/doors.mjs';
import { allSnippets, type Snippet } from '../../scripts/snippets.mjs';
import { partOf } from '../support/sample';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Where programs with files of their own lie while they run: ignored by git, and within what the server serves. */
const folder = join(root, 'node_modules/.cache/lamplight/snippets');
const run = promisify(execFile);

const snippets = allSnippets();
const texts = [...new Set(snippets.filter(({ kind }) => kind === 'cell').map(({ file }) => file))];
const inPages = snippets.filter(({ kind, name }) => kind === 'page' && (name === null || !/\.ts$/.test(name)));
const inNode = snippets.filter(({ kind, name }) => kind === 'node' && name === null);

let notebooks: Awaited<ReturnType<typeof openRunner>>;
let browser: Browser;
let context: BrowserContext;
let server: ViteDevServer;

const folderOf = ({ file }: Snippet): string => join(folder, file.replace(/\W/g, '-'));
const pathOf = (snippet: Snippet): string =>
  join(folderOf(snippet), snippet.name && /\.ts$/.test(snippet.name) ? snippet.name : `at-${snippet.line}.ts`);

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  for (const snippet of snippets) {
    if (snippet.kind === 'cell') continue;
    await mkdir(folderOf(snippet), { recursive: true });
    await writeFile(pathOf(snippet), `${snippet.code}\nexport {};\n`);
    if (!inPages.includes(snippet)) continue;
    const page = `<!doctype html><title>Program</title><body>${elements(snippet.code)}</body>`;
    await writeFile(pathOf(snippet).replace(/\.ts$/, '.html'), page);
  }
  notebooks = await openRunner();
  browser = await chromium.launch(launchOptions(await resolveBrowser()));
  // One for all pages: modules that one has fetched are there for the next.
  context = await browser.newContext();
  server = await createServer({
    configFile: false,
    root,
    cacheDir: join(root, 'node_modules/.cache/lamplight/vite-snippets'),
    resolve: { alias: doorAliases },
    worker: { format: 'es' },
    server: { port: 0, host: 'localhost', hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: ['comlink'] },
    logLevel: 'error',
  });
  await server.listen();
}, 120_000);
afterAll(async () => {
  await notebooks?.close();
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test.each(partOf(texts, 8))(
  'the cells of %s run',
  async (file) => {
    const told: string[] = [];
    const failed = await notebooks.run({ path: join(root, file) }, (text) => told.push(text));
    expect(failed === 0 ? '' : told.join('\n')).toBe('');
  },
  600_000,
);

/** An element for each that the program asks for by its id. */
function elements(code: string): string {
  const asked = [...code.matchAll(/(?:querySelector(?:<[^>]*>)?|Panel)\(\s*'([a-z]*)#([\w-]+)'/g)];
  return asked.map(([, tag, id]) => `<${tag || 'div'} id="${id}" width="64" height="64"></${tag || 'div'}>`).join('');
}

test.each(partOf(inPages, 8).map((snippet) => [`${snippet.file}:${snippet.line}`, snippet] as const))(
  '%s runs in a page',
  async (_place, snippet) => {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    const module = `/${pathOf(snippet).slice(root.length)}`;
    await page.goto(new URL(module.replace(/\.ts$/, '.html'), server.resolvedUrls?.local[0]).href);
    // As a text: an import in a function would be made one of this test's.
    await page.evaluate(`import(${JSON.stringify(module)}).then(() => undefined)`);
    expect(problems).toEqual([]);
    await page.close();
  },
  180_000,
);

test.each(partOf(inNode, 8).map((snippet) => [`${snippet.file}:${snippet.line}`, snippet] as const))(
  '%s runs in Node',
  async (_place, snippet) => {
    const cwd = await mkdtemp(join(tmpdir(), 'lamplight-program-'));
    const script = join(root, 'test/site/run-in-node.mjs');
    const env = { ...process.env, ...vulkanEnvironment(await resolveBrowser()) };
    await run(process.execPath, [script, `/${pathOf(snippet).slice(root.length)}`], { cwd, env });
    await rm(cwd, { recursive: true, force: true });
  },
  180_000,
);
