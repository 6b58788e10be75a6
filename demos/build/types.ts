// Gives the editor of cells what it checks them by: declarations of the library's doors and of TypeScript's own, in one file that is
// fetched when a cell is first edited.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { globalsFile } from '../../packages/notebook/types/cell-files.ts';
import { writeDeclarations } from '../../scripts/declarations/written.mjs';
import { doors } from '../../scripts/doors.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules/.cache/lamplight/types');
const typescript = join(root, 'node_modules/typescript/lib');
const builtins = join(root, 'packages/notebook/builtins.ts');

/** The module that gives the file's address. */
const MODULE = 'virtual:lamplight/types';
const SERVED = '/notebook/types.json';

/** Cells run in a worker, so they know what a worker knows. */
const LIBRARIES = [
  'lib.es2023.d.ts',
  'lib.webworker.d.ts',
  'lib.webworker.asynciterable.d.ts',
  'lib.esnext.disposable.d.ts',
];

/** The named libraries of TypeScript, with all that they refer to. */
function libraries(): Record<string, string> {
  const found: Record<string, string> = {};
  const add = (name: string): void => {
    if (name in found) return;
    const text = readFileSync(join(typescript, name), 'utf8');
    found[name] = text;
    for (const [, reference] of text.matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>/gm)) add(`lib.${reference}.d.ts`);
  };
  for (const name of LIBRARIES) add(name);
  return Object.fromEntries(Object.entries(found).map(([name, text]) => [`/${name}`, text]));
}

/** What declarations are made of, and by. */
const sources = ['src', 'scripts/declarations', 'scripts/reference'];

/** A name for just these sources. */
function version(): string {
  const hash = createHash('sha256');
  for (const folder of sources.map((each) => join(root, each))) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (/\.(?:ts|mjs)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Declarations of the doors, which take half a minute to write: once for the same sources. */
async function declarations(): Promise<string> {
  const kept = join(cache, version());
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const before = readdirSync(cache);
  const folder = mkdtempSync(join(cache, 'new-'));
  await writeDeclarations(folder);
  for (const name of before) rmSync(join(cache, name), { recursive: true, force: true });
  // Another build may have been quicker.
  if (existsSync(kept)) return folder;
  renameSync(folder, kept);
  return kept;
}

async function contents(): Promise<string> {
  const folder = await declarations();
  const files: Record<string, string> = libraries();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.d.ts')) files[`/lamplight/${name}`] = readFileSync(join(folder, name), 'utf8');
  }
  const webgpu = readFileSync(join(root, 'node_modules/@webgpu/types/dist/index.d.ts'), 'utf8');
  const said = readFileSync(builtins, 'utf8');
  files['/webgpu.d.ts'] = webgpu;
  files['/builtins.d.ts'] = said;
  files['/globals.d.ts'] = globalsFile(said);
  const paths = Object.fromEntries(doors.map(({ name, module }) => [name, [`/lamplight/${module}.d.ts`]]));
  return JSON.stringify({ files, paths, libraries: LIBRARIES });
}

export function types(): Plugin {
  let isBuild = false;
  let served: Promise<string> | undefined;
  return {
    name: 'lamplight:types',
    configResolved({ command }) {
      isBuild = command === 'build';
    },
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    async load(id) {
      if (id !== `\0${MODULE}`) return;
      if (!isBuild) return `export default ${JSON.stringify(SERVED)};`;
      const reference = this.emitFile({ type: 'asset', name: 'types.json', source: await contents() });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        if ((request.url ?? '').split('?')[0] !== SERVED) return next();
        served ??= contents();
        try {
          const text = await served;
          response.setHeader('Content-Type', 'application/json');
          response.end(text);
        } catch (error) {
          served = undefined;
          next(error);
        }
      });
    },
  };
}
