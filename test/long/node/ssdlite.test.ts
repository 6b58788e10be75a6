// SSDLite beside torchvision's at a small picture, with weights by a rule.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { detection } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { byRule, numbers } from '../../support/by-rule';
import { expectNumbers } from '../../support/close';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

/** The norm, the sum, and eight elements. */
type Told = readonly number[];

interface Case extends FixtureCase {
  readonly side: number;
  readonly options: object;
  readonly seed: number;
  readonly boxes: readonly (readonly number[][])[];
  readonly labels: readonly (readonly number[])[];
  readonly training: {
    readonly seed: number;
    /** How far the gradients of PyTorch's own float32 are from those of float64 that are written here, as part of their norm. */
    readonly error: number;
    readonly losses: Readonly<Record<'bboxRegression' | 'classification', number>>;
    /** By parameter: of the gradient of both losses together. */
    readonly gradients: Readonly<Record<string, Told>>;
  };
  readonly answers: Readonly<Record<'bboxRegression' | 'clsLogits', Told>>;
  readonly found: readonly Readonly<Record<'boxes' | 'labels' | 'scores', readonly number[]>>[];
}

const {
  cases: [wanted],
} = (await loadFixture<Case>('ssdlite')) as unknown as { cases: readonly [Case] };
const { side } = wanted;

function build(seed: number): detection.SSD {
  const model = detection.ssdlite320MobilenetV3Large({ numClasses: 4, ...wanted.options });
  const half = [0.5, 0.5, 0.5];
  model.transform = new detection.GeneralizedRCNNTransform(side, side, half, half, {
    sizeDivisible: 1,
    fixedSize: [side, side],
  });
  byRule(model, seed);
  return model;
}

const pictures = (): Tensor[] =>
  wanted.boxes.map((_, i) => {
    const values = numbers(3 * side * side, 3000 + i);
    return torch.tensor(Float32Array.from(values)).add(1).div(2).view(3, side, side);
  });

async function tell(tensor: Tensor): Promise<number[]> {
  const values = await tensor.flatten().data();
  let [squares, sum] = [0, 0];
  for (const value of values) {
    squares += value * value;
    sum += value;
  }
  return [Math.sqrt(squares), sum, ...Array.from({ length: 8 }, (_, i) => values[(i * 7919) % values.length]!)];
}

test('losses and the gradients of all parameters are torchvision’s', async () => {
  const { seed, error, losses: expected, gradients } = wanted.training;
  const model = build(seed);
  // At this size the last maps have one place, which has no variance.
  for (const layer of model.modules()) if (layer instanceof nn.BatchNorm2d) layer.eval();
  const targets = wanted.boxes.map((boxes, i) => ({
    boxes: torch.tensor(Float32Array.from(boxes.flat())).view(-1, 4),
    labels: torch.tensor([...wanted.labels[i]!], { dtype: 'int64' }),
  }));
  const losses = await model(pictures(), targets);
  losses.bboxRegression.add(losses.classification).backward();
  const numbers = await torch.stack([losses.bboxRegression, losses.classification]).data();
  expectNumbers(numbers, [expected.bboxRegression, expected.classification], { rtol: 1e-6 });

  const named = model.namedParameters();
  expect(named.map(([key]) => key)).toEqual(Object.keys(gradients));
  const read = await Promise.all(named.map(([, { grad }]) => tell(grad!)));
  for (const [i, [key, parameter]] of named.entries()) {
    const told = gradients[key]!;
    // Where no box has its place on a map, nothing comes from that map. A sum of n elements that largely cancel is as exact as √n of them.
    const norm = told[0]! || 1;
    const scales = told.map((_, j) => (j === 1 ? norm * Math.sqrt(parameter.numel()) : norm));
    const apart = Math.max(...told.map((value, j) => Math.abs(read[i]![j]! - value) / scales[j]!));
    expect(apart, key).toBeLessThan(3 * error);
  }
});

test('answers and detections are torchvision’s', async () => {
  const model = build(wanted.seed);
  model.eval();
  const heard: Record<string, Tensor> = {};
  model.head.registerForwardHook((_, __, answers) => void Object.assign(heard, answers));
  const found = await torch.noGrad(() => model(pictures()));
  for (const [key, told] of Object.entries(wanted.answers)) {
    const answer = heard[key]!;
    const [norm, ...rest] = await tell(answer);
    expect(Math.abs(norm! - told[0]!), key).toBeLessThan(1e-4 * told[0]!);
    expectNumbers(rest, told.slice(1), { rtol: 1e-4, atol: 1e-4 * (told[0]! / Math.sqrt(answer.numel())) });
  }
  for (const [i, { boxes, labels, scores }] of found.entries()) {
    const expected = wanted.found[i]!;
    expect(await labels.tolist()).toEqual(expected.labels);
    expectNumbers(await scores.data(), expected.scores, { rtol: 1e-4, atol: 1e-5 });
    expectNumbers(await boxes.flatten().data(), expected.boxes, { rtol: 1e-4, atol: 2e-3 });
  }
});
