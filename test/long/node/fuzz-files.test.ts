// Damaged files of every format end in a value or a typed error, in time and in bounds: 500 each, fresh ones in every run.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { expect, inject, test } from 'vitest';
import { partOf } from '../../support/sample';

async function fuzz(...options: string[]): Promise<{ status: number | null; output: string }> {
  const args = ['scripts/checks/fuzz.mjs', ...options];
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
  return { status, output };
}

test('every reader bears with 500 damaged files', async () => {
  const { status, output } = await fuzz('--count', '500', '--seed', String(inject('seed')));
  expect(status, output).toBe(0);
});

const longer = [
  ['a reader that hangs, takes memory, throws what it should not or gives a wrong value is found', '--self-test'],
  ['ONNX models bear with 20,000', '--count', '20000', '--seed', String(inject('seed')), 'onnx'],
] as const;

test.for(partOf(longer, 2))('%s', async ([, ...options]) => {
  const { status, output } = await fuzz(...options);
  expect(status, output).toBe(0);
});
