// MNIST from files and addresses, transforms, and pictures in and out.
import * as torch from 'lamplight';
import { data, type Tensor, vision } from 'lamplight';
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';

const { MNIST, FashionMNIST } = vision.datasets;
const { Compose, Lambda, Normalize, ToTensor } = vision.transforms;

function idx(magic: number, sizes: readonly number[], bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(4 + 4 * sizes.length + bytes.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic);
  sizes.forEach((size, d) => {
    view.setUint32(4 + 4 * d, size);
  });
  file.set(bytes, 4 + 4 * sizes.length);
  return file;
}

/** A set of `n` images whose pixel p of image i is (31 i + 7 p) mod 256. */
function sample(n: number, rows = 28, columns = 28) {
  const pixels = Uint8Array.from({ length: n * rows * columns }, (_, k) => {
    const p = k % (rows * columns);
    return 31 * ((k - p) / (rows * columns)) + 7 * p;
  });
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 10);
  return { pixels, images: idx(0x803, [n, rows, columns], pixels), labels: idx(0x801, [n], labels) };
}

const gzip = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(),
  );

/** Serves files by name; anything else is not found. */
function serve(files: Record<string, Uint8Array<ArrayBuffer>>) {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (address) => {
    const body = files[String(address)];
    return body ? new Response(body) : new Response('<!doctype html>', { status: 404 });
  });
}

afterEach(() => vi.restoreAllMocks());

