// A length that was not seen before costs a plan at most: no pipeline, once its kind has been met.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { beforeAll, expect, test } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { growth } from '../../src/engine/graph/late-growth';
import { ComplexCNNModel } from '../support/models';
import { isLong, sampled } from '../support/sample';

const F = nn.functional;

// Until it has come, which on a busy machine takes more than three loops, plans fit one length.
beforeAll(() => growth.load());

/** Pipelines that each step creates, by its number. */
async function pipelines(count: number, step: (i: number) => Tensor): Promise<number[]> {
  const created: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = torch.gpu.stats().pipelinesCreated;
    await step(i).sum().item();
    created.push(torch.gpu.stats().pipelinesCreated - before);
  }
  return created;
}

const none = (count: number) => new Array<number>(count).fill(0);

class Block extends nn.Module {
  norm1 = new nn.LayerNorm(64);
  norm2 = new nn.LayerNorm(64);
  qkv = new nn.Linear(64, 192);
  out = new nn.Linear(64, 64);
  up = new nn.Linear(64, 256);
  down = new nn.Linear(256, 64);
  constructor(private readonly byHand: boolean) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const length = x.shape[1]!;
    const heads = (t: Tensor) => t.view(1, length, 4, 16).transpose(1, 2);
    const [q, k, v] = this.qkv(this.norm1(x)).chunk(3, -1).map(heads) as [Tensor, Tensor, Tensor];
    const masked = () =>
      q
        .matmul(k.transpose(-2, -1))
        .mul(0.25)
        .maskedFill(torch.tril(torch.ones(length, length)).eq(0), -Infinity);
    const y = this.byHand ? masked().softmax(-1).matmul(v) : F.scaledDotProductAttention(q, k, v, { isCausal: true });
    const attended = x.add(this.out(y.transpose(1, 2).reshape(1, length, 64)));
    return attended.add(this.down(F.gelu(this.up(this.norm2(attended)))));
  }
}

const attentions: [string, boolean][] = [
  ['by scaledDotProductAttention', false],
  ['by hand', true],
];
test.each(sampled(attentions, 2))('a growing context, attention %s', async (_, byHand) => {
  torch.manualSeed(0);
  const embedding = new nn.Embedding(65, 64);
  const places = new nn.Embedding(64, 64);
  const blocks = [new Block(byHand), new Block(byHand)];
  const norm = new nn.LayerNorm(64);
  let context = torch.tensor([[1]]);
  const created = await pipelines(32, (i) =>
    torch.noGrad(() => {
      let x = embedding(context).add(places(torch.arange(context.shape[1]!)));
      for (const block of blocks) x = block.forward(x);
      const scores = F.linear(norm(x), embedding.weight).at(':', -1);
      const [largest] = torch.topk(scores, 10);
      const kept = torch.where(scores.lt(largest.at(':', '-1:')), Number.NEGATIVE_INFINITY, scores);
      // One way and the other by turns of four, so that both meet every remainder.
      const next = i % 8 < 4 ? torch.multinomial(kept.softmax(-1), 1) : scores.argmax(-1, true);
      context = torch.cat([context, next], 1);
      return next;
    }),
  );
  expect(created.slice(8)).toEqual(none(24));
});

test('a growing cache of keys and values, by cat and by slices', async () => {
  let [keys, values] = [torch.rand(1, 4, 1, 16), torch.rand(1, 4, 1, 16)];
  const grown = await pipelines(32, () =>
    torch.noGrad(() => {
      const [q, k, v] = [0, 1, 2].map(() => torch.rand(1, 4, 1, 16)) as [Tensor, Tensor, Tensor];
      keys = torch.cat([keys, k], 2);
      values = torch.cat([values, v], 2);
      return F.scaledDotProductAttention(q, keys, values);
    }),
  );
  expect(grown.slice(4)).toEqual(none(28));
  const [allKeys, allValues] = [torch.zeros(1, 4, 64, 16), torch.zeros(1, 4, 64, 16)];
  const written = await pipelines(32, (i) =>
    torch.noGrad(() => {
      allKeys.at(':', ':', `${i}:${i + 1}`).copy_(torch.rand(1, 4, 1, 16));
      allValues.at(':', ':', `${i}:${i + 1}`).copy_(torch.rand(1, 4, 1, 16));
      const till = `:${i + 1}`;
      return F.scaledDotProductAttention(
        torch.rand(1, 4, 1, 16),
        allKeys.at(':', ':', till),
        allValues.at(':', ':', till),
      );
    }),
  );
  expect(written.slice(4)).toEqual(none(28));
});

