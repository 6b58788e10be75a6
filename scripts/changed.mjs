// `npm test -- --changed`: which files differ from main, and which tests these reach. It looks in the graph of imports that dependency-cruiser makes, and
// in what that graph lacks: the paths of workers, fixtures, scripts and folders that files write in quotes. Vitest's own `--changed` sees no source at
// all, since pages and processes load the library as one module.
//
// Nearly every test reaches nearly every operation, since tests import `lamplight`. So the selection is bounded by the doors: a change in a door runs the
// tests that import that door; a change in the engine or in torch runs the tests that import no door, and a sample of the others.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** What runs for a change below the door that it tests: one quick file of each door. */
export const SAMPLES = [
  'test/gpu/einops.test.ts',
  'test/gpu/nms.test.ts',
  'test/node/alone/worker-connection.test.ts',
  'test/node/attribution.test.ts',
  'test/node/lightning.test.ts',
  'test/node/metrics.test.ts',
  'test/node/onnx-graphs.test.ts',
  'test/node/tensorboard.test.ts',
  'test/python/steps.test.ts',
  'test/unit/to-python.test.ts',
];

/** Doors that `src/index.ts` shows, so that their tests need not import them. */
const SHOWN = ['vision', 'distributions'];

/** What runs every test, beside what vitest.config.ts imports. */
const HARNESS = /^(package(-lock)?\.json|vitest\.config\.ts|test\/support\/(page|process)\.ts)$/;

