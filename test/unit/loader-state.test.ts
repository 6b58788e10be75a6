// A pass that is taken up where another run left it: the same order, the same random numbers, from plain data.
import * as torch from 'lamplight';
import { data } from 'lamplight';
import { describe, expect, test, vi } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { defaultGenerator } from '../../src/engine/storage/random/generator';

/** Items that draw, as random transforms do. */
class Drawn extends data.Dataset<[number, number]> {
  override readonly length = 11;
  override get(index: number): [number, number] {
    return [index, draw()];
  }
}

class Stream extends data.IterableDataset<[number, number]> {
  override *[Symbol.iterator](): IterableIterator<[number, number]> {
    for (let i = 0; i < 11; i++) yield [i, i];
  }
}

class SlowStream extends data.IterableDataset<[number, number]> {
  async *[Symbol.asyncIterator](): AsyncIterableIterator<[number, number]> {
    for (let i = 0; i < 11; i++) yield [i, await Promise.resolve(i)];
  }
}

/** A stream that says where it is, and counts what it reads. */
class PlacedStream extends data.IterableDataset<[number, number]> {
  at = 0;
  read = 0;
  override *[Symbol.iterator](): IterableIterator<[number, number]> {
    while (this.at < 11) {
      this.read++;
      yield [this.at++, draw()];
    }
    this.at = 0;
  }
  stateDict() {
    return { at: this.at };
  }
  loadStateDict(state: { at: number }) {
    this.at = state.at;
  }
}

/** An order that no generator tells: it follows the draws of the steps. */
class Wandering implements data.Sampler {
  readonly length = 9;
  left = 9;
  *[Symbol.iterator](): IterableIterator<number> {
    for (; this.left > 0; ) {
      this.left--;
      yield draw() % 11;
    }
    this.left = 9;
  }
}

class PlacedWandering extends Wandering {
  stateDict() {
    return this.left;
  }
  loadStateDict(left: number) {
    this.left = left;
  }
}

const draw = (): number => defaultGenerator().random();
const seeded = (seed: number) => new torch.Generator().manualSeed(seed);
const collateFn = (items: [number, number][]): [number, number][] => items;

type Loader = data.DataLoader<[number, number], [number, number][]>;
const weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const loaders: Record<string, () => Loader> = {
  'in order': () => new data.DataLoader(new Drawn(), { batchSize: 4, collateFn }),
  shuffled: () => new data.DataLoader(new Drawn(), { batchSize: 4, shuffle: true, collateFn }),
  'dropping the last': () =>
    new data.DataLoader(new Drawn(), { batchSize: 4, shuffle: true, dropLast: true, collateFn }),
  'with a generator of its own': () =>
    new data.DataLoader(new Drawn(), { batchSize: 4, shuffle: true, generator: seeded(7), collateFn }),
  'with a sampler that has one': () => {
    const sampler = new data.RandomSampler(new Drawn(), { replacement: true, numSamples: 70, generator: seeded(5) });
    return new data.DataLoader(new Drawn(), { batchSize: 20, sampler, generator: seeded(6), collateFn });
  },
  'with replacement': () => {
    const sampler = new data.RandomSampler(new Drawn(), { replacement: true, numSamples: 70 });
    return new data.DataLoader(new Drawn(), { batchSize: 20, sampler, collateFn });
  },
  'by weights': () =>
    new data.DataLoader(new Drawn(), {
      batchSize: 4,
      sampler: new data.WeightedRandomSampler(weights, 10, { generator: seeded(1) }),
      collateFn,
    }),
  'of a subset': () => {
    const sampler = new data.SubsetRandomSampler([9, 8, 7, 1]);
    return new data.DataLoader(new Drawn(), { batchSize: 2, sampler, collateFn });
  },
  'with a batch sampler': () => {
    const sampler = new data.RandomSampler(new Drawn(), { generator: seeded(2) });
    return new data.DataLoader(new Drawn(), { batchSampler: new data.BatchSampler(sampler, 3, true), collateFn });
  },
  'without batches': () =>
    new data.DataLoader(new Drawn(), { batchSize: null, shuffle: true, collateFn: (item) => [item] }),
  'of a stream': () => new data.DataLoader(new Stream(), { batchSize: 4, collateFn }),
  'of a stream to be waited for': () => new data.DataLoader(new SlowStream(), { batchSize: 4, collateFn }),
  'of a stream that finds its place': () => new data.DataLoader(new PlacedStream(), { batchSize: 4, collateFn }),
  'with a sampler that finds its place': () =>
    new data.DataLoader(new Drawn(), { batchSize: 2, sampler: new PlacedWandering(), collateFn }),
};

interface Step {
  readonly batch: unknown;
  readonly dropout: number;
}

/** Trains until `passes` are over, or as long as `goesOn` says; steps draw too. */
async function run(loader: Loader, passes: number, goesOn: (steps: number) => boolean = () => true): Promise<Step[]> {
  const steps: Step[] = [];
  for (let pass = 0; pass < passes; pass++) {
    for await (const batch of loader) {
      steps.push({ batch, dropout: draw() });
      if (!goesOn(steps.length)) return steps;
    }
  }
  return steps;
}

