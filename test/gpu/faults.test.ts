// Proves that bad data is reported to whom it concerns and to nobody else, and that what was not applied is not counted either.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { isLong, sampled } from '../support/sample';
import { settled } from '../support/settled';

const F = nn.functional;

type Optimizers = Record<
  string,
  (params: nn.Parameter[]) => { step(): void; zeroGrad(): void; state: ReadonlyMap<Tensor, object> }
>;

const optimizers: Optimizers = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
  Adam: (params) => new optim.Adam(params, { lr: 0.05 }),
  AdamW: (params) => new optim.AdamW(params, { lr: 0.05, amsgrad: true }),
  RAdam: (params) => new optim.RAdam(params, { lr: 0.05 }),
  NAdam: (params) => new optim.NAdam(params, { lr: 0.05 }),
  Adamax: (params) => new optim.Adamax(params, { lr: 0.05 }),
  Adagrad: (params) => new optim.Adagrad(params, { lr: 0.05, lrDecay: 0.1 }),
  Adadelta: (params) => new optim.Adadelta(params, { lr: 1 }),
  RMSprop: (params) => new optim.RMSprop(params, { lr: 0.01, centered: true, momentum: 0.5 }),
  Rprop: (params) => new optim.Rprop(params, { lr: 0.01 }),
  ASGD: (params) => new optim.ASGD(params, { lr: 0.1, lambd: 0.01, t0: 2 }),
  // Two blocks, one of which has no gradient in every second step.
  groups: (params) =>
    new optim.NAdam([{ params: params.slice(0, 2) }, { params: params.slice(2), lr: 0.1 }], { lr: 0.02 }),
};

function loop(name: string, seed = 0) {
  torch.manualSeed(seed);
  const model = new nn.Sequential(new nn.Linear(4, 6), new nn.Tanh(), new nn.Linear(6, 3));
  const optimizer = optimizers[name]!(model.parameters());
  const inputs = torch.randn(8, 4);
  const good = torch.randint(0, 3, [8]);
  let calls = 0;
  const step = (labels: Tensor = good) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model(inputs), labels);
    loss.backward();
    if (name === 'groups' && labels === good && calls++ % 2 === 1)
      for (const p of model.parameters().slice(2)) p.grad = null;
    optimizer.step();
    return loss;
  };
  const rewind = (to: number) => {
    calls = to;
  };
  return { model, optimizer, step, rewind, bad: torch.tensor([0, 1, 2, 0, 1, 2, 0, 7]) };
}

const counts = ({ optimizer }: ReturnType<typeof loop>) =>
  [...optimizer.state.values()].map((state) => Object.values(state).filter((value) => typeof value === 'number'));

