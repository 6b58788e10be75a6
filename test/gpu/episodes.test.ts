// Programs that repeat one small subgraph, as an episode or an unrolled recurrence does: what they compile at new lengths, and that
// where they are cut changes no value.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { beforeAll, expect, test } from 'vitest';
import { growth } from '../../src/engine/graph/late-growth';
import { expectNumbers } from '../support/close';
import { isLong, programsOf, sampled } from '../support/sample';

const F = nn.functional;

// Until it has come, which on a busy machine takes more than three loops, plans fit one length.
beforeAll(() => growth.load());

async function counted(run: () => Promise<unknown>) {
  const before = torch.gpu.stats();
  await run();
  const after = torch.gpu.stats();
  const difference = (name: 'plansCompiled' | 'pipelinesCreated' | 'dispatches' | 'runs') => after[name] - before[name];
  return {
    plans: difference('plansCompiled'),
    pipelines: difference('pipelinesCreated'),
    dispatches: difference('dispatches'),
    runs: difference('runs'),
  };
}

/** Bytes that become floats, as those of files do. */
class Pictures extends data.Dataset<[Tensor, Tensor]> {
  constructor(
    private readonly pictures: Tensor,
    private readonly labels: Tensor,
  ) {
    super();
  }

  get length(): number {
    return this.labels.shape[0]!;
  }

  get(index: number): [Tensor, Tensor] {
    return [this.pictures.at(index).to(torch.float32).div(255), this.labels.at(index)];
  }
}

if (isLong())
  test('an unrolled recurrence of a new length compiles nothing after the third', async () => {
    torch.manualSeed(0);
    const cell = new nn.RNNCell(3, 5);
    const out = new nn.Linear(5, 2);
    const optimizer = new optim.SGD([...cell.parameters(), ...out.parameters()], { lr: 0.01 });
    const step = async (length: number) => {
      const x = torch.randn(length, 2, 3);
      let h: Tensor = torch.zeros(2, 5);
      for (const part of x) h = cell(part, h);
      const loss = out(h).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    };
    // A loop whose length has not varied yet is one program.
    for (let i = 0; i < 2; i++) expect((await counted(() => step(22))).runs).toBe(1);
    for (const length of [27, 24]) await step(length);
    const counts = [];
    for (const length of [35, 23, 90, 35]) counts.push(await counted(() => step(length)));
    expect(counts.map(({ plans, pipelines }) => [plans, pipelines])).toEqual(counts.map(() => [0, 0]));
    const [, short, long] = counts;
    expect((long!.dispatches - short!.dispatches) / (90 - 23)).toBeLessThan(12);
    expect(long!.runs).toBeLessThan(40);
  });

if (isLong())
  test('a solver of expressions alone compiles nothing at a new length after the third', async () => {
    const rates = torch.tensor([1.1, 0.4, 0.1, 0.4], { requiresGrad: true });
    const optimizer = new optim.Adam([rates], { lr: 1e-3 });
    const solve = async (length: number) => {
      const [a, b, c, d] = [...rates];
      let [x, y]: Tensor[] = [torch.tensor([10.5, 8, 6]), torch.tensor([5.5, 4, 3])];
      const path: Tensor[] = [];
      for (let i = 0; i < length; i++) {
        const dx = x!.mul(a!).sub(x!.mul(y!).mul(b!));
        const dy = x!.mul(y!).mul(c!).sub(y!.mul(d!));
        [x, y] = [x!.add(dx.mul(0.01)), y!.add(dy.mul(0.01))];
        path.push(x);
      }
      const loss = torch.stack(path).sub(1).square().mean().add(y!.sum());
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    };
    for (const length of [22, 50, 25]) await solve(length);
    const counts = [];
    for (const length of [35, 90]) counts.push(await counted(() => solve(length)));
    expect(counts.map(({ plans, pipelines }) => [plans, pipelines])).toEqual(counts.map(() => [0, 0]));
  });

