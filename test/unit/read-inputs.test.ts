import { describe, expect, test } from 'vitest';
import { withPrologue } from '../../src/engine/compiler/fusion/inline';
import { takesPrologue } from '../../src/engine/compiler/fusion/lines';
import { type Cluster, clusterPass } from '../../src/engine/compiler/fusion/pointwise';
import {
  fourIndex,
  fourKind,
  type Member,
  paysToKnow,
  Sizes,
  withLengths,
} from '../../src/engine/compiler/fusion/read-inputs';
import { input, output, type Pass, u32 } from '../../src/engine/compiler/ir';
import { type Meta, type Shape, scalarOf } from '../../src/engine/core/meta';

/** Evaluates the WGSL of an index with its sizes; u32 division rounds down. */
const evaluate = (text: string, sizes: Sizes, i: number): number => {
  const numbers = text.replace(/\bn(\d+)/g, (_, n: string) => `${sizes.params[Number(n)]![1]}`);
  const js = numbers.replace(/(\d+)u/g, '$1').replace(/i \/ (\d+)/g, 'Math.floor(i / $1)');
  return new Function('i', `return ${js}`)(i);
};

/** Where an input of shape `from` holds the element that meets element `at` of a result. */
function meets(from: Shape, to: Shape, at: number): number {
  let rest = at;
  let place = 0;
  for (let d = to.length - 1; d >= 0; d--) {
    const own = d - (to.length - from.length);
    if (own >= 0 && from[own] !== 1) place += (rest % to[d]!) * from.slice(own + 1).reduce((n, size) => n * size, 1);
    rest = Math.floor(rest / to[d]!);
  }
  return place;
}

describe('fours', () => {
  test.each<[Shape, Shape, string]>([
    [[7], [7], 'four'],
    [[], [7], 'one'],
    [[1, 1], [3, 5], 'one'],
    [[8], [3, 8], 'four'],
    [[7], [3, 7], 'each'],
    [[3, 1], [3, 8], 'one'],
    [[3, 1], [3, 7], 'each'],
    [[5, 1, 1], [2, 5, 2, 2], 'one'],
    [[5, 1, 1], [2, 5, 3, 3], 'each'],
    [[2, 1, 8], [2, 5, 8], 'four'],
    [[2, 1, 4, 3], [2, 5, 4, 3], 'four'],
    [[1, 5, 1], [2, 5, 8], 'one'],
    [[2, 1, 6], [2, 5, 6], 'each'],
    [[3, 5], [1, 3, 5], 'four'],
  ])('%j in %j: %s', (from, to, kind) => {
    expect(fourKind(from, to)).toBe(kind);
    if (kind === 'each') return;
    const sizes = new Sizes();
    const text = fourIndex(from, to, 'i', sizes);
    const fours = Math.floor(to.reduce((n, size) => n * size, 1) / 4);
    for (let i = 0; i < fours; i++) {
      const index = evaluate(text, sizes, i);
      for (let lane = 0; lane < 4; lane++) {
        expect(kind === 'four' ? 4 * index + lane : index).toBe(meets(from, to, 4 * i + lane));
      }
    }
  });
});

test('arrays are declared with their lengths, short ones without', () => {
  const source =
    'var<storage, read> x: array<f32>;\nvar<storage, read_write> y: array<vec4<f32>>;\nvar<private> z: array<f32, 4>;';
  expect(withLengths(source, { x: 8, y: 99.5, z: 100 })).toBe(
    source.replace('array<vec4<f32>>', 'array<vec4<f32>, 100>'),
  );
});

test('lengths are worth a kernel where arrays are long', () => {
  expect(paysToKnow({ x: 4096, y: 1 })).toBe(true);
  expect(paysToKnow({ x: 4095, y: 1 })).toBe(false);
});

const float = (shape: Shape): Meta => ({ shape, dtype: 'float32' });
const product = (a: Shape, b: Shape, result: Shape): Member => ({
  name: 'mul',
  body: { expr: 'a0 * a1' },
  inputs: [
    { external: 0, meta: float(a) },
    { external: 1, meta: float(b) },
  ],
  scalars: [],
  result: float(result),
});
const cluster = (a: Shape, b: Shape, result: Shape): Cluster => ({
  members: [product(a, b, result)],
  externals: [float(a), float(b)],
  outputs: [0],
});

