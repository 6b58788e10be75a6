// `npm test`: installs, finds a browser, runs the static checks and the tests, and ends with `N passed, N failed`.
// `npm run test:long` (`--long`) runs the tests of test/long instead, which take minutes, and `npm run test:site` (`--site`) those of
// the built site in test/site, of which `--only NAME` selects files and tests. With arguments (`npm test -- conv`,
// `npm test -- --project gpu`) either runs only the tests that they select: by the path of their file, or else by their name.
// `npm test -- --changed` runs the static checks, and the tests of what differs from main or from the commit behind the option.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { resolveBrowser } from './browser.mjs';
import { changedFiles, readGraph, touched } from './changed.mjs';
import { projectsOf } from './projects.mjs';
import { counted } from './report.mjs';
import { select, sourcesOf, testFiles } from './selection.mjs';
import { setup } from './setup.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const cache = `${root}node_modules/.cache/lamplight/`;
const cruised = ['--config', 'dependency-cruiser.config.mjs'];
const long = process.argv.includes('--long');
const site = process.argv.includes('--site');
const given = process.argv.slice(2);
const since = given.findIndex((argument) => /^--changed(=|$)/.test(argument));
const isChanged = since >= 0;
const selection = isChanged ? [] : given.filter((argument) => !['--long', '--site', '--only'].includes(argument));
/** Whether nothing is selected; of what has changed that is known once it has been looked for. */
let isWhole = selection.length === 0 && !isChanged;
const total = { passed: 0, failed: 0 };
/** What is said of tests above the counts, at the end. @type {string[]} */
const lines = [];

