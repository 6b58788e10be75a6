// torchvision's enumerations of weights, networks by name, and how weights come into a network.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { nn, Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { io, models, transforms } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { defaultGenerator } from '../../../src/engine/storage/random/generator';
import { type FixtureCase, type FixtureNumber, fixtureNumber, loadFixture } from '../../support/fixtures';

interface WeightsCase extends FixtureCase {
  readonly kind: 'weights';
  readonly network: string;
  readonly model: models.ModelName;
  readonly enumeration: string;
  readonly members: readonly string[];
  readonly isDefault: boolean;
  readonly url: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly categories: readonly [number, string] | null;
  readonly transforms: string;
  readonly antialias: boolean | null;
}

interface ListCase extends FixtureCase {
  readonly kind: 'list';
  readonly include?: string | string[] | null;
  readonly exclude?: string | string[] | null;
  readonly module?: string;
  readonly models: readonly string[];
}

const { cases } = await loadFixture<WeightsCase | ListCase>('network-weights');
const known = cases.filter((one): one is WeightsCase => one.kind === 'weights');
const networks = { ...models, ...models.segmentation, ...models.detection } as unknown as Record<
  string,
  (o?: object) => nn.Module
>;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const numbers = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, numbers(item)]))
    : value === 'nan'
      ? fixtureNumber(value as FixtureNumber)
      : value;

test.each(known)('$name', ({ name, network, model, enumeration, members, isDefault, url, meta, categories, ...c }) => {
  const weights = models.getWeight(name);
  expect(String(weights)).toBe(name);
  const all = models.getModelWeights(model);
  expect(models.getModelWeights(networks[network]!)).toBe(all);
  expect(models.getModelBuilder(network)).toBe(networks[network]);
  expect(String(all)).toBe(enumeration);
  expect([...all].map(String)).toEqual(members);
  expect(all.DEFAULT === weights).toBe(isDefault);
  expect(weights.url).toBe(url);
  const { categories: names, ...rest } = weights.meta;
  expect(Object.fromEntries(Object.entries(rest).map(([key, value]) => [snake(key), value]))).toEqual(numbers(meta));
  const digest = names && [names.length, createHash('sha256').update(names.join('|')).digest('hex')];
  expect(digest).toEqual(categories);
  expect(String(weights.transforms())).toBe(c.transforms);
  const preset = weights.transforms();
  expect('antialias' in preset ? preset.antialias : null).toBe(c.antialias);
});

test('enumerations by name', () => {
  const { ResNet50_Weights, VGG16_Weights } = models;
  expect(ResNet50_Weights.DEFAULT).toBe(ResNet50_Weights.IMAGENET1K_V2);
  expect(VGG16_Weights.IMAGENET1K_FEATURES.meta.categories).toBeNull();
  expect(models.segmentation.FCN_ResNet50_Weights.DEFAULT.meta.categories?.[12]).toBe('dog');
  expect(models.detection.FasterRCNN_ResNet50_FPN_Weights.DEFAULT.meta.categories?.slice(0, 3)).toEqual([
    ...['__background__', 'person', 'bicycle'],
  ]);
  expect(ResNet50_Weights.IMAGENET1K_V1.meta.categories?.slice(0, 2)).toEqual(['tench', 'goldfish']);
  expect(() => models.getWeight('ResNet50_Weights.V9')).toThrow(
    'ResNet50_Weights: expected IMAGENET1K_V1, IMAGENET1K_V2, DEFAULT, but got "V9"',
  );
  expect(() => models.getWeight('ResNet50')).toThrow("expected a name such as 'ResNet50_Weights.DEFAULT'");
  expect(() => models.getWeight('Net_Weights.DEFAULT')).toThrow(
    'expected an enumeration of weights, but got "Net_Weights"',
  );
  expect(() => models.getModelWeights('unet')).toThrow('getModelWeights: expected a network of torchvision');
});

test.each(cases.filter((one): one is ListCase => one.kind === 'list'))('listModels, $name', (one) => {
  const torchvisions = new Set<string>(known.map(({ model }) => model));
  const name = one.module?.split('.').at(-1) as 'models' | 'segmentation' | 'detection' | undefined;
  const spaces = { models, segmentation: models.segmentation, detection: models.detection };
  const options = name
    ? [{ module: spaces[name] }, { module: name }]
    : [{ include: one.include, exclude: one.exclude }];
  for (const each of options) {
    expect(models.listModels(each).filter((known) => torchvisions.has(known))).toEqual(one.models);
  }
});