if (isLong())
  test('a solver of so many stages that some are sent before it is read compiles nothing at a new length after the third', async () => {
    const rates = [1.1, 0.4, 0.1, 0.4] as const;
    const [a, b, c, d] = rates.map((rate) => torch.tensor(rate));
    const solve = async (length: number) => {
      let [x, y]: Tensor[] = [torch.tensor([10.5, 8, 6]), torch.tensor([5.5, 4, 3])];
      const path: Tensor[] = [];
      for (let i = 0; i < length; i++) {
        const dx = x!.mul(a!).sub(x!.mul(y!).mul(b!));
        const dy = x!.mul(y!).mul(c!).sub(y!.mul(d!));
        [x, y] = [x!.add(dx.mul(0.01)), y!.add(dy.mul(0.01))];
        path.push(x);
      }
      return (await torch.stack(path).tolist()) as number[][];
    };
    /** The same in float64. */
    const solved = (length: number, [x, y]: [number, number]) =>
      Array.from({ length }, () => {
        const [dx, dy] = [x * rates[0] - x * y * rates[1], x * y * rates[2] - y * rates[3]];
        [x, y] = [x + 0.01 * dx, y + 0.01 * dy];
        return x;
      });
    for (const length of [22, 400, 345]) await solve(length);
    for (const length of [331, 370, 451]) {
      let path: number[][] = [];
      const { plans, pipelines } = await counted(async () => {
        path = await solve(length);
      });
      expect([plans, pipelines], `${length} stages`).toEqual([0, 0]);
      expectNumbers(
        path.map(([, x]) => x!),
        solved(length, [8, 4]),
        { rtol: 1e-4 },
      );
    }
  });

const policies: Record<string, () => nn.Sequential> = {
  layers: () => new nn.Sequential(new nn.Linear(4, 6), new nn.Dropout(0.5), new nn.ReLU(), new nn.Linear(6, 2)),
  'one layer': () => new nn.Sequential(new nn.Linear(4, 2)),
};

/** The loss of an episode, of logarithms [] and returns [n]. */
const losses: Record<string, (logs: Tensor[], returns: Tensor) => Tensor> = {
  'in one': (logs, returns) => torch.stack(logs).mul(returns).sum(),
  'step by step': (logs, returns) => torch.stack(logs.map((log, i) => log.neg().mul(returns.at(i)))).sum(),
};

const policyAndLoss = [
  ['layers', 'in one'],
  ['one layer', 'in one'],
  ['layers', 'step by step'],
  ['one layer', 'step by step'],
] as const;

test.each(sampled(policyAndLoss, 4))(
  'an episode of a policy of %s, whose loss is made %s, compiles nothing at a new length after the third',
  async (kind, form) => {
    torch.manualSeed(0);
    const policy = policies[kind]!();
    const optimizer = new optim.Adam(policy.parameters(), { lr: 0.01 });
    const episode = async (length: number) => {
      const logs: Tensor[] = [];
      for (let i = 0; i < length; i++) {
        const probs = F.softmax(policy(torch.rand(1, 4)), 1);
        const [[first]] = (await probs.tolist()) as number[][];
        logs.push(
          probs
            .log()
            .at(0, first! > 0.5 ? 0 : 1)
            .neg(),
        );
      }
      const returns = torch.rand(length);
      const normal = returns.sub(returns.mean()).div(returns.std());
      const loss = losses[form]!(logs, normal);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      await loss.item();
    };
    // Where an action stands in its row is part of some plans: both are met everywhere by then.
    for (const length of [23, 28, 41]) await episode(length);
    for (const length of [40, 24, 70]) {
      const { plans, pipelines } = await counted(() => episode(length));
      expect([plans, pipelines]).toEqual([0, 0]);
    }
  },
);

interface Loop {
  readonly kinds: readonly number[];
  readonly length: number;
  /** Bits: values of single steps are read as well, and every third one's sum; gradients are clipped. */
  readonly uses: number;
}

/** The values, weights and gradients after two steps of training a loop, of two lengths; `apart`: no two of its steps are alike, as each goes through a shape of its own. */
async function looped({ kinds, length, uses }: Loop, apart: boolean): Promise<number[]> {
  torch.manualSeed(length);
  const size = 3;
  const weights = kinds.map(() => torch.randn(size, size).mul(0.4).detach().requiresGrad_());
  const given = torch.randn(length, 2, size);
  const start = torch.randn(2, size);
  const optimizer = new optim.SGD(weights, { lr: 0.1, momentum: 0.9 });
  await step(length - 1);
  return step(length);

  async function step(times: number): Promise<number[]> {
    const kept: Tensor[] = [];
    let x: Tensor = start;
    for (let t = 0; t < times; t++) {
      kinds.forEach((kind, i) => {
        const y = x.matmul(weights[i]!);
        if (kind === 0) x = y.tanh();
        else if (kind === 1) x = F.softmax(y, -1).add(given.at(t));
        else if (kind === 2) x = x.add(y.relu().mul(1 / (t + 1)));
        else if (kind === 3)
          x = torch
            .cat([y, given.at(t)], 1)
            .narrow(1, t % 2, size)
            .sigmoid();
        else
          x = y
            .sub(y.mean(1, { keepdim: true }))
            .mul(0.5)
            .add(x.detach().at([1, 0]));
      });
      if (apart) x = torch.cat([x, torch.zeros(t + 1, size)]).narrow(0, 0, 2);
      if (uses & 1) kept.push(x.at(t % 2, 1).square());
      if (uses & 2 && t % 3 === 0) kept.push(x.sum());
    }
    const loss = (kept.length > 0 ? torch.stack(kept).mean() : x.square().sum()).add(x.sum());
    optimizer.zeroGrad();
    loss.backward();
    if (uses & 4) nn.utils.clipGradNorm_(weights, 1);
    optimizer.step();
    const values = [loss, x, ...kept, ...weights, ...weights.map((weight) => weight.grad!)];
    const lists = await Promise.all(values.map((value) => value.data()));
    return lists.flatMap((list) => Array.from(list));
  }
}

