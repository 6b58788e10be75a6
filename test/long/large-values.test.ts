// Values larger than a binding may be: programs on a device that binds 64 kB at once give the bits of one that binds all.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';
import { deviceOf } from '../support/few-limits';

const F = nn.functional;
const LIMIT = 65536;

/** The largest binding on the device with a limit. */
let bound = 0;
const binds = (bytes: number) => {
  bound = Math.max(bound, bytes);
};

const sample = (...shape: number[]) => torch.randn(shape, { requiresGrad: true });

const programs: Readonly<Record<string, () => readonly Tensor[]>> = {
  'elementwise, fills and views': () => {
    const [x, y] = [torch.randn(200, 150), torch.rand(200, 150)];
    const joined = torch.cat([x, y.mul(2)]).narrow(0, 100, 250);
    const chosen = torch.where(x.gt(0), x, y);
    return [x.mul(y).add(torch.randn(150)).sub(x.exp()), x.t().add(y.t()).contiguous(), joined, chosen, x.flip(0)];
  },
  'an MLP with Adam': () => {
    const net = new nn.Sequential(new nn.Linear(150, 200), new nn.ReLU(), new nn.Linear(200, 10));
    const optimizer = new optim.Adam(net.parameters(), { lr: 0.01, amsgrad: true });
    const [x, labels] = [sample(120, 150), torch.randint(0, 10, [120])];
    for (let step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      F.crossEntropy(net.forward(x), labels).backward();
      nn.utils.clipGradValue_(net.parameters(), 1e-3);
      optimizer.step();
    }
    net.loadStateDict(net.stateDict());
    return [...net.parameters(), x.grad!];
  },
  'products, softmax and norms': () => {
    const [a, b, heads] = [sample(200, 150), sample(150, 150), sample(10, 50, 30)];
    const norm = new nn.LayerNorm(150);
    const y = norm.forward(a.matmul(b));
    const scores = heads.matmul(heads.transpose(1, 2)).softmax(-1);
    const loss = y.logSoftmax(1).mul(y.softmax(1)).sum().add(y.std(0).sum()).add(y.amax(1).sum());
    loss.add(scores.square().sum()).backward();
    return [y, scores, a.grad!, b.grad!, heads.grad!, norm.weight!.grad!, y.argmax(1), y.cumsum(0)];
  },
  'gradients of gathered values': () => {
    const x = sample(100, 200);
    x.gather(0, torch.randint(0, 100, [100, 200]))
      .square()
      .sum()
      .backward();
    return [x.grad!];
  },
  'a language model with tied weights': () => {
    const embedding = new nn.Embedding(300, 64);
    const head = new nn.Linear(64, 300, { bias: false });
    head.weight = embedding.weight;
    const optimizer = new optim.AdamW(embedding.parameters(), { lr: 0.01 });
    const [tokens, labels] = [torch.randint(0, 300, [8, 10]), torch.randint(0, 300, [80])];
    const loss = F.crossEntropy(head.forward(embedding.forward(tokens)).reshape(80, 300), labels);
    loss.backward();
    optimizer.step();
    return [loss, embedding.weight, embedding.weight.grad!];
  },
  'a network with convolutions': () => {
    const x = sample(12, 3, 16, 16);
    const net = new nn.Sequential(
      new nn.Conv2d(3, 8, 3, { padding: 1 }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(8, 16, 3),
      new nn.Flatten(),
      new nn.Linear(576, 40),
    );
    net.forward(x).square().mean().backward();
    return [x.grad!, ...[...net.parameters()].map(({ grad }) => grad!)];
  },
};

/** Programs whose kernels would need more than 8 bindings, so that they are computed in parts. */
const inParts: typeof programs = {
  'a linear layer whose operands are all large': () => {
    const x = sample(250, 250);
    const layer = new nn.Linear(250, 256);
    const y = layer.forward(x).relu();
    y.square().mean().backward();
    return [y, x.grad!, layer.weight.grad!, layer.bias!.grad!];
  },
  'products of a batch': () => {
    const [a, b] = [sample(10, 80, 80), sample(10, 80, 80)];
    const y = a.matmul(b.transpose(1, 2));
    y.square().mean().backward();
    return [y, a.grad!, b.grad!];
  },
  attention: () => {
    const heads = [sample(4, 2, 100, 64), sample(4, 2, 100, 64), sample(4, 2, 100, 64)] as const;
    const y = F.scaledDotProductAttention(...heads, { isCausal: true });
    y.square().sum().backward();
    return [y, ...heads.map(({ grad }) => grad!)];
  },
  'layer norm and group norm': () => {
    const [x, pictures] = [sample(300, 200), sample(8, 16, 20, 25)];
    const [rows, groups] = [new nn.LayerNorm(200), new nn.GroupNorm(4, 16)];
    const y = rows.forward(x).square().mul(torch.randn(300, 200)).sum();
    y.add(
      groups
        .forward(pictures)
        .square()
        .mul(torch.randn(8, 16, 20, 25))
        .sum(),
    ).backward();
    return [y, x.grad!, pictures.grad!, ...[rows, groups].flatMap(({ weight, bias }) => [weight!.grad!, bias!.grad!])];
  },
  'cross entropy': () => {
    const labels = torch.randint(0, 4, [17000]);
    const results = (['mean', 'sum', 'none'] as const).flatMap((reduction) => {
      const x = sample(17000, 4);
      const loss = F.crossEntropy(x, labels, { reduction, ignoreIndex: 1 });
      loss.sum().backward();
      return [loss, x.grad!];
    });
    const x = sample(1000, 64);
    const options = { weight: torch.rand(64), labelSmoothing: 0.1 };
    const loss = F.crossEntropy(x, torch.randint(0, 64, [1000]), options);
    loss.backward();
    return [...results, loss, x.grad!];
  },
  'cross entropy whose first rows are all left out': () => {
    const x = sample(17000, 4);
    const labels = torch.cat([torch.full([9000], -100), torch.zeros(8000)]).long();
    const loss = F.crossEntropy(x, labels);
    loss.backward();
    return [loss, x.grad!];
  },
  convolutions: () => {
    const x = sample(4, 16, 30, 32);
    const net = new nn.Sequential(
      new nn.Conv2d(16, 16, 3, { padding: 1 }),
      new nn.Conv2d(16, 16, 3, { padding: 1, groups: 16 }),
      new nn.Conv2d(16, 16, 1),
      new nn.ConvTranspose2d(16, 16, 3, { padding: 1 }),
    );
    net.forward(x).square().mean().backward();
    return [x.grad!, ...[...net.parameters()].map(({ grad }) => grad!)];
  },
  'lines gathered, scattered, sorted and joined': () => {
    const [base, terms] = [sample(300, 200), sample(300, 200)];
    const places = torch.randint(0, 200, [300, 200]);
    const sums = base.scatterAdd(1, places, terms);
    const [sorted] = base.sort(1);
    const all = [sums, sorted, base.gather(1, places), base.gather(0, places)];
    all
      .reduce((sum, y) => sum.add(y.square().sum()), torch.zeros(1))
      .sum()
      .backward();
    return [...all, torch.cat([base, terms], 1), base.grad!, terms.grad!];
  },
};

/** The numbers of all programs, by name. */
async function run(): Promise<Record<string, Float32Array[]>> {
  const results: Record<string, Float32Array[]> = {};
  for (const [name, program] of Object.entries({ ...programs, ...inParts })) {
    torch.manualSeed(7);
    const tensors = program().map((tensor) => tensor.detach().float().contiguous());
    results[name] = (await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[];
  }
  return results;
}

let whole: Awaited<ReturnType<typeof run>>;
let ranges: typeof whole;

beforeAll(async () => {
  await torch.init({ device: await deviceOf(), tuning: false });
  whole = await run();
  await torch.init({ device: await deviceOf({ maxStorageBufferBindingSize: LIMIT }, binds), tuning: false });
  ranges = await run();
});

afterAll(() => torch.init({ tuning: false }));

test.each(Object.keys(programs))('%s: the same bits', (name) => {
  expect(ranges[name]).toEqual(whole[name]);
});

test.each(Object.keys(inParts))('%s: the same numbers', (name) => {
  ranges[name]!.forEach((numbers, i) => {
    expectNumbers(numbers, whole[name]![i]!, { rtol: 1e-4, atol: 1e-4 });
  });
});

test('nothing larger than the limit is bound', () => {
  expect(bound).toBe(LIMIT);
});

test('a kernel of too many large values is refused with a remedy that works', async () => {
  const [base, places, terms] = [torch.zeros(200, 300), torch.randint(0, 200, [200, 300]), torch.ones(200, 300)];
  await expect(base.scatterAdd(0, places, terms).sum().item()).rejects.toThrow(
    /put the results together with torch\.cat/,
  );
  const halves = [base, places, terms].map((x) => x.chunk(4, 1));
  const parts = halves[0]!.map((part, i) => part.scatterAdd(0, halves[1]![i]!, halves[2]![i]!));
  expect(await torch.cat(parts, 1).sum().item()).toBe(60000);
});
