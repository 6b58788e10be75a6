// Writes the type declarations of the package: a file a door, and one with what doors share. A class is declared once, so that it is the
// same through every door, and what no door leads to is left out.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { doors } from '../doors.mjs';
import { completed, copyPlatform } from './completed.mjs';
import { numbered } from './names.mjs';
import { parametersOfSources, writeForms, writeTexts } from './texts.mjs';
import { tidied } from './tidied.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules/.cache/lamplight/declarations');

/** The file with what doors share. */
const SHARED = 'shared/lamplight';

/**
 * Has TypeScript write a declaration for each source.
 * @param {string} folder where they go
 */
function declareSources(folder) {
  const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
  const args = [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', folder];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`declarations: expected TypeScript to write them, but it ended with ${status}`);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => each.endsWith('.d.ts'))) {
    const file = join(folder, name);
    writeFileSync(file, completed(readFileSync(file, 'utf8'), folder, name));
  }
  copyPlatform(folder);
}

/**
 * Joins them.
 * @param {string} folder where the declarations of sources are
 * @param {string} out where the files of doors go
 */
async function joinDeclarations(folder, out) {
  const bundle = await rolldown({
    input: Object.fromEntries(doors.map(({ module }) => [module, join(folder, `${module}.d.ts`)])),
    plugins: [dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false }), tidied(folder)],
    onLog(level, { message }) {
      throw new Error(`declarations: expected no ${level}, but got: ${message}`);
    },
  });
  await bundle.write({
    dir: out,
    entryFileNames: '[name].d.ts',
    chunkFileNames: '[name].d.ts',
    minifyInternalExports: false,
    codeSplitting: { groups: [{ name: SHARED, minShareCount: 2 }] },
  });
}

/** Editors show the names of declarations. @param {string} folder */
function expectNumberless(folder) {
  for (const { module } of [...doors, { module: SHARED }]) {
    const names = numbered(readFileSync(join(folder, `${module}.d.ts`), 'utf8'));
    if (names.length > 0)
      throw new Error(`declarations: expected names without numbers in ${module}.d.ts, but got ${names.join(', ')}`);
  }
}

/** @param {string} out the folder for the files of doors */
async function write(out) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lamplight-declarations-')));
  try {
    declareSources(folder);
    await joinDeclarations(folder, out);
    expectNumberless(out);
    const sources = parametersOfSources();
    writeForms(out, sources);
    writeTexts(out, sources.texts);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A name for all that they are written from: the sources, the scripts and the packages. */
function nameOfInputs() {
  const files = readdirSync(root).filter((name) => /^(package-lock|tsconfig.*)\.json$/.test(name));
  for (const place of ['src', 'scripts']) {
    const names = readdirSync(join(root, place), { recursive: true, encoding: 'utf8' });
    files.push(...names.filter((name) => /\.(ts|mjs|json)$/.test(name)).map((name) => join(place, name)));
  }
  const hash = createHash('sha256');
  for (const name of files.sort()) hash.update(`${name}\n`).update(readFileSync(join(root, name)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Writes them. It takes a minute, so the last ones are kept, and copied where nothing has changed since.
 * @param {string} out the folder for the files of doors
 */
export async function writeDeclarations(out) {
  const kept = join(cache, nameOfInputs());
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const made = mkdtempSync(join(cache, 'made-'));
    try {
      await write(made);
      for (const name of readdirSync(cache)) {
        if (!name.startsWith('made-')) rmSync(join(cache, name), { recursive: true, force: true });
      }
      renameSync(made, kept);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  cpSync(kept, out, { recursive: true });
}