test('where a repeated subgraph is cut changes no value', { timeout: 600_000 }, async () => {
  const loops = fc.record({
    kinds: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
    length: fc.integer({ min: 10, max: isLong() ? 40 : 24 }),
    uses: fc.nat(7),
  });
  const sameEitherWay = async (loop: Loop) => {
    let [cut, whole]: number[][] = [[], []];
    const parts = await counted(async () => {
      cut = await looped(loop, false);
    });
    const one = await counted(async () => {
      whole = await looped(loop, true);
    });
    if (!(loop.uses & 2)) expect(parts.runs).toBeGreaterThan(one.runs);
    expectNumbers(cut, whole, { rtol: 1e-4, atol: 1e-5 });
  };
  await fc.assert(fc.asyncProperty(loops, sameEitherWay), programsOf(1));
});

/** What programs do with the joined results of a loop, all to a number; `r` has as many rows. */
const tails: Record<string, (joined: Tensor, r: Tensor) => Tensor> = {
  normalised: (y, r) => y.sub(y.mean()).div(y.std()).mul(r).sum(),
  extrema: (y, r) => y.max().sub(y.mul(r).amin()).add(y.mul(0.1).add(1).prod()),
  softmax: (y, r) => F.softmax(y, 0).mul(r).sum(),
  logSoftmax: (y, r) => F.logSoftmax(y.mul(r), 0).square().mean(),
  cumsum: (y, r) => y.cumsum(0).mul(r).mean(),
  cumprod: (y, r) => y.mul(0.1).add(1).cumprod(0).mul(r).mean(),
  logcumsumexp: (y, r) => y.logcumsumexp(0).mul(r).mean(),
  returns: (y, r) => r.flip(0).cumsum(0).flip(0).mul(y).mean().add(y.flip(0).cumsum(0).flip(0).mul(r).mean()),
  'flipped planes': (y, r) =>
    torch
      .stack([y, r, y.mul(r)], 1)
      .flip([0, 1])
      .cumsum(0)
      .square()
      .mean(),
  places: (y, r) => {
    const [most, at] = torch.stack([y, r], 1).max(0);
    return most.sum().add(y.min(0).values.mul(2)).add(at.sum()).add(y.argmax().mul(0.1));
  },
  'places in rows': (y, r) => {
    const { values, indices } = torch.stack([y, r.sub(1)], 1).max(1);
    return values.mul(indices.add(1)).sum();
  },
  gathered: (y, r) => {
    const planes = F.logSoftmax(torch.stack([y, y.mul(r), r], 1), 1);
    return planes.gather(1, r.gt(0.5).long().unsqueeze(1)).squeeze(1).mul(r).sum();
  },
  columns: (y, r) => {
    const planes = torch.stack([y, y.mul(r), r], 1);
    return planes.at(':', 1).square().sum().add(planes.at(':', ':2').sum(1).mul(r).sum());
  },
  products: (y, r) => y.matmul(r).add(torch.stack([y, r], 1).matmul(torch.ones(2, 4)).square().mean()),
  layers: (y, r) => {
    const planes = torch.stack([y, r, y.mul(r), y.sub(r)], 1);
    const scale = torch.tensor([1.5, 2, 3, 4], { requiresGrad: true });
    const hidden = F.layerNorm(planes, [4], scale, scale.sub(1));
    return F.linear(hidden, torch.eye(4).sub(0.5), scale).tanh().sum();
  },
  differences: (y, r) => y.unsqueeze(1).sub(r.unsqueeze(0)).abs().mean(),
  'differences of pairs': (y, r) => {
    const apart = y.unsqueeze(1).sub(y.mul(r).unsqueeze(0));
    return apart.square().mean(0).mul(r).sum().add(apart.amax(1).mean()).add(apart.gt(r).sum());
  },
  attention: (y, r) => {
    const x = torch.stack([y, r, y.mul(r)], 1);
    return F.softmax(x.matmul(x.t()), -1).matmul(x).square().mean();
  },
  'discounted by a matrix': (y, r) => {
    const i = torch.arange(y.shape[0]!);
    const ahead = i.unsqueeze(0).sub(i.unsqueeze(1));
    const rates = torch.where(ahead.ge(0), torch.tensor(0.9).pow(ahead.clamp({ min: 0 })), 0);
    return rates.matmul(r).mul(y).mean().add(rates.tril().add(1).matmul(y).square().mean());
  },
  triangle: (y, r) => torch.ones(y.shape[0]!, y.shape[0]!).mul(y).triu(1).cumsum(1).mean(1).mul(r).sum(),
  turned: (y, r) => {
    const apart = y.unsqueeze(1).mul(r.unsqueeze(0));
    return apart.t().flip([0, 1]).cumsum(0).var(1).mul(r).sum().add(apart.std());
  },
  'kept for a gradient': (y, r) => {
    const apart = y.unsqueeze(1).sub(r.unsqueeze(0)).exp();
    return apart
      .div(apart.sum(1, { keepdim: true }))
      .square()
      .sum(1)
      .matmul(r);
  },
  sorted: (y, r) => {
    const planes = torch.stack([y, r, y.mul(r)], 1);
    const [values, places] = planes.sort(0);
    return values
      .mul(r.unsqueeze(1))
      .sum()
      .add(y.sort(0, true).values.mul(r).mean())
      .add(places.mul(0.1).square().mean());
  },
  'sorted rows': (y, r) => torch.stack([y, r], 1).sort(1, true).values.at(':', 0).mul(r).sum(),
  order: (y, r) => {
    const order = r.mul(y.detach()).argsort();
    return y.gather(0, order).mul(r).sum().add(y.indexSelect(0, order).cumsum(0).mean()).add(y.at(order).at(0));
  },
  greatest: (y, r) =>
    y
      .topk(5)
      .values.square()
      .sum()
      .add(y.mul(r).topk(3, 0, false).values.mean()),
  middle: (y, r) => y.median().add(y.mul(r).quantile(0.3)).add(y.cummax(0).values.mul(r).mean()),
  dropped: (y, r) =>
    F.dropout(torch.stack([y, r], 1), 0.5)
      .sum(1)
      .mul(r)
      .mean()
      .add(F.dropout(y, 0.2).sum()),
  'one hot': (y, r) =>
    F.oneHot(r.mul(3).to(torch.int64).clamp({ min: 0, max: 2 }), 3)
      .mul(y.unsqueeze(1))
      .square()
      .mean(),
  'in rows': (y, r) => torch.stack([y, r]).square().sum(0).mul(r).mean(),
  both: (y, r) => torch.cat([y, r]).square().mean().add(y.gt(r).sum()),
  advantages: (y, r) => {
    const values = torch.cat([y, y.at(':1').detach()]);
    const deltas = r.add(values.at('1:').detach().mul(0.9)).sub(values.at(':-1'));
    return deltas
      .square()
      .mean()
      .add(y.at('1:').mul(y.at(':-1')).sum())
      .add(y.at(-1));
  },
  'slices of rows': (y, r) => {
    const planes = torch.stack([y, r, y.mul(r)], 1).mul(2);
    return planes
      .at('2:')
      .sub(planes.at(':-2'))
      .square()
      .mean()
      .add(planes.at('3:5').sum())
      .add(planes.at('1:', 1).sum());
  },
  written: (y, r) => F.smoothL1Loss(y.mul(2).add_(r), r).add(y.mul(10).int().sum().mul(0.01)),
};

