// Damaged files of every format end in a value or a typed error, in time and in bounds: 500 each, fresh ones in every run.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { expect, inject, test } from 'vitest';

test('every reader bears with 500 damaged files', async () => {
  const args = ['scripts/fuzz.mjs', '--count', '500', '--seed', String(inject('seed'))];
  const { status, output } = await new Promise<{ status: number | null; output: string }>((resolve) => {
    const child = spawn(process.execPath, args);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.on('close', (status) => resolve({ status, output }));
  });
  console.log(output);
  expect(status, output).toBe(0);
});
