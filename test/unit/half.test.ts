// float16: its bits on the host, its bytes in buffers, and the kernels that load and store it.
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectHalf } from '../../src/engine/compiler/compile';
import { withEpilogue, withPrologue } from '../../src/engine/compiler/fusion/inline';
import { type Cluster, clusterPass, mergesOf } from '../../src/engine/compiler/fusion/pointwise';
import type { Member } from '../../src/engine/compiler/fusion/read-inputs';
import { input, type KernelOp, type Lowering, output, type Pass, type Program } from '../../src/engine/compiler/ir';
import { readHalves } from '../../src/engine/compiler/passes/widen-late';
import { fromHalf, fromHalves, roundToHalf, toHalf, toHalves } from '../../src/engine/core/half';
import { byteLength, type Meta } from '../../src/engine/core/meta';
import type { AdapterProfile } from '../../src/engine/gpu/device';
import { withMarksAlone } from '../../src/engine/wgsl/unroll';
import { expectNumbers } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface HalfCase extends FixtureCase {
  readonly kind: string;
  readonly shape: readonly number[];
  readonly requiresGrad: boolean;
  readonly text: string;
  readonly size: number;
}

const fixture = await loadFixture<HalfCase>('half');
const of = (kind: string) => fixture.cases.filter((one) => one.kind === kind);

describe('bits', () => {
  test('every float16 comes back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(toHalf(value) & 0x7fff).toBe(0x7e00);
      else if (toHalf(value) !== bits) throw new Error(`${bits} became ${toHalf(value)}`);
    }
  });

  test('between two neighbours the nearer one is taken, and of two as near the even one', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
      const middle = (low + high) / 2;
      const step = (high - low) / 64;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const found = [middle - step, middle, middle + step].map(toHalf);
      const expected = [bits, even, bits + 1];
      if (found.join() !== expected.join()) throw new Error(`around ${middle}: ${found}, expected ${expected}`);
      if (toHalf(-middle) !== (0x8000 | even)) throw new Error(`${-middle} became ${toHalf(-middle)}`);
    }
  });

  test.each([
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [1e30, 0x7c00],
    [-1e300, 0xfc00],
    [Infinity, 0x7c00],
    [-Infinity, 0xfc00],
    [NaN, 0x7e00],
    [0, 0],
    [-0, 0x8000],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [2 ** -25 + 2 ** -40, 1],
    [-(2 ** -26), 0x8000],
    [2 ** -14 - 2 ** -26, 0x400],
    [1e-300, 0],
  ])('%d is %i', (value, bits) => {
    expect(toHalf(value)).toBe(bits);
  });

  test('arrays are whole words', () => {
    expect([...toHalves([1, -2, 0.5])]).toEqual([0x3c00, 0xc000, 0x3800, 0]);
    expect([...fromHalves(toHalves([1, -2, 0.1]).buffer as ArrayBuffer, 3)]).toEqual([1, -2, roundToHalf(0.1)]);
  });
});

test.each([
  [[], 4],
  [[0], 0],
  [[2], 4],
  [[3, 3], 20],
  [[128], 256],
] as [number[], number][])('%j takes %i bytes', (shape, bytes) => {
  expect(byteLength({ shape, dtype: 'float16' })).toBe(bytes);
});

const half = (n: number): Meta => ({ shape: [n], dtype: 'float16' });
const float = (n: number): Meta => ({ shape: [n], dtype: 'float32' });
const member = (result: Meta, expr: string, ...inputs: Member['inputs'][number][]): Member => ({
  name: 'f',
  body: { expr },
  inputs,
  scalars: [],
  result,
});
const codeOf = ({ source }: Pass): string => source.join('\n');

