// `npm run check -- mnist`: what it prints and writes, how it stops, and what it says to options it does not know.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLong } from '../support/sample';

const script = fileURLToPath(new URL('../../scripts/checks/mnist.mjs', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Runs the command; `watch` sees the output as it grows. */
function mnist(args: string[], watch: (output: string, child: ChildProcess) => void = () => {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: folder, detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        watch(output, child);
      });
    }
    child.on('close', (status) => resolve({ status, output }));
  });
}

// Trainings of their own take their time: test/long has them.
if (isLong()) {
  test('trains, prints the table, and writes results and weights', async () => {
    const args = [
      '--limit',
      '600',
      '--batch-size',
      '100',
      '--epochs',
      '2',
      '--json',
      'run.json',
      '--save',
      'w.safetensors',
    ];
    const { status, output } = await mnist(args);
    expect(output).toMatch(/epoch {2}train loss {2}test loss {2}test accuracy {2}seconds\n +1 +2\.\d{3}/);
    expect(output).toContain('Weights (676 parameters): w.safetensors');
    expect(output).not.toContain('Error');
    expect(status).toBe(0);
    const report = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
    expect(report).toMatchObject({ model: 'simple', parameters: 676, seed: 0, batchSize: 100 });
    expect(report.adapter).not.toBe('');
    expect(report.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([0, 1]);
    for (const { trainLoss, testLoss, testAccuracy, seconds } of report.epochs) {
      expect(trainLoss).toBeGreaterThan(1);
      expect(trainLoss).toBeLessThan(2.5);
      expect(testLoss).toBeLessThan(2.5);
      expect(testAccuracy).toBeGreaterThan(0.05);
      expect(seconds).toBeGreaterThan(0);
    }
    expect(report.perStep).toMatchObject({ submits: 1, buffersCreated: 0, bindGroupsCreated: 0, pipelinesCreated: 0 });
    expect(report.perStep.dispatches).toBeGreaterThan(0);
    expect(report.memory.peakBytes).toBeGreaterThanOrEqual(report.memory.liveBytes);
    const weights = await readFile(join(folder, 'w.safetensors'));
    expect(weights.subarray(8, 8 + Number(weights.readBigUInt64LE(0))).toString()).toContain('"final.weight"');
  });

  test('an interrupt stops the run after the step under way, and saves what there is', async () => {
    let sent = false;
    const { status, output } = await mnist(
      ['--batch-size', '100', '--limit', '500', '--epochs', '1000'],
      (text, child) => {
        if (sent || !/Epoch 1\/1000:/.test(text)) return;
        sent = true;
        // The whole group of processes, as a terminal does.
        process.kill(-child.pid!, 'SIGINT');
      },
    );
    expect(output).toMatch(/Stopped after \d+ whole epoch\(s\)\./);
    expect(output).toContain('mnist-simple.safetensors');
    expect(status).toBe(130);
    expect((await readFile(join(folder, 'mnist-simple.safetensors'))).length).toBeGreaterThan(676 * 4);
  });
}

test.each([
  [['--model', 'big'], "--model: expected simple, medium or complex, but got 'big'"],
  [['--epochs', '0'], "--epochs: expected a whole number from 1 to 100000, but got '0'"],
  [['--limit', '70000'], "--limit: expected a whole number from 1 to 60000, but got '70000'"],
  [['--lr', 'fast'], "--lr: expected a number above 0, but got 'fast'"],
  [
    ['--save', 'no/such/folder'],
    "--save: expected the name of a file in a folder that exists, but got 'no/such/folder'",
  ],
  [['--speed', '9'], "Unknown option '--speed'"],
])('%j is refused with exit status 2', async (args, message) => {
  const { status, output } = await mnist(args);
  expect(output).toContain(message);
  expect(status).toBe(2);
});

test('--help shows every option', async () => {
  const { status, output } = await mnist(['--help']);
  for (const option of ['model', 'epochs', 'batch-size', 'limit', 'lr', 'seed', 'json', 'save']) {
    expect(output).toContain(`--${option}`);
  }
  expect(status).toBe(0);
});
