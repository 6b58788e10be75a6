// The door `lamplight/einops` beside the Python package: values, printed layers, refusals.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import * as einops from 'lamplight/einops';
import {
  EinMix,
  einsum,
  pack,
  parseShape,
  Rearrange,
  Reduce,
  rearrange,
  reduce,
  repeat,
  unpack,
} from 'lamplight/einops';
import { describe, expect, test } from 'vitest';
import fixture from '../fixtures/einops.json' with { type: 'json' };

type Shapes = number[] | number[][];
interface Case {
  readonly op: string;
  readonly shapes: Shapes;
  readonly pattern: string;
  readonly reduction: string | null;
  readonly sizes: Record<string, number>;
}

/** The numbers of the fixture's script. */
function filled(shapes: Shapes): Tensor | Tensor[] {
  const one = (shape: number[], k: number) => {
    const count = shape.reduce((n, size) => n * size, 1);
    return torch.tensor(Float32Array.from({ length: count }, (_, i) => ((i * 7 + k) % 11) - 5)).reshape(shape);
  };
  return Array.isArray(shapes[0]) ? (shapes as number[][]).map(one) : one(shapes as number[], 0);
}

function call({ op, shapes, pattern, reduction, sizes }: Case): Tensor {
  const x = filled(shapes);
  if (op === 'reduce') return reduce(x, pattern, reduction as 'sum', sizes);
  return op === 'repeat' ? repeat(x, pattern, sizes) : rearrange(x, pattern, sizes);
}

const numbers = async (x: Tensor): Promise<number[]> => (await x.flatten().tolist()) as number[];

describe('beside einops', () => {
  test('rearrange, reduce and repeat', async () => {
    const results = (fixture.cases as (Case & { shape: number[]; values: number[] })[]).map((each) => ({
      each,
      y: call(each),
    }));
    for (const { each, y } of results) {
      expect({ ...each, shape: y.shape }).toEqual(each);
      const values = await numbers(y);
      values.forEach((value, i) => {
        expect(value, each.pattern).toBeCloseTo(each.values[i]!, 4);
      });
    }
  });

  test('patterns and shapes that it refuses are refused', () => {
    for (const each of fixture.refused as Case[]) {
      expect(() => call(each), `${each.op} ${each.pattern}`).toThrow(torch.LamplightError);
    }
  });

  test('einsum, pack and unpack, parseShape', async () => {
    for (const { shapes, pattern, shape, values } of fixture.sums) {
      const y = einsum(...(filled(shapes) as [Tensor]), pattern);
      expect(y.shape).toEqual(shape);
      expect(await numbers(y)).toEqual(values);
    }
    const inputs = filled([
      [2, 3, 5],
      [2, 3, 7, 5],
      [2, 3, 7, 2, 5],
    ]) as Tensor[];
    const [packed, shapes] = pack(inputs, 'i j * k');
    expect({ shape: packed.shape, shapes, values: await numbers(packed) }).toEqual(fixture.packed);
    for (const shape of [shapes, [[], [-1], [7, 2]], [[], [7], [-1, 2]]]) {
      const parts = unpack(packed, shape, 'i j * k');
      expect(await numbers(parts[2]!)).toEqual(await numbers(inputs[2]!));
    }
    expect(() => unpack(packed, [[3], [7]], 'i j * k')).toThrow(torch.ShapeError);
    const x = torch.zeros(2, 3, 5, 7);
    expect(parseShape(x, 'batch _ h w')).toEqual({ batch: 2, h: 5, w: 7 });
    expect(parseShape(x, 'b ... w')).toEqual({ b: 2, w: 7 });
    expect(() => parseShape(x, 'b c')).toThrow(torch.ShapeError);
    expect(() => parseShape(x, 'b c 4 w')).toThrow(torch.ShapeError);
  });

  test('EinMix draws, prints and computes the same', async () => {
    for (const { shape, pattern, options, text, state, result, values } of fixture.mixes) {
      torch.manualSeed(0);
      const layer = new EinMix(pattern, options);
      expect(`${layer}`).toBe(text);
      for (const [key, value] of Object.entries(layer.stateDict())) {
        expect([key, value.shape]).toEqual([key, (state as Record<string, unknown[]>)[key]![0]]);
        expect(await numbers(value)).toEqual(
          ((state as Record<string, unknown[]>)[key]![1] as number[]).map(Math.fround),
        );
      }
      const y = layer(filled(shape) as Tensor);
      expect(y.shape).toEqual(result);
      (await numbers(y)).forEach((value, i) => {
        expect(value).toBeCloseTo(values[i]!, 4);
      });
    }
  });
});

