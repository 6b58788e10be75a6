// Sums, stacks and streams of data sets, on the host: items, order, lengths, types and errors.
import * as torch from 'lamplight';
import { data, type Tensor } from 'lamplight';
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';

class Letters extends data.Dataset<string> {
  constructor(readonly text: string) {
    super();
  }
  override get length() {
    return this.text.length;
  }
  override get(index: number) {
    return this.text.at(index)!;
  }
}

class Numbers extends data.IterableDataset<number> {
  constructor(readonly end: number) {
    super();
  }
  override *[Symbol.iterator]() {
    for (let i = 0; i < this.end; i++) yield i;
  }
}

class Slow extends data.IterableDataset<string> {
  override readonly length: number;
  constructor(readonly text: string) {
    super();
    this.length = text.length;
  }
  async *[Symbol.asyncIterator]() {
    for (const letter of this.text) {
      await Promise.resolve();
      yield letter;
    }
  }
}

async function visited<B>(loader: data.DataLoader<never, B> | AsyncIterable<B>): Promise<B[]> {
  const batches: B[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

const listed = <T>(items: T[]): T[] => items;

afterEach(() => vi.restoreAllMocks());

describe('ConcatDataset', () => {
  const whole = new data.ConcatDataset([new Letters('abc'), ['d'], new Letters(''), new Letters('ef')]);

  test('has the items of its parts, counted from either end', () => {
    expect([whole.length, whole.cumulativeSizes]).toEqual([6, [3, 4, 4, 6]]);
    expect([...whole].join('')).toBe('abcdef');
    expect([whole[3], whole[-1], whole[-6], whole.get(4)]).toEqual(['d', 'f', 'a', 'e']);
    expect(() => whole.get(6)).toThrow(torch.IndexError);
    expect(() => whole.get(-7)).toThrow(/^ConcatDataset: expected an index from -6 to 5, but got -7/);
  });

  test('is what + makes', () => {
    const sum = new Letters('ab').add(new Letters('c')).add([1]);
    expectTypeOf(sum.get(0)).toEqualTypeOf<string | number>();
    expect(sum).toBeInstanceOf(data.ConcatDataset);
    expect([...sum]).toEqual(['a', 'b', 'c', 1]);
    expect(String(sum)).toBe('ConcatDataset(length=4)');
  });

  test('takes at least one data set, and no stream', () => {
    expect(() => new data.ConcatDataset([])).toThrow(/^ConcatDataset: expected at least one data set, but got none/);
    expect(() => new data.ConcatDataset([new Numbers(2)])).toThrow(/expected no IterableDataset.*use ChainDataset/);
  });

  test('is batched across its parts', async () => {
    expect(await visited(new data.DataLoader(whole, 4))).toEqual([
      ['a', 'b', 'c', 'd'],
      ['e', 'f'],
    ]);
    const part = new data.Subset(whole, [5, 0, -3]);
    expect(await visited(new data.DataLoader(part, 3))).toEqual([['f', 'a', 'd']]);
  });
});

describe('StackDataset', () => {
  test('has tuples of data sets in a row', async () => {
    const stack = new data.StackDataset(new Letters('abc'), [1, 2, 3]);
    expectTypeOf(stack.get(0)).toEqualTypeOf<[string, number]>();
    expect([stack.length, stack[1], stack[-1]]).toEqual([3, ['b', 2], ['c', 3]]);
    const collateFn = listed<[string, number]>;
    expect(await visited(new data.DataLoader(stack, { batchSize: 2, collateFn }))).toEqual([
      [
        ['a', 1],
        ['b', 2],
      ],
      [['c', 3]],
    ]);
  });

  test('has objects of data sets with names', async () => {
    const stack = new data.StackDataset({ name: new Letters('abc'), pair: new data.StackDataset(['x', 'y', 'z']) });
    expectTypeOf(stack.get(0)).toEqualTypeOf<{ name: string; pair: [string] }>();
    expect(stack[0]).toEqual({ name: 'a', pair: ['x'] });
    expect(await visited(new data.DataLoader(stack, 2))).toEqual([
      { name: ['a', 'b'], pair: [['x', 'y']] },
      { name: ['c'], pair: [['z']] },
    ]);
  });

  test('waits for items that are fetched', async () => {
    const later = [1, 2].map((x) => Promise.resolve(`${x}`));
    const stack = new data.StackDataset({ a: later, b: ['x', 'y'] });
    expectTypeOf(stack.get(0)).toEqualTypeOf<Promise<{ a: string; b: string }>>();
    expect(await stack[1]).toEqual({ a: '2', b: 'y' });
    expect(await visited(new data.DataLoader(stack, 2))).toEqual([{ a: ['1', '2'], b: ['x', 'y'] }]);
    const collateFn = listed<{ a: string; b: string }>;
    expect(await visited(new data.DataLoader(stack, { batchSize: 2, collateFn }))).toEqual([
      [
        { a: '1', b: 'x' },
        { a: '2', b: 'y' },
      ],
    ]);
  });

  test('takes data sets of equal length, in a row or named', () => {
    const make = (...parts: unknown[]) => new data.StackDataset(...(parts as [string[]]));
    expect(() => make()).toThrow(/^StackDataset: expected at least one data set, but got none/);
    expect(() => make({})).toThrow(/at least one data set/);
    expect(() => make(['a'], ['b', 'c'])).toThrow(/expected data sets of equal length, but got 1 and 2/);
    expect(() => make(['a'], { b: ['b'] })).toThrow(/in a row or in an object by their names, but got both/);
  });

  test('fetches part by part, as PyTorch does, and a ConcatDataset item by item', async () => {
    const order: string[] = [];
    class Noted extends data.Dataset<string> {
      override readonly length = 2;
      constructor(readonly name: string) {
        super();
      }
      override get(index: number) {
        order.push(`${this.name}${index}`);
        return this.name;
      }
    }
    const [a, b] = [new Noted('a'), new Noted('b')];
    const collateFn = listed<unknown>;
    await visited(new data.DataLoader(new data.StackDataset(a, b), 2));
    await visited(new data.DataLoader(new data.StackDataset(a, b), { batchSize: 2, collateFn }));
    await visited(new data.DataLoader(a.add(b), { sampler: [2, 1, 3, 0], batchSize: 4 }));
    expect(order.join(' ')).toBe('a0 a1 b0 b1 a0 a1 b0 b1 b0 a1 b1 a0');
  });
});

describe('a subclass', () => {
  test('that defines get is asked for its items, whatever its base makes of batches', async () => {
    class Loud extends data.Subset<string> {
      override get(index: number) {
        return super.get(index).toUpperCase();
      }
    }
    const stack = new data.StackDataset(new Letters('abc'));
    class Joined extends data.Subset<[string]> {
      override get(index: number): [string] {
        return [`<${super.get(index)}>`];
      }
    }
    expect(await visited(new data.DataLoader(new Loud(new Letters('abc'), [2, 0]), 2))).toEqual([['C', 'A']]);
    expect(await visited(new data.DataLoader(new Joined(stack, [2, 0]), 2))).toEqual([[['<c>', '<a>']]]);
  });

  test('may fetch the items of a batch together', async () => {
    class Together extends Letters {
      getItems(indices: readonly number[]) {
        return Promise.resolve(indices.map((i) => `${this.get(i)}${indices.length}`));
      }
    }
    const set = new Together('abcd');
    expect(await visited(new data.DataLoader(set, 3))).toEqual([['a3', 'b3', 'c3'], ['d1']]);
    expect(await visited(new data.DataLoader(new data.Subset(set, [3, 1]), 2))).toEqual([['d2', 'b2']]);
  });
});

describe('IterableDataset', () => {
  test('is batched in its own order, synchronous or not', async () => {
    const numbers = new data.DataLoader(new Numbers(5), { batchSize: 2, collateFn: listed<number> });
    expect(await visited(numbers)).toEqual([[0, 1], [2, 3], [4]]);
    expect(await visited(numbers)).toEqual([[0, 1], [2, 3], [4]]);
    const letters = new data.DataLoader(new Slow('abcde'), { batchSize: 2, dropLast: true });
    expectTypeOf(letters).toEqualTypeOf<data.DataLoader<string, string[]>>();
    expect(await visited(letters)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('is read no further than a loop goes, and told when it is left', async () => {
    const log: string[] = [];
    class Watched extends data.IterableDataset<string> {
      override *[Symbol.iterator]() {
        try {
          for (const letter of 'abcdefgh') {
            log.push(letter);
            yield letter;
          }
        } finally {
          log.push('left');
        }
      }
    }
    for await (const [, second] of new data.DataLoader(new Watched(), 2)) if (second === 'd') break;
    expect(log).toEqual(['a', 'b', 'c', 'd', 'left']);
  });

  test('has no items by index', () => {
    const numbers = new Numbers(3);
    expect([...numbers]).toEqual([0, 1, 2]);
    expect(() => numbers[0]).toThrow(
      /^Numbers: expected a data set that has items by index, but an IterableDataset has/,
    );
    expect(() => [...new Slow('ab')]).toThrow(/^Slow: expected for await/);
    expect(() => [...new (class Empty extends data.IterableDataset {})()]).toThrow(
      /expected a method \[Symbol.iterator\]/,
    );
    expect([String(numbers), String(new Slow('ab'))]).toEqual(['Numbers()', 'Slow(length=2)']);
  });

  test('has a length where it says so', () => {
    expect(() => new data.DataLoader(new Numbers(3)).length).toThrow(/^Numbers: expected a data set that has a length/);
    expect(new data.DataLoader(new Slow('abcde'), 2).length).toBe(3);
    expect(new data.DataLoader(new Slow('abcde'), { batchSize: 2, dropLast: true }).length).toBe(2);
  });

  test('is warned of when it gives more items than its length says, once that was asked for', async () => {
    class Wrong extends Slow {
      override readonly length = 2;
    }
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const loader = new data.DataLoader(new Wrong('abcd'));
    await visited(loader);
    expect(warn).not.toHaveBeenCalled();
    expect(loader.length).toBe(2);
    await visited(loader);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^DataLoader: expected Wrong\(length=2\) to give 2 items, as its length says, but got more/,
        ),
      ],
    ]);
  });

  test.each([
    ['shuffle', { shuffle: true }],
    ['sampler', { sampler: [0] }],
    ['batchSampler', { batchSampler: [[0]] }],
  ])('takes no %s', (name, options) => {
    const pattern = new RegExp(`^DataLoader: expected no ${name} with an IterableDataset`);
    expect(() => new data.DataLoader(new Numbers(3), options)).toThrow(pattern);
    expect(new data.DataLoader(new Numbers(3), { shuffle: false }).sampler).toBe(null);
  });
});

describe('ChainDataset', () => {
  test('is one stream after another', async () => {
    const chain = new data.ChainDataset([new Numbers(2), new Numbers(3)]);
    expect([...chain]).toEqual([0, 1, 0, 1, 2]);
    const sum = new Numbers(2).add(new Slow('ab'));
    expectTypeOf(sum).toEqualTypeOf<data.ChainDataset<string | number>>();
    expect(sum).toBeInstanceOf(data.ChainDataset);
    expect(await visited(new data.DataLoader(sum, { batchSize: null, collateFn: (x) => x }))).toEqual([0, 1, 'a', 'b']);
    expect(new data.ChainDataset([new Slow('ab'), new Slow('c')]).length).toBe(3);
    expect(() => chain.length).toThrow(/^Numbers: expected a data set that has a length/);
  });

  test('takes streams only', () => {
    const chain = new Numbers(1).add(new Letters('a'));
    expect(() => [...chain]).toThrow(/^ChainDataset: expected IterableDatasets only, but got an instance of Letters/);
    expect(() => chain.length).toThrow(torch.ArgumentError);
  });
});

describe('a loader without batches', () => {
  test('gives items as they are, typed arrays as tensors', async () => {
    const items = [{ x: Float32Array.of(1, 2), n: 1, s: 'a' }];
    const loader = new data.DataLoader(items, { batchSize: null, collateFn: data.defaultConvert });
    expectTypeOf(loader).toEqualTypeOf<data.DataLoader<(typeof items)[0], { x: Tensor; n: number; s: string }>>();
    const [item] = await visited(loader);
    expect([item!.x.shape, item!.n, item!.s]).toEqual([[2], 1, 'a']);
    expect([loader.length, loader.batchSampler]).toEqual([1, null]);
    const double = new data.DataLoader([1, 2, 3], { batchSize: null, sampler: [2, 0], collateFn: (x) => 2 * x });
    expectTypeOf(double).toEqualTypeOf<data.DataLoader<number, number>>();
    expect(await visited(double)).toEqual([6, 2]);
  });

  test('cannot drop a last batch', () => {
    expect(() => new data.DataLoader([1], { batchSize: null, dropLast: true } as never)).toThrow(/excludes dropLast/);
  });
});