describe('kernels', () => {
  const cluster = (n: number): Cluster => ({
    members: [
      member(half(n), 'a0 * a0', { external: 0, meta: half(n) }),
      member(float(n), 'a0 + a1', { member: 0 }, { external: 1, meta: float(n) }),
    ],
    externals: [half(n), float(n)],
    outputs: [0, 1],
  });

  test('load float16 as float32, round what an operation gives, and store it as float16', () => {
    const code = codeOf(clusterPass(cluster(128)));
    expect(code).toContain('var<storage, read> x0: array<vec4<f16>>;');
    expect(code).toContain('let r0 = vec4f(x0[i]);');
    expect(code).toContain('fn apply0(a0: f32) -> f32 { return half_nearest(a0 * a0); }');
    expect(code).toContain('fn apply1(a0: f32, a1: f32) -> f32 { return a0 + a1; }');
    expect(code).toContain('y0[i] = vec4<f16>(vec4<f32>(v0_0, v0_1, v0_2, v0_3));');
    expect(code).toContain('y1[i] = vec4<f32>(v1_0, v1_1, v1_2, v1_3);');
    expect(code).toContain('fn half_nearest(');
  });

  test('do so for single elements', () => {
    const code = codeOf(clusterPass(cluster(3)));
    expect(code).toContain('var<storage, read> x0: array<f16>;');
    expect(code).toContain('let r0 = f32(x0[i]);');
    expect(code).toContain('y0[i] = f16(v0_0);');
  });

  test('share a binding only between arrays of one type', () => {
    expect(mergesOf(cluster(128))).toEqual([
      { external: 0, output: 0 },
      { external: 1, output: 1 },
    ]);
  });

  test('without float16 are what they were', () => {
    const one = { members: [member(float(8), '-a0', { external: 0, meta: float(8) })], externals: [float(8)] };
    expect(codeOf(clusterPass({ ...one, outputs: [0] }))).not.toMatch(/f16|half/);
  });

  const pass: Pass = {
    label: 'k',
    source: [
      'alias Element = f32;',
      '@group(0) @binding(0) var<storage, read> x: array<Element>;',
      '@group(0) @binding(1) var<storage, read_write> y: array<f32, 512>;',
      'fn load(at: u32) -> Element { return x[at]; }\nfn store(at: u32, value: f32) { y[at] = value; }',
    ],
    reads: [input(0)],
    writes: [output()],
    grid: [1, 1, 1],
  };
  const inOne = { ...pass, source: [pass.source.join('\n')] };

  test('of other operations read float16 as their prologue', () => {
    const one: Cluster = {
      members: [member(float(8), 'a0', { external: 0, meta: half(8) })],
      externals: [half(8)],
      outputs: [0],
    };
    const code = codeOf(withPrologue(inOne, one, 0, 1));
    expect(code).toContain('@group(0) @binding(0) var<storage, read> prologue_x0: array<f16>;');
    expect(code).toContain('let r0 = f32(prologue_x0[i]);');
  });

  test('of other operations store float16 as their epilogue', () => {
    const narrowed = { members: [member(half(512), 'a0', 'stored' as never)], externals: [], main: 0, others: [] };
    const code = codeOf(withEpilogue(inOne, narrowed, 1, 1));
    expect(code).toContain('var<storage, read_write> y: array<f16, 512>;');
    expect(code).toContain('fn epilogue0(a0: f32) -> f32 { return half_nearest(a0); }');
    expect(code).toContain('y[i] = f16(v0_0);');
  });
});

