import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../../bench/report';
import { partOf } from '../../support/sample';

const script = fileURLToPath(new URL('../../../scripts/bench.mjs', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamplight-bench-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command to its end. */
function bench(...args: string[]): Promise<{ status: number | null; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: folder });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output, errors }));
  });
}

/** What is measured, by what it shows. */
const measured: Readonly<Record<string, () => Promise<void>>> = {
  'measures a row of each kind, and writes the report and the figures': async () => {
    const rows = 'matmul-256,conv-transpose-gradients,mlp';
    const files = ['--md', 'report.md', '--json', 'report.json'];
    const { status, output, errors } = await bench(
      '--libs',
      'lamplight,hand-written',
      '--rows',
      rows,
      '--repeats',
      '2',
      ...files,
    );
    expect(status, errors).toBe(0);
    expect(await readFile(join(folder, 'report.md'), 'utf8')).toBe(output);
    const report: Report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
    expect(report.rows.map(({ name }) => name)).toEqual(['matmul-256', 'mlp', 'conv-transpose-gradients']);
    for (const { title, figures } of report.rows) {
      expect(output).toContain(`| ${title} | `);
      expect(figures.lamplight!.times).toHaveLength(2);
      expect(figures.lamplight!.calls).toMatchObject({ pipelines: 0 });
      expect(figures.lamplight!.calls.dispatches).toBeGreaterThan(0);
      expect(figures.lamplight!.bytesPeak).toBeGreaterThan(0);
    }
    expect(report.rows[0]!.figures['hand-written']!.calls).toMatchObject({ dispatches: 1, submits: 1, buffers: 0 });
  },
  '-- --table networks measures whole networks, and says how far the goals are met': async () => {
    const chosen = ['--table', 'networks', '--rows', 'lenet5-28', '--libs', 'lamplight', '--repeats', '5'];
    const { status, output, errors } = await bench(...chosen, '--json', 'networks.json');
    expect(status, errors).toBe(0);
    expect(output).toContain('## Goals');
    const report: Report = JSON.parse(await readFile(join(folder, 'networks.json'), 'utf8'));
    expect(report.rows.map(({ name }) => name)).toEqual(['lenet5-28']);
    const { first, calls, bytesLive } = report.rows[0]!.figures.lamplight!;
    expect(first).toBeGreaterThan(0);
    expect(calls).toMatchObject({ buffers: 0, pipelines: 0 });
    expect(bytesLive).toBeGreaterThan(4 * 61_706);
  },
  '-- --node runs through Dawn, fits how time grows, and draws it': async () => {
    const rows = ['--table', 'scaling', '--rows', 'batch-1,batch-2', '--libs', 'lamplight', '--repeats', '1'];
    const { status, output, errors } = await bench('--node', ...rows, '--svg', 'scaling.svg');
    expect(status, errors).toBe(0);
    expect(output).toMatch(/, Dawn of webgpu \d/);
    expect(output).toMatch(/\| p in time ∝ workᵖ \| {2}\| -?\d\.\d\d \|/);
    expect(await readFile(join(folder, 'scaling.svg'), 'utf8')).toMatch(/^<svg/);
  },
};

test.each(partOf(Object.entries(measured), 6))('npm run bench %s', (_, run) => run());

const refused: readonly (readonly [what: string, args: readonly string[], message: string])[] = [
  ['an unknown option', ['--batch', '3'], "Unknown option '--batch'"],
  [
    'an unknown table',
    ['--table', 'best'],
    "--table: expected main, odd, scaling, large, networks, interpret or trainer, but got 'best'",
  ],
  [
    'an unknown library',
    ['--libs', 'torch'],
    "--libs: expected tfjs, jax-js, ort-webgpu, ort-wasm, lamplight, plain-loop or hand-written, but got 'torch'",
  ],
  [
    'TensorFlow.js in Node',
    ['--node', '--libs', 'tfjs'],
    "expected jax-js, lamplight, plain-loop or hand-written, but got 'tfjs'",
  ],
  ['no repeats', ['--repeats', '0'], "--repeats: expected a whole number from 1 to 1000, but got '0'"],
  ['to draw another table', ['--svg', 'main.svg'], '--svg: only the table scaling is drawn'],
  ['an unknown row', ['--libs', 'lamplight', '--rows', 'mlp,lstm'], "but got 'lstm'"],
];

test.each(partOf(refused, 3))('npm run bench refuses %s', async (_, args, message) => {
  const { status, output, errors } = await bench(...args);
  expect(status).toBe(2);
  expect(output).toBe('');
  expect(errors).toContain(message);
});
