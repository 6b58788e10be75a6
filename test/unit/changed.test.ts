// `npm test -- --changed`: which tests a change touches, in small graphs and in the one of git.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { changedFiles, graphOf, pathsIn, SAMPLES, touched } from '../../scripts/changed.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-changed-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A small repository: each file with what it imports, and what it writes in quotes. */
const imports: Record<string, string[]> = {
  'vitest.config.ts': ['scripts/browser.mjs'],
  'scripts/browser.mjs': [],
  'src/index.ts': ['src/torch/index.ts', 'src/doors/vision/index.ts'],
  'src/torch/index.ts': ['src/torch/tensor.ts'],
  'src/torch/tensor.ts': ['src/engine/ops/pool.ts'],
  'src/engine/ops/pool.ts': ['shaders/pool.wgsl'],
  'src/doors/vision/index.ts': ['src/torch/index.ts'],
  'src/doors/metrics/index.ts': ['src/torch/index.ts'],
  'src/doors/lightning/index.ts': ['src/doors/metrics/index.ts'],
  'demos/digit.ts': ['src/index.ts'],
  'test/support/models.ts': ['src/index.ts'],
  'test/gpu/pool.test.ts': ['test/support/models.ts'],
  'test/gpu/pictures.test.ts': ['src/index.ts'],
  'test/node/metrics.test.ts': ['src/doors/metrics/index.ts', 'src/index.ts'],
  'test/node/scores.test.ts': ['src/doors/metrics/index.ts', 'src/index.ts'],
  'test/node/trainer.test.ts': ['src/doors/lightning/index.ts', 'src/index.ts'],
  'test/unit/pool-rules.test.ts': ['src/engine/ops/pool.ts'],
  'test/unit/demos/digit.test.ts': ['demos/digit.ts'],
  'test/unit/command.test.ts': [],
  'test/e2e/mnist.test.ts': [],
  'test/python/suite.test.ts': [],
};
const texts: Record<string, string> = {
  'test/gpu/pictures.test.ts': "const { vision } = torch; load('pictures');",
  'test/unit/command.test.ts': "spawn('scripts/command.mjs'); read('../../docs/guide/**/*.md'); read('docs/page.md');",
};
const files = [...Object.keys(imports), 'scripts/command.mjs', 'docs/page.md'];
const tests = files.filter((file) => file.endsWith('.test.ts'));
const read = (file: string) => texts[file] ?? '';
const graph = new Map(Object.entries(imports));
const named = new Map(files.map((file) => [file, pathsIn(file, read(file), (path) => files.includes(path))]));
const chosen = (...changed: string[]) => touched({ changed, graph, named, tests, read });

describe('of a change run', () => {
  const own = ['test/gpu/pictures.test.ts', 'test/gpu/pool.test.ts'];

  test.each([
    // Tests of the floor below the doors, a sample of each door, and whatever else reaches it.
    [
      'src/engine/ops/pool.ts',
      [...own, 'test/node/metrics.test.ts', 'test/unit/demos/digit.test.ts', 'test/unit/pool-rules.test.ts'],
    ],
    [
      'shaders/pool.wgsl',
      [...own, 'test/node/metrics.test.ts', 'test/unit/demos/digit.test.ts', 'test/unit/pool-rules.test.ts'],
    ],
    ['src/torch/tensor.ts', [...own, 'test/node/metrics.test.ts', 'test/unit/demos/digit.test.ts']],
    // Those that import the door, and not those of the door above.
    ['src/doors/metrics/index.ts', ['test/node/metrics.test.ts', 'test/node/scores.test.ts']],
    ['src/doors/lightning/index.ts', ['test/node/trainer.test.ts']],
    // `src/index.ts` shows vision, so a test of it names it.
    ['src/doors/vision/index.ts', ['test/gpu/pictures.test.ts', 'test/node/metrics.test.ts']],
    ['demos/digit.ts', ['test/unit/demos/digit.test.ts']],
    ['test/support/models.ts', ['test/gpu/pool.test.ts']],
    ['test/gpu/pool.test.ts', ['test/gpu/pool.test.ts']],
    // What no module imports: by a path in quotes, a folder, a fixture's name, or a rule.
    ['scripts/command.mjs', ['test/unit/command.test.ts']],
    ['docs/page.md', ['test/unit/command.test.ts']],
    ['docs/guide/deep/other.md', ['test/unit/command.test.ts']],
    ['test/fixtures/pictures.json', ['test/gpu/pictures.test.ts']],
    ['python/src/torch/nn.py', ['test/python/suite.test.ts']],
    ['demos/mnist/index.html', ['test/e2e/mnist.test.ts']],
    ['README.md', []],
  ])('%s', (file, wanted) => {
    expect(chosen(file)).toMatchObject({ all: [], files: wanted, untested: wanted.length > 0 ? [] : [file] });
  });

  test('several files: what each of them runs', () => {
    expect(chosen('demos/digit.ts', 'README.md', 'src/doors/lightning/index.ts')).toEqual({
      all: [],
      files: ['test/node/trainer.test.ts', 'test/unit/demos/digit.test.ts'],
      untested: ['README.md'],
    });
  });

  test.each(['package.json', 'package-lock.json', 'vitest.config.ts', 'scripts/browser.mjs', 'test/support/page.ts'])(
    'all, of %s',
    (file) => expect(chosen(file, 'README.md').all).toEqual([file]),
  );
});

