// `npm run check -- pytorch-tests FOLDER`: runs PyTorch's own tests in the page, and tells those that pass from the list of before.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPage } from '../in-page.mjs';
import { runCommand, UsageError, whole } from '../options.mjs';
import { edits, modules, outOfReach, outOfReachWhy, tooLarge, unneeded } from './pytorch-tests/list.mjs';

const usage = `Usage: npm run check -- pytorch-tests FOLDER [FILE …] [options]

Runs PyTorch's own tests in the page, by Python's unittest. FOLDER is a checkout of
pytorch/pytorch, of a version from 2.1 to 2.6; its folders test and torch/testing are read.
Tests that scripts/checks/pytorch-tests/passing.txt lists and that fail now are told, and
the status is 1; so are tests that pass and are not listed. Versions differ: what is listed
and is not in the folder is counted.

PyTorch's own harness runs, torch.testing._internal, with these differences, which
scripts/checks/pytorch-tests/python makes: float64 stands for float32, of which the list
marks each test that names it with a "~"; gradients are checked at distances that
float32 allows; modules that are not here can be imported, and fail where a test
calls them; NumPy is a small stand-in, and SciPy not there; the device is "cpu", which is WebGPU.

  FILE          one of test_nn, nn/test_pooling …, as list.mjs has them   (default: all)
  --only TEXT   tests whose names contain it, as in test_nn.TestNN.test_dir
  --limit S     seconds that a test may take              (default: 60)
  --write       write the list
  --print       print why tests fail
  --help        show this text`;

/** Tests of one interpreter: what they leave behind must not grow without end. */
const AT_ONCE = 200;
/** How long finding the tests of a file may take, in milliseconds. */
const FINDING = 600_000;

const root = new URL('../../', import.meta.url);
const listed = new URL('pytorch-tests/passing.txt', import.meta.url);

/**
 * @typedef {{ name: string, outcome: 'passed' | 'failed' | 'skipped', why: string, touched?: string[] }} Result
 */

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      limit: { type: 'string', default: '60' },
      write: { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [folder, ...files] = positionals;
  if (!folder) throw new UsageError('pytorch-tests: expected the folder of pytorch/pytorch');
  const strange = files.find((file) => !modules.includes(file));
  if (strange) throw new UsageError(`pytorch-tests: expected one of ${modules.join(', ')}, but got ${strange}`);
  if (!existsSync(join(folder, 'torch/testing')))
    throw new UsageError(`pytorch-tests: expected torch/testing in ${folder}, a checkout of pytorch/pytorch`);
  return { ...values, folder, files, limit: 1000 * whole('limit', values.limit, 1, 600) };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ folder, files, only, limit, write, print }) {
  const before = readList();
  /** @type {Result[]} */
  const results = [];
  /** By the file that was asked: whether tests were found in it. @type {Map<string, boolean>} */
  const asked = new Map();
  await withPage('scripts/checks/pytorch-tests/page.html', async (page) => {
    await page.waitForFunction('globalThis.startTests');
    const tests = new Tests(page, filesOf(folder), limit);
    const chosen = files.length > 0 ? modules.filter((each) => files.includes(each)) : modules;
    const there = chosen.filter((each) => existsSync(join(folder, 'test', `${each}.py`)));
    const named = there.map((path) => path.slice(path.lastIndexOf('/') + 1));
    const wanted = named.filter((module) => only.startsWith(`${module}.`));
    for (const module of wanted.length > 0 ? wanted : named) {
      const names = (await tests.find(module)).filter((name) => name.includes(only) && !tooLarge.test(name));
      const own = [];
      for (const name of names) {
        const result = await tests.run(module, name);
        own.push(result);
        if (print && result.outcome === 'failed') console.log(`${name}\n${result.why}\n`);
      }
      results.push(...own);
      asked.set(module, names.length > 0);
      if (names.length > 0) console.log(`${module}: ${counted(own)}`);
    }
  });
  const passed = results.filter(({ outcome }) => outcome === 'passed');
  const marked = passed.filter(({ touched = [], name }) => touched.length > 0 || name.endsWith('float64'));
  console.log(`${counted(results)}; ${marked.length} of those that pass hold float64 as float32`);
  const now = new Map(results.map((result) => [result.name, result]));
  const moduleOf = (/** @type {string} */ name) => name.slice(0, name.indexOf('.'));
  const wanted = [...before.keys()].filter((name) => name.includes(only) && asked.has(moduleOf(name)));
  // Another version may lack a test, but no file lacks all.
  const isAbsent = (/** @type {string} */ name) => !now.has(name) && asked.get(moduleOf(name));
  const lost = wanted.filter((name) => now.get(name)?.outcome !== 'passed' && !isAbsent(name));
  for (const name of lost) console.log(`LOST ${name}: ${lastLine(now.get(name)?.why ?? 'none of its file is found')}`);
  const absent = wanted.filter(isAbsent).length;
  if (absent > 0) console.log(`${absent} that are listed are not in this folder`);
  for (const { name } of passed) if (!before.has(name)) console.log(`new ${name}`);
  if (write)
    writeList(new Map([...before, ...passed.map((test) => /** @type {const} */ ([test.name, marked.includes(test)]))]));
  return lost.length === 0 ? 0 : 1;
}

