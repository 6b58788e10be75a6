import { describe, expect, test } from 'vitest';
import type { KernelOp, Lowering, Pooling } from '../../src/engine/compiler/ir';
import { fusePointwise } from '../../src/engine/compiler/passes/fuse-pointwise';
import { fusePools } from '../../src/engine/compiler/passes/fuse-pools';
import { aliasOp, described, kernelOp, type Line, lowered, operation, pointwiseOp } from '../support/programs';

const STORE = 'fn store(at: u32, value: f32) { y[at] = value; }';
const FINISH = 'fn outputs_finish(at: u32, value: f32) -> f32 { return value; }';

/** A kernel that pools images of 8 × 9, except by windows of 3 × 3; it remembers what it was asked. */
function convolution() {
  const asked: Pooling[] = [];
  const pass = (source: string): Lowering => ({
    kind: 'passes',
    passes: [{ label: 'conv', source: [source], reads: [], writes: [{ from: 'output', index: 0 }], grid: [1, 1, 1] }],
  });
  const op = operation('conv', {
    ...(pass(STORE) as Lowering & { kind: 'passes' }),
    pooled(pooling) {
      asked.push(pooling);
      return pooling.size.join() === '8,9' && pooling.window[0] !== 3 ? pass(`${FINISH}\n${STORE}`) : undefined;
    },
  });
  return { op, asked };
}

const pool = (...window: [number, number]): KernelOp => kernelOp('pool', { windows: () => window });
const relu = pointwiseOp('relu', 'max(a0, 0.0)');
const read = kernelOp('read');
const image = [2, 3, 8, 9];
const pooled = [2, 3, 4, 4];

const fuse = (lines: Line[], exports: number[]) => fusePools(lowered([[2, 3, 8, 9], image], lines, exports));

describe('fusePools', () => {
  test('a pooling joins the kernel whose results it alone reads', () => {
    const { op, asked } = convolution();
    const fused = fuse(
      [
        [op, [0], image],
        [pool(2, 2), [2], pooled, pooled],
      ],
      [3, 4],
    );
    expect(described(fused)).toEqual(['conv(0) -> 3,4']);
    expect(fused.program.nodes[0]!.fused?.map((part) => part.op.name)).toEqual(['conv', 'pool']);
    expect(fused.lowerings[0]).toMatchObject({ passes: [{ label: 'conv pool' }] });
    expect(asked).toEqual([{ size: [8, 9], window: [2, 2] }]);
  });

  test('also through reshapes that leave the images as they are', () => {
    const { op } = convolution();
    const fused = fuse(
      [
        [op, [0], image],
        [aliasOp, [2], [6, 8, 9]],
        [aliasOp, [3], [1, 6, 8, 9]],
        [pool(2, 2), [4], [1, 6, 4, 4], [1, 6, 4, 4]],
      ],
      [5],
    );
    expect(described(fused)).toEqual(['conv(0) -> 5,6']);
  });

  test('not where reshapes make other images of the results', () => {
    const { op, asked } = convolution();
    const fused = fuse(
      [
        [op, [0], image],
        [aliasOp, [2], [2, 3, 4, 18]],
        [pool(2, 2), [3], [2, 3, 2, 9], [2, 3, 2, 9]],
      ],
      [4],
    );
    expect(fused.program.nodes).toHaveLength(3);
    expect(asked).toEqual([{ size: [4, 18], window: [2, 2] }]);
  });

  test('not where somebody else reads the results, or they are exported', () => {
    const { op } = convolution();
    const lines: Line[] = [
      [op, [0], image],
      [pool(2, 2), [2], pooled, pooled],
    ];
    expect(fuse([...lines, [read, [2], image]], [3, 5]).program.nodes).toHaveLength(3);
    expect(fuse(lines, [2, 3]).program.nodes).toHaveLength(2);
  });

  test('not where the kernel declines, where a window reaches past the end, or where it is no pooling of windows side by side', () => {
    const { op } = convolution();
    const nodes = (by: KernelOp, ...shape: number[]) =>
      fuse(
        [
          [op, [0], image],
          [by, [2], [2, 3, ...shape], [2, 3, ...shape]],
        ],
        [3],
      ).program.nodes.length;
    expect(nodes(pool(2, 3), 4, 3)).toBe(1);
    expect(nodes(pool(3, 3), 2, 3)).toBe(2);
    expect(nodes(pool(2, 2), 4, 5)).toBe(2);
    expect(nodes(kernelOp('overlapping', { windows: () => undefined }), 4, 4)).toBe(2);
    expect(nodes(kernelOp('other'), 4, 4)).toBe(2);
  });

  test('an input is pooled by the pooling itself', () => {
    expect(described(fuse([[pool(2, 2), [0], pooled, pooled]], [2]))).toEqual(['pool(0) -> 2,3']);
  });
});

describe('with pointwise nodes', () => {
  const source = (program: ReturnType<typeof fuse>) => {
    const [lowering] = program.lowerings;
    return lowering?.kind === 'passes' ? lowering.passes[0]!.source.join('\n') : '';
  };

  test('those in between act before the pooling', () => {
    const { op } = convolution();
    const apart = lowered(
      [image, image],
      [
        [op, [0], image],
        [relu, [2], image],
        [pool(2, 2), [3], pooled, pooled],
      ],
      [4],
    );
    const fused = fusePools(fusePointwise(fusePools(apart)));
    expect(described(fused)).toEqual(['conv(0) -> 4,5']);
    expect(fused.lowerings[0]).toMatchObject({ passes: [{ label: 'conv relu pool' }] });
    expect(source(fused)).toContain(STORE);
    expect(source(fused)).toMatch(/fn outputs_finish\(i: u32, value: f32\) -> f32 \{\n.*\n {2}return v0_0;\n\}/);
    expect(source(fused)).not.toContain(FINISH);
  });

  test('those that follow act where the maximum is stored', () => {
    const { op } = convolution();
    const apart = lowered(
      [image, image],
      [
        [op, [0], image],
        [pool(2, 2), [2], pooled, pooled],
        [relu, [3], pooled],
      ],
      [5],
    );
    const fused = fusePools(fusePointwise(fusePools(apart)));
    expect(described(fused)).toEqual(['conv(0) -> 5,4']);
    expect(fused.lowerings[0]).toMatchObject({ passes: [{ label: 'conv pool relu' }] });
    expect(source(fused)).toContain(FINISH);
    expect(source(fused)).toMatch(/fn store\(i: u32, value: f32\) \{\n.*\n {2}y\[i\] = v0_0;\n\}/);
  });

  test('what they read meets the results by their places before the pooling', () => {
    const { op } = convolution();
    const apart = lowered(
      [image, image],
      [
        [op, [0], image],
        [pointwiseOp('add', 'a0 + a1'), [2, 1], image],
        [pool(2, 2), [3], pooled, pooled],
      ],
      [4],
    );
    const fused = fusePools(fusePointwise(fusePools(apart)));
    expect(described(fused)).toEqual(['conv(0,1) -> 4,5']);
    expect(source(fused)).toContain('epilogue_x0[i]');
  });

  test('a pooling stays apart where a result in between is wanted', () => {
    const { op } = convolution();
    const apart = lowered(
      [image, image],
      [
        [op, [0], image],
        [relu, [2], image],
        [pool(2, 2), [3], pooled, pooled],
      ],
      [3, 4],
    );
    expect(fusePools(fusePointwise(fusePools(apart))).program.nodes).toHaveLength(2);
  });
});
