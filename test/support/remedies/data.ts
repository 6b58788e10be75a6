// Rows of what data sets, loaders, files and what is saved refuse, with those of distributions and drawings.
import * as torch from 'lamplight';
import { data, nn } from 'lamplight';
import { does, options, type Row, silent, typed, warned } from './row';

const { distributions } = torch;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const floats = torch.ones(2);
const numbers = new data.TensorDataset(torch.ones(4, 1));
const table = () => data.readCsv(bytes('a,b\n1,x\n2,y\n'));
const csv = (o: object) => data.readCsv(new Uint8Array([97, 10, 0xe9, 10]), o);
const first = async (loader: AsyncIterable<unknown>): Promise<unknown> => {
  for await (const batch of loader) return batch;
  return null;
};

/** Says wrongly, or not at all, how many items it has. */
class Counting extends data.IterableDataset<number> {
  constructor(private readonly said: number) {
    super();
  }
  get length(): number {
    return this.said;
  }
  *[Symbol.iterator](): Iterator<number> {
    yield* [0, 1, 2];
  }
}

class Endless extends data.Dataset<number> {
  get length(): number {
    return undefined as never;
  }
  get(index: number): number {
    return index;
  }
}

const counted = (said: number): Promise<string> =>
  warned(async () => {
    const loader = new data.DataLoader(new Counting(said));
    // What is told beforehand is compared with what comes.
    if (loader.length < 0) return;
    for await (const _ of loader);
  });

/** A pass that goes on with another order, or with one that says where it is. */
async function resumed(sampler: object): Promise<void> {
  const loader = (order: object) =>
    new data.DataLoader([0, 1, 2, 3] as never, { sampler: order as never, batchSize: 1 });
  const before = loader([0, 1, 2, 3]);
  await first(before);
  const after = loader(sampler);
  after.loadStateDict(before.stateDict());
  await first(after);
}
const steady = {
  length: 4,
  *[Symbol.iterator]() {
    yield* [3, 2, 1, 0];
  },
  stateDict: () => ({}),
  loadStateDict: () => undefined,
};

class P extends distributions.Gumbel {}
class Q extends distributions.Poisson {}
const ambiguous = (): Promise<string> => warned(() => distributions.klDivergence(new P(0, 1), new Q(1)));

export const sets: readonly Row[] = [
  does(
    'defaultCollate',
    () => data.defaultCollate([Symbol('a')]),
    'give the DataLoader a collateFn',
    () => first(new data.DataLoader([Symbol('a')] as never, { collateFn: (items: unknown) => items } as never)),
  ),
  options('the given bytes', (o) => csv(o)),
  does(
    'the given bytes',
    () => data.readCsv(bytes('a\n1\n'), { maxBytes: 1 }),
    'allow them with maxBytes',
    () => data.readCsv(bytes('a\n1\n'), { maxBytes: 10 }),
  ),
  does(
    'tensor',
    async () => (await table()).tensor(),
    'take codes("b")',
    async () => (await table()).codes('b'),
  ),
  does(
    'tensor',
    async () => (await table()).tensor(),
    'name the columns',
    async () => (await table()).tensor(['a']),
  ),
  does(
    'Endless',
    () => new data.DataLoader(new Endless(), { shuffle: true }).length,
    'get length() { return 100; }',
    () =>
      new data.DataLoader(
        {
          get length() {
            return 100;
          },
          get: (i: number) => i,
        } as never,
        { shuffle: true },
      ).length,
  ),
  does(
    'DataLoader',
    () => counted(2),
    'mend its length',
    async () => {
      const said = await counted(3);
      if (said) throw new Error(said);
    },
  ),
  does(
    'DataLoader',
    () => new data.DataLoader(numbers, { prefetchFactor: 2 }),
    'give numWorkers > 0',
    () => new data.DataLoader(numbers, { prefetchFactor: 2, numWorkers: 1 }),
  ),
  does(
    'DataLoader',
    () =>
      new data.DataLoader(numbers, {
        numWorkers: 1,
        worker: () => null as never,
        workerInitFn: () => null as never,
      } as never),
    'write data.serve(dataset, { workerInitFn })',
    () => new data.DataLoader(numbers, { numWorkers: 1, worker: () => ({}) as never }),
  ),
  does(
    'klDivergence',
    () => distributions.klDivergence(new distributions.Gumbel(0, 1), new distributions.Poisson(1)),
    'add one with registerKl',
    () => {
      class G extends distributions.Gumbel {}
      distributions.registerKl(G, distributions.Poisson, () => floats);
      return distributions.klDivergence(new G(0, 1), new distributions.Poisson(1));
    },
  ),
  does(
    'DataLoader',
    () => resumed([3, 2, 1, 0]),
    'give the sampler stateDict() and loadStateDict()',
    () => resumed(steady),
  ),
  does(
    'klDivergence(P, Q) is ambiguous; call registerKl(P, Q, …)',
    () => {
      distributions.registerKl(P, distributions.Poisson, () => floats);
      distributions.registerKl(distributions.Gumbel, Q, () => floats);
      return ambiguous();
    },
    'call registerKl(P, Q, …)',
    () => {
      distributions.registerKl(P, Q, () => floats);
      return silent(ambiguous());
    },
  ),
  does(
    'CorrCholeskyTransform',
    () => new distributions.CorrCholeskyTransform().eventDim,
    'use domain.eventDim or codomain.eventDim',
    () => {
      const { domain, codomain } = new distributions.CorrCholeskyTransform();
      return [domain.eventDim, codomain.eventDim];
    },
  ),
  typed(
    'torch.save',
    () => torch.saveBytes(new nn.Linear(2, 1) as never),
    'model.stateDict()',
    { model: new nn.Linear(2, 1) },
    (state) => torch.saveBytes(state),
  ),
  does(
    'torch.save',
    () => torch.saveBytes({ x: new Float32Array(2) } as never),
    'pass torch.tensor(…) of it',
    () => torch.saveBytes({ x: torch.tensor(new Float32Array(2)) }),
  ),
  does(
    'torch.save',
    () => torch.saveBytes({ x: new Date(0) } as never),
    'pass its toISOString()',
    () => torch.saveBytes({ x: new Date(0).toISOString() }),
  ),
];