try {
  setup();
  // Whoever selects tests wants them soon: a browser that was found before will do.
  const browser = await resolveBrowser({ fresh: isWhole, log: console.log });
  console.log(`Browser: ${browser.executablePath} ${browser.version}; WebGPU adapter: ${browser.name}\n`);
  if (isChanged) {
    const changes = whatChanged();
    const graph = makeGraph();
    const [files] = await Promise.all([whatToRun(changes, graph), checks(graph)]);
    if (files === 'all') await wholeRun();
    else if (files.length > 0) await testsOf(files);
  } else if (isWhole && !long && !site) {
    // The checks keep a core busy, which tests that wait leave idle.
    await Promise.all([checks(), wholeRun()]);
  } else await tests();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed++;
}
for (const line of lines) console.log(line);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed`);

/**
 * Runs tools over the repository side by side, and counts each as one test.
 * @param {Promise<string>} [graph] the report of dependency-cruiser, where that is made anyway
 */
async function checks(graph) {
  const imports = graph
    ? graph.then((file) => ['depcruise-fmt', '--output-type', 'err', '--exit-code', file])
    : Promise.resolve(['dependency-cruise', ...cruised, 'src', 'demos', 'packages/notebook']);
  await Promise.all([
    // A project a floor and one a door. Several checkers would each check what they have in common.
    check('Types (tsc)', 'typescript-7/bin/tsc', ['-b', '--checkers', '1']),
    check('Format and lint (biome)', '@biomejs/biome/bin/biome', ['check', '.']),
    imports.then(([program, ...args]) =>
      check('Import direction and cycles (depcruise)', `dependency-cruiser/bin/${program}.mjs`, args),
    ),
  ]);
  console.log();
}

/**
 * @param {string} title
 * @param {string} program
 * @param {string[]} args
 */
async function check(title, program, args) {
  const { status, output } = await node(program, args, 'pipe');
  console.log(status === 0 ? `✓ ${title}` : `${output}\n✗ ${title}`);
  status === 0 ? total.passed++ : total.failed++;
}

/** Has dependency-cruiser write the graph of all imports, with what is wrong about them, into a file; gives its path. */
async function makeGraph() {
  mkdirSync(cache, { recursive: true });
  const file = `${cache}imports-${process.pid}.json`;
  const places = ['src', 'test', 'demos', 'packages/notebook', 'scripts', 'bench', 'vitest.config.ts'];
  const args = [...cruised, '--output-type', 'json', '--output-to', file, ...places];
  const { status, output } = await node('dependency-cruiser/bin/dependency-cruise.mjs', args, 'pipe');
  if (status !== 0 || !existsSync(file)) throw new Error(`dependency-cruiser made no graph of the imports:\n${output}`);
  process.on('exit', () => rmSync(file, { force: true }));
  return file;
}

/** What has changed, from the commit that stands behind the option, or else from main. */
function whatChanged() {
  if (long || site) {
    throw new Error(
      '--changed: expected no --long or --site, whose tests are selected by words; leave one of the two out',
    );
  }
  const [option = '', next] = given.slice(since);
  const named = option.includes('=') ? option.slice(option.indexOf('=') + 1) : next;
  return changedFiles(root, named?.startsWith('-') ? undefined : named);
}

/**
 * The files of tests that `--changed` runs, which is said with the reason.
 * @param {ReturnType<typeof whatChanged>} changes
 * @param {Promise<string>} report
 * @returns {Promise<string[] | 'all'>}
 */
async function whatToRun({ reference, base, files }, report) {
  const tests = folders().flatMap((folder) => testFiles(root, folder));
  const found = touched({ changed: files, tests, ...readGraph(root, await report) });
  const differ = `${files.length} ${files.length === 1 ? 'file differs' : 'files differ'} from ${reference} at ${base.slice(0, 8)}`;
  if (found.all.length > 0) {
    console.log(`${differ}: all tests run, since all depend on ${some(found.all)}.\n`);
    isWhole = true;
    return 'all';
  }
  const untested = found.untested.length > 0 ? ` No test of npm test reaches ${some(found.untested)}.` : '';
  console.log(
    `${differ}: ${found.files.length} of ${tests.length} test files run, which reach one on its floor or through its door, with a sample of each door above it.${untested}\n`,
  );
  return found.files;
}

/** @param {readonly string[]} files */
function some(files) {
  return files.length > 4 ? `${files.slice(0, 3).join(', ')} and ${files.length - 3} others` : files.join(', ');
}

/** Runs all tests but the long ones. */
function wholeRun() {
  return sideBySide([], ['--project', '!long*', '--exclude', 'test/unit/**']);
}

/** @param {readonly string[]} files */
async function testsOf(files) {
  const unit = files.filter((file) => file.startsWith('test/unit/'));
  const others = files.filter((file) => !unit.includes(file));
  const args = [...projectsOf(others).flatMap((name) => ['--project', name]), ...others];
  if (others.length === 0) await run('tests', ['--project', 'unit', ...unit], 'inherit');
  else if (unit.length === 0) await run('tests', args, 'inherit');
  else await sideBySide(unit, args);
}

/**
 * Gives tests of host code processes of their own: they keep a core busy while others wait for a page or a kernel.
 * @param {readonly string[]} unit which of them; all where empty
 * @param {readonly string[]} others arguments for the run of the others
 */
async function sideBySide(unit, others) {
  const beside = run('unit', ['--project', 'unit', '--fileParallelism', '--maxWorkers', '2', ...unit], 'pipe');
  await run('tests', others, 'inherit');
  console.log(await beside);
}

/** Runs what words and options select; without any, all tests of `--long` or `--site`. */
async function tests() {
  if (long || site) {
    process.env.LAMPLIGHT_SEED ??= `${Math.floor(Math.random() * 2 ** 31)}`;
    const seed = process.env.LAMPLIGHT_SEED;
    const chosen = [long && 'random programs', isWhole && 'which cases of its tables a whole run takes'].filter(
      Boolean,
    );
    const command = long ? 'npm run test:long' : 'npm run test:site';
    if (chosen.length > 0) console.log(`LAMPLIGHT_SEED=${seed} ${command} chooses again: ${chosen.join(', and ')}.\n`);
  }
  const wanted = selected();
  if (!wanted) {
    listFiles();
    return;
  }
  const chosen = wanted.some((argument) => argument.startsWith('--project'));
  const own = site ? ['long-site'] : long ? ['long', 'long-node', 'long-timing'] : ['!long*'];
  const projects = chosen ? [] : own.flatMap((project) => ['--project', project]);
  // A browser's GPU process keeps one core busy: two files of the built site are run side by side.
  const pairs = site ? ['--fileParallelism', '--maxWorkers', '2'] : [];
  await run('tests', [...projects, ...pairs, ...wanted], 'inherit');
}

/**
 * Runs Vitest, counts its tests, and gives what it wrote where that is not shown at once.
 * @param {string} name
 * @param {readonly string[]} args
 * @param {'inherit' | 'pipe'} stdio
 */
async function run(name, args, stdio) {
  const report = `${cache}report-${process.pid}-${name}.json`;
  mkdirSync(cache, { recursive: true });
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args];
  const { status, output } = await node('vitest/vitest.mjs', options, stdio, {
    LAMPLIGHT_WHOLE: isWhole ? '1' : '0',
  });
  try {
    const { files, passed, failed, skipped, lines: said } = counted(JSON.parse(readFileSync(report, 'utf8')), root);
    if (files === 0 || (!isWhole && passed + failed === 0)) listFiles();
    total.passed += passed;
    total.failed += failed;
    lines.push(...said);
    // An error that no test had, or a selection that matches no file, still fails the run.
    if (status !== 0 && failed === 0) {
      total.failed++;
      lines.push(`✗ outside of every test of ${name}: see what Vitest says above`);
    }
    // A selection by name skips all other tests.
    if (skipped > 0 && (isWhole || isChanged))
      lines.push(`Skipped: ${skipped} of ${name}; npx vitest run --reporter=verbose says why each was`);
  } catch {
    lines.push(`✗ The run of ${name} wrote no report.`);
    total.failed++;
  } finally {
    rmSync(report, { force: true });
  }
  return output;
}

/** The folders below test/ that this command runs. */
function folders() {
  if (site) return ['test/site'];
  return long ? ['test/long'] : ['test/unit', 'test/gpu', 'test/python', 'test/node', 'test/e2e'];
}

/** What the selection is for Vitest; undefined where it fits no test. Whoever gives options of Vitest's says all by them. */
function selected() {
  const words = selection.filter((argument, i) => !argument.startsWith('-') && selection[i - 1] !== '--project');
  const options = selection.filter((argument) => !words.includes(argument));
  if (words.length === 0 || options.some((option) => option.startsWith('-') && !option.startsWith('--project')))
    return selection;
  const files = folders().flatMap((folder) => testFiles(root, folder));
  // Its tests are called by what they are made from.
  if (site && !words.some((word) => files.some((file) => file.includes(word))))
    return [...options, '-t', words.join('|')];
  const found = select(words, files, sourcesOf(root));
  if (!found) return undefined;
  // A project that holds none of them would start its page or its process for nothing.
  const holding = files.filter((file) => found.paths.some((path) => file.includes(path)));
  const among = options.length > 0 ? options : projectsOf(holding).flatMap((name) => ['--project', name]);
  if (found.name === undefined) return [...among, ...found.paths];
  console.log(`No test file is called so; looking for tests whose name matches in ${holding.length} files.\n`);
  return [...among, ...found.paths, '-t', found.name];
}

/** Says which files of tests there are to select from. */
function listFiles() {
  console.log(
    `No test fits "${selection.join(' ')}", which is to be a part of the path of a file or of the name of a test. The files are:`,
  );
  for (const folder of folders()) {
    const names = testFiles(root, folder).map((file) => file.slice(folder.length + 1).replace(/\.test\.ts$/, ''));
    console.log(`\n${folder}\n  ${names.join(' ')}`);
  }
  if (!long && !site)
    console.log('\nThose of test/long run by npm run test:long, those of test/site by npm run test:site.');
  console.log();
}

/**
 * Runs a program out of node_modules and gives its exit status, and what it wrote where that is not shown at once.
 * @param {string} program
 * @param {string[]} args
 * @param {'inherit' | 'pipe'} stdio
 * @param {Record<string, string>} [variables] of its environment
 * @returns {Promise<{ status: number, output: string }>}
 */
function node(program, args, stdio, variables = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...variables };
    const child = spawn(process.execPath, [`${root}node_modules/${program}`, ...args], { cwd: root, stdio, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