describe('a batch that is refused', () => {
  test.each(sampled(Object.keys(optimizers), 6))('is for %s as if it had never been', async (name) => {
    const plain = loop(name);
    const losses: Tensor[] = [];
    for (let i = 0; i < 6; i++) losses.push(plain.step());
    const expected = await Promise.all(losses.map((loss) => loss.item()));
    const disturbed = loop(name);
    const found: number[] = [];
    for (let i = 0; i < 2; i++) found.push(await disturbed.step().item());
    // Until it has been told, nothing is applied.
    disturbed.step(disturbed.bad);
    const last = disturbed.step(disturbed.bad);
    await expect(last.item()).rejects.toThrow(/^crossEntropy: .* but got 7/);
    for (let i = 2; i < 4; i++) found.push(await disturbed.step().item());
    await expect(disturbed.step(disturbed.bad).item()).rejects.toThrow(torch.IndexError);
    for (let i = 4; i < 6; i++) found.push(await disturbed.step().item());
    expect(found).toEqual(expected);
    expect(counts(disturbed)).toEqual(counts(plain));
  });

  test('at the very first step leaves no state behind', async () => {
    const [plain, disturbed] = [loop('Adam'), loop('Adam')];
    await expect(disturbed.step(disturbed.bad).item()).rejects.toThrow(torch.IndexError);
    for (let i = 0; i < 3; i++) expect(await disturbed.step().item()).toBe(await plain.step().item());
  });

  test('of one loop leaves the updates of another alone, whoever reads first', async () => {
    for (const reader of ['bad', 'good']) {
      const [alone, beside, other] = [loop('Adam', 1), loop('Adam', 1), loop('Adam', 2)];
      for (let i = 0; i < 5; i++) alone.step();
      beside.step();
      const bad = F.crossEntropy(other.model(torch.ones(2, 4)), torch.tensor([0, 7]));
      beside.step();
      other.step(other.bad);
      beside.step();
      const told = async () => {
        await expect(bad.item()).rejects.toThrow(torch.IndexError);
        await expect(other.model.parameters()[0]!.data()).rejects.toThrow(torch.IndexError);
        await other.model.parameters()[0]!.data();
      };
      if (reader === 'bad') await told();
      expect(await beside.step().item()).toBeGreaterThan(0);
      beside.step();
      expect(await beside.model.parameters()[0]!.tolist()).toEqual(await alone.model.parameters()[0]!.tolist());
      if (reader === 'good') await told();
      expect(counts(beside)).toEqual(counts(alone));
    }
  });

  test('never reaches the weights by way of an earlier flush', async () => {
    const { model, optimizer, step } = loop('Adam', 3);
    await step().item();
    const before = await model.parameters()[0]!.tolist();
    const { submits } = torch.gpu.stats();
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model(torch.ones(2, 4)), torch.tensor([0, 7]));
    await torch.synchronize();
    loss.backward();
    optimizer.step();
    step();
    expect(torch.gpu.stats().submits).toBeGreaterThan(submits);
    await expect(model.parameters()[0]!.tolist()).rejects.toThrow(/^crossEntropy/);
    expect(await model.parameters()[0]!.tolist()).toEqual(before);
    await expect(loss.item()).rejects.toThrow(/^crossEntropy/);

    // Nor if it has been told before.
    optimizer.zeroGrad();
    const other = F.crossEntropy(model(torch.ones(2, 4)), torch.tensor([0, 7]));
    await expect(other.item()).rejects.toThrow(/^crossEntropy/);
    other.backward();
    optimizer.step();
    await expect(step().item()).rejects.toThrow(/^crossEntropy/);
    expect(await model.parameters()[0]!.tolist()).toEqual(before);
    await step().item();
    expect(await model.parameters()[0]!.tolist()).not.toEqual(before);
  });

  test('is told of each value by itself', async () => {
    const table = torch.randn(5, 2);
    await torch.synchronize();
    const look = (...rows: number[]) => F.embedding(torch.tensor(rows), table).sum();
    const requests = await Promise.allSettled(
      [
        [1, 5],
        [2, 3],
        [0, 4],
        [1, -2],
      ].map((rows) => look(...rows).item()),
    );
    expect(requests.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'rejected']);
  });
});

