// Pictures made by gradients, in Node: what they show, what they cost, and that the network is as it was. Receptive fields beside gradients.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import {
  deepDream,
  gramMatrix,
  layerShapes,
  neuralStyle,
  receptiveField,
  reconstruct,
  scoreAscent,
  totalVariation,
} from 'lamplight/interpret';
import { describe, expect, test } from 'vitest';
import { build, type Net, seen } from '../../support/looked-into';

const F = nn.functional;

async function last<T>(frames: AsyncIterable<T>): Promise<T> {
  let frame: T | undefined;
  for await (frame of frames);
  return frame!;
}

const values = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

test('receptive fields are where the gradient of a unit is not zero', async () => {
  const model = build();
  torch.noGrad(() => {
    for (const parameter of model.parameters()) parameter.abs_();
  });
  model.eval();
  for (const layer of ['conv1', 'conv2', 'down']) {
    const x = torch.rand(1, 3, 40, 40, { requiresGrad: true });
    let unit: Tensor | null = null;
    // Averages in the place of maxima have a gradient in all of a window.
    const features = F.avgPool2d(model.norm(model.conv1(x)), 2);
    if (layer === 'conv1') unit = model.conv1(x);
    if (layer === 'conv2') unit = model.conv2(features);
    if (layer === 'down') unit = model.down(features.add(model.conv2(features)));
    const [at] = [Math.floor(unit!.shape[2]! / 2)];
    const [g] = torch.autograd.grad(unit!.at(0, ':', at, at).sum(), x);
    const rows = await values(g!.abs().amax([0, 1, 3]));
    const touched = rows.flatMap((value, i) => (value > 0 ? [i] : []));
    const { size, stride, start, isGlobal } = receptiveField(model, layer, { inputSize: [1, 3, 40, 40] });
    const begin = start[0]! + stride[0]! * at;
    expect([layer, isGlobal, touched[0], touched.at(-1)]).toEqual([layer, false, begin, begin + size[0]! - 1]);
  }
  expect(layerShapes(model, [1, 3, 14, 14]).at(-2)!.receptiveField).toEqual({
    size: [14, 14],
    stride: [0, 0],
    start: [0, 0],
    isGlobal: true,
  });
});