if (isLong())
  test('what joins the steps of a loop compiles nothing for another length, whatever it does with them', {
    timeout: 600_000,
  }, async () => {
    const weight = torch.randn(3, 3).mul(0.4).requiresGrad_();
    const compiled: string[] = [];
    for (const name of sampled(Object.keys(tails), 32)) {
      const run = async (times: number) => {
        const step = () => torch.randn(2, 3).matmul(weight).tanh().matmul(weight).sum();
        const joined = torch.stack(Array.from({ length: times }, step));
        // By turns with a read before the tail, as where returns are computed on the host.
        const returns = times % 2 ? await joined.mul(2).tolist() : Array.from({ length: times }, (_, i) => (i % 7) / 7);
        const loss = tails[name]!(joined, torch.tensor(returns as number[]));
        weight.grad = null;
        loss.backward();
        await Promise.all([loss.item(), weight.grad!.data()]);
      };
      for (const times of [23, 28, 25, 26]) await run(times);
      const { plans, pipelines } = await counted(async () => {
        for (const times of [40, 24, 31]) await run(times);
      });
      if (plans + pipelines > 0) compiled.push(`${name}: ${plans} plans, ${pipelines} pipelines`);
    }
    expect(compiled).toEqual([]);
  });

if (isLong())
  test('what joins the steps of a loop gives the figures of one batch, whatever their number', {
    timeout: 600_000,
  }, async () => {
    const weight = torch.randn(3, 3).mul(0.4).detach();
    const figures = async (times: number, tail: string, apart: boolean) => {
      torch.manualSeed(times);
      const w = weight.clone().requiresGrad_();
      const given = torch.randn(times, 2, 3);
      const returns = torch.tensor((await torch.rand(times).tolist()) as number[]);
      const step = (t: number) => given.at(t).matmul(w).tanh().sum();
      const joined = apart
        ? torch.stack(Array.from({ length: times }, (_, t) => step(t)))
        : given.matmul(w).tanh().sum([1, 2]);
      if (times % 2) await joined.tolist();
      const loss = tails[tail]!(joined, returns);
      const [slope] = torch.autograd.grad(loss, [w], { createGraph: true });
      const [second] = torch.autograd.grad(slope!.square().sum(), [w], { retainGraph: true });
      const lists = await Promise.all([loss, joined, slope!, second!].map((value) => value.data()));
      return lists.map((list) => Array.from(list));
    };
    const times = fc.oneof(fc.constantFrom(8, 127, 128, 129), fc.integer({ min: 8, max: 40 }));
    const sameEitherWay = async (n: number, tail: string) => {
      const expected = await figures(n, tail, false);
      // Sums of hundreds of terms, of which some elements are what is left when these have cancelled.
      for (const [i, found] of (await figures(n, tail, true)).entries()) {
        const largest = Math.max(...expected[i]!.map(Math.abs));
        expectNumbers(found, expected[i]!, { rtol: 1e-3, atol: 1e-4 + 1e-5 * largest });
      }
    };
    await fc.assert(fc.asyncProperty(times, fc.constantFrom(...Object.keys(tails)), sameEitherWay), programsOf(2));
  });

