// Receptive fields and sizes without a device: the published values of known networks, and every kind of operation that moves places.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { convOutputSize, convTransposeOutputSize, layerShapes, receptiveField } from 'lamplight/interpret';
import { models } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';

const F = nn.functional;

/** A network that is a function. */
class Of extends nn.Module {
  conv = new nn.Conv2d(1, 2, 3);
  readonly #of: (x: Tensor, conv: nn.Conv2d) => Tensor;
  constructor(of: (x: Tensor, conv: nn.Conv2d) => Tensor) {
    super();
    this.#of = of;
  }
  forward(x: Tensor): Tensor {
    return this.#of(x, this.conv);
  }
}

const field = (of: (x: Tensor, conv: nn.Conv2d) => Tensor, size = 20) => {
  const { size: reach, stride, start, isGlobal } = receptiveField(new Of(of), '', { inputSize: [1, 1, size, size] });
  return isGlobal ? 'global' : [reach[1], stride[1], start[1]];
};

describe('receptiveField', () => {
  // Araujo et al. 2019, table 1: AlexNet's last pooling 195, VGG-16's 212. ResNet-50's of v1.5, by hand: 11 behind the stem, then 24, 56, 176 and 160 more.
  test.each([
    ['alexnet', () => models.alexnet(), 'features.12', 195, 32],
    ['vgg16', () => models.vgg16(), 'features.30', 212, 32],
    ['resnet50', () => models.resnet50(), 'layer4', 427, 32],
  ] as const)('%s is what is published', (_name, build, layer, size, stride) => {
    const found = receptiveField(build(), layer, { inputSize: [1, 3, 1024, 1024] });
    expect([found.size, found.stride, found.isGlobal]).toEqual([[size, size], [stride, stride], false]);
  });

  test('follows functions as it follows modules', () => {
    expect(field((x, conv) => conv(x))).toEqual([3, 1, 0]);
    expect(field((x, conv) => conv(F.pad(x, [2, 1, 2, 1])))).toEqual([3, 1, -2]);
    expect(field((x, conv) => F.maxPool2d(F.relu(conv(x)), 2))).toEqual([4, 2, 0]);
    expect(field((x, conv) => F.avgPool2d(conv(x), { kernelSize: 3, stride: 2, padding: 1 }))).toEqual([5, 2, -1]);
    expect(field((x) => x.add(F.maxPool2d(x, 3, 1, 1)))).toEqual([3, 1, -1]);
    expect(field((x) => torch.cat([x, F.maxPool2d(x, 5, 1, 2)], 1))).toEqual([5, 1, -2]);
    expect(field((x) => F.conv2d(x, torch.ones(1, 1, 3, 3), { padding: 'same', dilation: 2 }))).toEqual([5, 1, -2]);
    expect(field((x) => F.convTranspose2d(x, torch.ones(1, 1, 2, 2), { stride: 2 }))).toEqual([1, 0.5, 0]);
    expect(field((x) => F.interpolate(x, { scaleFactor: 2 }))).toEqual([1, 0.5, 0]);
    expect(field((x) => F.adaptiveAvgPool2d(x, 5))).toEqual([4, 4, 0]);
    expect(field((x) => x.permute(0, 2, 3, 1).mul(2).permute([0, 3, 1, 2]).transpose(2, 3))).toEqual([1, 1, 0]);
    expect(field((x) => F.layerNorm(x, [20, 20]))).toEqual([1, 1, 0]);
  });

  test('is global behind what mixes all places', () => {
    expect(field((x) => x.flatten(1))).toBe('global');
    expect(field((x) => x.mul(x.mean([2, 3], { keepdim: true })))).toBe('global');
    expect(field((x) => x.matmul(x))).toBe('global');
    expect(field((x) => x.flip([3]))).toBe('global');
  });

  test('needs a layer that is called, and leaves the model as it was', () => {
    const model = models.alexnet().train();
    expect(receptiveField(model, 'features.3')).toEqual({
      size: [51, 51],
      stride: [8, 8],
      start: [-18, -18],
      isGlobal: false,
    });
    expect(receptiveField(model, model.classifier).isGlobal).toBe(true);
    expect(model.modules().every(({ training }) => training)).toBe(true);
    expect(() => receptiveField(model, 'features.99')).toThrow(
      "receptiveField: expected a layer of AlexNet, but got the name 'features.99'",
    );
    expect(() => receptiveField(model, new nn.ReLU())).toThrow('but got a module that it does not hold');
    expect(() => receptiveField(new nn.Linear(2, 2), '')).toThrow(
      'expected inputSize for a model without convolutions',
    );
  });
});

test('layerShapes lists the layers in the order of their calls', () => {
  const model = new nn.Sequential(new nn.Conv1d(2, 4, 5, { stride: 2 }), new nn.Flatten(), new nn.Linear(4 * 48, 3));
  expect(
    layerShapes(model, [7, 2, 100]).map(({ name, type, outputShape, receptiveField: found }) => [
      name,
      type,
      outputShape,
      found?.size,
    ]),
  ).toEqual([
    ['0', 'Conv1d', [7, 4, 48], [5]],
    ['1', 'Flatten', [7, 192], [100]],
    ['2', 'Linear', [7, 3], [100]],
    ['', 'Sequential', [7, 3], [100]],
  ]);
  expect(() => layerShapes(model, 100 as never)).toThrow('layerShapes: expected inputSize');
});

test('sizes are those that the layers give', () => {
  expect(convOutputSize(224, 11, { stride: 4, padding: 2 })).toBe(55);
  expect(convOutputSize([28, 30], [3, 5], { padding: 'valid', dilation: 2 })).toEqual([24, 22]);
  expect(convOutputSize(7, 4, { padding: 'same' })).toBe(7);
  expect(convOutputSize(6, 3, { stride: 2, ceilMode: true })).toBe(
    new nn.MaxPool2d(3, 2, { ceilMode: true })(torch.zeros(1, 6, 6)).shape[1],
  );
  expect(convOutputSize(5, 2, { stride: 3, padding: 1, ceilMode: true })).toBe(
    new nn.MaxPool2d(2, 3, 1, { ceilMode: true })(torch.zeros(1, 5, 5)).shape[1],
  );
  expect(convTransposeOutputSize(14, 2, { stride: 2 })).toBe(28);
  expect(convTransposeOutputSize([5, 6], 3, { stride: 2, padding: 1, outputPadding: 1 })).toEqual([10, 12]);
  expect(() => convOutputSize(3, 5)).toThrow('convOutputSize: expected a kernel of at most 3 places, but got 5');
});

test('torch.summary shows receptive fields where that column is asked for', () => {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(676, 10),
  );
  const colNames = ['outputSize', 'receptiveField'] as const;
  const lines = String(torch.summary(model, [1, 1, 28, 28], { colNames, verbose: 0 })).split('\n');
  expect(lines[1]).toMatch(/Output Shape +Receptive Field$/);
  expect(
    lines
      .filter((line) => /\d-\d/.test(line))
      .map((line) =>
        line
          .replace(/^\S+: \d-\d +/, '')
          .trim()
          .split(/ {2,}/),
      ),
  ).toEqual([
    ['[1, 4, 26, 26]', '[3, 3]'],
    ['[1, 4, 13, 13]', '[4, 4]'],
    ['[1, 676]', 'global'],
    ['[1, 10]', 'global'],
  ]);
  expect(() => torch.summary(model, { colNames })).toThrow(
    'summary: expected inputSize or inputData for the columns outputSize, receptiveField',
  );
});
