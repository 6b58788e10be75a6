import { describe, expect, test } from 'vitest';
import { broadcastIndex, Sizes } from '../../src/engine/compiler/fusion/read-inputs';
import {
  input,
  type KernelOp,
  type Lowering,
  output,
  type Program,
  type ProgramNode,
  scratch,
  u32,
} from '../../src/engine/compiler/ir';
import { fusePointwise } from '../../src/engine/compiler/passes/fuse-pointwise';
import type { Meta, Shape } from '../../src/engine/core/meta';

const op = (lowering: Lowering, name: string): KernelOp => ({ name, lower: () => lowering });
const point = (name: string, expr = 'a0'): KernelOp => op({ kind: 'pointwise', body: { expr } }, name);
const fill = point('fill', 's0');
const kernel = op({ kind: 'passes', passes: [] }, 'kernel');
const reshape = op({ kind: 'alias', byteOffset: 0 }, 'reshape');

/** A program of `[op, inputs, shape]` lines over inputs of the given shapes. */
function fuse(inputs: Shape[], lines: [KernelOp, number[], Shape][], exports: number[]) {
  const values: Meta[] = inputs.map((shape) => ({ shape, dtype: 'float32' }));
  const nodes = lines.map(([by, from, shape], n): ProgramNode => {
    values.push({ shape, dtype: 'float32' });
    const scalarCount = by === fill ? 1 : 0;
    return { op: by, attrs: undefined, inputs: from, outputs: [values.length - 1], scalarBase: n, scalarCount };
  });
  const program: Program = { values, inputCount: inputs.length, nodes, exports };
  const lowerings = nodes.map((node) =>
    node.op.lower({ inputs: [], outputs: [], attrs: undefined, adapter: {} as never }),
  );
  const result = fusePointwise({ program, lowerings });
  return {
    ...result,
    /** What runs, in order: the label of a cluster's kernel, else the op's name. */
    runs: result.lowerings.map((lowering, n) =>
      lowering.kind === 'passes' && lowering.passes[0] ? lowering.passes[0].label : result.program.nodes[n]!.op.name,
    ),
  };
}

describe('fusePointwise', () => {
  test('a chain is one kernel that reads its input and writes its end', () => {
    const { runs, program } = fuse(
      [[8]],
      [
        [point('a'), [0], [8]],
        [point('b'), [1], [8]],
        [point('c'), [2], [8]],
      ],
      [3],
    );
    expect(runs).toEqual(['a b c']);
    expect(program.nodes[0]).toMatchObject({ inputs: [0], outputs: [3] });
  });

  test('an intermediate that another kernel reads is written too', () => {
    const { runs, program } = fuse(
      [[8]],
      [
        [point('a'), [0], [8]],
        [point('b'), [1], [8]],
        [kernel, [1], [1]],
      ],
      [2, 3],
    );
    expect(runs).toEqual(['a b', 'kernel']);
    expect(program.nodes[0]!.outputs).toEqual([1, 2]);
  });

  test('nodes with a kernel between them stay apart', () => {
    const { runs } = fuse(
      [[8]],
      [
        [point('a'), [0], [8]],
        [kernel, [1], [8]],
        [point('b', 'a0 + a1'), [1, 2], [8]],
      ],
      [3],
    );
    expect(runs).toEqual(['a', 'kernel', 'b']);
  });

  test('two clusters that each need a result of the other are not made', () => {
    // a → k1 → d and c → k2 → b: joining a with b and c with d would make each wait for the other.
    const { program } = fuse(
      [[8], [4]],
      [
        [point('a'), [0], [8]],
        [point('c'), [1], [4]],
        [kernel, [2], [4]],
        [kernel, [3], [8]],
        [point('b', 'a0 + a1'), [2, 5], [8]],
        [point('d', 'a0 + a1'), [3, 4], [4]],
      ],
      [6, 7],
    );
    const made = new Set([0, 1]);
    for (const node of program.nodes) {
      for (const v of node.inputs) expect(made.has(v)).toBe(true);
      for (const v of node.outputs) made.add(v);
    }
    expect(made.has(6) && made.has(7)).toBe(true);
  });

  test('reshapes are looked through, and left out when nobody else reads them', () => {
    const { runs } = fuse(
      [[2, 4]],
      [
        [point('a'), [0], [2, 4]],
        [reshape, [1], [8]],
        [point('b'), [2], [8]],
      ],
      [3],
    );
    expect(runs).toEqual(['a b']);
    const kept = fuse(
      [[2, 4]],
      [
        [point('a'), [0], [2, 4]],
        [reshape, [1], [8]],
        [kernel, [2], [8]],
      ],
      [3],
    );
    expect(kept.runs).toEqual(['a', 'reshape', 'kernel']);
  });

  test('fills are evaluated where they are used', () => {
    const { runs, lowerings } = fuse(
      [[8]],
      [
        [fill, [], []],
        [point('a', 'a0 * a1'), [0, 1], [8]],
      ],
      [2],
    );
    expect(runs).toEqual(['a']);
    const [lowering] = lowerings;
    expect(lowering!.kind === 'passes' && lowering!.passes[0]!.params).toContainEqual(['f32', { scalar: 0 }]);
  });

  test('a fill that a kernel reads, or that is wanted itself, is written', () => {
    expect(
      fuse(
        [],
        [
          [fill, [], [8]],
          [kernel, [0], [8]],
        ],
        [1],
      ).runs,
    ).toEqual(['fill', 'kernel']);
    expect(fuse([], [[fill, [], [8]]], [0]).runs).toEqual(['fill']);
  });

  test('other element counts are other kernels', () => {
    const { runs } = fuse(
      [[4]],
      [
        [point('a'), [0], [4]],
        [point('b', 'a0 + a1'), [1, 1], [3, 4]],
      ],
      [2],
    );
    expect(runs).toEqual(['a', 'b']);
  });

  test('no kernel binds more than eight buffers', () => {
    const inputs = Array.from({ length: 12 }, (): Shape => [8]);
    const lines = inputs
      .slice(1)
      .map((_, i): [KernelOp, number[], Shape] => [point(`add${i}`, 'a0 + a1'), [i === 0 ? 0 : 11 + i, i + 1], [8]]);
    const { program } = fuse(inputs, lines, [22]);
    for (const node of program.nodes) expect(node.inputs.length + node.outputs.length).toBeLessThanOrEqual(8);
    expect(program.nodes.length).toBe(2);
  });
});

