// Kernels as a real GPU's compiler makes them: the recorded table of `npm run check -- gpu` is held, on machines that have Mesa's drivers.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { INSTALL, lacking, mesaVersion } from '../../../bench/gpu/drivers.mjs';
import type { Launched, Row } from '../../../bench/gpu/rows';
import type { Table } from '../../../bench/gpu/table';

const recorded = JSON.parse(readFileSync('bench/gpu/navi21.json', 'utf8')) as Table;

/** A sample, since all of them take minutes: of every family, with one picture and with many. */
const HELD: readonly RegExp[] = [
  /^matmul (256|512|1024|2048|1000x777x555|A\.Bt 1024|batched.*)$/,
  /^(matvec|vecmat) /,
  /^conv n32 64>64/,
  /^conv n100 1>16/,
  /^resnet n1 (64>64 56²|512>512 7²|3>64 224²|64>128 56²).* fwd$/,
  /^resnet n8 (128>128|256>256).* (fwd|dx)$/,
  /^conv n8 256>64 .* fwd$/,
  /^(depthwise n8 64 56² k3|convT .*) fwd$/,
  /^(softmax|layernorm) 4096x512 bwd$/,
  /^(batchnorm|sum columns|cross entropy|attention|adam|linear 64x784)/,
];

/** By how much a bound may grow, with the same compiler: the model has no noise, but figures have three digits. */
const WORSE = 1.02;
/** By how much with another one. */
const OTHERWISE = 1.3;
/** Percent of its vector instructions that a kernel may multiply less with, and be no faster. */
const FEWER = 3;

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function check(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const options = { env: { ...process.env, ...environment }, maxBuffer: 1 << 28, encoding: 'utf8' } as const;
  try {
    return {
      status: 0,
      ...(await promisify(execFile)(process.execPath, ['scripts/check.mjs', 'gpu', ...args], options)),
    };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

const longest = ({ dispatches }: Row): Launched => dispatches.reduce((a, b) => (b.us > a.us ? b : a));

const lacks = lacking();
const title =
  lacks.length === 0 ? "with Mesa's drivers" : `WITHOUT Mesa's drivers, since this machine lacks ${lacks.join(', ')}`;

/** What is worse than the table says. */
async function losses(): Promise<readonly string[]> {
  const held = recorded.rows.filter(({ workload }) => HELD.some((pattern) => pattern.test(workload)));
  expect(held.length).toBeGreaterThan(25);
  const { status, stdout, stderr } = await check([...held.map(({ workload }) => workload), '--json']);
  expect(status, stderr).toBe(0);
  const now = JSON.parse(stdout) as Table;
  const worse = mesaVersion() === recorded.mesa ? WORSE : OTHERWISE;
  return held.flatMap((was) => {
    const is = now.rows.find(({ workload }) => workload === was.workload);
    if (!is) return [`${was.workload}: gone`];
    const found = is.dispatches
      .filter(({ spills, scratch }) => spills > 0 || scratch > 0)
      .map(({ kernel, spills }) => `${was.workload}: ${kernel} spills ${spills} registers`);
    if (is.us > worse * was.us) found.push(`${was.workload}: ${was.us} µs before, now ${is.us}`);
    const [before, after] = [longest(was), longest(is)];
    if (after.fma < before.fma - FEWER && is.us >= was.us)
      found.push(`${was.workload}: ${before.fma} % of vector instructions multiplied, now ${after.fma} %`);
    return found;
  });
}

describe(title, () => {
  // What is named here is a loss, or the price of a gain elsewhere: `npm run check -- gpu --compare bench/gpu/navi21.json` shows both.
  if (lacks.length === 0)
    test('no kernel spills on an AMD GPU, and none has a worse bound than the table', async () => {
      expect(await losses()).toEqual([]);
    });
  else
    test('the command says what is lacking', async () => {
      const { status, stderr } = await check(['matmul 256']);
      expect(status).toBe(1);
      for (const lack of lacks) expect(stderr).toContain(lack);
    });

  test('what a machine lacks is said with the packages to install, before anything runs', async () => {
    const { status, stdout, stderr } = await check(['matmul 256'], { CC: '/no/such/compiler' });
    expect(status).toBe(1);
    expect(stdout).not.toContain('µs');
    expect(stderr).toContain('lacks the C compiler /no/such/compiler');
    expect(stderr).toContain(INSTALL);
  });
});
