// What PyTorch refuses is refused here with a typed error, under the name of the function that was called.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const { ArgumentError, DTypeError, FileFormatError, IndexError, OutOfMemoryError, ShapeError } = torch;
const { ones, tensor } = torch;
const x = ones(2, 3);
const image = ones(2, 3, 4, 4);
const scalar = tensor(1);
const rows = ones(3, 4);
const leaf = (): Tensor[] => [ones(1, { requiresGrad: true })];

type ErrorClass = new (...args: never[]) => Error;

describe('options and sizes that PyTorch refuses', () => {
  test.each<[string, () => unknown, ErrorClass, string]>([
    ['eps of batch norm', () => new nn.BatchNorm2d(3, { eps: -1 })(image), ArgumentError, 'batchNorm: expected eps'],
    [
      'ignoreIndex with probabilities',
      () => F.crossEntropy(x, x.softmax(1), { ignoreIndex: 1 }),
      ArgumentError,
      'ignoreIndex',
    ],
    ['bounds of hardtanh', () => F.hardtanh(x, 1, -1), ArgumentError, 'minVal ≤ maxVal'],
    ['margin', () => F.tripletMarginLoss(x, x, x, { margin: 0 }), ArgumentError, 'margin > 0'],
    ['margin of a module', () => new nn.TripletMarginLoss({ margin: -1 }), ArgumentError, 'margin > 0'],
    ['rtol of isclose', () => torch.isclose(x, x, { rtol: -1 }), ArgumentError, 'rtol ≥ 0'],
    ['lambd of ASGD', () => new optim.ASGD(leaf(), { lambd: -1 }), ArgumentError, 'lambd ≥ 0'],
    ['alpha of ASGD', () => new optim.ASGD(leaf(), { alpha: -1 }), ArgumentError, 'alpha ≥ 0'],
    ['unbind of no dimension', () => scalar.unbind(), IndexError, 'unbind'],
    ['narrow of no dimension', () => scalar.narrow(0, 0, 1), IndexError, 'narrow'],
    ['split of no dimension', () => scalar.split(1), IndexError, 'split'],
    ['size of no dimension', () => scalar.size(0), IndexError, 'size'],
    ['float fweights', () => torch.cov(rows, { fweights: ones(4) }), DTypeError, 'fweights'],
    ['integer aweights', () => torch.cov(rows, { aweights: tensor([1, 2, 3, 4]) }), DTypeError, 'aweights'],
    ['gradient over a dimension twice', () => torch.gradient(rows, { dim: [0, -2] }), ArgumentError, 'distinct'],
    ['groupNorm of no channels', () => F.groupNorm(ones(2, 0, 4), 1), ShapeError, 'at least 1 channel'],
    ['groupNorm of no height', () => F.groupNorm(ones(1, 2, 0), 2), ShapeError, 'whose height and width have elements'],
    [
      'groupNorm of one value',
      () => new nn.GroupNorm(2, 2)(ones(1, 2, 1, 1)),
      ShapeError,
      'more than 1 value per channel',
    ],
    ['flip of a dimension twice', () => rows.flip(0, -2), ShapeError, 'flip: expected distinct'],
    ['squeeze of a dimension twice', () => ones(1, 3).squeeze([0, 0]), ShapeError, 'squeeze: expected distinct'],
    ['a flag of LSTM', () => new nn.LSTM(2, 2, { bias: 0 as never }), ArgumentError, 'bias to be a boolean, but got 0'],
    ['another flag of LSTM', () => new nn.LSTM(2, 2, { batchFirst: 0 as never }), ArgumentError, 'batchFirst to be'],
    ['sizes of LSTM', () => new nn.LSTM(2.5, 2), ArgumentError, 'inputSize'],
    ['a number of arange that no host holds', () => torch.arange(3e9), OutOfMemoryError, '3000000000'],
    ['a layer that no host holds', () => new nn.Linear(2 ** 20, 2 ** 20), OutOfMemoryError, 'cannot allocate'],
  ])('%s', (_, call, kind, text) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(text);
  });
});