test('networks by name', () => {
  expect(() => models.listModels('nothing' as never)).toThrow('listModels: expected module to be vision.models');
  expect(models.listModels({ include: 'seresnet??' })).toEqual(['seresnet18', 'seresnet34', 'seresnet50']);
  for (const name of models.listModels()) expect(typeof models.getModelBuilder(name)).toBe('function');
  const model: models.SqueezeNet = models.getModel('squeezenet1_1', { numClasses: 2 });
  expect(model.classifier[1]!.toString()).toContain('512, 2');
  expect(models.getModelBuilder('VGG11_BN')).toBe(models.vgg11Bn);
  expect(() => models.getModel('resnet19')).toThrow('expected a name of listModels(), but got "resnet19"');
  expect(() => models.getModel('resnet18', { classes: 3 })).toThrow("resnet18: got an unknown argument 'classes'");
});

describe('presets', () => {
  test('are steps of our transforms', async () => {
    const picture = torch
      .arange(3 * 30 * 40)
      .reshape(3, 30, 40)
      .remainder(256)
      .to('uint8');
    const preset = models.AlexNet_Weights.IMAGENET1K_V1.transforms({ cropSize: 16, resizeSize: 20 });
    const byHand = new transforms.Compose([
      new transforms.Resize(20),
      new transforms.CenterCrop(16),
      new transforms.ConvertImageDtype('float32'),
      new transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]);
    const made = preset(picture);
    expect(made.shape).toEqual([3, 16, 16]);
    expect(preset(picture.unsqueeze(0)).shape).toEqual([1, 3, 16, 16]);
    expect((byHand(picture) as Tensor).shape).toEqual(made.shape);
    expect(made.dtype).toBe('float32');
    expect(preset.describe()).toContain('cropped to [16]');
  });

  test('of segmentation keep the size where none is given', () => {
    const preset = models.segmentation.FCN_ResNet50_Weights.DEFAULT.transforms({ resizeSize: null });
    expect(preset(torch.rand(3, 20, 30)).shape).toEqual([3, 20, 30]);
    expect(String(preset)).toContain('resize_size=None');
    expect(io).toBeDefined();
  });
});

test('of detectors only change the type', async () => {
  const preset = models.detection.SSD300_VGG16_Weights.COCO_V1.transforms();
  const made = preset(torch.full([3, 4, 5], 51, { dtype: 'uint8' }));
  expect([made.shape, made.dtype]).toEqual([[3, 4, 5], 'float32']);
  expect(await made.max().item()).toBeCloseTo(0.2, 6);
  expect(preset.describe()).toContain('rescaled to [0.0, 1.0]');
});

