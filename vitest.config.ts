// Test projects: host code, kernels in a real browser, Dawn in Node, and the demos end to end.
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { mnist } from './demos/build/mnist-files.ts';
import { launchOptions, resolveBrowser, vulkanEnvironment } from './scripts/browser.mjs';
import { doorAliases } from './scripts/doors.mjs';
import { projects } from './scripts/projects.mjs';
import { oneModule } from './test/support/one-module.ts';

const browser = await resolveBrowser();
const resolve = { alias: doorAliases };

/**
 * Each project is a lane, which runs its files one after another, and the lanes run side by side: a test waits for one kernel at a
 * time. Times are measured last, with nothing beside them.
 */
const BESIDE = { all: 1, timing: 2 } as const;

/**
 * In continuous integration a test that failed is run once more, since a machine's other work can hold up a page or a socket. What
 * passes only then is named at the end of the run.
 */
const retry = process.env.CI ? 1 : 0;

/** Of the random programs in test/long: fresh in every run, unless one is to be repeated. */
const seed = Number(process.env.LAMPLIGHT_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** For Dawn in Node. What the user has tuned, or a driver has cached, is not what is tested. */
const onVulkan = {
  ...vulkanEnvironment(browser),
  XDG_CACHE_HOME: fileURLToPath(new URL('./node_modules/.cache/tests', import.meta.url)),
};

interface Lane {
  readonly name: string;
  readonly include: string[];
  /** Files share a page or process, and so a device: kernels that are equal are compiled once. */
  readonly shared: boolean;
}

/** Tests in pages of the browser. */
const inPages = ({ name, include, shared }: Lane): TestProjectConfiguration => ({
  resolve,
  plugins: [mnist(), oneModule()],
  // No package is looked for in a thousand sources: these are all, with those of `oneModule`.
  optimizeDeps: { include: ['fast-check'], noDiscovery: true },
  test: {
    name,
    include,
    retry,
    sequence: { groupOrder: BESIDE.all },
    isolate: !shared,
    setupFiles: shared ? ['test/support/page.ts'] : [],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    browser: {
      enabled: true,
      provider: playwright({ launchOptions: launchOptions(browser) }),
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: 'chromium' }],
    },
  },
});

/** Tests of the library in Node, with Dawn. */
const inNode = ({ name, include, shared, testTimeout }: Lane & { testTimeout: number }): TestProjectConfiguration => ({
  resolve,
  plugins: [oneModule()],
  test: {
    name,
    include,
    retry,
    sequence: { groupOrder: BESIDE.all },
    environment: 'node',
    isolate: !shared,
    setupFiles: shared ? ['test/support/process.ts'] : [],
    testTimeout,
    hookTimeout: 120_000,
    // The loader reads these when the process starts, so the tests need a process of their own, not a thread.
    pool: 'forks',
    // For tests that count what is created, or measure memory.
    execArgv: ['--expose-gc'],
    env: onVulkan,
  },
});

export default defineConfig({
  test: {
    fileParallelism: false,
    provide: { seed },
    projects: [
      {
        resolve,
        plugins: [oneModule()],
        test: {
          name: 'unit',
          retry,
          environment: 'node',
          include: [projects.unit.include],
          sequence: { groupOrder: BESIDE.all },
          // Files share a process, which loads the library once.
          isolate: false,
          setupFiles: ['test/support/process.ts'],
          testTimeout: 120_000,
        },
      },
      // Two lanes, by the first letters of their files: they take longest.
      inPages({ name: 'gpu', include: [projects.gpu.include], shared: true }),
      inPages({ name: 'gpu-too', include: [projects['gpu-too'].include], shared: true }),
      inPages({ name: 'alone', include: [projects.alone.include], shared: false }),
      inPages({ name: 'python', include: [projects.python.include], shared: true }),
      inPages({ name: 'long', include: [projects.long.include], shared: false }),
      inNode({ name: 'long-node', include: [projects['long-node'].include], shared: false, testTimeout: 600_000 }),
      inNode({ name: 'node', include: [projects.node.include], shared: true, testTimeout: 120_000 }),
      inNode({ name: 'node-alone', include: [projects['node-alone'].include], shared: false, testTimeout: 120_000 }),
      {
        resolve,
        test: {
          name: 'e2e',
          retry,
          sequence: { groupOrder: BESIDE.all },
          environment: 'node',
          include: [projects.e2e.include],
          // The servers of all files bundle the library once.
          isolate: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          // As `long…`, so that `npm test` leaves it out.
          name: 'long-site',
          retry,
          sequence: { groupOrder: BESIDE.all },
          environment: 'node',
          include: [projects['long-site'].include],
          globalSetup: ['test/site/build.ts'],
          // Pages compile kernels beside other work.
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'long-timing',
          retry,
          sequence: { groupOrder: BESIDE.timing },
          environment: 'node',
          include: [projects['long-timing'].include],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