/** A kernel that stores through the line that epilogues replace. */
const stores = op(
  {
    kind: 'passes',
    passes: [
      {
        label: 'kernel',
        source: ['fn store(at: u32, value: f32) { y[at] = value; }'],
        reads: [input(0)],
        writes: [output()],
        params: [u32(1)],
        grid: [1, 1, 1],
      },
    ],
  },
  'kernel',
);
const conditional = (): KernelOp => point('mask', 'select(0.0, a0, a1 > 0.0)');

describe('epilogues', () => {
  test('a cluster on the result of a kernel is evaluated as it is stored', () => {
    const { runs, program, lowerings } = fuse(
      [[8]],
      [
        [stores, [0], [8]],
        [point('a'), [1], [8]],
        [point('b'), [2], [8]],
      ],
      [3],
    );
    expect(runs).toEqual(['kernel a b']);
    expect(program.nodes[0]).toMatchObject({ inputs: [0], outputs: [3] });
    const [lowering] = lowerings;
    const text = lowering!.kind === 'passes' ? lowering!.passes[0]!.source.join('\n') : '';
    expect(text).toContain('let v0_0 = epilogue0(value);');
    expect(text).toContain('y[i] = v1_0;');
  });

  test('other inputs and results are bound after the kernel’s own', () => {
    const lines: [KernelOp, number[], Shape][] = [
      [stores, [0], [8]],
      [conditional(), [2, 1], [8]],
      [point('b'), [3], [8]],
    ];
    const { program, lowerings } = fuse([[8], [8]], lines, [3, 4]);
    expect(program.nodes[0]).toMatchObject({ inputs: [0, 1], outputs: [3, 4] });
    const [lowering] = lowerings;
    const pass = lowering!.kind === 'passes' ? lowering!.passes[0]! : undefined;
    expect(pass!.extras).toMatchObject({ reads: [input(1)], writes: [output(1)] });
    expect(pass!.source.join()).toContain('@binding(3) var<storage, read> epilogue_x0');
  });

  test('a result that outlives the run is stored beside what is made of it', () => {
    const { runs, program, lowerings } = fuse(
      [[8]],
      [
        [stores, [0], [8]],
        [point('a'), [1], [8]],
      ],
      [1, 2],
    );
    expect(runs).toEqual(['kernel a']);
    expect(program.nodes[0]!.outputs).toEqual([2, 1]);
    const [lowering] = lowerings;
    const pass = lowering!.kind === 'passes' ? lowering!.passes[0]! : undefined;
    expect(pass!.extras!.writes).toEqual([output(1)]);
    expect(pass!.source.join()).toMatch(
      /let v1_0 = epilogue1\(value\);[\s\S]*y\[i\] = v0_0;[\s\S]*epilogue_y0\[i\] = v1_0;/,
    );
  });

  test('a result that somebody else reads is not replaced', () => {
    const read = fuse(
      [[8]],
      [
        [stores, [0], [8]],
        [point('a'), [1], [8]],
        [kernel, [1], [1]],
      ],
      [2, 3],
    );
    expect(read.runs.filter((run) => run === 'a')).toHaveLength(1);
  });

  test('a cluster that waits for something made from the kernel’s result stays apart', () => {
    const { runs } = fuse(
      [[8]],
      [
        [stores, [0], [8]],
        [kernel, [1], [8]],
        [conditional(), [1, 2], [8]],
      ],
      [3],
    );
    expect(runs).toEqual(['kernel', 'kernel', 'mask']);
  });

  test('a kernel takes one epilogue', () => {
    const { runs } = fuse(
      [[8], [8]],
      [
        [stores, [0], [8]],
        [point('a'), [2], [8]],
        [stores, [3], [8]],
        [conditional(), [4, 1], [8]],
      ],
      [5],
    );
    expect(runs).toEqual(['kernel a', 'kernel mask']);
  });
});

