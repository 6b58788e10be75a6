// `npm run check -- python-wheel`: builds the wheel of Python's packages by pip, with stubs of what they look up in the library (`--out FOLDER`, `--python P`).
// `--check` installs it into a folder, and has mypy look at programs that are right and at lines that are wrong.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCommand } from '../options.mjs';

const usage = `Usage: npm run check -- python-wheel [options]

Builds the wheel lamplight-torch, with type stubs made of the library's signatures.

  --out FOLDER  where it goes                                     (default: python/dist)
  --python P    a Python with pip; hatchling comes from the index (default: python3)
  --check       installs the wheel into a folder, and checks programs with mypy, which P has to have
  --help        show this text`;

/** The Python that builds need not be one that the packages run on. */
const ANY_PYTHON = '--ignore-requires-python';

const root = fileURLToPath(new URL('../../', import.meta.url));
const inRoot = (/** @type {string} */ path) => join(root, path);

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: 'string', default: inRoot('python/dist') },
      python: { type: 'string', default: 'python3' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values.help ? undefined : values;
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: root });
  return { status, text: `${stdout ?? ''}${stderr ?? ''}` };
}

/** @param {string} command @param {string[]} args */
function mustRun(command, args) {
  const { status, text } = run(command, args);
  if (status !== 0) throw new Error(`python-wheel: ${command} ${args.join(' ')} failed:\n${text}`);
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ out, python, check }) {
  const work = mkdtempSync(join(tmpdir(), 'python-wheel-'));
  try {
    const copy = join(work, 'python');
    for (const part of ['src', 'README.md', 'pyproject.toml']) {
      cpSync(inRoot(`python/${part}`), join(copy, part), {
        recursive: true,
        filter: (path) => !path.includes('__pycache__'),
      });
    }
    mustRun(process.execPath, [inRoot('scripts/checks/python-wheel/signatures.mjs'), join(work, 'signatures.json')]);
    mustRun(python, [inRoot('scripts/checks/python-wheel/stubs.py'), join(work, 'signatures.json'), join(copy, 'src')]);
    mkdirSync(out, { recursive: true });
    mustRun(python, ['-m', 'pip', 'wheel', '--quiet', '--no-deps', ANY_PYTHON, '--wheel-dir', resolve(out), copy]);
    const wheel = readdirSync(out).find((name) => name.endsWith('.whl')) ?? '';
    console.log(`${wheel} in ${out}`);
    return check ? checked(python, join(resolve(out), wheel), work) : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * How many programs mypy sees otherwise than their comments say: a line that ends in `# wrong` has an error, and no other has one.
 * @param {string} python @param {string} wheel @param {string} work
 */
function checked(python, wheel, work) {
  const place = join(work, 'installed');
  mustRun(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', ANY_PYTHON, '--target', place, wheel]);
  const program = join(work, 'typed.py');
  const text = readFileSync(inRoot('scripts/checks/python-wheel/typed.py'), 'utf8');
  writeFileSync(program, text);
  // Its packages stand in the path, where they are found as a project's own.
  writeFileSync(join(work, 'mypy.ini'), `[mypy]\nmypy_path = ${place}\nfollow_imports = silent\n`);
  const { text: said } = run(python, [
    '-m',
    'mypy',
    '--config-file',
    join(work, 'mypy.ini'),
    '--no-site-packages',
    '--cache-dir',
    join(work, 'cache'),
    program,
  ]);
  const inStubs = said.split('\n').filter((line) => line.includes(' error: ') && !line.includes('typed.py:'));
  const errors = [...said.matchAll(/typed\.py:(\d+): error: (.*)/g)].map(([, line, words]) => ({
    line: Number(line),
    words,
  }));
  const wrong = text.split('\n').flatMap((line, i) => (line.endsWith('# wrong') ? [i + 1] : []));
  const found = new Set(errors.map(({ line }) => line));
  const missed = wrong.filter((line) => !found.has(line)).map((line) => `line ${line}: expected an error`);
  const others = errors.filter(({ line }) => !wrong.includes(line)).map(({ line, words }) => `line ${line}: ${words}`);
  const failures = [...missed, ...others, ...inStubs];
  if (errors.length === 0) failures.push(said);
  for (const failure of failures) console.error(failure);
  console.log(failures.length === 0 ? `mypy: ${wrong.length} wrong lines found, and no other` : 'mypy: failed');
  return failures.length === 0 ? 0 : 1;
}
