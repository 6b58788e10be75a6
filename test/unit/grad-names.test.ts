// Checks the names of gradient functions, as printed tensors show them, against PyTorch's.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

interface NameCase extends FixtureCase {
  readonly kind: string;
  readonly expression: string;
  readonly gradFn: string;
}

const { cases } = await loadFixture<NameCase>('text');
const named = cases.filter((one) => one.kind === 'gradFn');

const x = torch.ones(2, 3, { requiresGrad: true });
const v = torch.ones(3, { requiresGrad: true });
const image = torch.ones(1, 1, 4, 4, { requiresGrad: true });
const labels = torch.tensor([0, 2]);
const shares = torch.full([2, 3], 1 / 3);
const linear = new nn.Linear(3, 2);
const conv = new nn.Conv2d(1, 1, 3);
const attention = new nn.MultiheadAttention(4, 2);
const rows = torch.ones(3, 1, 4, { requiresGrad: true });

/** The fixtures' expressions, each as the function of its text. */
const functions: (() => Tensor)[] = [
  () => x.add(1),
  () => x.sub(1),
  () => x.mul(2),
  () => x.div(2),
  () => x.neg(),
  () => x.pow(2),
  () => x.exp(),
  () => x.log(),
  () => x.sqrt(),
  () => x.abs(),
  () => x.tanh(),
  () => x.sigmoid(),
  () => x.sum(),
  () => x.sum({ dim: 1 }),
  () => x.mean(),
  () => x.mean({ dim: 0 }),
  () => x.max(),
  () => x.amax(0),
  () => torch.max(x, { dim: 1 })[0],
  () => x.var(),
  () => x.std(),
  () => x.prod(),
  () => x.clamp({ min: 0 }),
  () => x.reshape(3, 2),
  () => x.view(-1),
  () => x.permute(1, 0),
  () => x.t(),
  () => x.transpose(0, 1),
  () => x.unsqueeze(0),
  () => x.squeeze(),
  () => x.squeeze(1),
  () => x.expand(4, 2, 3),
  () => x.flatten(),
  () => x.at(0),
  () => x.at(':', 0),
  () => x.at(':', '1:'),
  () => x.clone(),
  () => torch.cat([x, x]),
  () => torch.stack([x, x]),
  () => torch.where(x.gt(0), x, v),
  () => x.matmul(x.t()),
  () => x.matmul(v),
  () => v.matmul(v),
  () => torch.maximum(x, v),
  () => F.relu(x),
  () => F.gelu(x),
  () => F.silu(x),
  () => F.leakyRelu(x),
  () => F.elu(x),
  () => F.softplus(x),
  () => F.softmax(x, 1),
  () => F.logSoftmax(x, 1),
  () => F.crossEntropy(x, labels),
  () => F.mseLoss(x, x.detach()),
  () => F.l1Loss(x, x.detach()),
  () => F.layerNorm(x, [3]),
  () => F.pad(x, [1, 1]),
  () => linear(x),
  () => linear(v),
  () => conv(image),
  () => F.maxPool2d(image, 2),
  () => F.avgPool2d(image, 2),
  () => F.convTranspose2d(image, conv.weight),
  () => F.crossEntropy(x, labels, { labelSmoothing: 0.1, reduction: 'none' }),
  () => F.crossEntropy(x, shares, { reduction: 'none' }),
  () => F.crossEntropy(x, labels, { labelSmoothing: 0.1, reduction: 'sum' }),
  () => F.crossEntropy(x, shares, { reduction: 'sum' }),
  () => F.crossEntropy(x, labels, { labelSmoothing: 0.1, reduction: 'mean' }),
  () => F.crossEntropy(x, shares, { reduction: 'mean' }),
  () => F.adaptiveAvgPool2d(image, 1),
  () => F.adaptiveAvgPool2d(image, 2),
  () => F.adaptiveAvgPool2d(image, 3),
  () => x.t().reshape(-1),
  () => x.t().flatten(),
  () => x.mul(2).flatten(1),
  () => x.t().contiguous(),
  () => x.clone().add_(1),
  () => x.clone().mul_(v),
  () => x.clone().exp_(),
  () => x.clone().maskedFill_(x.gt(0), 1),
  () => x.to({ dtype: torch.float32, copy: true }),
  () => F.adaptiveAvgPool3d(image, 1),
  () => F.adaptiveAvgPool1d(x, 1),
  () => attention(rows, rows, rows)[1]!,
  () => attention(rows, rows, rows, { averageAttnWeights: false })[1]!,
];

test('every expression of the fixtures is here', () => {
  expect(functions).toHaveLength(named.length);
});

test.each(named.map((one, i) => ({ ...one, make: functions[i] })))('$expression', ({ make, gradFn }) => {
  expect(make().gradFn).toBe(gradFn);
});