describe('MNIST', () => {
  test('gives images and labels', async () => {
    const set = await MNIST(sample(12));
    expect(set.length).toBe(12);
    expect(set.classes[3]).toBe('3 - three');
    expect([set.data.shape, set.data.dtype, set.targets.shape, set.targets.dtype]).toEqual([
      [12, 28, 28],
      'uint8',
      [12],
      'int64',
    ]);
    expect(await set.targets.tolist()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const [image, label] = set[11]!;
    expect([image.shape, image.dtype, image instanceof vision.Picture, label]).toEqual([[28, 28, 1], 'uint8', true, 1]);
    expect(await image.at(0, 1, 0).item()).toBe((31 * 11 + 7) % 256);
    expect(await set.data.at(11, 0, 1).item()).toBe((31 * 11 + 7) % 256);
  });

  test.each([
    ['plain files', '', '-', false],
    ['gzip files', '.gz', '-', true],
    ['the other spelling', '', '.', false],
  ])('is found as %s', async (_, suffix, separator, compressed) => {
    const { images, labels } = sample(3);
    const pack = async (bytes: Uint8Array<ArrayBuffer>) => (compressed ? gzip(bytes) : bytes);
    serve({
      [`mnist/t10k-images${separator}idx3-ubyte${suffix}`]: await pack(images),
      [`mnist/t10k-labels${separator}idx1-ubyte${suffix}`]: await pack(labels),
    });
    const set = await MNIST('mnist', { train: false, limit: 2 });
    expect(set.length).toBe(2);
    expect(await set.targets.tolist()).toEqual([0, 1]);
    expect((await FashionMNIST('mnist/', { train: false })).classes[2]).toBe('Pullover');
  });

  const normalized = new Compose([new ToTensor(), new Normalize([0.1307], [0.3081])]);
  test.each([
    ['ToTensor', new ToTensor(), 28, (byte: number) => byte / 255],
    ['ToTensor and Normalize', normalized, 28, (byte: number) => (byte / 255 - 0.1307) / 0.3081],
    ['ToTensor of images whose rows fill no whole words', new ToTensor(), 5, (byte: number) => byte / 255],
  ])('with %s makes batches on the device that equal its items', async (_, transform, side, expected) => {
    const files = sample(60, side, side);
    const set = await MNIST(files, { transform });
    const loader = new data.DataLoader(set, { batchSize: 16, shuffle: true });
    const uploads: number[] = [];
    let uploaded = 0;
    for await (const [images, labels] of loader) {
      expectTypeOf(images).toEqualTypeOf<Tensor>();
      const [pixels, digits] = [await images.data(), await labels.data()];
      uploads.push(torch.gpu.stats().dataBytesWritten - uploaded);
      expect([images.shape.slice(1), images.dtype, labels.dtype]).toEqual([[1, side, side], 'float32', 'int64']);
      const size = side * side;
      for (let row = 0; row < digits.length; row++) {
        const item = Array.from({ length: 6 }, (_, k) => digits[row]! + 10 * k).find(
          (i) => Math.abs(expected(files.pixels[i * size]!) - pixels[row * size]!) < 1e-5,
        );
        expect(item).toBeDefined();
        for (const p of [1, size - 1])
          expect(pixels[row * size + p]).toBeCloseTo(expected(files.pixels[item! * size + p]!), 5);
      }
      uploaded = torch.gpu.stats().dataBytesWritten;
    }
    for (const bytes of uploads.slice(2)) expect(bytes).toBeLessThan(1024);
    const [image] = set.get(3);
    const pixels = await image.data();
    expect([...pixels.subarray(0, 5)]).toEqual(
      [0, 1, 2, 3, 4].map((p) => expect.closeTo(expected(files.pixels[3 * side * side + p]!), 5)),
    );
  });

  test.each([
    ['no transform', null],
    ['random flips', new vision.transforms.Compose([new vision.transforms.RandomHorizontalFlip(), new ToTensor()])],
  ])('with %s makes batches on the device that equal its items, drawn as they are', async (_, transform) => {
    const set = await MNIST<Tensor>(sample(7, 5, 3), { transform, targetTransform: (label) => 10 * label });
    torch.manualSeed(4);
    const items = [0, 6, 3, 1].map((i) => set.get(i));
    torch.manualSeed(4);
    const [images, labels] = set.getBatch([0, 6, -4, 1])!;
    expect(images.shape).toEqual([4, ...items[0]![0].shape]);
    expect(await labels.tolist()).toEqual(items.map(([, label]) => label));
    expect(await images.tolist()).toEqual(await torch.stack(items.map(([image]) => image)).tolist());
  });

  test('with any other transform makes items one by one', async () => {
    const set = await MNIST(sample(6), {
      transform: (image) => image.to('float32').mean(),
      targetTransform: (label) => label + 0.5,
    });
    for await (const [means, labels] of new data.DataLoader(set, { batchSize: 6 })) {
      expect([means.shape, await labels.tolist()]).toEqual([[6], [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]]);
    }
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['swapped files', () => MNIST({ images: sample(2).labels, labels: sample(2).images }), /but this is a label file/],
    [
      'files of two sets',
      () => MNIST({ images: sample(2).images, labels: sample(3).labels }),
      /holds 2 images, but .* 3 labels/,
    ],
    [
      'a truncated file',
      () => MNIST({ ...sample(2), images: new File([sample(2).images.subarray(0, 99)], 'x.idx') }),
      /^x\.idx: expected 1584 bytes .* but got 99: it is truncated$/,
    ],
    [
      'a label over 9',
      () => MNIST({ ...sample(2), labels: idx(0x801, [2], Uint8Array.of(1, 10)) }),
      /label 10 at position 1 is over 9/,
    ],
    ['a limit of 0', () => MNIST(sample(1), { limit: 0 }), /expected limit to be a whole number of at least 1 or null/],
    [
      'an unknown option',
      () => MNIST(sample(1), { downloads: true } as object),
      /MNIST: got an unknown argument 'downloads'/,
    ],
    ['no files', () => MNIST({} as never), /expected a folder, an address, or \{ images, labels \}/],
  ])('refuses %s', async (_, act, message) => {
    await expect(act()).rejects.toThrowError(torch.LamplightError);
    await expect(act()).rejects.toThrowError(message);
  });

  test('says which names it looked for', async () => {
    serve({});
    await expect(MNIST('mnist/')).rejects.toThrowError(
      /MNIST: expected one of train-images-idx3-ubyte, .*\.gz in mnist\/, but found none of them/,
    );
  });
});

describe('transforms', () => {
  test('are called, composed and printed as torchvision’s', async () => {
    const steps = new Compose([
      new ToTensor(),
      new Normalize([0.5, 0.5, 0.5], [0.5, 0.25, 1]),
      new Lambda((x: Tensor) => x.mul(2)),
    ]);
    expect(`${steps}`).toBe(
      "Compose(\n      ToTensor()\n      Normalize(mean=[0.5, 0.5, 0.5], std=[0.5, 0.25, 1], inplace=False)\n      Lambda(<lambda>, types=['object'])\n)",
    );
    const image = torch.tensor(
      [
        [
          [0, 255, 0],
          [255, 0, 255],
        ],
      ],
      { dtype: 'uint8' },
    );
    const result = steps(image);
    expect(result.shape).toEqual([3, 1, 2]);
    expect(await result.tolist()).toEqual([[[-2, 2]], [[4, -4]], [[-1, 1]]]);
  });

  test('refuse what they cannot take', () => {
    expect(() => new ToTensor()(torch.zeros(3))).toThrowError(torch.ShapeError);
    expect(() => new Normalize([0.5], [0])).toThrowError(/it would divide by zero/);
    expect(() => new Normalize([0.5], [0.5, 0.5])).toThrowError(/one mean and one std a channel, but got 1 and 2/);
    expect(() => new Normalize([0.5], [0.5])(torch.zeros(1, 2, 2).to('uint8'))).toThrowError(/apply ToTensor first/);
    expect(() => new Normalize([0.5, 0.5], [1, 1])(torch.zeros(3, 2, 2))).toThrowError(
      /expected an image \[\.\.\., 2, H, W\]/,
    );
  });
});

/** A PNG of the browser's making. */
async function png(rgba: readonly number[], width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(new ImageData(Uint8ClampedArray.from(rgba), width, height), 0, 0);
  return canvas.convertToBlob();
}

describe('pictures', () => {
  const rgba = [255, 0, 0, 255, 1, 2, 3, 255, 0, 128, 255, 255, 9, 9, 9, 255, 10, 20, 30, 255, 200, 100, 50, 255];

  test('are read as bytes [H, W, 3]', async () => {
    const blob = await png(rgba, 3, 2);
    const url = URL.createObjectURL(blob);
    for (const source of [blob, url, new File([blob], 'a.png'), new Uint8Array(await blob.arrayBuffer())]) {
      const image = await vision.io.readImage(source);
      expect([image.shape, image.dtype]).toEqual([[2, 3, 3], 'uint8']);
      expect([...(await image.data())]).toEqual(rgba.filter((_, i) => i % 4 !== 3));
    }
    URL.revokeObjectURL(url);
    await expect(vision.io.readImage(new File(['no picture'], 'b.png'))).rejects.toThrowError(
      /^b\.png: expected a picture, but the browser cannot decode it/,
    );
  });

  test.each([
    ['a page’s canvas', () => document.createElement('canvas')],
    ['an OffscreenCanvas', () => new OffscreenCanvas(1, 1)],
  ])('are drawn on %s', async (_, make) => {
    const canvas = make();
    const pixels = () => {
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
    };
    const image = await vision.io.readImage(await png(rgba, 3, 2));
    await vision.io.draw(image, canvas);
    expect([canvas.width, canvas.height, pixels()]).toEqual([3, 2, rgba]);
    await vision.io.draw(image.permute(2, 0, 1), canvas);
    expect(pixels()).toEqual(rgba);
    await vision.io.draw(torch.tensor([[-1, 0, 1]]), canvas, { cmap: 'Reds', vmax: 3 });
    expect([canvas.width, canvas.height]).toEqual([3, 1]);
    expect(pixels().slice(0, 4)).toEqual([255, 245, 240, 255]);
  });

  test('of other shapes, and options of other names, are refused', async () => {
    const canvas = new OffscreenCanvas(1, 1);
    await expect(vision.io.draw(torch.zeros(4), canvas)).rejects.toThrowError(torch.ShapeError);
    await expect(vision.io.draw(torch.zeros(2, 2), canvas, { color: 'red' } as object)).rejects.toThrowError(
      /unknown argument 'color'/,
    );
  });
});