describe('weights', () => {
  const sameWeights = (a: nn.Module, b: nn.Module): void => {
    const [one, other] = [a.stateDict(), b.stateDict()];
    expect(Object.keys(one)).toEqual(Object.keys(other));
    for (const [key, value] of Object.entries(one)) {
      // Zeros and ones are written as such, and are known to the device alone when they are copied.
      const values = value.numel() > 5000 ? null : value.storage.known;
      if (typeof values === 'object' && values) expect(other[key]!.storage.known, key).toEqual(values);
    }
  };

  test('that torchvision decides otherwise', async () => {
    const { DEFAULT } = models.ResNet18_Weights;
    await expect(models.resnet18({ weights: DEFAULT, numClasses: 10 })).rejects.toThrow(
      "The parameter 'numClasses' expected value 1000 but got 10 instead.",
    );
    await expect(models.vitB16({ weights: 'IMAGENET1K_SWAG_E2E_V1', imageSize: 224 })).rejects.toThrow(
      "The parameter 'imageSize' expected value 384 but got 224 instead.",
    );
    await expect(models.segmentation.fcnResnet50({ weights: 'DEFAULT', auxLoss: false })).rejects.toThrow(
      "The parameter 'auxLoss' expected value true but got false instead.",
    );
    await expect(models.segmentation.fcnResnet50({ weights: 'DEFAULT', numClasses: 3 })).rejects.toThrow(
      "The parameter 'numClasses' expected value 21 but got 3 instead.",
    );
    await expect(models.resnet18({ weights: models.ResNet50_Weights.DEFAULT })).rejects.toThrow(
      'ResNet18_Weights: expected IMAGENET1K_V1, DEFAULT, but got ResNet50_Weights.IMAGENET1K_V2',
    );
    await expect(models.unet({ weights: 'DEFAULT' })).rejects.toThrow('unet: expected a file of weights');
  });

  test('of another network, named with the first keys that differ', async () => {
    const weights = models.squeezenet1_1().stateDict();
    await expect(models.shufflenetV2X0_5({ weights })).rejects.toThrow(
      /^shufflenetV2X0_5: expected weights of shufflenetV2X0_5, but the state dict lacks conv1\.0\.weight, conv1\.1\.weight, conv1\.1\.bias and \d+ more and has features\.0\.weight, features\.0\.bias, .* and \d+ more that shufflenetV2X0_5 has not/,
    );
    await expect(models.squeezenet1_1({ weights, numClasses: 5 })).rejects.toThrow(
      'size mismatch for classifier.1.weight: copying a param with shape torch.Size([1000, 512, 1, 1]) from checkpoint',
    );
  });

  test('of heads that are left out', async () => {
    const whole = models.googlenet({ numClasses: 3, initWeights: false });
    const weights = whole.stateDict();
    const plain = await models.googlenet({ numClasses: 3, weights });
    expect([plain.aux1, plain.aux2, plain.auxLogits, plain.transformInput]).toEqual([null, null, false, true]);
    expect(Object.keys(plain.stateDict()).some((key) => key.startsWith('aux'))).toBe(false);
    sameWeights(await models.googlenet({ numClasses: 3, weights: plain.stateDict(), transformInput: false }), plain);
    const full = await models.googlenet({ numClasses: 3, weights, auxLogits: true });
    sameWeights(full, whole);

    const inception = models.inceptionV3({ numClasses: 3, initWeights: false });
    const kept = await models.inceptionV3({ numClasses: 3, weights: inception.stateDict() });
    sameWeights(kept, inception);
    const cut = await models.inceptionV3({ numClasses: 3, weights: inception.stateDict(), auxLogits: false });
    expect([cut.AuxLogits, cut.auxLogits]).toEqual([null, false]);
  });

  test('of segmentation, with the head in the middle and without', async () => {
    const { fcnResnet50, deeplabv3Resnet50 } = models.segmentation;
    const whole = fcnResnet50({ numClasses: 3, auxLoss: true });
    sameWeights(await fcnResnet50({ numClasses: 3, weights: whole.stateDict() }), whole);
    const cut = await fcnResnet50({ numClasses: 3, weights: whole.stateDict(), auxLoss: false });
    expect(cut.aux_classifier).toBeNull();
    expect(Object.keys(cut.eval()(torch.rand(1, 3, 33, 33)))).toEqual(['out']);
    const backbone = models.resnet50().stateDict();
    expect(await deeplabv3Resnet50({ weightsBackbone: backbone })).toBeInstanceOf(models.segmentation.DeepLabV3);
    const { 'fc.bias': _, ...rest } = backbone;
    await expect(deeplabv3Resnet50({ weightsBackbone: rest })).rejects.toThrow(
      'resnet50: expected weights of resnet50',
    );
  });

  test('leave the generator where PyTorch would', async () => {
    torch.manualSeed(5);
    const weights = models.squeezenet1_1({ numClasses: 2 }).stateDict();
    const after = defaultGenerator().getState();
    torch.manualSeed(5);
    await models.squeezenet1_1({ numClasses: 2, weights });
    expect(defaultGenerator().getState()).toEqual(after);
  });

  test('from an address are kept by the hub, and checked by the name', async () => {
    const file = await readFile(new URL('../../fixtures/network-files/densenet.pth', import.meta.url));
    const hash = createHash('sha256').update(file).digest('hex').slice(0, 8);
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end(file);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const folder = await mkdtemp(join(tmpdir(), 'weights-'));
    torch.hub.setDir(folder);
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const options = { growthRate: 2, blockConfig: [2, 1, 1, 1], numInitFeatures: 4, bnSize: 2, numClasses: 3 };
      const told: number[] = [];
      const progress = ({ loaded }: { loaded: number }) => void told.push(loaded);
      const weights = `${origin}/densenet-${hash}.pth`;
      for (let i = 0; i < 2; i++) await models.densenet121({ ...options, weights, progress });
      expect(asked).toBe(1);
      expect(told.at(-1)).toBe(file.length);
      await expect(
        models.densenet121({ ...options, weights: new URL(`${origin}/densenet-00000000.pth`), progress: false }),
      ).rejects.toThrow(`expected sha256 00000000, but got ${hash}`);
    } finally {
      // Connections that are kept alive would keep the server for seconds.
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true });
    }
  });
});

interface FileCase extends FixtureCase {
  readonly network: string;
  readonly options: object;
  readonly file: string;
  readonly sums: Readonly<Record<string, number>>;
}

const files = await loadFixture<FileCase>('network-files');

test.each(files.cases)('a file of Python’s: $name', async ({ network, options, file, sums }) => {
  const path = fileURLToPath(new URL(`../../fixtures/network-files/${file}`, import.meta.url));
  const model = await networks[network]!({ ...options, weights: path });
  const state = model.stateDict();
  expect(Object.keys(state).filter((key) => !key.endsWith('num_batches_tracked'))).toEqual(Object.keys(sums));
  const found = await torch.stack(Object.keys(sums).map((key) => state[key]!.sum())).data();
  for (const [i, [key, sum]] of Object.entries(sums).entries()) {
    expect(Math.abs(found[i]! - sum), key).toBeLessThan(1e-3 + 1e-5 * Math.abs(sum));
  }
});
