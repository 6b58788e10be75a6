// The apps of examples/ that need no package beyond the checkout's: packed, installed, built, run and compared.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { partOf } from '../../support/sample';

const script = fileURLToPath(new URL('../../../scripts/checks/examples.mjs', import.meta.url));

/** A whole run builds two apps, or one with a worker, or makes new ones by `npm create`, which takes two minutes. */
const apps = ['types', 'package', ...partOf([['vite', 'page'], ['worker'], ['create']], 3).flat()];

function runExamples(): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const { NODE_ENV: _, ...env } = process.env;
    const child = spawn(process.execPath, [script, '--only', apps.join(',')], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('close', (status) => resolve({ status, output }));
  });
}

test(`${apps.join(', ')}: apps print what the one in Node prints, nothing warns but of sizes, and the types hold`, async () => {
  const { status, output } = await runExamples();
  console.log(output);
  expect(status, output).toBe(0);
});
