// Pictures as they come from files, bytes without a batch, given to layers and networks: the error takes the weights as given.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import * as vision from 'lamplight/vision';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const zeros = (dtype: torch.DType, ...shape: number[]) => torch.zeros(shape, { dtype });

const layers: Record<string, [call: (x: Tensor) => unknown, shape: number[]]> = {
  conv1d: [(x) => new nn.Conv1d(3, 4, 3)(x), [1, 3, 8]],
  conv2d: [(x) => new nn.Conv2d(3, 4, 3)(x), [1, 3, 8, 8]],
  conv3d: [(x) => new nn.Conv3d(3, 4, 3)(x), [1, 3, 8, 8, 8]],
  convTranspose1d: [(x) => new nn.ConvTranspose1d(3, 4, 3)(x), [1, 3, 8]],
  convTranspose2d: [(x) => new nn.ConvTranspose2d(3, 4, 3)(x), [1, 3, 8, 8]],
  convTranspose3d: [(x) => new nn.ConvTranspose3d(3, 4, 3)(x), [1, 3, 8, 8, 8]],
  linear: [(x) => new nn.Linear(3, 4)(x), [2, 3]],
  bilinear: [(x) => new nn.Bilinear(3, 3, 4)(x, x), [2, 3]],
  batchNorm: [(x) => new nn.BatchNorm2d(3)(x), [2, 3, 4, 4]],
  layerNorm: [(x) => new nn.LayerNorm([4, 4])(x), [2, 3, 4, 4]],
  groupNorm: [(x) => new nn.GroupNorm(1, 3)(x), [2, 3, 4, 4]],
  instanceNorm: [(x) => new nn.InstanceNorm2d(3, { affine: true })(x), [2, 3, 4, 4]],
  rmsNorm: [(x) => new nn.RMSNorm(4)(x), [2, 4]],
  prelu: [(x) => new nn.PReLU()(x), [2, 4]],
  RNN: [(x) => new nn.RNN(3, 4)(x), [2, 1, 3]],
  LSTM: [(x) => new nn.LSTM(3, 4)(x), [2, 1, 3]],
  GRU: [(x) => new nn.GRU(3, 4)(x), [2, 1, 3]],
  GRUCell: [(x) => new nn.GRUCell(3, 4)(x), [2, 3]],
  MultiheadAttention: [(x) => new nn.MultiheadAttention(4, 1)(x, x, x), [2, 1, 4]],
};

describe('a layer given another dtype than its weight names itself, and its remedy works', () => {
  test.each(Object.entries(layers))('%s', (name, [call, shape]) => {
    const start = `${name}: expected input of the weight's dtype float32, but got`;
    const bytes = zeros('uint8', ...shape);
    expect(() => call(bytes)).toThrow(`${start} uint8; convert the picture with .float().div(255)`);
    expect(() => call(zeros('int64', ...shape))).toThrow(`${start} int64; convert it with .float()`);
    expect(() => call(zeros('bool', ...shape))).toThrow(`${start} bool; convert it with .float()`);
    call(bytes.float().div(255));
    call(zeros('int64', ...shape).float());
  });
});

test('a norm without weights, and attention, ask for floats', () => {
  const bytes = zeros('uint8', 2, 3, 4, 4);
  const refused = 'expected input of dtype float32, but got uint8; convert the picture with .float().div(255)';
  expect(() => F.layerNorm(bytes, [4, 4])).toThrow(`layerNorm: ${refused}`);
  expect(() => F.groupNorm(bytes, 1)).toThrow(`groupNorm: ${refused}`);
  expect(() => F.rmsNorm(bytes, [4])).toThrow(`rmsNorm: ${refused}`);
  expect(() => F.batchNorm(bytes, torch.zeros(3), torch.ones(3))).toThrow(`batchNorm: ${refused}`);
  expect(() => F.scaledDotProductAttention(bytes.float(), bytes, bytes)).toThrow(
    'expected query, key and value of floats, but got float32, uint8, uint8; convert them with .float()',
  );
});

test('where all are whole numbers, or the weight alone is, that is told', () => {
  const [x, w] = [zeros('uint8', 1, 3, 8, 8), zeros('uint8', 4, 3, 3, 3)];
  expect(F.conv2d(x, w).dtype).toBe('uint8');
  expect(() => F.conv2d(x, w, torch.zeros(4))).toThrow(
    "conv2d: expected bias of the weight's dtype uint8, but got float32; convert it with .to('uint8')",
  );
  expect(() => F.conv2d(x.float(), w)).toThrow(
    "conv2d: expected weight of dtype float32, but got uint8; convert it with .to('float32')",
  );
  expect(() => F.conv2d(x.long(), w)).toThrow(
    "expected input of the weight's dtype uint8, but got int64; convert it with .to('uint8')",
  );
  expect(() => F.convTranspose2d(zeros('uint8', 1, 4, 8, 8), w)).toThrow(
    'convTranspose2d: expected input and weight of float32 or int64, but got uint8; convert both with .float()',
  );
  expect(() => F.linear(torch.zeros(1, 3), zeros('int64', 4, 3))).toThrow(
    'linear: expected weight of dtype float32, but got int64',
  );
});

describe('a network given a picture without a batch says what to write', () => {
  const { models } = vision;
  test.each<[string, () => nn.Module]>([
    ['ResNet', () => models.resnet18()],
    ['VGG', () => models.vgg11()],
    ['AlexNet', () => models.alexnet()],
    ['SqueezeNet', () => models.squeezenet1_1()],
    ['MobileNetV2', () => models.mobilenetV2()],
    ['ConvNeXt', () => models.convnextTiny()],
    ['VisionTransformer', () => models.vitB16()],
    ['FCN', () => models.segmentation.fcnResnet50({ weightsBackbone: null })],
  ])('%s', (name, make) => {
    const network = make() as nn.Module & ((x: Tensor) => unknown);
    const picture = torch.zeros(3, 224, 224);
    expect(() => network(picture)).toThrow(
      `${name}: expected a batch of pictures [N, C, H, W], but got shape [3, 224, 224]; make it a batch of one with .unsqueeze(0)`,
    );
  });

  test('as does a BatchNorm2d', () => {
    const x = torch.zeros(3, 8, 8);
    expect(() => new nn.BatchNorm2d(3)(x)).toThrow(
      'but got 3-D input of shape [3, 8, 8]; add the batch with .unsqueeze(0)',
    );
    expect(new nn.BatchNorm2d(3)(x.unsqueeze(0)).shape).toEqual([1, 3, 8, 8]);
  });
});
