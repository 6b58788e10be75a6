import * as torch from 'lamplight';
import { vision } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { settled } from '../support/settled';

const { transforms, tvTensors, Picture } = vision;

/** A picture whose bytes count up. */
const counting = (height: number, width: number, channels: number) =>
  Picture.fromBytes(
    Array.from({ length: height * width * channels }, (_, i) => i % 256),
    [height, width, channels],
  );

describe('samples', () => {
  test('of nested lists and dictionaries are transformed alike, with plain tensors beside an image passed through', async () => {
    const flip = new transforms.RandomHorizontalFlip({ p: 1 });
    const picture = counting(2, 3, 1);
    const boxes = new tvTensors.BoundingBoxes([[0, 0, 1, 2]], { format: 'XYXY', canvasSize: [2, 3] });
    const mask = new tvTensors.Mask([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const labels = torch.tensor([7, 8, 9]);
    const made = flip({ picture, target: [boxes, { mask, labels, name: 'a' }] as const });
    expect(made.picture).toBeInstanceOf(Picture);
    expect(await made.picture.reshape([2, 3]).tolist()).toEqual([
      [2, 1, 0],
      [5, 4, 3],
    ]);
    const [madeBoxes, rest] = made.target;
    expect(madeBoxes).toBeInstanceOf(tvTensors.BoundingBoxes);
    expect([madeBoxes.format, madeBoxes.canvasSize, await madeBoxes.tolist()]).toEqual([
      'XYXY',
      [2, 3],
      [[2, 0, 3, 2]],
    ]);
    expect(await rest.mask.tolist()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(rest.labels).toBe(labels);
    expect(rest.name).toBe('a');
    const [image, other] = flip(torch.tensor([[[1, 2]]]), labels);
    expect(await image.tolist()).toEqual([[[2, 1]]]);
    expect(other).toBe(labels);
  });
});

describe('batches', () => {
  test('draw as their items do, and give what those give', async () => {
    const steps = new transforms.Compose([
      new transforms.RandomHorizontalFlip(),
      new transforms.RandomVerticalFlip(),
      new transforms.ToTensor(),
      new transforms.Normalize([0.5], [0.25]),
    ]);
    const pictures = [counting(3, 4, 1), counting(3, 4, 1), counting(3, 4, 1), counting(3, 4, 1)];
    torch.manualSeed(3);
    const items = pictures.map((picture) => steps(picture));
    torch.manualSeed(3);
    const batch = transforms.batched(steps)!;
    const draws = batch.draw(pictures.map(({ height, width, channels }) => ({ height, width, channels })));
    const bytes = torch.stack(pictures.map((picture) => picture.permute(2, 0, 1)));
    expect(await batch.apply(bytes, draws).tolist()).toEqual(await torch.stack(items).tolist());
    expect(transforms.batched(new transforms.Lambda((x: torch.Tensor) => x))).toBeNull();
  });
});

describe('augmentation', () => {
  const steps = new transforms.Compose([
    new transforms.RandomCrop(8, { padding: 2 }),
    new transforms.RandomHorizontalFlip(),
    new transforms.RandomResizedCrop(6),
    new transforms.ToTensor(),
    new transforms.Normalize([0.5], [0.25]),
  ]);
  const infos = Array.from({ length: 4 }, () => ({ channels: 3, height: 8, width: 8 }));

  test('takes one submit a step in steady state and creates nothing, whatever is drawn', async () => {
    const data = torch.stack(infos.map(() => counting(8, 8, 3).permute(2, 0, 1))).retain();
    const batch = transforms.batched(steps)!;
    torch.manualSeed(1);
    const counts: number[][] = [];
    const seen = new Set<number>();
    for (let step = 0; step < 24; step++) {
      if (step === 16) await settled();
      const before = torch.gpu.stats();
      const total = torch.scope(() => batch.apply(data, batch.draw(infos)).sum());
      seen.add(await total.item());
      // Its memory does not wait for the collector, so that the counts do not hang on when that comes.
      total.dispose();
      const after = torch.gpu.stats();
      counts.push(
        (['submits', 'buffersCreated', 'bindGroupsCreated', 'pipelinesCreated', 'plansCompiled'] as const).map(
          (key) => after[key] - before[key],
        ),
      );
    }
    expect(seen.size).toBe(24);
    expect(counts.slice(-4)).toEqual(Array.from({ length: 4 }, () => [1, 0, 0, 0, 0]));
  });

  test('takes for each picture one of several crops to the same size', async () => {
    const pictures = infos.map((_, n) => counting(8, 8, 3).add(n).to('uint8').permute(2, 0, 1));
    const transform = new transforms.RandomChoice([new transforms.RandomCrop(5), new transforms.RandomResizedCrop(5)]);
    torch.manualSeed(4);
    const items = pictures.map((picture) => transform(picture));
    torch.manualSeed(4);
    const batch = transforms.batched(transform)!;
    const images = batch.apply(torch.stack(pictures), batch.draw(infos));
    // A batch of what stands for pictures has channels last.
    expect(await images.permute(0, 3, 1, 2).tolist()).toEqual(await torch.stack(items).tolist());
  });

  test('reads packed pictures of several sizes where they lie', async () => {
    const sizes = [
      [7, 9],
      [12, 5],
      [8, 8],
    ] as const;
    const pictures = sizes.map(([height, width]) => counting(height, width, 3));
    const bytes = await Promise.all(pictures.map((picture) => picture.tolist()));
    const flat = bytes.flat(3) as number[];
    const words = new Uint32Array(new Uint8Array([...flat, 0, 0, 0]).slice(0, Math.ceil(flat.length / 4) * 4).buffer);
    let first = 0;
    const places = sizes.map((size) => {
      const place = { first, size };
      first += size[0] * size[1] * 3;
      return place;
    });
    const packed = new transforms.PackedPictures(torch.tensor([...words], { dtype: 'uint32' }), 3, places);
    for (const transform of [
      new transforms.Compose([new transforms.RandomResizedCrop(6), new transforms.ToTensor()]),
      new transforms.Compose([new transforms.Resize([5, 6]), new transforms.ToTensor()]),
      new transforms.Compose([new transforms.RandomCrop(9, { padIfNeeded: true }), new transforms.ToTensor()]),
      new transforms.Compose([
        new transforms.CenterCrop(6),
        new transforms.RandomVerticalFlip(),
        new transforms.ToTensor(),
      ]),
    ]) {
      torch.manualSeed(4);
      const items = pictures.map((picture) => transform(picture));
      torch.manualSeed(4);
      const batch = transforms.batched(transform)!;
      const draws = batch.draw(sizes.map(([height, width]) => ({ channels: 3, height, width })));
      expect(await batch.apply(packed, draws).tolist()).toEqual(await torch.stack(items).tolist());
    }
  });
});

test('pictures become another dtype by place, by name and with options alike', async () => {
  const x = torch.tensor([0.1, 0.2]);
  const { convertImageDtype, toDtype } = transforms.functional;
  for (const bytes of [
    convertImageDtype(x, 'uint8'),
    convertImageDtype(x, { dtype: 'uint8' }),
    toDtype(x, { dtype: 'uint8', scale: true }),
  ]) {
    expect([bytes.dtype, await bytes.tolist()]).toEqual(['uint8', [25, 51]]);
  }
  expect(await convertImageDtype(x, { dtype: 'float32' }).tolist()).toEqual(await x.tolist());
});
