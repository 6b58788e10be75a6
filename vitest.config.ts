// Test projects: host code, kernels in a real browser, Dawn in Node, and the demos end to end.
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { mnist } from './demos/build/mnist-files.ts';
import { launchOptions, resolveBrowser, vulkanEnvironment } from './scripts/browser.mjs';
import { doorAliases } from './scripts/doors.mjs';
import { projects } from './scripts/projects.mjs';
import { oneModule } from './test/support/one-module.ts';
import { wheels } from './test/support/wheels.ts';

const browser = await resolveBrowser();
const resolve = { alias: doorAliases };

/**
 * Each project is a lane, which runs its files one after another. Two or three lanes run side by side, since a test waits for one kernel
 * at a time, and then the next ones: all of them at once take as long (421 and 431 s on two cores), and tests come near their time-outs.
 * Times are measured last, with nothing beside them.
 */
const TURN = { first: 1, second: 2, third: 3, timing: 4 } as const;

/**
 * In continuous integration a test that failed is run once more, since a machine's other work can hold up a page or a socket. What
 * passes only then is named at the end of the run.
 */
const retry = process.env.CI ? 1 : 0;

/** Of the random programs in test/long and the cases of its tables and those of test/site: fresh in every run, unless one is to be repeated. */
const seed = Number(process.env.LAMPLIGHT_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** A run of all files of test/long or test/site takes a part of each table; whoever selects a file has all of it. */
const whole = process.env.LAMPLIGHT_WHOLE === '1';

/** For Dawn in Node. What the user has tuned, or a driver has cached, is not what is tested. */
const onVulkan = {
  ...vulkanEnvironment(browser),
  XDG_CACHE_HOME: fileURLToPath(new URL('./node_modules/.cache/tests', import.meta.url)),
};

interface Lane {
  readonly name: keyof typeof projects;
  /** Which lanes it runs beside. */
  readonly turn: (typeof TURN)[keyof typeof TURN];
  /** Files share a page or process, and so a device: kernels that are equal are compiled once. */
  readonly shared: boolean;
}

/** Tests in pages of the browser. */
const inPages = ({ name, turn, shared }: Lane): TestProjectConfiguration => ({
  resolve,
  plugins: [mnist(), wheels(), oneModule()],
  // No package is looked for in a thousand sources: these are all, with those of `oneModule`.
  optimizeDeps: { include: ['fast-check'], noDiscovery: true },
  test: {
    name,
    include: [projects[name].include],
    retry,
    sequence: { groupOrder: turn },
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
const inNode = ({ name, turn, shared, testTimeout }: Lane & { testTimeout: number }): TestProjectConfiguration => ({
  resolve,
  plugins: [oneModule()],
  test: {
    name,
    include: [projects[name].include],
    retry,
    sequence: { groupOrder: turn },
    environment: 'node',
    isolate: !shared,
    setupFiles: ['test/support/dawn-turns.ts', ...(shared ? ['test/support/process.ts'] : [])],
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
    provide: { seed, whole },
    projects: [
      {
        resolve,
        plugins: [oneModule()],
        test: {
          name: 'unit',
          retry,
          environment: 'node',
          include: [projects.unit.include],
          sequence: { groupOrder: TURN.first },
          // Files share a process, which loads the library once.
          isolate: false,
          setupFiles: ['test/support/process.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // Two lanes, by the first letters of their files: they take longest.
      inPages({ name: 'gpu', turn: TURN.first, shared: true }),
      inPages({ name: 'gpu-too', turn: TURN.first, shared: true }),
      inPages({ name: 'alone', turn: TURN.second, shared: false }),
      inPages({ name: 'python', turn: TURN.third, shared: true }),
      inPages({ name: 'long', turn: TURN.first, shared: false }),
      inNode({ name: 'long-node', turn: TURN.first, shared: false, testTimeout: 600_000 }),
      inNode({ name: 'node', turn: TURN.second, shared: true, testTimeout: 120_000 }),
      inNode({ name: 'node-alone', turn: TURN.third, shared: false, testTimeout: 120_000 }),
      {
        resolve,
        test: {
          name: 'e2e',
          retry,
          sequence: { groupOrder: TURN.third },
          environment: 'node',
          include: [projects.e2e.include],
          // The servers of all files bundle the library once.
          isolate: false,
          // Pages compile kernels beside other work.
          expect: { poll: { timeout: 60_000 } },
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
          sequence: { groupOrder: TURN.first },
          environment: 'node',
          include: [projects['long-site'].include],
          globalSetup: ['test/site/build.ts'],
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
          sequence: { groupOrder: TURN.timing },
          environment: 'node',
          include: [projects['long-timing'].include],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
