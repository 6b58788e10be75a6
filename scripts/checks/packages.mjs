// `npm run check -- packages FOLDER`: imports packages of PyPI, unchanged, in the page, and lays the numbers of small programs beside PyTorch's.
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withPage } from '../in-page.mjs';
import { runCommand, UsageError } from '../options.mjs';
import { asked, compared, started } from './packages/compared.mjs';
import { packages } from './packages/list.mjs';

const usage = `Usage: npm run check -- packages FOLDER [NAME …] [options]

Imports packages of PyPI, unchanged, in the page by lamplight/python, and runs small
programs of them beside PyTorch. FOLDER holds their wheels, from pip download --no-deps,
with what they need; scripts/checks/packages/list.mjs says which. Packages of compiled code
(NumPy, tokenizers …) can be imported, as stand-ins, and not be used. Prints a table: for each
package, whether it is imported, its parts that run, those whose numbers agree within 1e-4 of
the largest, and the errors.

  NAME          a package; default: all whose wheels are there
  --python P    the Python with torch and torchvision       (default: python3)
  --write       keep the numbers of timm and transformers, for npm run test:long
  --help        show this text`;

/** How long a package may take, in milliseconds. */
const LIMIT = 900_000;

const folderOf = (/** @type {string} */ path) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));
const run = readFileSync(folderOf('run.py'), 'utf8');
/** What stands in for packages of compiled code, by the names of their files. */
const compiled = new URL('../../packages/notebook/worker/python/compiled/', import.meta.url);
const standIns = readdirSync(compiled)
  .filter((name) => name.endsWith('.py'))
  .map((name) => /** @type {const} */ ([name, readFileSync(new URL(name, compiled), 'utf8')]));

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      python: { type: 'string', default: 'python3' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [folder, ...names] = positionals;
  if (!folder) throw new UsageError('packages: expected the folder of the wheels');
  const strange = names.find((name) => !Object.hasOwn(packages, name));
  if (strange)
    throw new UsageError(
      `packages: expected a package, but got ${strange}; known are ${Object.keys(packages).join(', ')}`,
    );
  return { ...values, folder, names };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ folder, names, python, write }) {
  const there = readdirSync(folder).filter((name) => /\.(?:whl|tar\.gz)$/.test(name));
  const chosen = Object.entries(packages).filter(
    ([name]) => filesOf([name], there).length > 0 && (names.length === 0 || names.includes(name)),
  );
  if (chosen.length === 0) throw new UsageError(`packages: expected wheels in ${folder}`);
  let imported = 0;
  let agreeing = 0;
  let bad = 0;
  /** @type {Record<string, import('./packages/compared.mjs').Outcome>} */
  const kept = {};
  await withPage('scripts/checks/packages/page.html', async (page) => {
    await page.route('**/archives/*', (route) =>
      route.fulfill({ path: join(folder, new URL(route.request().url()).pathname.replace(/^.*\//, '')) }),
    );
    for (const [name, { module, needs }] of chosen) {
      const begun = performance.now();
      const files = filesOf([name, ...needs], there);
      const at = folderOf(`programs/${name}.py`);
      const program = existsSync(at) ? readFileSync(at, 'utf8') : 'parts = {}';
      const theirs = byPyTorch(folder, files, module, program, python);
      const ours = await inPage(page, files, module, program);
      kept[name] = await theirs;
      const { lines, agree, parts } = compared(ours, kept[name]);
      if (typeof ours.import !== 'string') imported++;
      if (parts > 0 && agree === parts) agreeing++;
      bad += lines.length;
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      const state = typeof ours.import === 'string' ? 'not imported' : 'imported';
      console.log(`${name.padEnd(30)} ${state.padEnd(13)} ${agree} of ${parts} parts agree, ${seconds} s`);
      for (const line of lines) console.log(`    ${line}`);
    }
  });
  console.log(`${imported} of ${chosen.length} imported, ${agreeing} with all of PyTorch's numbers`);
  if (write) {
    const held = Object.fromEntries(['timm', 'transformers'].map((name) => [name, kept[name] ?? {}]));
    writeFileSync(folderOf('expected.json'), `${JSON.stringify(held)}\n`);
  }
  return bad === 0 ? 0 : 1;
}

/** The files of distributions. @param {readonly string[]} names @param {readonly string[]} there */
function filesOf(names, there) {
  const wanted = new Set(names);
  return there.filter((file) => wanted.has(file.slice(0, file.search(/-\d/)).toLowerCase().replaceAll('-', '_')));
}

/**
 * @param {import('playwright').Page} page @param {readonly string[]} files @param {string} module @param {string} program
 * @returns {Promise<import('./packages/compared.mjs').Outcome>}
 */
async function inPage(page, files, module, program) {
  await page.reload({ timeout: LIMIT });
  await page.waitForFunction('globalThis.runPackage');
  /** @type {import('./packages/answered.ts').Given} */
  const given = {
    archives: files.map((name) => `/archives/${name}`),
    texts: [
      ['/harness/run.py', run],
      ...standIns.map(([name, text]) => /** @type {const} */ ([`/harness/${name}`, text])),
    ],
    code: started('/harness', '/archives', '/packages', asked(module, program)),
  };
  /** @type {Promise<import('./packages/compared.mjs').Outcome>} */
  const late = new Promise((done) =>
    setTimeout(done, LIMIT, { import: `it did not end in ${LIMIT / 1000} s` }).unref(),
  );
  const answer = page
    .evaluate((all) => globalThis.runPackage(all), given)
    .then(
      (text) => /** @type {import('./packages/compared.mjs').Outcome} */ (JSON.parse(text)),
      (error) => ({ import: String(error) }),
    );
  return Promise.race([answer, late]);
}

/** @param {string} folder @param {readonly string[]} files @param {string} module @param {string} program @param {string} python @returns {Promise<import('./packages/compared.mjs').Outcome>} */
async function byPyTorch(folder, files, module, program, python) {
  const at = mkdtempSync(join(tmpdir(), 'packages-'));
  try {
    mkdirSync(join(at, 'archives'));
    for (const name of files) copyFileSync(join(folder, name), join(at, 'archives', name));
    writeFileSync(join(at, 'run.py'), run);
    for (const [name, text] of standIns) writeFileSync(join(at, name), text);
    const code = started(at, join(at, 'archives'), join(at, 'packages'), asked(module, program));
    const printing = code.replace(/run\.outcome.*\n$/, (call) => `print("\\n" + ${call.trim()})\n`);
    const child = spawn(python, ['-c', printing], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The page computes at the same time.
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    return last.startsWith('{') ? JSON.parse(last) : { import: stderr.trim() };
  } finally {
    rmSync(at, { recursive: true });
  }
}

await runCommand(usage, options, main);
