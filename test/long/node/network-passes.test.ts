// Lays a pass forward and backward of the smallest network of each family beside torchvision's or timm's, with weights by a rule.
import * as torch from 'lamplight';
import { type nn, Tensor, vision } from 'lamplight';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../../support/fixtures';
import { partOf } from '../../support/sample';

interface Case extends FixtureCase {
  readonly options: object;
  readonly shape: readonly number[];
  /** Of the weights: one for which no ReLU decides otherwise in float32 than in float64. */
  readonly seed: number;
  /** How far PyTorch's own float32 is from the numbers of float64 that are written here, as part of the largest magnitude. */
  readonly error: number;
  /** Of each parameter's gradient: the norm, the sum, and eight elements; null where rounding decides too much of it. */
  readonly gradients: Readonly<Record<string, readonly number[]>> | null;
}

const fixture = await loadFixture<Case>('network-passes');
const { models } = vision;
const networks = { ...models, ...models.segmentation } as unknown as Record<string, (options: object) => nn.Module>;

/**
 * centre + range · x for numbers x in [-1, 1): the upper 24 bits of 2654435761 · (i + 1) + 40503 · row, as the fixtures have them. In a
 * plain loop, since networks have up to 132 million weights.
 */
function numbers(count: number, row: number, range = 1, centre = 0): Float32Array {
  const made = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const bits = (Math.imul(2654435761, i + 1) + 40503 * row) >>> 0;
    made[i] = centre + range * ((bits >>> 8) / 2 ** 23 - 1);
  }
  return made;
}

const likeness = (shape: readonly number[], row: number): Tensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return torch.tensor(numbers(count, row)).reshape(shape);
};

/** The range of a state's numbers, and their centre. */
function rangeOf(name: string, value: Tensor): readonly [number, number] {
  if (name.endsWith('running_var')) return [0.2, 1];
  const isWeight = name.endsWith('weight');
  if (isWeight && value.shape.length > 1) return [Math.sqrt(6 / (value.numel() / (value.shape[0] || 1))), 0];
  return [0.1, isWeight ? 1 : 0];
}

function byRule(model: nn.Module, seed: number): void {
  torch.noGrad(() => {
    for (const [row, [name, value]] of Object.entries(model.stateDict()).entries()) {
      if (value.dtype !== 'float32' || name.endsWith('codes')) continue;
      const drawn = numbers(value.numel(), row + 5000 * seed, ...rangeOf(name, value));
      value.copy_(torch.tensor(drawn).reshape(value.shape));
    }
  });
}

/** Within a tolerance, as part of the largest magnitude. */
function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const largest = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1e-7);
  const worst = Array.from(expected).reduce((most, x, i) => Math.max(most, Math.abs(x - actual[i]!)), 0);
  expect(worst / largest, what).toBeLessThan(tolerance);
}

test.each(partOf(fixture.cases, 8))('$name', async ({ name, options, shape, seed, error, gradients }) => {
  const tolerance = Math.max(1e-4, 3 * error);
  const model = networks[name]!(options).eval();
  if (name === 'lenet5Paper') (model as InstanceType<typeof models.LeNet5Paper>).output.codes.fill_(1);
  byRule(model, seed);
  const x = likeness(shape, 1000).requiresGrad_();
  const result = model(x) as Tensor | Record<string, Tensor>;
  const all = result instanceof Tensor ? [result] : Object.values(result);
  const outputs = name === 'convVae' ? [(result as unknown as { reconstruction: Tensor }).reconstruction] : all;
  for (const [i, out] of outputs.entries()) {
    expectNear(await out.data(), fixture.tensor(`${name}/out${i}`).data, tolerance, `output ${i}`);
  }
  if (!gradients) return;
  let loss: Tensor = torch.tensor(0);
  for (const [i, out] of outputs.entries()) loss = loss.add(out.mul(likeness(out.shape, 2000 + i)).sum());
  loss.backward();
  expectNear(await x.grad!.data(), fixture.tensor(`${name}/input`).data, tolerance, 'gradient by the input');

  const named = model.namedParameters();
  expect(named.map(([key]) => key)).toEqual(Object.keys(gradients));
  const told = named.map(([key, parameter]) => {
    if (!parameter.grad) return { key, values: torch.zeros(10) };
    const flat = parameter.grad.flatten();
    const picks = Array.from({ length: 8 }, (_, i) => (i * 7919) % flat.numel());
    return { key, values: torch.cat([flat.norm().view(1), flat.sum().view(1), flat.take(torch.tensor(picks))]) };
  });
  const read = await torch.stack(told.map(({ values }) => values)).tolist();
  for (const [i, { key }] of told.entries()) {
    const expected = gradients[key]!;
    const norm = Math.max(expected[0]!, 1e-6);
    const actual = (read as number[][])[i]!;
    const count = Math.sqrt(named[i]![1].numel());
    for (const [j, value] of expected.entries()) {
      // A sum of n elements that largely cancel is as exact as √n of them.
      const scale = j === 1 ? norm * count : norm;
      expect(Math.abs(actual[j]! - value) / scale, `${key} [${j}]`).toBeLessThan(2 * tolerance);
    }
  }
});
