// Test projects: host code, kernels in a real browser, Dawn in Node, and the demos end to end.
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { launchOptions, resolveBrowser, vulkanEnvironment } from './scripts/browser.mjs';
import { mnist } from './vite.config.ts';

const browser = await resolveBrowser();
const resolve = { alias: { lamplight: fileURLToPath(new URL('./src/index.ts', import.meta.url)) } };

export default defineConfig({
  test: {
    // One browser, one GPU: projects and files run one after another, so that counters and timings are not shared.
    fileParallelism: false,
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/unit/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        plugins: [mnist()],
        // Found late, a package is bundled in the middle of a run, and the page loads anew.
        optimizeDeps: { include: ['fast-check'] },
        test: {
          name: 'gpu',
          sequence: { groupOrder: 1 },
          include: ['test/gpu/**/*.test.ts'],
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
      },
      {
        resolve,
        test: {
          name: 'node',
          sequence: { groupOrder: 2 },
          environment: 'node',
          include: ['test/node/**/*.test.ts'],
          testTimeout: 120_000,
          // The loader reads these when the process starts, so the tests need a process of their own, not a thread.
          pool: 'forks',
          // What the user has tuned, or a driver has cached, is not what is tested.
          env: {
            ...vulkanEnvironment(browser),
            XDG_CACHE_HOME: fileURLToPath(new URL('./node_modules/.cache/tests', import.meta.url)),
          },
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          sequence: { groupOrder: 3 },
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