describe('a value', () => {
  test('that hangs on bad data is refused each time; one of another run is not', async () => {
    const table = torch.randn(5, 2);
    const look = (...rows: number[]) => {
      const y = F.embedding(torch.tensor(rows), table).sum();
      void torch.synchronize();
      return y;
    };
    const values = [look(0, 1), look(1, 5), look(2, 3), look(9, 0), look(4, 4)];
    const read = () => Promise.allSettled(values.map((value) => value.item()));
    for (let i = 0; i < 2; i++) {
      const results = await read();
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(`${(results[3] as PromiseRejectedResult).reason.message}`).toMatch(
        /^embedding: .* from 0 to 4, but got 9/,
      );
    }
  });

  test('is right that was computed beside bad ones', async () => {
    const table = torch.randn(5, 2);
    const rows = [
      [0, 1],
      [1, 5],
      [2, 3],
    ].map((row) => F.embedding(torch.tensor(row), table));
    const total = rows[0]!.add(rows[2]!);
    const all = rows[1]!.add(rows[2]!);
    await torch.synchronize();
    expect(await total.tolist()).toEqual(await rows[0]!.add(rows[2]!).tolist());
    await expect(all.tolist()).rejects.toThrow(/^embedding/);
    await expect(rows[1]!.mul(2).tolist()).rejects.toThrow(/^embedding/);
  });

  test('is refused after hundreds of runs that nobody read', async () => {
    const oneHot = (label: number) => {
      const y = F.oneHot(torch.tensor([label]), 3);
      void torch.synchronize();
      return y;
    };
    const [bad, good] = [oneHot(3), oneHot(2)];
    for (let i = 0; i < 600; i++) {
      oneHot(i % 3);
      if (i % 100 === 0) await torch.synchronize();
    }
    await expect(bad.data()).rejects.toThrow(/^oneHot: index out of range: expected indices from 0 to 2, but got 3/);
    expect(await good.tolist()).toEqual([[0, 0, 1]]);
  });

  test.each<[string, () => Tensor]>([
    ['nllLoss', () => F.nllLoss(torch.zeros(2, 3), torch.tensor([0, 3]))],
    ['crossEntropy', () => F.crossEntropy(torch.zeros(2, 3), torch.tensor([0, 3]), { labelSmoothing: 0.1 })],
    ['crossEntropy', () => F.crossEntropy(torch.zeros(2, 3), torch.tensor([0, 3]))],
    ['embedding', () => F.embedding(torch.tensor([3]), torch.zeros(3, 2))],
    ['embeddingBag', () => F.embeddingBag(torch.tensor([[3]]), torch.zeros(3, 2))],
    ['oneHot', () => F.oneHot(torch.tensor([3]), 3)],
    ['indexSelect', () => torch.zeros(3).indexSelect(0, torch.tensor([3]))],
    ['gather', () => torch.zeros(3).gather(0, torch.tensor([3]))],
    ['take', () => torch.zeros(3).take(torch.tensor([3]))],
    ['indexAdd', () => torch.zeros(3).indexAdd(0, torch.tensor([3]), torch.ones(1))],
    ['scatter', () => torch.zeros(3).scatter(0, torch.tensor([3]), torch.ones(1))],
    ['indexReduce', () => torch.zeros(3).indexReduce(0, torch.tensor([3]), torch.ones(1), 'amax')],
    ['multinomial', () => torch.multinomial(torch.zeros(3), 1)],
  ])('names %s, which was called', async (name, make) => {
    await expect(make().sum().item()).rejects.toThrow(new RegExp(`^${name}: `));
  });
});

describe('steps that went well', () => {
  test('of two models in turn create nothing', async () => {
    const loops = [loop('Adam', 4), loop('Adam', 5)];
    for (let i = 0; i < 6; i++) {
      for (const { step } of loops) await step().item();
      if (i === 3) await settled();
    }
    const before = torch.gpu.stats();
    for (let i = 0; i < 3; i++) for (const { step } of loops) step();
    const { buffersCreated, bindGroupsCreated, pipelinesCreated, submits, scalarWrites } = torch.gpu.stats();
    expect({ buffersCreated, bindGroupsCreated, pipelinesCreated, submits }).toEqual({
      buffersCreated: before.buffersCreated,
      bindGroupsCreated: before.bindGroupsCreated,
      pipelinesCreated: before.pipelinesCreated,
      submits: before.submits + 6,
    });
    expect(scalarWrites).toBeLessThanOrEqual(before.scalarWrites + 6);
  });

  // A thousand steps take their time: test/long has them.
  if (isLong()) {
    test('are counted exactly where a loop reads nothing for long', async () => {
      const { model, optimizer, step, bad } = loop('Adam', 6);
      for (let i = 0; i < 1100; i++) {
        step();
        if (i % 100 === 0) await torch.synchronize();
      }
      step(bad);
      step();
      await expect(model.parameters()[0]!.data()).rejects.toThrow(torch.IndexError);
      expect([...optimizer.state.values()][0]).toMatchObject({ step: 1100 });
    });
  }
});

describe('a step on a device that is lost', () => {
  test.each(sampled(Object.keys(optimizers), 6))('is for %s as if it had never been', async (name) => {
    const plain = loop(name);
    const expected: number[] = [];
    for (let i = 0; i < 6; i++) expected.push(await plain.step().item());
    const counted = counts(plain);
    const disturbed = loop(name);
    const found: number[] = [];
    for (let i = 0; i < 4; i++) found.push(await disturbed.step().item());
    await torch.gpu.snapshot();
    const device = torch.gpu.device()!;
    device.destroy();
    await device.lost;
    for (let i = 0; i < 2; i++) disturbed.step();
    await expect(disturbed.step().item()).rejects.toThrow(torch.DeviceLostError);
    disturbed.rewind(4);
    for (let i = 4; i < 6; i++) found.push(await disturbed.step().item());
    expect(found).toEqual(expected);
    expect(counts(disturbed)).toEqual(counted);
  });
});
