// The usual mistakes: wherever PyTorch refuses a call, so does the library, at the call, naming what was expected and got.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;
const { ArgumentError, AutogradError, DTypeError, IndexError, ShapeError, StateDictError } = torch;

interface ErrorCase extends FixtureCase {
  readonly kind: string;
  readonly message: string;
}

const fixture = await loadFixture<ErrorCase>('text');
const { ones } = torch;
const leaf = () => ones(2, { requiresGrad: true });
const whole = (...size: number[]) => ones(size, { dtype: 'int64' });
const labels = (...list: number[]) => torch.tensor(list);

type Mistake = [call: () => unknown, type: new (message: string) => Error, message: RegExp];

const mistakes: Record<string, Mistake> = {
  'add shapes': [() => ones(2, 3).add(ones(4)), ShapeError, /^add: .*\[2, 3\].*\[4\]/],
  'matmul shapes': [() => ones(2, 3).matmul(ones(2, 3)), ShapeError, /^matmul: .*3 and 2 in \[2, 3\] and \[2, 3\]/],
  'matmul vector': [() => ones(2, 3).matmul(ones(2)), ShapeError, /^matmul: .*3 and 2/],
  'matmul scalar': [() => ones(2, 3).matmul(torch.tensor(1.5)), ShapeError, /^matmul: .*\[2, 3\] and \[\].*mul/],
  'batched matmul': [() => ones(2, 3, 4).matmul(ones(3, 4, 5)), ShapeError, /^matmul: .*\[2\] and \[3\]/],
  'view size': [() => ones(2, 3).view(4, 2), ShapeError, /^view: shape \[4, 2\] .*6/],
  'view minus one': [() => ones(2, 3).view(-1, 4), ShapeError, /^view: .*\[-1, 4\]/],
  'view two minus ones': [() => ones(2, 3).view(-1, -1), ShapeError, /^view: .*-1/],
  'view of transposed': [() => ones(2, 3).t().view(6), ShapeError, /^view: .*reshape/],
  expand: [() => ones(2, 3).expand(2, 4), ShapeError, /^expand: .*4.*3/],
  permute: [() => ones(2, 3).permute(0, 0), ShapeError, /^permute: .*\(0, 0\)/],
  'dim out of range': [() => ones(2, 3).sum(2), IndexError, /^sum: .*-2 to 1.*2/],
  'index out of range': [() => ones(2, 3).at(2), IndexError, /^at: .*2/],
  'too many indices': [() => ones(2).at(0, 0), ShapeError, /^at: too many indices for shape \[2\]/],
  'cat shapes': [() => torch.cat([ones(2, 3), ones(2, 4)]), ShapeError, /^cat: .*\[2, 3\].*\[2, 4\]/],
  'stack shapes': [() => torch.stack([ones(2), ones(3)]), ShapeError, /^stack: .*\[2\] and \[3\]/],
  'item of many': [() => ones(2).item(), ShapeError, /^item: .*\[2\].*tolist/],
  'negative step': [() => ones(4).at('::-1'), ArgumentError, /^at: .*step/],
  'conv2d missing arguments': [
    () => Reflect.construct(nn.Conv2d, []),
    ArgumentError,
    /^Conv2d: missing 3 required arguments: 'inChannels', 'outChannels', and 'kernelSize'$/,
  ],
  'conv2d rank': [
    () => new nn.Conv2d(1, 5, 3)(ones(28, 28)),
    ShapeError,
    /^conv2d: expected 4-D \(or 3-D\) input for 4-D weight \[5, 1, 3, 3\], but got 2-D input of shape \[28, 28\]/,
  ],
  'conv2d channels': [() => new nn.Conv2d(3, 5, 3)(ones(1, 1, 8, 8)), ShapeError, /^conv2d: .*3.*channels.*1/],
  'conv2d kernel too large': [() => new nn.Conv2d(1, 1, 5)(ones(1, 1, 3, 3)), ShapeError, /^conv2d: .*kernel/],
  'conv2d groups': [() => new nn.Conv2d(3, 4, 3, { groups: 2 }), ArgumentError, /^Conv2d: .*groups/],
  'conv2d same stride': [
    () => new nn.Conv2d(1, 1, 3, { padding: 'same', stride: 2 }),
    ArgumentError,
    /^Conv2d: .*stride.*same/,
  ],
  'conv2d dtype': [() => new nn.Conv2d(1, 1, 3)(whole(1, 1, 8, 8)), DTypeError, /^conv2d: .*float32.*int64/],
  'linear shapes': [() => new nn.Linear(3, 2)(ones(5, 4)), ShapeError, /^linear: .*\[5, 4\].*\[2, 3\]/],
  'linear without flatten': [
    () => new nn.Linear(512, 32)(ones(1, 8, 8, 8)),
    ShapeError,
    /^linear: .*\[1, 8, 8, 8\].*\[32, 512\]/,
  ],
  'linear dtype': [() => new nn.Linear(3, 2)(whole(5, 3)), DTypeError, /float32.*int64/],
  'layer norm': [() => new nn.LayerNorm([28, 28])(ones(2, 27, 28)), ShapeError, /^layerNorm: .*\[28, 28\].*27/],
  'max pool padding': [() => F.maxPool2d(ones(1, 1, 8, 8), 2, { padding: 2 }), ArgumentError, /^maxPool2d: .*padding/],
  'max pool too small': [() => F.maxPool2d(ones(1, 1, 2, 2), 3), ShapeError, /^maxPool2d: /],
  'cross entropy batch': [() => F.crossEntropy(ones(3, 5), labels(0, 1)), ShapeError, /^crossEntropy: .*\[3\].*\[2\]/],
  'cross entropy label': [() => F.crossEntropy(ones(2, 5), labels(0, 5)).item(), IndexError, /5/],
  'nll rank': [() => F.nllLoss(ones(2, 5), labels(0, 1).view(2, 1)), ShapeError, /^nllLoss: .*\[2\].*\[2, 1\]/],
  'backward without grad': [() => ones(2).sum().backward(), AutogradError, /^backward: .*require grad/],
  'backward of many': [() => leaf().mul(2).backward(), AutogradError, /^backward: .*single element.*\[2\]/],
  'backward twice': [
    () => {
      const y = leaf().pow(2).sum();
      y.backward();
      y.backward();
    },
    AutogradError,
    /^backward: .*retainGraph/,
  ],
  'in place on leaf': [() => leaf().add_(1), AutogradError, /leaf.*in-place.*noGrad/],
  'requires grad of ints': [
    () => torch.tensor([1, 2], { requiresGrad: true }),
    DTypeError,
    /^tensor: only floating-point tensors can require gradients/,
  ],
  'saved tensor overwritten': [
    () => {
      const y = leaf().exp();
      const total = y.sum();
      y.detach().add_(1);
      total.backward();
    },
    AutogradError,
    /^backward: .*exp.*in-place/,
  ],
  'load missing': [() => new nn.Linear(2, 2).loadStateDict({ weight: ones(2, 2) }), StateDictError, /bias/],
  'load unexpected': [
    () => new nn.Linear(2, 2).loadStateDict({ weight: ones(2, 2), bias: ones(2), extra: ones(1) }),
    StateDictError,
    /extra/,
  ],
  'load shape': [
    () => new nn.Linear(2, 2).loadStateDict({ weight: ones(3, 2), bias: ones(2) }),
    StateDictError,
    /weight.*\[3, 2\].*\[2, 2\]/,
  ],
  'empty optimizer': [() => new optim.SGD([], { lr: 0.1 }), ArgumentError, /empty/],
  'negative lr': [() => new optim.Adam([ones(1)] as Tensor[], { lr: -1 }), ArgumentError, /lr.*-1/],
};

/** PyTorch refuses labels of dtype int32; here they are the same 32 bits as int64. */
const allowed = ['cross entropy dtype'];

const names = fixture.cases.filter((one) => one.kind === 'error').map((one) => one.name.replace(/^error /, ''));

test('every error of the fixtures is here', () => {
  expect([...Object.keys(mistakes), ...allowed].sort()).toEqual([...names].sort());
});

test.each(Object.entries(mistakes))('%s', async (_, [call, type, message]) => {
  // An async function, so that errors at the call and errors at the read-back look alike.
  const error = await (async () => call())().then(
    () => null,
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(type);
  expect(error!.message).toMatch(message);
});