describe('readHalves', () => {
  const cast = (expr = 'a0'): KernelOp => ({ name: 'cast', lower: () => ({ kind: 'pointwise', body: { expr } }) });
  const kernel = (source: string, readsHalf = true): KernelOp => ({
    name: 'k',
    readsHalf,
    lower: () => ({
      kind: 'passes',
      passes: [{ label: 'k', source: [source], reads: [input(0)], writes: [output()], grid: [1, 1, 1] }],
    }),
  });
  const read = (type: string, body: string): string =>
    `@group(0) @binding(0) var<storage, read> x: array<${type}>; // [n] of x[i]\n${body}`;

  /** A kernel of the widened copy of a float16 input, after the pass. */
  function reading(op: KernelOp, expr?: string) {
    const ops = [cast(expr), op];
    const program: Program = {
      values: [half(4), float(4), float(4)],
      inputCount: 1,
      nodes: ops.map((each, n) => {
        return { op: each, attrs: undefined, inputs: [n], outputs: [n + 1], scalarBase: 0, scalarCount: 0 };
      }),
      exports: [2],
    };
    const lowerings = ops.map((each) => each.lower({} as never));
    const done = readHalves({ program, lowerings }, withMarksAlone);
    const lowering = done.lowerings[1] as Lowering & { kind: 'passes' };
    return { input: done.program.nodes[1]!.inputs[0], code: codeOf(lowering.passes[0]!) };
  }

  test('widens every element that a kernel reads, of vectors too', () => {
    const { input: from, code } = reading(kernel(read('f32', 'fn f() { return x[u32(x[1])] + y[2] + max(x[3], 0); }')));
    expect(from).toBe(0);
    expect(code).toContain('var<storage, read> x: array<f16>;');
    expect(code).toContain('return f32(x[u32(f32(x[1]))]) + y[2] + max(f32(x[3]), 0);');
    const fours = reading(kernel(read('vec4f, 12', 'fn f() { return x[1].y; }'))).code;
    expect(fours).toContain('var<storage, read> x: array<vec4<f16>, 12>;');
    expect(fours).toContain('return vec4f(x[1]).y;');
  });

  test.each([
    ['an operation that does not ask for it', kernel(read('f32', ''), false)],
    ['elements of other types', kernel(read('u32', ''))],
    ['a name that is also something else', kernel(read('f32', 'fn f(x: f32) -> f32 { return x; }'))],
  ])('leaves alone %s', (_, op) => {
    expect(reading(op)).toMatchObject({ input: 1, code: expect.not.stringContaining('f16') });
  });

  test('leaves alone what is no copy', () => {
    expect(reading(kernel(read('f32', '')), '-a0').input).toBe(1);
  });
});

test('a device without shader-f16 is named', () => {
  const profile = { description: 'SomeGPU', features: new Set<string>() } as unknown as AdapterProfile;
  const refuse = () => expectHalf(profile, 'zeros');
  expect(refuse).toThrow(torch.DTypeError);
  expect(refuse).toThrow(/^zeros: expected .*, but got float16, .*'shader-f16', and SomeGPU lacks it; use float32$/);
  expect(() => expectHalf({ ...profile, features: new Set(['shader-f16']) })).not.toThrow();
});

describe('before there is a device', () => {
  const dtype = torch.float16;

  test.each(of('text'))('prints $name', async ({ name, shape, requiresGrad, text }) => {
    const x = torch.tensor([...fixture.tensor(`${name}/x0`).data], { dtype }).reshape(shape);
    expect(await (requiresGrad ? x.requiresGrad_() : x).text()).toBe(text);
  });

  test.each(of('random'))("draws PyTorch's numbers: $name", async ({ name, size }) => {
    const generator = new torch.Generator().manualSeed(7);
    for (const draw of [torch.rand, torch.randn]) {
      const drawn = draw(size, { dtype, generator });
      expectNumbers(await drawn.data(), fixture.tensor(`${name}/${draw.name}`).data, { rtol: 2 ** -10 });
      expect(drawn.dtype).toBe('float16');
    }
  });

  test('tensors hold float16 and read back what it rounds to', async () => {
    expect(await torch.tensor([0.1, 65520, -3], { dtype }).tolist()).toEqual([roundToHalf(0.1), Infinity, -3]);
    expect(torch.zeros(2, { dtype }).dtype).toBe('float16');
  });

  test('operations give float16, and so do gradients', () => {
    const x = torch.ones(2, 3, { dtype, requiresGrad: true });
    const w = torch.ones(3, 2).half();
    const y = x.matmul(w);
    expect([y.dtype, y.gradFn, y.sum().dtype, y.argmax().dtype]).toEqual([
      'float16',
      'MmBackward0',
      'float16',
      'int64',
    ]);
    y.sum().backward();
    expect(x.grad!.dtype).toBe('float16');
    expect(x.float().gradFn).toBe('ToCopyBackward0');
  });
});
