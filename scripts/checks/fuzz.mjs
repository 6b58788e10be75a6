// `npm run check -- fuzz`: reads damaged files of every format, and says what did not end in a value or a typed error in time and in bounds.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const usage = `Usage: npm run check -- fuzz [options] [format …]

Reads damaged files of every format, or of those named.

  --count N     damaged files a format            (default: 20,000)
  --seed N      which damage; the same seed gives the same files (default: by the clock)
  --only N      the file of this number alone, kept in the folder for temporary files
  --self-test   readers that hang, take memory, throw what they should not, and give wrong values: each must be found
  --list        the formats`;

const root = fileURLToPath(new URL('../../', import.meta.url));
/** A file takes milliseconds; in ms. Readers that hang on purpose are found out sooner. */
const HANG = process.argv.includes('--self-test') ? 5_000 : 20_000;
/** Files a process. */
const BATCH = 2_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    'self-test': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const folder = join(root, 'node_modules/.cache/fuzz');
mkdirSync(folder, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'fuzz-'));
// A seed by chance may leave the one file as it is that the readers of the self-test are given.
const seed = Number(values.seed ?? (values['self-test'] ? 1 : Date.now() % 2 ** 31));

/** @typedef {{ index: number; kind: 'error' | 'value' | 'memory' | 'hang' | 'crash'; text: string }} Finding */
/** @typedef {{ sound: number; refused: number; memory: number }} Counts */

try {
  await bundle();
  const { formats } = /** @type {typeof import('../../test/fuzz/formats')} */ (
    await import(pathToFileURL(join(folder, 'formats.js')).href)
  );
  const names = positionals.length > 0 ? positionals : Object.keys(formats);
  for (const name of names)
    if (!Object.hasOwn(formats, name))
      throw new Error(`expected one of ${Object.keys(formats).join(', ')}, but got ${name}`);
  if (values['self-test']) await selfTest();
  else if (values.list) console.log(names.join('\n'));
  else if (values.only !== undefined) await one(names, Number(values.only));
  else await all(names, Number(values.count));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true });
}

/** @param {string[]} names @param {number} count */
async function all(names, count) {
  console.log(`Seed ${seed}: npm run check -- fuzz --seed ${seed} damages the same files in the same way.`);
  let found = 0;
  for (const name of names) {
    const start = Date.now();
    const { findings, total } = await fuzz(name, count);
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    const memory = Math.round(total.memory / 2 ** 20);
    console.log(
      `${name}: ${total.sound} read, ${total.refused} refused, ${findings.length} wrong; at most ${memory} MB; ${seconds} s`,
    );
    for (const { index, kind, text } of findings)
      console.log(`  ${kind} at ${index} (npm run check -- fuzz ${name} --seed ${seed} --only ${index}): ${text}`);
    found += findings.length;
  }
  if (found > 0) process.exitCode = 1;
}

/** Shows that what is looked for would be found. */
async function selfTest() {
  const { traps } = /** @type {typeof import('../../test/fuzz/traps')} */ (
    await import(pathToFileURL(join(folder, 'traps.js')).href)
  );
  for (const [name, { finds }] of Object.entries(traps)) {
    const { findings } = await fuzz(name, 1);
    const found = findings.map(({ kind }) => kind).join(', ') || 'nothing';
    console.log(`${name}: found ${found}`);
    if (found === (finds ?? 'nothing')) continue;
    console.error(`${name}: expected ${finds ?? 'nothing'} to be found`);
    process.exitCode = 1;
  }
}

/** @param {string[]} names @param {number} index */
async function one(names, index) {
  for (const name of names) {
    const kept = join(tmpdir(), `fuzz-${name}-${seed}-${index}`);
    const { findings } = await run(name, index, 1, kept);
    console.log(
      `${name} ${index}: ${findings.map(({ kind, text }) => `${kind} ${text}`).join('\n') || 'sound'}; the file is ${kept}`,
    );
  }
}

/** @param {string} name @param {number} count */
async function fuzz(name, count) {
  /** @type {Finding[]} */
  const findings = [];
  const total = { sound: 0, refused: 0, memory: 0 };
  for (let next = 0; next < count; ) {
    const batch = await run(name, next, Math.min(BATCH, count - next));
    for (const finding of batch.findings) {
      // Garbage of many files counts for none: one that takes too much does so alone.
      const again = finding.kind === 'memory' ? (await run(name, finding.index, 1)).findings : [finding];
      findings.push(...again);
    }
    total.sound += batch.counts.sound;
    total.refused += batch.counts.refused;
    total.memory = Math.max(total.memory, batch.counts.memory);
    next = batch.next;
  }
  return { findings, total };
}

/**
 * Runs a process over some mutants, until it ends or one hangs.
 * @param {string} name @param {number} first @param {number} count @param {string} [kept]
 * @returns {Promise<{ findings: Finding[]; counts: Counts; next: number }>}
 */
function run(name, first, count, kept = '') {
  const progress = join(work, 'progress');
  const args = ['--expose-gc', '--max-semi-space-size=2', '--max-old-space-size=256', join(folder, 'child.js')];
  const child = spawn(process.execPath, [...args, name, `${seed}`, `${first}`, `${count}`, progress, kept], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  let last = '';
  let hung = false;
  const watch = setInterval(() => {
    const now = at(progress);
    hung = now === last && now !== '';
    last = now;
    if (hung) child.kill('SIGKILL');
  }, HANG);
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearInterval(watch);
      /** @type {Finding[]} */
      const findings = [];
      let counts = { sound: 0, refused: 0, memory: 0 };
      for (const line of output.split('\n').filter((one) => one.startsWith('{'))) {
        const { kind, ...rest } = JSON.parse(line);
        if (kind === 'done') counts = rest;
        else findings.push({ kind, ...rest });
      }
      const reached = Number(at(progress) || first);
      const isDone = status === 0;
      if (hung) findings.push({ index: reached, kind: 'hang', text: `no end after ${HANG / 1000} s` });
      else if (!isDone && !findings.some(({ kind }) => kind === 'memory')) {
        findings.push({
          index: reached,
          kind: 'crash',
          text: `the process ended with ${status}: ${errors.slice(-500)}`,
        });
      }
      resolve({ findings, counts, next: isDone ? first + count : reached + 1 });
    });
  });
}

/** @param {string} progress */
function at(progress) {
  try {
    return readFileSync(progress, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Makes the readers run in Node: modules of TypeScript and shaders are those of Vite. */
async function bundle() {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: { alias: { lamplight: join(root, 'src/index.ts') } },
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(
          ['child', 'formats', 'traps'].map((name) => [name, join(root, `test/fuzz/${name}.ts`)]),
        ),
        output: { entryFileNames: '[name].js' },
      },
    },
  });
}
