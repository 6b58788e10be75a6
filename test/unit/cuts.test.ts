// Work that takes seconds on a slow GPU is divided among dispatches and submits, and other work is left as it is.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { expect, test, vi } from 'vitest';
import { compile } from '../../src/engine/compiler/compile';
import { cut } from '../../src/engine/compiler/cuts';
import { input, output, type Pass, u32 } from '../../src/engine/compiler/ir';
import { whenLoaded } from '../../src/engine/core/late';
import type { Queue } from '../../src/engine/gpu/queue';
import { SubmitSize } from '../../src/engine/gpu/submit-size';
import { adapterOf } from '../support/adapter';
import { programsOf } from '../support/recorded';

const F = nn.functional;
const room = { maxBufferSize: 2 ** 33, maxStorageBufferBindingSize: 2 ** 33 };

/** The passes with one of these labels in the plan of what `make` gives. */
async function passesOf(make: () => readonly Tensor[], label: RegExp, kind: 'gpu' | 'software' = 'gpu') {
  const programs = programsOf(make);
  const plans = await Promise.all(programs.map((program) => whenLoaded(() => compile(program, adapterOf(kind, room)))));
  return plans.flatMap(({ steps }) => steps.map(({ pass }) => pass)).filter((pass) => label.test(pass.label));
}

const product = (n: number) => () => [torch.zeros(n, n).matmul(torch.zeros(n, n)).relu()];

/** The numbers of workgroups by the first numbers of each pass. */
const starts = (passes: readonly Pass[]) =>
  passes.map(({ extras }) => extras!.params.slice(-3).map(([, value]) => value as number));

const workgroups = ({ grid }: Pass) => grid.reduce((all, n) => all * n, 1);

test('a product that takes seconds on a slow GPU is cut into dispatches of half a second', async () => {
  const [whole] = await passesOf(product(4096), /^matmul/);
  const parts = await passesOf(product(16_384), /^matmul/);
  expect(whole!.milliseconds).toBeCloseTo(275, 0);
  expect(parts.length).toBe(36);
  for (const { milliseconds } of parts) expect(milliseconds).toBeLessThan(500);
  // Each workgroup of the whole product is in one part.
  expect(new Set(starts(parts).map(String)).size).toBe(parts.length);
  const all = parts.reduce((sum, part) => sum + workgroups(part), 0);
  expect(all).toBe((16_384 / 128) ** 2);
  // All parts have one kernel, with what follows the product in it.
  expect(new Set(parts.map(({ source }) => source.join())).size).toBe(1);
  expect(parts[0]!.source.join()).toContain('max(');
});

test.each([
  ['convolution', /^conv2d$/, () => [F.conv2d(torch.zeros(1, 64, 2160, 3840), torch.zeros(128, 64, 3, 3))]],
  [
    'gradient by the weight',
    /^conv2d weight gradient$/,
    () => {
      const w = torch.zeros(128, 64, 3, 3).requiresGrad_();
      F.conv2d(torch.zeros(1, 64, 2160, 3840), w)
        .square()
        .sum()
        .backward();
      return [w.grad!];
    },
  ],
] as const)('a large %s is cut, too', async (_, label, make) => {
  const parts = await passesOf(make, label);
  expect(parts.length).toBeGreaterThan(1);
  for (const { milliseconds } of parts) expect(milliseconds).toBeLessThan(500);
});

test('ordinary work, and that of a processor, stays whole', async () => {
  const [small] = await passesOf(product(256), /^matmul/);
  expect(small).not.toHaveProperty('milliseconds');
  const usual = await passesOf(product(2048), /^matmul/);
  expect(usual).toHaveLength(1);
  expect(usual[0]!.milliseconds).toBeCloseTo(34, 0);
  const [own] = await passesOf(product(8192), /^matmul/, 'software');
  expect(own).not.toHaveProperty('milliseconds');
});

const kernel: Pass = {
  label: 'numbers',
  source: [
    `struct Own { count: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> own: Own;
@compute @workgroup_size(8, 2) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) count: vec3u) { y[id.x] = x[count.x]; }`,
  ],
  reads: [input(0)],
  writes: [output()],
  params: { count: 3 },
  grid: [7, 2, 1],
};
const codeOf = ({ source }: Pass) => source.join('');

test('a part numbers its workgroups on, and keeps the number of all', () => {
  const parts = cut(kernel, 3, codeOf);
  expect(parts.map(({ grid }) => grid)).toEqual([
    [2, 2, 1],
    [2, 2, 1],
    [3, 2, 1],
  ]);
  expect(starts(parts)).toEqual([
    [0, 0, 0],
    [2, 0, 0],
    [4, 0, 0],
  ]);
  const code = codeOf(parts[1]!);
  expect(code).toContain('let id = part_id + vec3u(cut.cut_x, cut.cut_y, cut.cut_z) * vec3u(u32(8),u32(2),1u);');
  expect(code).toContain('let count = vec3u(7u,2u,1u);');
  expect(code).toContain('@group(0) @binding(3) var<uniform> cut: Cut;');
  // More parts than the longest side has workgroups divide the next side, too.
  expect(cut(kernel, 12, codeOf)).toHaveLength(14);
});

test('a kernel that has a uniform of its own last gets the numbers there', () => {
  const extras = { reads: [], writes: [], params: [u32(5)] };
  const source = [`${kernel.source[0]}\nstruct More { five: u32, }\n@group(0) @binding(3) var<uniform> more: More;\n`];
  const [, part] = cut({ ...kernel, source, extras }, 2, codeOf);
  expect(part!.extras!.params).toEqual([u32(5), u32(3), u32(0), u32(0)]);
  expect(codeOf(part!)).toContain('struct More { five: u32, cut_x: u32, cut_y: u32, cut_z: u32, }');
  expect(codeOf(part!)).toContain('vec3u(more.cut_x, more.cut_y, more.cut_z)');
});

test('submits hold half a second of a slow GPU until a plan has been timed, and then what was measured', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let done = () => {};
  const queue = {
    whenSent: (sent: () => void) => sent(),
    finished: () =>
      new Promise<void>((resolve) => {
        done = resolve;
      }),
  } as unknown as Queue;
  const size = new SubmitSize(queue);
  const plan = {};
  expect(size.pieces(plan, () => 0, 30)).toBe(1);
  expect(size.pieces(plan, () => 499, 30)).toBe(1);
  expect(size.pieces(plan, () => 3200, 30)).toBe(7);
  // Whoever wants submits of any length gets them.
  expect(size.pieces(plan, () => 3200, Number.POSITIVE_INFINITY)).toBe(1);
  size.submitted(plan);
  expect(size.pieces(plan, () => 3200, 30)).toBe(7);
  vi.advanceTimersByTime(70);
  done();
  await Promise.resolve();
  await Promise.resolve();
  expect(size.pieces(plan, () => 3200, 30)).toBe(3);
});