describe('clusters', () => {
  const codeOf = (a: Shape, b: Shape, result = a) => clusterPass(cluster(a, b, result)).source.join('\n');

  test('other sizes have the same code, and lengths and sizes of their own', () => {
    const [one, other] = [
      clusterPass(cluster([32, 64], [32, 1], [32, 64])),
      clusterPass(cluster([7, 8], [7, 1], [7, 8])),
    ];
    expect(one.source).toEqual(other.source);
    expect(one.variants!.lengths).toEqual({ x0: 512, x1: 32, y0: 512 });
    expect(one.params).toEqual([u32(512), u32(16)]);
    expect(other.params).toEqual([u32(14), u32(2)]);
  });

  test('sizes that are equal by chance change no code', () => {
    const code = (a: number, b: number, c: number) => codeOf([a, b, c], [a, 1, c]);
    expect(code(5, 5, 5)).toBe(code(5, 6, 7));
    expect(code(4, 4, 4)).toBe(code(3, 5, 8));
  });

  test('a row of a matrix is read in fours, a column once for four', () => {
    expect(codeOf([32, 64], [64])).toContain('x1: array<vec4<f32>>;');
    expect(codeOf([32, 64], [32, 1])).toMatch(/x1: array<f32>;[\s\S]*let r1 = x1\[\(i \/ n0\)\];/);
  });

  test('a number of elements that 4 does not divide is read and written in fours all the same', () => {
    const pass = clusterPass(cluster([33, 67], [67], [33, 67]));
    const code = withLengths(pass.source.join('\n'), pass.variants!.lengths!);
    expect(code).toContain('x0: array<vec4<f32>, 553>;');
    expect(code).toContain('y0: array<vec4<f32>, 553>;');
    expect(code).toMatch(/min\(i \* 4u \+ 3u, n\d\)/);
    expect(pass.params).toContainEqual(u32(2210));
    expect(pass.grid).toEqual([9, 1, 1]);
  });

  test('a few elements are read one by one', () => {
    expect(codeOf([3], [3])).toContain('y0: array<f32>;');
    expect(codeOf([8], [8])).toContain('y0: array<vec4<f32>>;');
  });
});

describe('prologues', () => {
  const reduction = (entry: string): Pass => ({
    source: [
      'alias Element = f32;',
      `@group(0) @binding(0) var<storage, read> x: array<Element>;
@group(0) @binding(0) var<storage, read> x4: array<Quad>;
fn load(at: u32) -> Element { return x[at]; }
fn load4(at: u32) -> Quad { return x4[at]; }`,
    ],
    label: 'sum',
    entry,
    reads: [input(0)],
    writes: [output()],
    grid: [1, 1, 1],
  });
  const codeOf = (entry: string, a: Shape, b: Shape, slot = 0) => {
    const pass = reduction(entry);
    expect(takesPrologue(pass)).toBe(true);
    const fused = withPrologue(pass, cluster(a, b, a), slot, 1);
    return withLengths(fused.source.join('\n'), fused.variants!.lengths!);
  };

  test('a kernel that reads in fours gets four elements', () => {
    const code = codeOf('along', [32, 64], [64]);
    expect(code).toContain('@binding(0) var<storage, read> prologue_x0: array<vec4<f32>, 512>;');
    expect(code).toContain('@binding(2) var<storage, read> prologue_x1: array<vec4<f32>>;');
    expect(code).toMatch(
      /fn load4\(i: u32\) -> Quad \{[\s\S]*let r1 = prologue_x1\[\(\(i\) % n0\)\];[\s\S]*return Quad\(v0_0, v0_1, v0_2, v0_3\);/,
    );
    expect(code).not.toContain('x4: array');
    expect(code).toContain('fn load(at: u32) -> Element { return x[at]; }');
  });

  test('a kernel that reads one by one gets one, whichever input takes the first binding', () => {
    const code = codeOf('main', [32, 63], [32, 1], 1);
    expect(code).toContain(`@binding(0) var<storage, read> prologue_x1: array<${scalarOf('float32')}>;`);
    expect(code).toContain('@binding(2) var<storage, read> prologue_x0: array<f32, 2016>;');
    expect(code).toMatch(/fn load\(i: u32\) -> Element \{[\s\S]*return v0_0;/);
  });
});