/** Losses of the joined states of a recurrence, [n, 16, 24], by labels and numbers of as many rows. */
const sequenceLosses: Record<string, (states: Tensor, labels: Tensor, r: Tensor) => Tensor> = {
  labels: (states, labels) => F.crossEntropy(states.flatten(0, 1), labels.flatten(), { ignoreIndex: 3 }),
  weighted: (states, labels) =>
    F.nllLoss(F.logSoftmax(states, 2).flatten(0, 1), labels.flatten(), {
      weight: torch.arange(24).add(1).div(24),
      reduction: 'sum',
    }).mul(0.01),
  'each label': (states, labels) =>
    F.crossEntropy(states.flatten(0, 1), labels.flatten(), { reduction: 'none' }).unflatten(0, [-1, 16]).std(0).mean(),
  numbers: (states, _, r) => F.mseLoss(F.linear(states, torch.eye(24).narrow(0, 0, 2)), r),
  last: (states, labels) =>
    F.crossEntropy(states.at(-1), labels.at(-1)).add(states.at('1:').sub(states.at(':-1')).abs().mean()),
};

/** The loss, the gradients and the states of a recurrence; `apart`: no two of its steps are alike. */
async function recurrence(kind: string, length: number, apart: boolean): Promise<number[]> {
  torch.manualSeed(length);
  const weights = [torch.randn(3, 24), torch.randn(24, 24).mul(0.2)].map((w) => w.detach().requiresGrad_());
  const given = torch.randn(length, 16, 3);
  const labels = torch.randint(0, 24, [length, 16]);
  const states: Tensor[] = [];
  let state: Tensor = torch.zeros(16, 24);
  for (let t = 0; t < length; t++) {
    state = given.at(t).matmul(weights[0]!).add(state.matmul(weights[1]!)).tanh();
    if (apart) state = torch.cat([state, torch.zeros(t + 1, 24)]).narrow(0, 0, 16);
    states.push(state);
  }
  const joined = torch.stack(states);
  const loss = sequenceLosses[kind]!(joined, labels, torch.randn(length, 16, 2));
  loss.backward();
  const values = [loss, joined, ...weights.map((weight) => weight.grad!)];
  const lists = await Promise.all(values.map((value) => value.data()));
  return lists.flatMap((list) => Array.from(list));
}