describe('a dimension out of range', () => {
  test.each<[string, () => unknown]>([
    ['transpose', () => x.transpose(0, 2)],
    ['permute', () => x.permute(0, 2)],
    ['squeeze', () => x.squeeze(2)],
    ['unsqueeze', () => x.unsqueeze(4)],
    ['cat', () => torch.cat([x, x], 2)],
    ['stack', () => torch.stack([x, x], 3)],
    ['split', () => x.split(1, 2)],
    ['select', () => x.select(2, 0)],
    ['flatten', () => x.flatten(0, 2)],
    ['flip', () => x.flip(2)],
    ['narrow', () => x.narrow(2, 0, 1)],
    ['sum', () => x.sum(2)],
    ['softmax', () => x.softmax(2)],
    ['gather', () => x.gather(2, tensor([[0]]))],
  ])('is an IndexError of %s', (name, call) => {
    expect(call).toThrow(IndexError);
    expect(call).toThrow(new RegExp(`^${name}: `));
  });
});

test.each<[string, () => unknown]>([
  ['dot', () => ones(3).dot(ones(4))],
  ['std', () => x.std(5)],
  ['norm', () => x.norm(2, 5)],
  ['countNonzero', () => x.countNonzero(5)],
  ['tensordot', () => torch.tensordot(x, x, [[0], [5]])],
  ['mseLoss', () => F.mseLoss(x, ones(2, 4))],
  ['cosineSimilarity', () => F.cosineSimilarity(x, ones(2, 4))],
  ['transpose_', () => ones(2, 3).transpose_(0, 5)],
])('an error names %s, not a function within', (name, call) => {
  expect(call).toThrow(new RegExp(`^${name}: `));
});

test('lists of one element and names are taken where numbers are', () => {
  const line = ones(1, 2, 9);
  expect(F.avgPool1d(line, [3]).shape).toEqual([1, 2, 3]);
  expect(F.maxPool1d(line, [3]).shape).toEqual([1, 2, 3]);
  expect(F.adaptiveAvgPool1d(line, [5]).shape).toEqual([1, 2, 5]);
  expect(F.adaptiveAvgPool1d(line, { outputSize: 2 }).shape).toEqual([1, 2, 2]);
  expect(F.avgPool2d(image, 3, { padding: [1] }).shape).toEqual([2, 3, 2, 2]);
  expect(new nn.MaxPool1d([3])(line).shape).toEqual([1, 2, 3]);
  expect(F.adaptiveMaxPool2d(image, { outputSize: 2 }).shape).toEqual([2, 3, 2, 2]);
  expect(F.channelShuffle(ones(1, 4, 2, 2), { groups: 2 }).shape).toEqual([1, 4, 2, 2]);
  expect(torch.renorm(rows, { p: 2, dim: 0, maxnorm: 1 }).shape).toEqual([3, 4]);
  expect(torch.broadcastShapes([5, 1], 5)).toEqual([5, 5]);
});

test('tensors are taken by name, and types know it', () => {
  const target = tensor([0, 1]);
  expect(F.crossEntropy(x, { target, reduction: 'none' }).shape).toEqual([2]);
  expect(torch.matmul(x, { other: ones(3, 2) }).shape).toEqual([2, 2]);
  expect(torch.matmul({ input: x, other: ones(3, 2) }).shape).toEqual([2, 2]);
  expect(x.atan2({ other: x }).shape).toEqual([2, 3]);
  expect(F.prelu(x, { weight: ones(1) }).shape).toEqual([2, 3]);
});

test('types allow each way to ask for indices', () => {
  const both: [Tensor, Tensor][] = [
    F.maxPool2d(image, 3, 2, 1, { returnIndices: true }),
    F.maxPool2d(image, 3, 2, 1, 1, false, true),
    F.maxPool1d(ones(1, 2, 9), 2, 2, { returnIndices: true }),
    F.maxPool3d(ones(1, 2, 4, 4, 4), 2, 2, { returnIndices: true }),
  ];
  for (const pair of both) expect(pair.length).toBe(2);
});