/** The tests in the page: an interpreter is replaced by the next after some tests, and after one that did not end. */
class Tests {
  #module = '';
  #count = 0;

  /**
   * @param {import('playwright').Page} page
   * @param {[path: string, text: string][]} files
   * @param {number} limit
   */
  constructor(page, files, limit) {
    this.page = page;
    this.files = files;
    this.limit = limit;
  }

  /** @param {string} code @param {number} limit @returns {Promise<string | null>} */
  #ask(code, limit) {
    return this.page.evaluate(
      ([code, limit]) => globalThis.askTests(code, limit),
      /** @type {const} */ ([code, limit]),
    );
  }

  /** The names of a module's tests. @param {string} module @returns {Promise<string[]>} */
  async find(module) {
    await this.page.evaluate((files) => globalThis.startTests(files), this.files);
    this.#module = module;
    this.#count = 0;
    const found = JSON.parse((await this.#ask(`harness.find(${JSON.stringify(module)})`, FINDING)) ?? '{}');
    if (!found.names) throw new Error(`${module}: expected tests, but got ${found.error}`);
    return found.names;
  }

  /** @param {string} module @param {string} name @returns {Promise<Result>} */
  async run(module, name) {
    if (this.#module !== module || this.#count++ >= AT_ONCE) await this.find(module);
    const failed = (/** @type {string} */ why) => ({ name, outcome: /** @type {const} */ ('failed'), why });
    try {
      const answer = await this.#ask(`harness.run(${JSON.stringify(name)})`, this.limit);
      if (answer !== null) return JSON.parse(answer);
      this.#module = '';
      return failed(`it did not end in ${this.limit / 1000} s`);
    } catch (error) {
      this.#module = '';
      return failed(String(error));
    }
  }
}

/** The files that the interpreter needs, by their paths there. @param {string} folder */
function filesOf(folder) {
  const files = [
    ...sources(join(folder, 'test'), '/pytorch/test'),
    ...sources(join(folder, 'torch/testing'), '/pytorch/torch/testing').filter(([path]) => !unneeded.test(path)),
    ...sources(new URL('scripts/checks/pytorch-tests/python', root).pathname, '/harness'),
    ...sources(new URL('packages/notebook/worker/python/compiled', root).pathname, '/harness'),
  ];
  for (const [name, before, after] of edits) {
    const file = files.find(([path]) => path === `/pytorch/${name}`);
    if (!file?.[1].includes(before)) throw new Error(`${name}: expected ${JSON.stringify(before)} in it`);
    file[1] = file[1].replaceAll(before, after);
  }
  return files;
}

/** @param {string} from @param {string} to @returns {[path: string, text: string][]} */
function sources(from, to) {
  return (
    readdirSync(from, { recursive: true, encoding: 'utf8' })
      // Links that lead out of the folder may lead nowhere.
      .filter((name) => name.endsWith('.py') && existsSync(join(from, name)))
      .map((name) => [`${to}/${name.replaceAll('\\', '/')}`, readFileSync(join(from, name), 'utf8')])
  );
}

/** @param {Result[]} results */
function counted(results) {
  const count = (/** @type {string} */ kind) => results.filter(({ outcome }) => outcome === kind).length;
  const passed = count('passed');
  const could = results.filter(({ name, outcome, why }) => outcome === 'failed' && !isOutOfReach(name, why)).length;
  const share = passed + could > 0 ? Math.round((100 * passed) / (passed + could)) : 100;
  return `${passed} passed, ${count('failed')} failed, ${count('skipped')} skipped; ${share} % of the ${passed + could} that could pass in a page`;
}

/** Whether a test needs what a page has not. @param {string} name @param {string} why */
const isOutOfReach = (name, why) =>
  outOfReach.test(name) || outOfReachWhy.test(why.trim().split('\n').slice(-3).join('\n'));

const lastLine = (/** @type {string} */ text) => text.trim().split('\n').at(-1);

/** The tests that passed before; true where one holds float64 as float32. @returns {Map<string, boolean>} */
function readList() {
  if (!existsSync(listed)) return new Map();
  const lines = readFileSync(listed, 'utf8').split('\n');
  return new Map(
    lines.filter((line) => line && !line.startsWith('#')).map((line) => [line.replace(/ ~$/, ''), line.endsWith('~')]),
  );
}

/** @param {Map<string, boolean>} tests */
function writeList(tests) {
  const names = [...tests.keys()].sort();
  const lines = names.map((name) => `${name}${tests.get(name) ? ' ~' : ''}`);
  const head =
    '# Tests of PyTorch 2.1 to 2.6 that pass in the page: npm run check -- pytorch-tests. A "~" marks those that hold float64 as float32.';
  writeFileSync(listed, `${[head, ...lines].join('\n')}\n`);
}

await runCommand(usage, options, main);