describe('a pass that is taken up', () => {
  test.each(Object.entries(loaders))('%s goes on as if it had not stopped', async (_, make) => {
    torch.manualSeed(4);
    const unbroken = await run(make(), 3);
    const inPass = unbroken.length / 3;
    for (let k = 1; k <= unbroken.length; k++) {
      torch.manualSeed(4);
      const first = make();
      const before = await run(first, 3, (steps) => steps < k);
      const saved = JSON.stringify(first.stateDict());
      torch.manualSeed(99);
      const second = make();
      second.loadStateDict(JSON.parse(saved));
      expect(JSON.stringify(second.stateDict())).toBe(saved);
      draw();
      const after = await run(second, 3 - Math.floor((k - 1) / inPass));
      expect([...before, ...after]).toEqual(unbroken);
    }
  });

  test('at its end is the start of the next', async () => {
    torch.manualSeed(4);
    const loader = loaders.shuffled!();
    await run(loader, 1);
    const state = loader.stateDict();
    expect([state.batches, state.begun]).toEqual([null, []]);
    const second = await run(loader, 1);
    torch.manualSeed(5);
    const other = loaders.shuffled!();
    other.loadStateDict(state);
    expect(await run(other, 1)).toEqual(second);
  });

  test('of a stream that finds its place reads nothing twice', async () => {
    const [stream, again] = [new PlacedStream(), new PlacedStream()];
    const first = new data.DataLoader(stream, { batchSize: 4, collateFn });
    await run(first, 1, (steps) => steps < 2);
    const second = new data.DataLoader(again, { batchSize: 4, collateFn });
    second.loadStateDict(first.stateDict());
    await run(second, 1);
    expect([stream.read, again.read]).toEqual([8, 3]);
  });

  test('does not change what it was loaded from, and can be loaded twice', async () => {
    const loader = loaders.shuffled!();
    await run(loader, 1, (steps) => steps < 2);
    const state = Object.freeze(loader.stateDict());
    const [one, two] = [loaders.shuffled!(), loaders.shuffled!()];
    one.loadStateDict(state);
    two.loadStateDict(state);
    expect(await run(one, 2)).toEqual(await run(two, 2));
  });
});

describe('bad states', () => {
  const stopped = async (name: string): Promise<data.LoaderState> => {
    torch.manualSeed(4);
    const loader = loaders[name]!();
    await run(loader, 1, (steps) => steps < 2);
    return loader.stateDict();
  };

  test('are refused when they are loaded', async () => {
    const state = await stopped('shuffled');
    const load = (given: unknown) => () => loaders.shuffled!().loadStateDict(given as data.LoaderState);
    for (const given of [
      null,
      3,
      {},
      { ...state, batches: -1 },
      { ...state, generators: ['x'] },
      { ...state, begun: 1 },
    ]) {
      expect(load(given)).toThrow(torch.StateDictError);
    }
    expect(load({ epoch: 1 })).toThrow(
      /^DataLoader.loadStateDict: expected what stateDict\(\) of a loader gives, but got/,
    );
    const own = await stopped('with a generator of its own');
    expect(load(own)).toThrow(/expected the state of a loader with 0 generators of its own.*but got one with 1/);
  });

  test('are refused where the order is another', async () => {
    const state = await stopped('shuffled');
    const shorter = new data.DataLoader([[0, 0]] as [number, number][], { batchSize: 4, shuffle: true, collateFn });
    shorter.loadStateDict(state);
    await expect(run(shorter, 1)).rejects.toThrow(/expected a data set of at least the 2 batches .* but got 1/);
    const unshuffled = loaders['in order']!();
    unshuffled.loadStateDict(state);
    await expect(run(unshuffled, 1)).rejects.toThrow(/expected the sampler to give the indices \[.*\] again/);
    const wandering = () => new data.DataLoader(new Drawn(), { batchSize: 2, sampler: new Wandering(), collateFn });
    const loader = wandering();
    await run(loader, 1, (steps) => steps < 2);
    const other = wandering();
    other.loadStateDict(loader.stateDict());
    await expect(run(other, 1)).rejects.toThrow(torch.StateDictError);
  });

  test('of a stream that has become shorter are refused', async () => {
    const state = await stopped('of a stream');
    class Short extends data.IterableDataset<[number, number]> {
      override *[Symbol.iterator](): IterableIterator<[number, number]> {
        yield [0, 0];
      }
    }
    const loader = new data.DataLoader(new Short(), { batchSize: 4, collateFn });
    loader.loadStateDict(state);
    await expect(run(loader, 1)).rejects.toThrow(torch.StateDictError);
  });
});

test('without a device no step looks for what a snapshot could copy, which takes as long as there are tensors', async () => {
  const copy = vi.spyOn(engine, 'copyOut');
  await run(loaders.shuffled!(), 2);
  expect(copy).not.toHaveBeenCalled();
});