describe('prologues', () => {
  const reduce = op(
    {
      kind: 'passes',
      scratch: [64],
      passes: [
        {
          label: 'reduce',
          source: ['alias Element = f32;', 'fn load(at: u32) -> Element { return x[at]; }'],
          reads: [input(0)],
          writes: [scratch()],
          grid: [1, 1, 1],
        },
        { label: 'rest', source: [''], reads: [scratch()], writes: [output()], grid: [1, 1, 1] },
      ],
    },
    'reduce',
  );

  test('a cluster that only a reduction reads is evaluated as it loads', () => {
    const lines: [KernelOp, number[], Shape][] = [
      [point('a', 'a0 * a1'), [0, 1], [8]],
      [point('b'), [2], [8]],
      [reduce, [3], [1]],
    ];
    const { runs, program, lowerings } = fuse([[8], [8]], lines, [4]);
    expect(runs).toEqual(['a b reduce']);
    expect(program.nodes[0]).toMatchObject({ inputs: [0, 1], outputs: [4] });
    const [lowering] = lowerings;
    const passes = lowering!.kind === 'passes' ? lowering!.passes : [];
    expect(passes[0]!.source.join('\n')).toMatch(
      /let r0 = prologue_x0\[i\];\s+let r1 = prologue_x1\[i\];\s+let v0_0 = prologue0\(r0, r1\);/,
    );
    expect(passes[0]!.extras!.reads).toEqual([input(1)]);
    expect(passes[1]!.label).toBe('rest');
  });

  test('also through a reshape, which then goes', () => {
    const { runs } = fuse(
      [[2, 4]],
      [
        [point('a'), [0], [2, 4]],
        [reshape, [1], [8]],
        [reduce, [2], [1]],
      ],
      [3],
    );
    expect(runs).toEqual(['a reduce']);
  });

  test('what somebody else reads is written, and read from memory', () => {
    expect(
      fuse(
        [[8]],
        [
          [point('a'), [0], [8]],
          [reduce, [1], [1]],
        ],
        [1, 2],
      ).runs,
    ).toEqual(['a', 'reduce']);
    expect(
      fuse(
        [[8]],
        [
          [point('a'), [0], [8]],
          [reduce, [1], [1]],
          [kernel, [1], [1]],
        ],
        [2, 3],
      ).runs[0],
    ).toBe('a');
  });
});