test('layers print, and stand in a Sequential that learns', async () => {
  expect([
    `${new Rearrange('b (h w) -> b h w', { h: 2 })}`,
    `${new Reduce('b c (h 2) (w p) -> b c h w', 'max', { p: 2 })}`,
  ]).toEqual(fixture.printed);
  torch.manualSeed(0);
  const patches = new Rearrange('b c (h p) (w q) -> b (h w) (p q c)', { p: 4, q: 4 });
  const net = new nn.Sequential(
    patches,
    new nn.Linear(16, 8),
    new nn.ReLU(),
    new Reduce('b n d -> b d', 'mean'),
    new nn.Linear(8, 1),
  );
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const x = torch.randn(2, 1, 8, 8);
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) {
    optimizer.zeroGrad();
    const loss = net(x).sub(1).square().mean();
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  expect(losses[2]).toBeLessThan(losses[0]!);
});

test('parameters go by place or by name, and what is wrong is said', async () => {
  const x = torch.arange(6).reshape([2, 3]);
  const expected = await x.t().tolist();
  expect(await rearrange({ tensor: x, pattern: 'a b -> b a' }).tolist()).toEqual(expected);
  expect(await rearrange(x, { pattern: 'a b -> b a', a: 2 }).tolist()).toEqual(expected);
  expect(await reduce(x, 'a b -> a', { reduction: 'sum' }).tolist()).toEqual([3, 12]);
  expect(await reduce(x, 'a b -> b', (y, dims) => y.sum(dims)).tolist()).toEqual([3, 5, 7]);
  expect(await reduce(x.gt(1), 'a b -> b', 'any').tolist()).toEqual([true, true, true]);
  const loose = einops as unknown as Record<string, (...args: unknown[]) => unknown>;
  const wrong: [() => unknown, RegExp][] = [
    [() => loose.rearrange!(Promise.resolve(x), 'a b -> b a'), /await it first/],
    [() => loose.rearrange!(x), /missing 1 required argument: 'pattern'/],
    [() => loose.rearrange!(x, 5), /expected pattern to be text/],
    [() => loose.rearrange!(x, 'a b -> b a', 2), /but got number 2, too/],
    [() => rearrange(x, '(a c) b -> a c b', { a: 1.5 }), /expected the size of axis 'a' to be a whole number/],
    [
      () => rearrange(x, '(a c) b -> a c b', { a: 4 }),
      /expected dimension 0 to be a multiple of 4 by '\(a c\) b -> a c b', but got 2 of shape \[2, 3\]/,
    ],
    [() => loose.reduce!(x, 'a b -> a', 'median'), /expected a reduction out of min, max, sum/],
    [() => reduce(x, 'a b -> a', (y) => y), /expected the function to reduce/],
    [() => loose.einsum!(x, x), /pattern such as/],
    [() => loose.pack!(x, 'a *'), /expected a list of at least one tensor/],
    [() => new Rearrange('a b -> a'), /Rearrange: expected the same axes on both sides, but only one has 'b'/],
    [() => new EinMix('a b -> a c', { weightShape: 'b c', b: 2 }), /expected the sizes of 'c'/],
  ];
  for (const [run, message] of wrong) {
    expect(run).toThrow(torch.LamplightError);
    expect(run).toThrow(message);
  }
});