describe('pictures by gradients', () => {
  const makers: Record<
    string,
    (
      model: Net,
      signal: AbortSignal | null,
    ) => AsyncGenerator<{ image: Tensor; loss: number; step: number; terms: Readonly<Record<string, number>> }>
  > = {
    scoreAscent: (model, signal) =>
      scoreAscent(model, [1, 3, 14, 14], {
        target: 2,
        steps: 4,
        blurEvery: 2,
        rotation: 5,
        clipNorm: 0.1,
        clipContribution: 0.1,
        range: [-1, 1],
        signal,
      }),
    deepDream: (model, signal) =>
      deepDream(model, torch.rand(3, 20, 20), { layer: 'conv2', octaves: 2, steps: 2, signal }),
    reconstruct: (model, signal) => reconstruct(model, torch.rand(1, 3, 14, 14), 'conv2', { steps: 4, signal }),
    neuralStyle: (model, signal) =>
      neuralStyle(model, torch.rand(1, 3, 14, 14), torch.rand(1, 3, 18, 16), {
        contentLayers: ['conv2'],
        styleLayers: ['conv1', 'conv2'],
        styleWeight: 10,
        tv: 0.1,
        steps: 4,
        signal,
      }),
  };

  test.each(Object.keys(makers))(
    '%s yields pictures and terms, stops at a signal, and leaves the model as it was',
    async (name) => {
      const model = build();
      model.conv2.eval();
      const before = await seen(model);
      const frames: { image: Tensor; step: number; loss: number; terms: Readonly<Record<string, number>> }[] = [];
      for await (const frame of makers[name]!(model, null)) {
        frames.push(frame);
        expect(await seen(model)).toEqual(before);
      }
      expect(frames.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
      for (const { loss, terms } of frames) {
        expect(loss).toBeCloseTo(
          Object.values(terms).reduce((a, b) => a + b),
          4,
        );
        expect(Number.isFinite(loss)).toBe(true);
      }
      // Each picture is a tensor of its own.
      expect(await values(frames[2]!.image)).not.toEqual(await values(frames[3]!.image));
      const stop = new AbortController();
      const seenSteps: number[] = [];
      for await (const { step } of makers[name]!(model, stop.signal)) {
        seenSteps.push(step);
        stop.abort();
      }
      expect(seenSteps).toEqual([1]);
      expect(await seen(model)).toEqual(before);
    },
  );

  test('ascent raises the score of a class, a channel and a unit, within the range', async () => {
    const model = build().eval();
    const scores = async (options: Parameters<typeof scoreAscent>[2]) => {
      const terms: number[] = [];
      for await (const frame of scoreAscent(model, [3, 14, 14], options as { target: number })) {
        expect(frame.image.shape).toEqual([3, 14, 14]);
        terms.push(frame.terms.score!);
      }
      return terms;
    };
    for (const part of [
      { target: 1 },
      { layer: 'conv2', channel: 3 },
      { layer: model.down, channel: 0, unit: [1, 2] },
      { layer: 'conv1' },
    ]) {
      const found = await scores({ ...part, steps: 8, jitter: 0, every: 7 } as never);
      expect(found).toHaveLength(2);
      expect(found[1]!).toBeGreaterThan(found[0]!);
    }
    const frame = await last(
      scoreAscent(model, torch.zeros(1, 3, 14, 14), { target: 0, steps: 2, lr: 50, range: [[0, 0, -1], 0.5] }),
    );
    expect(await frame.image.amax([0, 2, 3]).tolist()).toEqual([0.5, 0.5, 0.5]);
    expect((await values(frame.image.amin([0, 2, 3])))[2]).toBe(-1);
    expect(() => scoreAscent(model, [1, 3, 14, 14])).toThrow(
      'scoreAscent: expected a target or a layer, but got neither',
    );
    await expect(last(scoreAscent(model, [1, 3, 14, 14], { target: 5 }))).rejects.toThrow(
      'expected target from 0 to 4, but got 5',
    );
  });

  test('steady iterations create nothing', async () => {
    const model = build();
    const counted = () => {
      const { buffersCreated, bindGroupsCreated, pipelinesCreated, plansCompiled } = torch.gpu.stats();
      return [buffersCreated, bindGroupsCreated, pipelinesCreated, plansCompiled];
    };
    const counts: number[][] = [];
    // Twice all lengths of warming up, then as long again.
    for await (const _ of scoreAscent(model, [1, 3, 14, 14], {
      target: 1,
      steps: 60,
      every: 20,
      blurEvery: 5,
      rotation: 3,
    }))
      counts.push(counted());
    expect(counts[2]!.map((count, i) => count - counts[1]![i]!)).toEqual([expect.any(Number), 0, 0, 0]);
    expect(counts[2]![0]! - counts[1]![0]!).toBeLessThanOrEqual(1);
  });

  test('style transfer lowers its loss tenfold, under L-BFGS in fewer evaluations than Adam', async () => {
    torch.manualSeed(1);
    const vgg = new nn.Sequential(
      new nn.Conv2d(3, 8, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.Conv2d(8, 8, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(8, 16, 3, { padding: 1 }),
      new nn.ReLU(),
    );
    const content = torch.rand(1, 3, 16, 16);
    const style = torch.rand(1, 3, 16, 16).pow(3);
    const needed = async (optimizer: 'lbfgs' | 'adam') => {
      let first: number | null = null;
      for await (const { loss, evaluations } of neuralStyle(vgg, content, style, {
        contentLayers: ['5'],
        styleLayers: ['0', '2', '5'],
        styleWeight: 1e4,
        optimizer,
        steps: 200,
      })) {
        first ??= loss;
        if (loss < first / 10) return evaluations;
      }
      return Number.POSITIVE_INFINITY;
    };
    const [lbfgs, adam] = [await needed('lbfgs'), await needed('adam')];
    expect(lbfgs).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(lbfgs).toBeLessThan(adam);
  });

  test('Gram matrices and total variation are those of their definitions', async () => {
    const maps = torch.tensor([1, 2, 3, 4, 5, 6, 7, 8], { dtype: torch.float32 }).reshape([1, 2, 2, 2]);
    expect(await gramMatrix(maps).mul(8).tolist()).toEqual([
      [
        [30, 70],
        [70, 174],
      ],
    ]);
    expect(await totalVariation(maps).item()).toBe(2 * (1 + 1 + 4 + 4));
    expect(await totalVariation(maps, 1).item()).toBeCloseTo(2 * Math.sqrt(5), 3);
  });
});