if (isLong())
  test('40 sizes of pictures, forward', async () => {
    const [first, second] = [new nn.Conv2d(3, 16, 3, { padding: 1 }), new nn.Conv2d(16, 32, 3, { padding: 1 })];
    const sizeOf = (i: number) => [24 + ((i * 7) % 41), 24 + ((i * 11) % 37)] as const;
    const features = (i: number) => F.relu(second(F.maxPool2d(F.relu(first(torch.rand(1, 3, ...sizeOf(i)))), 2)));
    const resized = await pipelines(40, (i) =>
      torch.noGrad(() => F.interpolate(features(i), { size: [16, 16], mode: 'bilinear' })),
    );
    expect(resized.slice(2)).toEqual(none(38));
    const pooled = await pipelines(40, (i) => torch.noGrad(() => F.adaptiveAvgPool2d(features(i), 4)));
    expect(pooled.slice(2)).toEqual(none(38));
  });

test('batches of other sizes', async () => {
  const model = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
  const optimizer = new optim.Adam(model.parameters());
  const sizes = [128, 128, 96, 60, 100, 76, 84, 108];
  const created = await pipelines(sizes.length, (i) => {
    const batch = sizes[i]!;
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model(torch.rand(batch, 784)), torch.zeros(batch, { dtype: 'int64' }));
    loss.backward();
    optimizer.step();
    return loss;
  });
  expect(created.slice(4)).toEqual(none(4));
});

/** A training step by Adam on a batch of images. */
function trainingOf(model: nn.UnaryModule): (images: Tensor) => Tensor {
  const optimizer = new optim.Adam(model.parameters());
  return (images) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model(images), torch.zeros(images.shape[0]!, { dtype: 'int64' }));
    loss.backward();
    optimizer.step();
    return loss;
  };
}

const cnnFor = (channels: number, pool: nn.UnaryModule, features: number) =>
  new nn.Sequential(
    new nn.Conv2d(channels, 8, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    pool,
    new nn.Flatten(),
    new nn.Linear(features, 10),
  );

/** Whose steps take their time. */
const large = isLong() ? [100, 128, 257, 900] : [];
/** Pictures of as many sizes. */
const PICTURES = isLong() ? 40 : 16;

// The second step has no more to set up; the third is the first of another size, with which kernels for all are compiled.
const trained: [string, () => nn.UnaryModule, number[]][] = [
  ['a CNN', () => cnnFor(1, new nn.MaxPool2d(2), 784), [64, 64, 60, 17, 33, 1, 48, 7, 3, 2, 5, ...large]],
  ['ComplexCNN', () => new ComplexCNNModel(), [12, 12, 7, 1, 30, 3, 16]],
];
test.each(sampled(trained, 2))('training %s by batches of other sizes', async (_, model, sizes) => {
  const step = trainingOf(model());
  const created = await pipelines(sizes.length, (i) => step(torch.rand(sizes[i]!, 1, 28, 28)));
  expect(created.slice(3)).toEqual(none(sizes.length - 3));
});

if (isLong())
  test(`training a CNN by ${PICTURES} sizes of pictures`, async () => {
    const step = trainingOf(cnnFor(3, new nn.AdaptiveAvgPool2d(4), 256));
    const created = await pipelines(PICTURES, (i) => step(torch.rand(2, 3, 24 + ((i * 7) % 41), 24 + ((i * 11) % 37))));
    expect(created.slice(3)).toEqual(none(PICTURES - 3));
  });

// Kernels of two kinds for each operation: test/long has it; test/long/general-kernels.test.ts compares their results.
if (isLong()) {
  test('general kernels and those of a plan that runs often compute the same bits', async () => {
    torch.manualSeed(0);
    const conv = new nn.Conv2d(3, 16, 3, { padding: 1 });
    const w = torch.randn(300, 260);
    const row = torch.randn(260);
    const compute = (x: Tensor, image: Tensor) =>
      torch.noGrad(() => {
        const product = x.matmul(w).mul(row).add(1).relu();
        return torch.cat([product.softmax(-1).flatten(), product.sum(0), F.relu(conv(image)).flatten()]);
      });
    await compute(torch.randn(200, 300), torch.randn(2, 3, 40, 44))
      .sum()
      .item();
    const [x, image] = [torch.randn(171, 300), torch.randn(3, 3, 37, 51)];
    const bits = async () => new Uint32Array((await compute(x, image).data()).buffer as ArrayBuffer).slice();
    const general = await bits();
    const before = torch.gpu.stats().pipelinesCreated;
    for (let i = 0; i < 6; i++) expect(await bits()).toEqual(general);
    expect(torch.gpu.stats().pipelinesCreated).toBeGreaterThan(before);
    // Own kernels are compiled beside the runs.
    await engine.refined();
    expect(await bits()).toEqual(general);
  });
}
