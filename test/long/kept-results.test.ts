// What programs keep from step to step takes its own memory, and none of the scores that it was computed from.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { MeanMetric, MulticlassAccuracy } from 'lamplight/metrics';
import { expect, test } from 'vitest';
import { collected } from '../support/collected';

const F = nn.functional;
const SCORES = 4 * 64 * 4000;

const model = new nn.Linear(16, 4000);
const segmenter = new nn.Conv2d(3, 21, 1);
const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
const accuracy = new MulticlassAccuracy({ numClasses: 4000 });
const mean = new MeanMetric();
const [x, y] = [torch.randn(64, 16), torch.randint(0, 4000, [64])];
const [picture, mask] = [torch.randn(1, 3, 128, 128), torch.randint(0, 21, [1, 128, 128])];

const lossOf = (): Tensor => F.crossEntropy(model(x), y);
const step = (): Tensor => {
  const loss = lossOf();
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
};

class Watched extends nn.Module {
  readonly inner = model;
  declare last: Tensor;
  readonly seen: Tensor[] = [];

  forward(input: Tensor): Tensor {
    const scores = this.inner(input);
    this.last = scores.mean();
    this.seen.push(scores.detach().max(1).values, scores.argmax(1));
    return scores;
  }
}
const watched = new Watched();
let total = torch.zeros([]);

const programs: Readonly<Record<string, () => unknown>> = {
  'losses of a training': () => step().detach(),
  'losses that are not detached': step,
  'losses that are detached and not differentiated': () => lossOf().detach(),
  'losses whose data is kept': () => lossOf().data,
  'losses that are read before they are differentiated': async () => {
    const loss = lossOf();
    await loss.item();
    loss.backward();
    return [loss, loss.detach()];
  },
  'numbers that are asked for': () => step().item(),
  'a total that grows': () => {
    total = total.add(step().detach());
    return total;
  },
  'predictions of a network in training': () => {
    const scores = model(x);
    return [scores.argmax(1), scores.max(1).indices, F.softmax(scores, 1).argmin(1), scores.detach().mean()];
  },
  'predictions under noGrad, in objects and functions': () =>
    torch.noGrad(() => {
      const scores = model(x);
      const loss = F.crossEntropy(scores, y);
      const best = new Map([['best', F.softmax(scores, 1).max(1).values]]);
      return { best, top: scores.topk(3), later: () => loss };
    }),
  'a loss and what else its scores give': () => {
    const scores = model(x);
    const loss = F.crossEntropy(scores, y);
    return [loss.detach(), loss.exp().detach(), scores.argmax(1).eq(y).float().mean()];
  },
  'means that are changed in place': () => torch.noGrad(() => model(x).mean(1).mul_(2)),
  'scores of pictures': () => {
    const scores = segmenter(picture);
    return [F.crossEntropy(scores, mask).detach(), scores.argmax(1).eq(mask).float().mean()];
  },
  'what a module keeps': () => void watched(x),
  metrics: () => {
    const scores = model(x).detach();
    mean.update(F.crossEntropy(scores, y));
    return [accuracy(scores, y), mean.compute()];
  },
  'norms of gradients': () => {
    step();
    return [nn.utils.clipGradNorm_(model.parameters(), 1), model.weight.norm().detach()];
  },
};

async function allocated(): Promise<number> {
  await torch.synchronize();
  await collected();
  return torch.cuda.memoryAllocated();
}

const STEPS = 4;

test.each(Object.entries(programs))('%s', async (_, program) => {
  const kept: unknown[] = [];
  const steps = async () => {
    for (let i = 0; i < STEPS; i++) {
      kept.push(await program());
      await torch.synchronize();
    }
  };
  await steps();
  const before = await allocated();
  await steps();
  expect((await allocated()) - before).toBeLessThan((STEPS * SCORES) / 16);
  expect(kept).toHaveLength(2 * STEPS);
});

test('a tensor keeps its gradient, whatever is detached from it and when it is stored', async () => {
  const start = torch.randn(3, 4);
  const data = torch.randn(8, 4);
  const gradients = async (keeps: boolean): Promise<number[]> => {
    const w = start.clone().requiresGrad_();
    const scores = data.matmul(w.t()).sin();
    const kept = keeps ? [scores.detach(), scores.at(1).detach()] : [];
    const row = scores.at(2);
    await allocated();
    // Nothing but what is made of the loss holds it.
    const all = (() => {
      const loss = scores.exp().mean();
      if (keeps) kept.push(loss.detach());
      return loss.add(row.sum());
    })();
    await allocated();
    if (keeps) kept.push(all.detach(), scores.detach());
    all.backward({ retainGraph: true });
    await allocated();
    all.backward();
    expect(() => all.backward()).toThrow(torch.AutogradError);
    return w.grad!.flatten().tolist<number[]>();
  };
  expect(await gradients(true)).toEqual(await gradients(false));
});

test('a write through a detached tensor shows in its origin, which keeps its gradient', async () => {
  const w = torch.tensor([1, 2, 3]).float().requiresGrad_();
  const twice = w.mul(2);
  const shared = twice.detach();
  await allocated();
  shared.add_(1);
  await allocated();
  shared.mul_(2);
  await allocated();
  expect(await twice.tolist()).toEqual([6, 10, 14]);
  expect([twice.requiresGrad, shared.requiresGrad]).toEqual([true, false]);
  twice.sum().backward();
  expect(await w.grad!.tolist()).toEqual([2, 2, 2]);
});
