// Whole detectors beside torchvision's, with weights by a rule: losses, gradients, detections; what steps create, and what is refused.
import * as torch from 'lamplight';
import { type nn, optim, type Tensor } from 'lamplight';
import { detection } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { byRule } from '../support/by-rule';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { settled } from '../support/settled';
import { smallFasterRCNN, smallMaskRCNN, smallSSD } from '../support/small-detectors';

interface Case extends FixtureCase {
  readonly kind: string;
  readonly keys: readonly string[];
  readonly text: string;
  readonly losses: Readonly<Record<string, number>>;
  /** Of each parameter's gradient: the norm, the sum, and eight elements. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

type Detector = detection.FasterRCNN | detection.SSD;
type Losses = Readonly<Record<string, Tensor>>;
type Detections = readonly detection.Detection[];

const fixture = await loadFixture<Case>('detection');
const builders: Record<string, () => Detector> = {
  fasterRCNN: smallFasterRCNN,
  ssd: smallSSD,
  maskRCNN: smallMaskRCNN,
};
const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const call = (model: Detector, ...args: unknown[]) => (model as (...args: unknown[]) => Promise<unknown>)(...args);

function inputsOf(name: string) {
  const array = (key: string) => fromFixture(fixture.tensor(`${name}/${key}`));
  return {
    images: [0, 1, 2].map((i) => array(`image${i}`)),
    targets: [0, 1, 2].map((i) => ({
      boxes: array(`boxes${i}`),
      labels: array(`labels${i}`),
      ...(name === 'maskRCNN' && { masks: array(`masks${i}`) }),
    })),
  };
}

/** Steps on two pictures of random numbers, each of a size, with so many boxes. */
function training(model: Detector) {
  const optimizer = new optim.SGD((model as nn.Module).parameters(), { lr: 1e-3 });
  return async (first: readonly number[], second: readonly number[], boxes: readonly number[]): Promise<void> => {
    const sizes = [first, second];
    const images = sizes.map((size) => torch.rand([3, ...size]));
    const targets = boxes.map((count, i) => {
      const corners = Array.from({ length: count }, () => [20 * Math.random(), 20 * Math.random()]);
      const all = corners.flatMap(([x, y]) => [x!, y!, x! + 9 + 14 * Math.random(), y! + 9 + 14 * Math.random()]);
      const labels = torch.tensor(Array<number>(count).fill(1), { dtype: torch.int64 });
      const masks = torch.ones([count, ...sizes[i]!], { dtype: torch.uint8 });
      return { boxes: torch.tensor(Float32Array.from(all), [count, 4]), labels, masks };
    });
    optimizer.zeroGrad();
    const losses = (await call(model, images, targets)) as Losses;
    torch.scope(() => total(losses).backward());
    optimizer.step();
    // What the collector has not come for takes memory of its own.
    for (const loss of Object.values(losses)) loss.dispose();
    await torch.synchronize();
  };
}

const total = (losses: Losses): Tensor => Object.values(losses).reduce((sum, loss) => sum.add(loss));

describe.each(fixture.cases.filter(({ kind }) => kind === 'detector'))('$name', (expected) => {
  const { name } = expected;
  const build = (): Detector => {
    const model = builders[name]!();
    byRule(model as nn.Module, 1);
    return model;
  };

  test('has torchvision’s keys and text', () => {
    const model = build();
    expect(Object.keys(model.stateDict())).toEqual(expected.keys);
    expect(`${model}`).toBe(expected.text);
  });

  test('has its losses and gradients', async () => {
    const model = build();
    const { images, targets } = inputsOf(name);
    torch.manualSeed(11);
    const losses = (await call(model, images, targets)) as Losses;
    const after = torch.rand(1);
    total(losses).backward();
    for (const [key, value] of Object.entries(expected.losses)) {
      expect(Math.abs((await losses[camel(key)]!.item()) - value) / Math.abs(value), key).toBeLessThan(1e-4);
    }
    expect(Object.keys(losses).sort()).toEqual(Object.keys(expected.losses).map(camel).sort());
    expectNumbers(await after.data(), fixture.tensor(`${name}/after`).data);
    for (const [key, parameter] of model.namedParameters()) {
      const flat = parameter.grad!.flatten();
      const picks = Array.from({ length: 8 }, (_, i) => (i * 7919) % flat.numel());
      const told = torch.cat([flat.norm().view(1), flat.sum().view(1), flat.take(torch.tensor(picks))]);
      const [norm] = expected.gradients[key]!;
      const scale = Math.max(norm!, 1e-6) * Math.sqrt(flat.numel());
      const numbers = await told.data();
      expect(Math.abs(numbers[0]! - norm!) / Math.max(norm!, 1e-6), `norm of ${key}`).toBeLessThan(2e-4);
      expectNumbers(numbers, expected.gradients[key]!, { rtol: 2e-4, atol: 2e-4 * scale });
    }
  });

  test('has its detections', async () => {
    const model = build().eval();
    const { images } = inputsOf(name);
    const found = (await torch.noGrad(() => model(images))) as Detections;
    for (const [i, { boxes, labels, scores, masks }] of found.entries()) {
      const of = (key: string) => fixture.tensor(`${name}/${key}${i}`);
      expect(labels.dtype).toBe('int64');
      expect(boxes.shape).toEqual(of('found').shape);
      expectNumbers(await labels.data(), of('classes').data);
      expectNumbers(await scores.data(), of('scores').data, { rtol: 1e-4, atol: 1e-5 });
      expectNumbers(await boxes.data(), of('found').data, { rtol: 1e-4, atol: 2e-3 });
      expect(masks !== undefined).toBe(name === 'maskRCNN');
      if (masks) await expectClose(masks, of('shown'), { rtol: 1e-4, atol: 1e-4 });
    }
  });

  test('finds nothing above a score that nothing has', async () => {
    const model = build().eval();
    const heads = model instanceof detection.SSD ? model : model.roiHeads;
    heads.scoreThresh = 1;
    const { images } = inputsOf(name);
    for (const { boxes, labels, scores } of (await model([images[2]!])) as Detections) {
      expect([boxes.shape, labels.shape, scores.shape]).toEqual([[0, 4], [0], [0]]);
      expect([boxes.dtype, labels.dtype]).toEqual(['float32', 'int64']);
    }
  });

  test('keeps the caller’s no-grad across its awaits', async () => {
    const model = build();
    const { images, targets } = inputsOf(name);
    const without = (await torch.noGrad(() => call(model, images, targets) as never)) as Losses;
    expect(Object.values(without).map(({ requiresGrad }) => requiresGrad)).not.toContain(true);
    expect(torch.isGradEnabled()).toBe(true);
    const withGradient = (await call(model, images, targets)) as Losses;
    expect(Object.values(withGradient).map(({ requiresGrad }) => requiresGrad)).not.toContain(false);
  });

  test('creates nothing in a steady training step', async () => {
    // Kernels are measured when the device is idle, whenever that is.
    await torch.init({ tuning: false });
    const counted = () => {
      const { submits, buffersCreated, bindGroupsCreated, pipelinesCreated, plansCompiled } = torch.gpu.stats();
      return { submits, buffersCreated, bindGroupsCreated, pipelinesCreated, plansCompiled };
    };
    const train = training(build());
    const step = (boxes: number) => train([48, 64], [48, 64], [boxes, 2]);
    for (let i = 0; i < 18; i++) await step(i % 6);
    // Room for snapshots, which come by the clock, is there before anything is counted.
    for (let i = 0; i < 3; i++) {
      await step(i);
      await torch.gpu.snapshot();
    }
    await settled();
    for (let i = 0; i < 6; i++) await step(i % 6);
    const before = counted();
    for (let i = 0; i < 12; i++) await step((5 * i) % 7);
    // Proposals are read back between the two halves of a step of Faster R-CNN.
    const submits = before.submits + (name === 'ssd' ? 12 : 24);
    expect(counted()).toEqual({ ...before, submits });
  });

  test('compiles nothing for pictures of other sizes, once batches of the few sizes that they make have come', async () => {
    await torch.init({ tuning: false });
    const step = training(build());
    let last = 1;
    const under = (count: number) => {
      last = (last * 16807) % 2147483647;
      return last % count;
    };
    const side = () => 40 + under(40);
    const plans: number[] = [];
    for (let i = 0; i < 20; i++) {
      const before = torch.gpu.stats().plansCompiled;
      await step([side(), side()], [side(), side()], [under(7), under(7)]);
      plans.push(torch.gpu.stats().plansCompiled - before);
    }
    expect(plans.slice(10)).toEqual(new Array(10).fill(0));
  });

  test('refuses targets that do not fit', async () => {
    const model = build();
    const { images, targets } = inputsOf(name);
    const [image, target] = [images[0]!, targets[0]!];
    const refused = (given: unknown) => expect(call(model, [image], given)).rejects;
    await refused(undefined).toThrow('expected targets in training mode, but got none');
    await refused([target, target]).toThrow('expected a list of 1 targets, one a picture, but got 2 targets');
    await refused([{ ...target, boxes: torch.zeros(4) }]).toThrow(
      'expected boxes of target 0 of shape [N, 4], but got [4]',
    );
    await refused([{ ...target, boxes: torch.zeros(4, 4) }]).toThrow(
      'expected all boxes to have positive height and width, but got [0,0,0,0] in target 0',
    );
    await refused([{ ...target, labels: torch.zeros(4) }]).toThrow('expected labels of target 0 of dtype int64');
    await refused([{ ...target, labels: target.labels.add(7) }]).toThrow('expected labels from 0 to 2, but got');
    await expect(call(model, [])).rejects.toThrow('expected a list of pictures [C, H, W], but got an empty list');
    await expect(call(model, [torch.zeros(8, 8)])).rejects.toThrow('but got shape [8, 8]');
    await expect(call(model.eval() as Detector, [torch.zeros([3, 8, 8], { dtype: torch.uint8 })])).rejects.toThrow(
      'expected pictures of a float dtype',
    );
  });
});