describe('epilogues of reductions', () => {
  const reduction = (passes: 1 | 2, divided = 'f32', entry = 'main'): KernelOp => {
    const source = [
      `alias Element = ${divided};`,
      'fn load(at: u32) -> Element { return x[at]; }',
      'fn store(at: u32, value: Element) { y[at] = value; }',
      'fn store4(at: u32, value: Quad) { y4[at] = value; }',
    ];
    const pass = { label: 'reduce', source, entry, grid: [1, 1, 1] as const };
    const first = { ...pass, reads: [input(0)], writes: [passes === 1 ? output() : scratch()] };
    const second = { ...pass, label: 'rest', reads: [scratch()], writes: [output()] };
    return op({ kind: 'passes', scratch: [64], passes: passes === 1 ? [first] : [first, second] }, 'reduce');
  };
  const followed = (by: KernelOp): [KernelOp, number[], Shape][] => [
    [by, [0], [2]],
    [point('a'), [1], [2]],
  ];

  test('the result is taken further where it is stored, also in fours', () => {
    const { runs, lowerings } = fuse([[8]], followed(reduction(1)), [2]);
    expect(runs).toEqual(['reduce a']);
    const text = lowerings[0]!.kind === 'passes' ? lowerings[0]!.passes[0]!.source.join('\n') : '';
    expect(text).toContain('let v0_0 = epilogue0(value);');
    expect(text).not.toContain('y[at]');
    const [across] = fuse([[8]], followed(reduction(1, 'f32', 'across')), [2]).lowerings;
    const four = across!.kind === 'passes' ? across!.passes[0]!.source.join('\n') : '';
    expect(four).toContain('let v0_3 = epilogue0(value.w);');
    expect(four).toContain('y4[i] = vec4<f32>(v0_0, v0_1, v0_2, v0_3);');
  });

  test('whole numbers are left to a kernel of their own', () => {
    expect(fuse([[8]], followed(reduction(1, 'i32')), [2]).runs).toEqual(['reduce', 'a']);
  });

  test('a kernel that reads and stores in one pass takes the prologue, one of two passes takes both', () => {
    const around = (by: KernelOp): [KernelOp, number[], Shape][] => [
      [point('p'), [0], [8]],
      [by, [1], [2]],
      [point('a'), [2], [2]],
    ];
    expect(fuse([[8]], around(reduction(1)), [3]).runs).toEqual(['p reduce', 'a']);
    const { runs, lowerings } = fuse([[8]], around(reduction(2)), [3]);
    expect(runs).toEqual(['p reduce']);
    expect(lowerings[0]!.kind === 'passes' && lowerings[0]!.passes.map(({ label }) => label)).toEqual([
      'p reduce',
      'rest a',
    ]);
  });
});

describe('broadcastIndex', () => {
  /** The value of an index expression of WGSL's whole numbers. */
  const evaluate = (text: string, i: number): number => {
    const tokens = text
      .replaceAll('i', String(i))
      .replace(/(\d)u/g, '$1')
      .match(/\d+|[()+*/%]/g)!;
    let at = 0;
    const factor = (): number => {
      if (tokens[at] === '(') {
        at++;
        const value = sum();
        at++;
        return value;
      }
      return Number(tokens[at++]);
    };
    const product = (): number => {
      let value = factor();
      while (['*', '/', '%'].includes(tokens[at]!)) {
        const by = tokens[at++];
        const other = factor();
        value = by === '*' ? value * other : by === '/' ? Math.floor(value / other) : value % other;
      }
      return value;
    };
    const sum = (): number => {
      let value = product();
      while (tokens[at] === '+') {
        at++;
        value += product();
      }
      return value;
    };
    return sum();
  };

  test.each([
    [[3], [2, 3]],
    [
      [2, 1],
      [2, 3],
    ],
    [
      [4, 1, 1],
      [2, 4, 3, 5],
    ],
    [[], [2, 2]],
    [
      [1, 3, 1, 2],
      [4, 3, 5, 2],
    ],
    [
      [2, 3],
      [2, 3],
    ],
  ])('%j in %j', (from, to) => {
    const sizes = new Sizes();
    const named = broadcastIndex(from, to, 'i', sizes);
    const text = named.replace(/\bn(\d+)/g, (_, n: string) => `${sizes.params[Number(n)]![1]}u`);
    const count = to.reduce((n, size) => n * size, 1);
    for (let i = 0; i < count; i++) {
      let rest = i;
      const place = to.map(() => 0);
      for (let d = to.length - 1; d >= 0; d--) {
        place[d] = rest % to[d]!;
        rest = Math.floor(rest / to[d]!);
      }
      const lead = to.length - from.length;
      const expected = from.reduce((at, size, d) => at * size + (size === 1 ? 0 : place[lead + d]!), 0);
      expect(evaluate(text, i)).toBe(expected);
    }
  });
});