if (isLong())
  test('large joined states of a recurrence compile nothing for lengths between those met, and change no value', {
    timeout: 600_000,
  }, async () => {
    const compiled: string[] = [];
    for (const kind of sampled(Object.keys(sequenceLosses), 4)) {
      for (const length of [34, 41, 50]) await recurrence(kind, length, false);
      for (const length of [36, 47, 60]) {
        let figures: number[] = [];
        const { plans, pipelines } = await counted(async () => {
          figures = await recurrence(kind, length, false);
        });
        if (plans + pipelines > 0) compiled.push(`${kind} of ${length}: ${plans} plans, ${pipelines} pipelines`);
        expectNumbers(figures, await recurrence(kind, length, true), { rtol: 1e-3, atol: 1e-4 });
      }
    }
    expect(compiled).toEqual([]);
  });

/** What joins the steps of a loop, each of which makes one of the numbers. */
function joinedOf(numbers: readonly number[]): Tensor {
  const one = torch.ones(1, 1);
  return torch.stack(numbers.map((number) => torch.full([1, 1], number, { dtype: torch.float32 }).matmul(one).sum()));
}

test('joined results come in order, infinities and NaN too, whatever their number', async () => {
  const some = [3, Number.NaN, Number.NEGATIVE_INFINITY, -0, Number.POSITIVE_INFINITY, 0, Number.NaN, -7, 3];
  const rank = (x: number) => (Number.isNaN(x) ? 1000 : Math.max(-999, Math.min(x, 999)));
  for (const times of [9, 23, 127, 130]) {
    const numbers = Array.from({ length: times }, (_, i) => some[i] ?? ((i * 37) % 100) - 50);
    const whole = numbers.map((number) => (Number.isFinite(number) ? number : 2 ** 31 - 128));
    const ordered = (of: readonly number[], sign: number) =>
      [...of.keys()].sort((i, j) => sign * (rank(of[i]!) - rank(of[j]!)) || i - j);
    const x = joinedOf(numbers);
    const places = [x.argsort(), x.argsort(0, true), joinedOf(whole).to(torch.int32).argsort()];
    const planes = torch.stack([x, x.neg()], 1).argsort(0, true).at(':', 0);
    const lists = await Promise.all([...places, planes].map((one) => one.tolist()));
    expect(lists).toEqual([ordered(numbers, 1), ordered(numbers, -1), ordered(whole, 1), ordered(numbers, -1)]);
  }
});

test('an index beyond the joined results of a loop is reported with their number', async () => {
  const x = joinedOf(Array.from({ length: 21 }, (_, i) => i));
  const index = joinedOf(Array.from({ length: 21 }, (_, i) => i + 1)).to(torch.int64);
  await expect(x.gather(0, index).tolist()).rejects.toThrow(/^gather: index out of range.* 21/);
  await expect(x.indexSelect(0, index).tolist()).rejects.toThrow(/^indexSelect: index out of range.* 21/);
  await expect(x.at(index).tolist()).rejects.toThrow(/^at: index out of range.* 21/);
});

test('batches that a loop still holds are there after it, and give the figures of a loop that reads each', async () => {
  const pictures = torch.rand(48, 1, 9, 9).mul(255).to(torch.uint8);
  const labels = torch.randint(0, 3, [48]);
  const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(98, 3));
  const evaluate = async (readsEach: boolean) => {
    const loader = new data.DataLoader(new Pictures(pictures, labels), { batchSize: 4 });
    let total: Tensor = torch.tensor(0);
    let correct: Tensor = torch.tensor(0);
    const held: Tensor[] = [];
    for await (const [x, y] of loader) {
      total = total.add(F.crossEntropy(net(x), y).detach());
      correct = correct.add(net(x).argmax(-1).eq(y).sum());
      held.push(x);
      if (readsEach) await Promise.all([total.item(), correct.item()]);
    }
    const sums = await Promise.all([total.item(), correct.item()]);
    return [...sums, await torch.stack(held).sum().item()];
  };
  expect(await evaluate(false)).toEqual(await evaluate(true));
});
