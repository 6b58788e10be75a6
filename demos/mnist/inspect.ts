// Looks into a network without disturbing its training: filters, feature maps, single answers, and the whole test set.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import type { MnistDataset } from 'lamplight-notebook/mnist/files';
import { type MnistModel, stages } from './models';
import { CLASSES, type Maps, type ReadImage, SIDE } from './protocol';

const CHUNK = 1000;

/** Runs `fn` in evaluation mode without gradients, and leaves the mode as it was. */
function observe<T>(model: MnistModel, fn: () => T): T {
  const training = model.training;
  model.eval();
  try {
    return torch.noGrad<unknown>(fn) as T;
  } finally {
    model.train(training);
  }
}

function batchOf(test: MnistDataset, indices: number[]): [inputs: Tensor, targets: Tensor] {
  const batch = test.getBatch(indices);
  if (!batch) throw new Error('expected a data set that makes whole batches: MNIST with the transform ToTensor');
  return batch;
}

const asBatch = (pixels: Float32Array): Tensor => torch.tensor(pixels).reshape([1, 1, SIDE, SIDE]);

async function toMaps(name: string, tensor: Tensor): Promise<Maps> {
  const [, , height = 0, width = 0] = tensor.shape;
  const values = Float32Array.from(await tensor.data());
  return { name, count: tensor.numel() / (height * width), height, width, values };
}

/** The first convolution's filters and the maps of every stage for one picture. */
export async function inspect(model: MnistModel, pixels: Float32Array): Promise<{ filters: Maps; stages: Maps[] }> {
  const seen = observe(model, () => stages(model, asBatch(pixels)));
  const [filters, ...maps] = await Promise.all([
    toMaps('Filters', model.conv1.weight.detach()),
    ...seen.map(([name, tensor]) => toMaps(name, tensor)),
  ]);
  return { filters, stages: maps };
}

/** Ten probabilities for one picture. */
export async function predict(model: MnistModel, pixels: Float32Array): Promise<Float32Array> {
  const probabilities = observe(model, () => model(asBatch(pixels)).softmax(-1));
  return Float32Array.from(await probabilities.data());
}

/** What a network makes of every image of a test set. */
export interface TestReading {
  readonly labels: Uint8Array;
  readonly predicted: Uint8Array;
  readonly probabilities: Float32Array;
}

export async function readTestSet(model: MnistModel, test: MnistDataset): Promise<TestReading> {
  const labels = new Uint8Array(test.length);
  const predicted = new Uint8Array(test.length);
  const probabilities = new Float32Array(test.length);
  for (let first = 0; first < test.length; first += CHUNK) {
    const indices = range(first, Math.min(first + CHUNK, test.length));
    const [targets, [best, which]] = observe(model, () => {
      const [inputs, targets] = batchOf(test, indices);
      return [targets, torch.max(model(inputs).softmax(-1), { dim: 1 })] as const;
    });
    const [labelValues, bestValues, whichValues] = await Promise.all([targets.data(), best.data(), which.data()]);
    labels.set(labelValues, first);
    probabilities.set(bestValues, first);
    predicted.set(whichValues, first);
  }
  return { labels, predicted, probabilities };
}

/** Counts by [label, predicted]. */
export function confusionCounts({ labels, predicted }: TestReading): Uint32Array {
  const counts = new Uint32Array(CLASSES * CLASSES);
  labels.forEach((label, i) => {
    const cell = label * CLASSES + (predicted[i] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  });
  return counts;
}

/** At most `limit` images that pass `where`, those with the highest probability first, or the lowest. */
export async function pickImages(
  test: MnistDataset,
  { labels, predicted, probabilities }: TestReading,
  where: (label: number, predicted: number) => boolean,
  { limit, surest }: { limit: number; surest: boolean },
): Promise<ReadImage[]> {
  const order = surest ? -1 : 1;
  const indices = range(0, labels.length)
    .filter((i) => where(labels[i] ?? 0, predicted[i] ?? 0))
    .sort((a, b) => order * ((probabilities[a] ?? 0) - (probabilities[b] ?? 0)))
    .slice(0, limit);
  const pictures = await pictureBytes(test, indices);
  return indices.map((index, i) => ({
    index,
    label: labels[index] ?? 0,
    predicted: predicted[index] ?? 0,
    probability: probabilities[index] ?? 0,
    pixels: pictures.slice(i * SIDE * SIDE, (i + 1) * SIDE * SIDE),
  }));
}

/** The first picture of each digit, 0…1. */
export async function sampleDigits(test: MnistDataset): Promise<Float32Array[]> {
  const [, targets] = batchOf(test, range(0, Math.min(200, test.length)));
  const labels = Array.from(await targets.data());
  const indices = range(0, CLASSES).map((digit) => Math.max(0, labels.indexOf(digit)));
  const bytes = await pictureBytes(test, indices);
  return indices.map((_, i) =>
    Float32Array.from(bytes.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE), (value) => value / 255),
  );
}

async function pictureBytes(test: MnistDataset, indices: number[]): Promise<Uint8Array> {
  if (indices.length === 0) return new Uint8Array();
  const [inputs] = batchOf(test, indices);
  return Uint8Array.from(await inputs.data(), (value) => Math.round(255 * value));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
