#!/usr/bin/env node
// `npm create lamplight`: copies a template into a new folder, asking for what the command does not say.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const templates = fileURLToPath(new URL('./templates/', import.meta.url));

/** What each template is, by its folder. */
const kinds = {
  page: 'a page that trains on the GPU',
  worker: 'a page with its training in a worker',
  node: 'a script for Node',
};

/** The repository, where this file stands in a clone of it; the package that npm installs has none around it. */
const clone = fileURLToPath(new URL('../../', import.meta.url));

const usage = `Usage: create-lamplight [folder] [--template ${Object.keys(kinds).join('|')}]`;

/** An error that the user can put right; it is shown without a stack. */
class Misuse extends Error {}

/** @param {string} kind */
function expectKind(kind) {
  if (Object.hasOwn(kinds, kind)) return kind;
  throw new Misuse(`--template: expected one of ${Object.keys(kinds).join(', ')}, but got ${kind}`);
}

/** A package's name made of a folder's: npm allows small letters, digits and few signs. @param {string} folder */
const nameOf = (folder) =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '') || 'lamplight-app';

/** @param {string[]} args */
function options(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { template: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (positionals.length > 1) throw new Misuse(`expected one folder, but got ${positionals.join(', ')}`);
    return { ...values, folder: positionals[0] };
  } catch (error) {
    throw new Misuse(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

/**
 * What the command does not say is asked where somebody can answer, and else taken as usual.
 * @param {string} question
 * @param {string} usual
 */
async function ask(question, usual) {
  if (!process.stdin.isTTY) return usual;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question(`${question} (${usual}) `)).trim() || usual;
  } finally {
    lines.close();
  }
}

/**
 * Packs the clone into the new app, so that the app has the library as it stands there; null where this is no clone, and the app then
 * takes the library from its repository, since npm does not have it yet.
 * @param {string} folder
 * @returns {Promise<string | null>} what the app's package.json names
 */
async function packedClone(folder) {
  if (!isClone()) return null;
  console.log(`Packing Lamplight from ${clone}, which takes a minute or two …`);
  const { setup } = await import(new URL('../../scripts/setup.mjs', import.meta.url).href);
  setup();
  mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(folder));
  npm(['run', 'build']);
  // Its scripts would write package.json and README.md anew for the package, and leave them so where they are stopped half-way.
  npm(['pack', '--ignore-scripts', '--pack-destination', folder, '--loglevel=error']);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz') && !before.has(name));
  if (archive) return `file:${archive}`;
  throw new Misuse(`npm pack wrote no archive into ${folder}`);
}

/**
 * Runs npm in the clone.
 * @param {readonly string[]} args
 */
function npm(args) {
  // Of npm's own settings, those of the command that runs this file would lead it to another folder.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'npm_config_local_prefix'));
  const isWindows = process.platform === 'win32';
  const quoted = isWindows ? args.map((each) => `"${each}"`) : args;
  const { status, error, stdout, stderr } = spawnSync('npm', quoted, {
    cwd: clone,
    env,
    encoding: 'utf8',
    shell: isWindows,
  });
  if (status === 0) return;
  throw new Misuse(`npm ${args[0]} failed in ${clone}:\n${error?.message ?? `${stdout}${stderr}`.slice(-3000)}`);
}

function isClone() {
  try {
    return (
      JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')).name === 'lamplight' &&
      existsSync(join(clone, 'src'))
    );
  } catch {
    return false;
  }
}

async function main() {
  const given = options(process.argv.slice(2));
  if (given.help) {
    console.log(usage);
    return;
  }
  const folder = resolve(given.folder ?? (await ask('Folder?', 'lamplight-app')));
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Misuse(`expected a new or empty folder, but ${folder} has files in it`);
  }
  const list = Object.entries(kinds).map(([kind, text]) => `  ${kind.padEnd(8)}${text}`);
  if (given.template === undefined && process.stdin.isTTY) console.log(list.join('\n'));
  const kind = expectKind(given.template ?? (await ask('Template?', 'page')));
  const packed = await packedClone(folder);
  cpSync(join(templates, kind), folder, { recursive: true });
  // npm leaves files of this name out of packages.
  renameSync(join(folder, '_gitignore'), join(folder, '.gitignore'));
  const file = join(folder, 'package.json');
  const manifest = { ...JSON.parse(readFileSync(file, 'utf8')), name: nameOf(folder) };
  if (packed) manifest.dependencies.lamplight = packed;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  const path = relative(process.cwd(), folder);
  console.log(`Made ${kinds[kind]} in ${folder}.`);
  console.log(
    packed
      ? `It has Lamplight as packed from the clone (${packed.slice('file:'.length)}).`
      : 'Lamplight is not on npm yet: npm install builds it from its repository, which takes a few minutes.',
  );
  console.log('Next:\n');
  console.log(
    [...(path === '' ? [] : [`  cd ${/\s/.test(path) ? `"${path}"` : path}`]), '  npm install', '  npm start'].join(
      '\n',
    ),
  );
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
