// A reporter for Vitest that counts: how many tests passed and failed, which failed and why, and how many were skipped for
// which reason. It writes the counts as JSON to the file that LAMPLIGHT_REPORT names.
import { writeFileSync } from 'node:fs';
import process from 'node:process';

/**
 * `files` is 0 where the selection matches none. `failures` has a line for each test, file or error; `again` names the tests that
 * passed only when they were run once more.
 * @typedef {{ files: number, passed: number, failed: number, failures: string[], again: string[], skipped: Record<string, number> }} Counts
 */

/**
 * @param {string} where
 * @param {readonly unknown[]} [errors]
 */
const line = (where, errors = []) => {
  const [error] = errors;
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? `${error.message}` : `${error ?? ''}`;
  return `${where}: ${message.trim().split('\n', 1)[0]?.slice(0, 300)}`;
};

export default class Report {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} errors those outside of every test
   */
  onTestRunEnd(modules, errors) {
    /** @type {Counts} */
    const counts = { files: modules.length, passed: 0, failed: 0, failures: [], again: [], skipped: {} };
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed++;
        if (test.diagnostic()?.flaky)
          counts.again.push(line(`${module.relativeModuleId} > ${test.fullName}`, result.errors));
        if (result.state === 'failed') {
          counts.failed++;
          counts.failures.push(line(`${module.relativeModuleId} > ${test.fullName}`, result.errors));
        }
        if (result.state === 'skipped' && result.note)
          counts.skipped[result.note] = (counts.skipped[result.note] ?? 0) + 1;
      }
      // A file that could not be loaded has no test of its own to fail.
      if (module.state() === 'failed' && counts.failed === before) {
        counts.failed++;
        counts.failures.push(line(module.relativeModuleId, module.errors()));
      }
    }
    if (errors.length > 0) {
      counts.failed++;
      counts.failures.push(line('outside of every test', errors));
    }
    if (process.env.LAMPLIGHT_REPORT) writeFileSync(process.env.LAMPLIGHT_REPORT, JSON.stringify(counts));
  }
}
