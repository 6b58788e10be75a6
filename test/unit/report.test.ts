// What `npm test` says at its end, from the report of Vitest.
import { expect, test } from 'vitest';
import { counted } from '../../scripts/report.mjs';

const result = (title: string, status: string, ...failureMessages: string[]) => ({
  title,
  status,
  ancestorTitles: ['group'],
  failureMessages,
});

test('the report counts tests, files that could not be loaded, and names what passed only the second time', () => {
  const testResults = [
    { name: '/clone/test/unit/a.test.ts', status: 'failed', message: 'Cannot find module\nb', assertionResults: [] },
    {
      name: '/clone/test/unit/b.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        result('one', 'passed'),
        result('two', 'failed', 'Error: is not\n    at b.test.ts:5'),
        result('three', 'passed', 'Error: was late'),
        result('four', 'skipped'),
      ],
    },
  ];
  expect(counted({ testResults }, '/clone')).toEqual({
    files: 2,
    passed: 2,
    failed: 2,
    skipped: 1,
    lines: [
      '✗ test/unit/a.test.ts: Cannot find module',
      '✗ test/unit/b.test.ts > group > two: Error: is not',
      '✗ then ✓ test/unit/b.test.ts > group > three: Error: was late',
    ],
  });
});
