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
  readonly losses: Readonly<Record<'bboxRegression' | 'classification', number>>;
  readonly answers: Readonly<Record<'bboxRegression' | 'clsLogits', Told>>;
  readonly found: readonly Readonly<Record<'boxes' | 'labels' | 'scores', readonly number[]>>[];
}

const {
  cases: [wanted],
} = (await loadFixture<Case>('ssdlite')) as unknown as { cases: readonly [Case] };
const { side } = wanted;

function build(): detection.SSD {
  const model = detection.ssdlite320MobilenetV3Large({ numClasses: 4, ...wanted.options });
  const half = [0.5, 0.5, 0.5];
  model.transform = new detection.GeneralizedRCNNTransform(side, side, half, half, {
    sizeDivisible: 1,
    fixedSize: [side, side],
  });
  byRule(model, wanted.seed);
  return model;
}

const pictures = (): Tensor[] =>
  wanted.boxes.map((_, i) => {
    const values = numbers(3 * side * side, 3000 + i);
    return torch.tensor(Float32Array.from(values)).add(1).div(2).view(3, side, side);
  });

test('losses, answers and detections are torchvision’s', async () => {
  const model = build();
  // At this size the last maps have one place, which has no variance.
  for (const layer of model.modules()) if (layer instanceof nn.BatchNorm2d) layer.eval();
  const targets = wanted.boxes.map((boxes, i) => ({
    boxes: torch.tensor(Float32Array.from(boxes.flat())).view(-1, 4),
    labels: torch.tensor([...wanted.labels[i]!], { dtype: 'int64' }),
  }));
  const losses = await torch.noGrad(() => model(pictures(), targets));
  const numbers = await torch.stack([losses.bboxRegression, losses.classification]).data();
  expectNumbers(numbers, [wanted.losses.bboxRegression, wanted.losses.classification], { rtol: 1e-4 });

  model.eval();
  const heard: Record<string, Tensor> = {};
  model.head.registerForwardHook((_, __, answers) => void Object.assign(heard, answers));
  const found = await torch.noGrad(() => model(pictures()));
  for (const [key, told] of Object.entries(wanted.answers)) {
    const flat = heard[key]!.flatten();
    const picks = torch.tensor(Array.from({ length: 8 }, (_, i) => (i * 7919) % flat.numel()));
    const [norm, ...rest] = await torch.cat([flat.norm().view(1), flat.sum().view(1), flat.take(picks)]).data();
    expect(Math.abs(norm! - told[0]!), key).toBeLessThan(1e-4 * told[0]!);
    expectNumbers(rest, told.slice(1), { rtol: 1e-4, atol: 1e-4 * (told[0]! / Math.sqrt(flat.numel())) });
  }
  for (const [i, { boxes, labels, scores }] of found.entries()) {
    const expected = wanted.found[i]!;
    expect(await labels.tolist()).toEqual(expected.labels);
    expectNumbers(await scores.data(), expected.scores, { rtol: 1e-4, atol: 1e-5 });
    expectNumbers(await boxes.flatten().data(), expected.boxes, { rtol: 1e-4, atol: 2e-3 });
  }
});
