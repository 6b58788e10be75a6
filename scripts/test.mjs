// `npm test`: installs, finds a browser, runs the static checks and every test, and ends with `N passed, N failed`.
// With arguments (`npm test -- conv`, `npm test -- --project gpu`) it runs only the tests that they select.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { resolveBrowser } from './browser.mjs';
import { setup } from './setup.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const selection = process.argv.slice(2);
const report = `${root}node_modules/.cache/lamplight/report-${process.pid}.json`;
const total = { passed: 0, failed: 0 };

try {
  setup();
  const browser = await resolveBrowser({ fresh: true, log: console.log });
  console.log(`Browser: ${browser.executablePath} ${browser.version}; WebGPU adapter: ${browser.name}\n`);
  if (selection.length === 0) {
    await check('Format and lint', 'biome', '@biomejs/biome/bin/biome', ['check', '.']);
    await check('Types', 'tsc', 'typescript/bin/tsc', ['--noEmit']);
    await check('Import direction and cycles', 'depcruise', 'dependency-cruiser/bin/dependency-cruise.mjs', [
      '--config',
      'dependency-cruiser.config.mjs',
      'src',
    ]);
  }
  await tests();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed++;
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed`);

/**
 * Runs one tool over the repository and counts it as one test.
 * @param {string} title
 * @param {string} name
 * @param {string} program
 * @param {string[]} args
 */
async function check(title, name, program, args) {
  console.log(`${title} (${name})`);
  const ok = (await node(program, args)) === 0;
  console.log(ok ? `✓ ${title}\n` : `✗ ${title}\n`);
  ok ? total.passed++ : total.failed++;
}

async function tests() {
  mkdirSync(fileURLToPath(new URL('../node_modules/.cache/lamplight/', import.meta.url)), { recursive: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...selection];
  const status = await node('vitest/vitest.mjs', args);
  const failedBefore = total.failed;
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests;
    for (const file of result.testResults) {
      // A file that could not be loaded has no test of its own to fail.
      if (file.status === 'failed' && !file.assertionResults.some(isFailed)) total.failed++;
    }
  } catch {
    console.error('The test run wrote no report.');
    total.failed++;
  } finally {
    rmSync(report, { force: true });
  }
  // An error outside every test, or a selection that matches no file, still fails the run.
  if (status !== 0 && total.failed === failedBefore) total.failed++;
}

/** @param {{ status: string }} test */
function isFailed(test) {
  return test.status === 'failed';
}

/**
 * Runs a program out of node_modules and gives its exit status.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function node(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${root}node_modules/${program}`, ...args], { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
}