describe('names of modules', () => {
  test('that are taken cannot be registered', () => {
    const linear = new nn.Linear(2, 2);
    expect(() => linear.registerBuffer('weight', ones(2, 2))).toThrow(ArgumentError);
    expect(() => linear.registerParameter('inFeatures', new nn.Parameter(ones(1)))).toThrow('already an attribute');
    expect(() => linear.addModule('weight', new nn.ReLU())).toThrow('already an attribute');
    const norm = new nn.BatchNorm1d(2);
    for (const name of ['runningMean', 'running_mean']) {
      expect(() => norm.registerParameter(name, new nn.Parameter(ones(2)))).toThrow(ArgumentError);
    }
    linear.registerParameter('weight', new nn.Parameter(ones(2, 2)));
    expect(linear.parameters().length).toBe(2);
  });

  test('keep what they stand for', () => {
    const linear = new nn.Linear(2, 2);
    expect(() => Reflect.set(linear, 'weight', ones(2, 2))).toThrow('expected an nn.Parameter or null for parameter');
    expect(linear.parameters().length).toBe(2);
    linear.weight = new nn.Parameter(ones(2, 2));
    expect(Object.keys(linear.stateDict())).toEqual(['weight', 'bias']);
    class Net extends nn.Module {
      fc = new nn.Linear(2, 2);
      forward(input: Tensor) {
        return this.fc(input);
      }
    }
    const net = new Net();
    net(ones(1, 2));
    expect(() => Reflect.set(net, 'fc', 3)).toThrow('expected an nn.Module or null for submodule');
    const copy = torch.deepcopy(net);
    expect(copy.fc).not.toBe(net.fc);
    expect(copy.parameters().length).toBe(2);
  });
});

test('a data set without a length is an error', async () => {
  class Endless extends data.Dataset<Tensor> {
    declare length: number;
    get(i: number) {
      return tensor(i);
    }
  }
  const loader = new data.DataLoader(new Endless());
  const pass = async () => {
    for await (const _ of loader) return;
  };
  await expect(pass()).rejects.toThrow(ArgumentError);
  await expect(pass()).rejects.toThrow('Endless');
});

describe('files that are no safetensors', () => {
  const bytes = (...first: number[]) => Uint8Array.from([...first, ...new Array<number>(40).fill(1)]);
  const text = (content: string) => new TextEncoder().encode(content);
  test.each<[string, Uint8Array]>([
    ['zip archive', bytes(0x50, 0x4b, 3, 4)],
    ['pickle', bytes(0x80, 2, 0x7d)],
    ['NumPy array', bytes(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)],
    ['PNG image', bytes(0x89, 0x50, 0x4e, 0x47)],
    ['empty file', new Uint8Array()],
    ['HTML page', text('<!DOCTYPE html><html>404</html>')],
    ['JSON', text('{"error": "not found"}')],
    ['text', text('just some words here')],
  ])('are told by name: %s', async (name, content) => {
    await expect(torch.load(content)).rejects.toThrow(FileFormatError);
    await expect(torch.load(content)).rejects.toThrow(name);
  });

  const file = (header: string) => {
    const json = text(header);
    const whole = new Uint8Array(8 + json.length);
    new DataView(whole.buffer).setBigUint64(0, BigInt(json.length), true);
    whole.set(json, 8);
    return whole;
  };
  test('whatever the header holds, the error is typed and short', async () => {
    const nested = '['.repeat(5000) + ']'.repeat(5000);
    const entry = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}';
    for (const header of [
      `{"a":{"dtype":"F32","shape":${nested},"data_offsets":[0,0]}}`,
      `{"${'a'.repeat(1e6)}":3}`,
      `{"a":${entry},"a":${entry}}`,
    ]) {
      const error = await torch.load(file(header)).then(String, (thrown: unknown) => thrown as Error);
      expect(error).toBeInstanceOf(FileFormatError);
      expect((error as Error).message.length).toBeLessThan(1000);
    }
    await expect(torch.saveBytes({ __metadata__: x })).rejects.toThrow(ArgumentError);
  });
});
