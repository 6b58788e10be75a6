// What Vitest's JSON report says at the end of a run: the counts, and a line for each test or file that failed or passed only the second time.
import { relative } from 'node:path';

/**
 * A report of Vitest's reporter `json`, as far as it is read.
 * @typedef {{ status: string, title: string, ancestorTitles: string[], failureMessages: string[] }} TestResult
 * @typedef {{ name: string, status: string, message: string, assertionResults: TestResult[] }} FileResult
 * @typedef {{ testResults: FileResult[] }} VitestReport
 */

/**
 * The first line of a message, behind where it arose.
 * @param {string} where
 * @param {string} [message]
 */
const line = (where, message = '') => `${where}: ${message.trim().split('\n', 1)[0]?.slice(0, 300)}`;

/**
 * @param {VitestReport} report
 * @param {string} root the folder from which files are named
 */
export function counted({ testResults }, root) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const failures = [];
  /** @type {string[]} */
  const again = [];
  for (const { name, status, message, assertionResults } of testResults) {
    const file = relative(root, name).replaceAll('\\', '/');
    const before = counts.failed;
    for (const test of assertionResults) {
      const [error] = test.failureMessages;
      const where = [file, ...test.ancestorTitles, test.title].join(' > ');
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') counts.failed++;
      else counts.skipped++;
      if (test.status === 'failed') failures.push(`✗ ${line(where, error)}`);
      // The report keeps the error of the first run of a test that passed the second.
      if (test.status === 'passed' && error !== undefined) again.push(`✗ then ✓ ${line(where, error)}`);
    }
    // A file that could not be loaded has no test of its own to fail.
    if (status === 'failed' && counts.failed === before) {
      counts.failed++;
      failures.push(`✗ ${line(file, message)}`);
    }
  }
  return { files: testResults.length, ...counts, lines: [...failures, ...again] };
}
