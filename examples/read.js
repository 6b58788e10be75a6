// Batches that workers read ahead: of pictures in folders, which workers of the library decode, and of a data set of one's own, which a module of one's own serves.
import * as torch from 'lamplight';
import { data } from 'lamplight';
import { datasets, io, transforms } from 'lamplight/vision';
import { Squares } from './squares.js';

/** Bundlers know a worker's module by these words. */
const start = () => new Worker(new URL('./serve-squares.js', import.meta.url), { type: 'module' });

/** Reads, and returns what there is to print. `worker` starts a worker that serves the squares. */
export async function read(worker = start) {
  const files = {};
  for (let i = 0; i < 6; i++) files[`${i % 2 ? 'dog' : 'cat'}/${i}.png`] = await pngOf(i);
  const pictures = await datasets.ImageFolder(files, { transform: new transforms.ToTensor() });
  const seen = [];
  for await (const [images, labels] of new data.DataLoader(pictures, { batchSize: 2, numWorkers: 2 })) {
    seen.push(await images.mul(255).round().sum().item(), ...(await labels.tolist()));
  }
  for await (const [roots, squares] of new data.DataLoader(new Squares(5), { batchSize: 2, numWorkers: 2, worker })) {
    seen.push(...(await roots.tolist()), ...(await squares.tolist()));
  }
  return `workers ${seen.join(' ')}`;
}

/** The file of a picture whose pixels tell its number. */
async function pngOf(i) {
  const pixels = Uint8Array.from({ length: 3 * 8 * 8 }, (_, k) => (40 * i + 7 * k) % 256);
  return Uint8Array.from(await (await io.encodePng(torch.tensor(pixels, { shape: [3, 8, 8] }))).data());
}