test('the samples are there', () => {
  expect(SAMPLES.filter((file) => !existsSync(file))).toEqual([]);
});

test('the graph leaves out packages and imports of types', () => {
  const dependencies = [
    { resolved: 'src/a.ts', dependencyTypes: ['local', 'import'] },
    { resolved: 'src/b.ts', dependencyTypes: ['local', 'type-only', 'import'] },
    { resolved: 'node_modules/vitest/dist/index.js', dependencyTypes: ['npm-dev', 'import'] },
  ];
  expect([...graphOf({ modules: [{ source: 'test/a.test.ts', dependencies }] })]).toEqual([
    ['test/a.test.ts', ['src/a.ts']],
  ]);
});

test('paths in quotes are those of files, from the file or from the root, and in tests those of folders', () => {
  const known = ['src/data/worker.ts', 'scripts/fuzz.mjs', 'src/data/crew.ts'];
  const text =
    "new URL('./worker.ts', import.meta.url); './crew'; `scripts/fuzz.mjs`; '../../shaders/**/*.wgsl'; 'src'; 'a b'";
  const isFile = (path: string) => known.includes(path);
  expect(pathsIn('src/data/index.ts', text, isFile)).toEqual([
    'src/data/worker.ts',
    'src/data/crew.ts',
    'scripts/fuzz.mjs',
  ]);
  expect(pathsIn('test/unit/a.test.ts', text, isFile)).toContain('shaders');
  expect(pathsIn('test/unit/a.test.ts', text, isFile)).not.toContain('src');
});

test('changes are those of the branch, what is not committed, and what git does not know', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder });
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const commit = (file: string) => {
    write(file, file);
    git('add', '.');
    git('commit', '-q', '-m', file);
  };
  git('init', '-q', '-b', 'main');
  commit('a.ts');
  commit('b.ts');
  git('switch', '-q', '-c', 'branch');
  commit('src/committed.ts');
  git('switch', '-q', 'main');
  commit('src/of-main.ts');
  git('switch', '-q', 'branch');
  write('a.ts', 'changed');
  write('src/é.ts', 'new');
  git('mv', 'b.ts', 'c.ts');
  const all = ['a.ts', 'b.ts', 'c.ts', 'src/committed.ts', 'src/é.ts'];
  expect(changedFiles(folder, undefined)).toMatchObject({ reference: 'main', files: all });
  expect(changedFiles(folder, 'HEAD').files).toEqual(all.filter((file) => file !== 'src/committed.ts'));
  expect(() => changedFiles(folder, 'nothing')).toThrow(
    '--changed: expected a commit to compare with, but there is no nothing; name one: npm test -- --changed HEAD~1',
  );
});
