// What a page downloads until a program's first line is printed: bytes of scripts, and rounds of requests.
import { gzipSync } from 'node:zlib';
import { decode } from '@jridgewell/sourcemap-codec';
import { build } from 'vite';
import { classNames } from '../class-names.mjs';
import { doorAliases } from '../doors.mjs';
import { wgslStripped } from '../wgsl-stripped.mjs';

/**
 * A script of a built program: its code, and how many characters of it come from each source.
 * @typedef {{ code: string | Uint8Array, sources: ReadonlyMap<string, number> }} Script
 */

/**
 * A program as Vite builds it: its scripts by their names, that of the entry, and those that the entry imports, which Vite's page preloads.
 * @typedef {{ entry: string, imported: readonly string[], scripts: ReadonlyMap<string, Script> }} Built
 */

/**
 * What was downloaded. `first` holds the entry and what it imports, `later` what it asked for as it ran; `rounds` counts the requests that
 * waited for one another, the first included.
 * @typedef {{ first: readonly string[], later: readonly string[], rounds: number, printed: string }} Visit
 */

/**
 * Builds a program that imports the sources, as Vite builds one that imports the package.
 * @param {string} file
 * @param {import('vite').AliasOptions} [alias] of what it imports
 * @returns {Promise<Built>}
 */
export async function built(file, alias = doorAliases) {
  const plugins = () => [classNames(), wgslStripped()];
  const { output } = /** @type {import('vite').Rolldown.RolldownOutput} */ (
    await build({
      configFile: false,
      logLevel: 'error',
      mode: 'production',
      base: './',
      resolve: { alias },
      plugins: plugins(),
      worker: { format: 'es', plugins },
      build: {
        write: false,
        target: 'es2022',
        minify: true,
        sourcemap: 'hidden',
        chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
        rolldownOptions: { input: file, external: ['webgpu'], checks: { pluginTimings: false } },
      },
    })
  );
  const chunks = output.filter((each) => each.type === 'chunk');
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (!entry) throw new Error(`${file}: Vite built no entry`);
  /** @type {Map<string, Script>} */
  const scripts = new Map(
    chunks.map(({ fileName, code, map, modules }) => [fileName, { code, sources: shares(code, map, modules) }]),
  );
  for (const asset of output) {
    // Workers.
    if (asset.type === 'asset' && asset.fileName.endsWith('.js')) {
      scripts.set(asset.fileName, { code: String(asset.source), sources: new Map() });
    }
  }
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const imported = new Set(entry.imports);
  for (const name of imported) for (const next of byName.get(name)?.imports ?? []) imported.add(next);
  return { entry: entry.fileName, imported: [...imported].filter((name) => scripts.has(name)), scripts };
}

/**
 * How many characters of a script come from each of its sources. Texts of shaders have no mappings; they are built in as they are.
 * @param {string} code
 * @param {import('vite').Rolldown.SourceMap | null} map
 * @param {import('vite').Rolldown.OutputChunk['modules']} modules
 */
function shares(code, map, modules) {
  /** @type {Map<string, number>} */
  const found = new Map();
  const lines = code.split('\n');
  decode(map?.mappings ?? '').forEach((segments, line) => {
    segments.forEach(([column, source], i) => {
      const end = segments[i + 1]?.[0] ?? lines[line]?.length ?? column;
      const name = source === undefined ? '' : (map?.sources[source] ?? '');
      found.set(name, (found.get(name) ?? 0) + end - column);
    });
  });
  for (const [id, { renderedLength }] of Object.entries(modules)) {
    if (/\.wgsl\b/.test(id)) found.set(id, renderedLength);
  }
  return found;
}

/** How long no request may come before those that wait are answered, in milliseconds. */
const QUIET = 200;

/**
 * Runs a program in a page until it prints. Requests for scripts are held until no more of them come, and then answered together: a round.
 * @param {import('playwright').Browser} browser
 * @param {Built} program
 * @param {(path: string) => Uint8Array | undefined} [data] other files that it asks for
 * @returns {Promise<Visit>}
 */
export async function visited(browser, { entry, imported, scripts }, data = () => undefined) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    /** @type {{ name: string, answer: () => Promise<void> }[]} */
    let held = [];
    /** @type {string[][]} */
    const rounds = [];
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const release = () => {
      const round = held;
      held = [];
      rounds.push(round.map(({ name }) => name));
      for (const { answer } of round) void answer();
    };
    await page.route('**/*', (route) => {
      const name = decodeURIComponent(new URL(route.request().url()).pathname.slice(1));
      const script = scripts.get(name);
      if (name === '') {
        const preloads = imported.map((each) => `<link rel="modulepreload" href="./${each}">`);
        const html = `<!doctype html>${preloads.join('')}<script type="module" src="./${entry}"></script>`;
        return route.fulfill({ contentType: 'text/html', body: html });
      }
      if (!script) {
        const bytes = data(name);
        return route.fulfill(bytes ? { body: Buffer.from(bytes) } : { status: 404 });
      }
      const contentType = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
      held.push({ name, answer: () => route.fulfill({ contentType, body: Buffer.from(script.code) }) });
      clearTimeout(timer);
      timer = setTimeout(release, QUIET);
      return undefined;
    });
    /** @type {Promise<string>} */
    const printed = new Promise((resolve, reject) => {
      page.on('console', (message) => {
        if (message.type() === 'log') resolve(message.text());
      });
      page.on('pageerror', reject);
    });
    const [text] = await Promise.all([printed, page.goto('http://localhost:1/')]);
    // However its parts came in, what the entry imports is one round.
    const first = [entry, ...imported];
    const later = rounds
      .map((names) => names.filter((name) => !first.includes(name)))
      .filter(({ length }) => length > 0);
    return { first, later: later.flat(), rounds: 1 + later.length, printed: text };
  } finally {
    await context.close();
  }
}

/**
 * Bytes of scripts, each compressed by itself, as a server sends them.
 * @param {Built} program
 * @param {readonly string[]} names
 * @param {(code: Buffer) => Buffer} [compressed]
 */
export function bytesOf({ scripts }, names, compressed = (code) => gzipSync(code, { level: 9 })) {
  return names.reduce((sum, name) => sum + compressed(Buffer.from(scripts.get(name)?.code ?? '')).length, 0);
}

/**
 * Bytes by gzip of scripts, shared out over the rooms of `src` that their characters come from, largest first.
 * @param {Built} program
 * @param {readonly string[]} names
 */
export function rooms(program, names) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const name of names) {
    const each = bytesOf(program, [name]) / bytesOf(program, [name], (code) => code);
    for (const [source, length] of program.scripts.get(name)?.sources ?? []) {
      const room = roomOf(source);
      found.set(room, (found.get(room) ?? 0) + each * length);
    }
  }
  return new Map([...found].sort(([, x], [, y]) => y - x));
}

/** @param {string} source */
function roomOf(source) {
  const [, src] = /(?:^|\/)src\/[^/]+\/(?:([^/]+)\/|[^/]+$)/.exec(source) ?? [];
  if (src) return src;
  if (/\/shaders\//.test(source)) return 'shaders';
  return /\/src\//.test(source) ? 'index' : /node_modules/.test(source) ? 'packages' : 'program';
}