/** Files, and the tests that reach them in other ways: from a server, by a pattern of names, or in another process. */
const SERVED = /** @type {const} */ ([
  [/^python\//, /^test\/python\//],
  [/^(demos\/(mnist|ui|build)|packages\/notebook\/(ui|mnist))\//, /^test\/e2e\/mnist/],
  [/^test\/e2e\//, /^test\/e2e\//],
  [/^src\/.*\.ts$/, /^test\/unit\/repeats/],
  [/^test\/fixtures\/.*\.py$/, /^test\/unit\/fixtures/],
]);

/** @typedef {ReadonlyMap<string, readonly string[]>} Graph by path, the paths that a file imports or names */

/**
 * What to run: all tests because of the changes `all`, or else those of `files`; no test knows the changes `untested`.
 * @typedef {{ all: string[], files: string[], untested: string[] }} Touched
 */

/**
 * The files that differ from where the branch left `reference`, by their paths from `root`; also what is not committed, or not known to git.
 * @param {string} root
 * @param {string | undefined} reference default: main, or else origin/main
 */
export function changedFiles(root, reference) {
  /** @param {string[]} args */
  const git = (...args) => {
    const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
    return status === 0 ? stdout.trim() : undefined;
  };
  const known = (reference === undefined ? ['main', 'origin/main'] : [reference]).find(
    (name) => git('rev-parse', '--verify', '--quiet', `${name}^{commit}`) !== undefined,
  );
  const base = known && git('merge-base', 'HEAD', known);
  if (!known || !base) {
    throw new Error(
      `--changed: expected a commit to compare with, but there is no ${reference ?? 'main or origin/main'}; name one: npm test -- --changed HEAD~1`,
    );
  }
  const lists = [
    git('-c', 'core.quotePath=off', 'diff', '--name-only', '--no-renames', base),
    git('-c', 'core.quotePath=off', 'ls-files', '--others', '--exclude-standard'),
  ];
  const files = lists.flatMap((list) => list?.split('\n') ?? []).filter(Boolean);
  return { reference: known, base, files: [...new Set(files)].sort() };
}

/**
 * The graph of a report of dependency-cruiser. Imports of types alone are left out: they are what the type checker sees.
 * @param {{ modules: { source: string, dependencies: { resolved: string, dependencyTypes: string[] }[] }[] }} report
 * @returns {Graph}
 */
export const graphOf = ({ modules }) =>
  new Map(
    modules.map(({ source, dependencies }) => [
      source,
      dependencies
        .filter(({ dependencyTypes }) => !dependencyTypes.includes('type-only'))
        .map(({ resolved }) => resolved)
        .filter((file) => !file.startsWith('node_modules/')),
    ]),
  );

/**
 * What `touched` looks for changes in.
 * @param {string} root
 * @param {string} report the file that dependency-cruiser wrote
 */
export function readGraph(root, report) {
  const graph = graphOf(JSON.parse(readFileSync(report, 'utf8')));
  /** @param {string} file */
  const isFile = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile() ?? false;
  /** @param {string} file */
  const read = (file) => readFileSync(join(root, file), 'utf8');
  const sources = [...graph.keys()].filter((file) => /\.(ts|mjs)$/.test(file) && isFile(file));
  return { graph, named: new Map(sources.map((file) => [file, pathsIn(file, read(file), isFile)])), read };
}

/** A path in quotes, without what a pattern or a query adds. */
const PATH = /(['"`])(\.{0,2}[\w@-][\w./@-]*|\.{1,2}\/[\w./@-]+)(?:[?*{][^'"`\n]*)?\1/g;

/**
 * The paths that a text names: files, and from a test the folders that it reads.
 * @param {string} file
 * @param {string} text
 * @param {(path: string) => boolean} isFile
 */
export function pathsIn(file, text, isFile) {
  const found = [...text.matchAll(PATH)].flatMap(([, , path = '']) => {
    const full = path.startsWith('.') ? posix.join(dirname(file), path) : path;
    const named = isFile(full) ? [full] : [`${full}.ts`, `${full}.mjs`].filter(isFile);
    if (named.length > 0) return named;
    const isFolder = file.startsWith('test/') && (full.includes('/') || path.startsWith('.'));
    return isFolder ? [full.replace(/\/$/, '')] : [];
  });
  return [...new Set(found)];
}

/**
 * @param {object} given
 * @param {readonly string[]} given.changed
 * @param {Graph} given.graph
 * @param {Graph} given.named the paths that each file of the graph writes in quotes
 * @param {readonly string[]} given.tests all that there are to choose from
 * @param {(file: string) => string} given.read
 * @returns {Touched}
 */
export function touched({ changed, graph, named, tests, read }) {
  const harness = new Set([...closure('vitest.config.ts', graph)]);
  const all = changed.filter((file) => HARNESS.test(file) || harness.has(file));
  const shown = tests.map((test) => shownBy(test, graph, named, read));
  const files = new Set(tests.filter((test) => changed.includes(test)));
  const reached = new Set(files);
  const users = usersOf(graph, named);
  for (const file of changed) {
    const behind = closure(file, users);
    const room = roomOf(file);
    for (const view of shown) {
      const isRead = view.names(file) || SERVED.some(([of, run]) => of.test(file) && run.test(view.test));
      if (!isRead && !behind.has(view.test)) continue;
      reached.add(file);
      if (isRead || room === undefined || view.isOf(room) || SAMPLES.includes(view.test)) files.add(view.test);
    }
  }
  return {
    all,
    files: [...files].sort(),
    untested: changed.filter((file) => !reached.has(file)),
  };
}

/** The floor or the door of a source. @param {string} file */
function roomOf(file) {
  if (file.startsWith('shaders/')) return 'engine';
  return /^src\/doors\/([^/]+)\//.exec(file)?.[1] ?? /^src\/(engine|torch)\//.exec(file)?.[1];
}

/**
 * What a test is a test of, and what it reads.
 * @param {string} test
 * @param {Graph} graph
 * @param {Graph} named
 * @param {(file: string) => string} read
 */
function shownBy(test, graph, named, read) {
  const outside = closure(test, graph, (file) => !file.startsWith('src/'));
  const entered = [...outside].filter((file) => file.startsWith('src/'));
  const doors = new Set(entered.filter((file) => file.startsWith('src/doors/')).map(roomOf));
  const own = [...outside].filter((file) => file.startsWith('test/'));
  const paths = new Set(own.flatMap((file) => named.get(file) ?? []));
  return {
    test,
    /** Whether it is a test of the floor or door. @param {string} room */
    isOf: (room) => {
      if (room === 'engine' || room === 'torch') return doors.size === 0;
      if (doors.has(room)) return true;
      return SHOWN.includes(room) && entered.includes('src/index.ts') && own.some((file) => read(file).includes(room));
    },
    /** Whether it names the file: by its path, by that of a folder, or a fixture by its name alone. @param {string} file */
    names: (file) => {
      if (file.startsWith('test/fixtures/')) {
        const name = posix.basename(file).replace(/\.(json|safetensors)$/, '');
        const pattern = new RegExp(`['"\`/]${name.replaceAll('.', '\\.')}['"\`.]`);
        return paths.has(file) || own.some((each) => pattern.test(read(each)));
      }
      return foldersOf(file).some((path) => paths.has(path));
    },
  };
}

/** A file, and the folders that hold it. @param {string} file */
function foldersOf(file) {
  const parts = file.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/**
 * A file and all that it leads to.
 * @param {string} file
 * @param {Graph} graph
 * @param {(file: string) => boolean} [goesOn] whether what a file leads to counts
 */
function closure(file, graph, goesOn = () => true) {
  const found = new Set([file]);
  // A set gives what is added while it is gone through.
  for (const each of found) if (goesOn(each)) for (const next of graph.get(each) ?? []) found.add(next);
  return found;
}

/** The graph the other way round. @param {...Graph} graphs @returns {Graph} */
function usersOf(...graphs) {
  /** @type {Map<string, string[]>} */
  const users = new Map();
  for (const graph of graphs) {
    for (const [file, all] of graph) {
      for (const each of all) {
        const known = users.get(each);
        if (known) known.push(file);
        else users.set(each, [file]);
      }
    }
  }
  return users;
}
