// vision.utils beside torchvision.utils: grids, boxes, masks, points, flows, and files of pictures.
import * as torch from 'lamplight';
import { io, Picture, utils } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface Call extends FixtureCase {
  readonly kind: 'input' | 'call';
  readonly function: 'makeGrid' | 'drawBoundingBoxes' | 'drawSegmentationMasks' | 'drawKeypoints' | 'flowToImage';
  readonly inputs: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

const fixture = await loadFixture<Call>('drawing');
const input = (name: string) => fromFixture(fixture.tensor(`input-${name}/x`));
const calls = fixture.cases.filter(({ kind }) => kind === 'call');
const image = input('image');

test.each([...Map.groupBy(calls, (call) => call.function)])('%s', async (name, group) => {
  const apply = utils[name] as (...args: unknown[]) => torch.Tensor;
  const made = sampled(group, 3).map(({ name: title, inputs, options }) => {
    const named = Object.entries(options).map(([key, value]) => [
      key,
      typeof value === 'string' && value.startsWith('@') ? input(value.slice(1)) : value,
    ]);
    const rest = named.length > 0 ? [Object.fromEntries(named)] : [];
    return [title, apply(...inputs.map(input), ...rest), fixture.tensor(`${title}/y`)] as const;
  });
  for (const [title, actual, expected] of made) {
    expect([title, actual.shape, actual.dtype]).toEqual([title, expected.shape, expected.dtype]);
    expectNumbers(await actual.data(), expected.data, { rtol: 0, atol: expected.dtype === 'uint8' ? 0 : 1e-6 });
  }
});

describe('labels', () => {
  const boxes = torch.tensor([
    [2, 3, 24, 17],
    [14, 11, 22, 18],
  ]);
  const black = torch.zeros(3, 20, 26, { dtype: 'uint8' });

  test('are written inside of their boxes', async () => {
    const plain = utils.drawBoundingBoxes(black, boxes, { colors: 'red' });
    const written = utils.drawBoundingBoxes(black, boxes, {
      colors: 'red',
      labels: ['Ij', null],
      labelColors: 'white',
    });
    const changed = written.ne(plain).any(0);
    const rows = (await changed.narrow(0, 5, 7).narrow(1, 4, 11).to('int64').tolist()) as number[][];
    expect(rows.map((row) => row.map((on) => (on ? '#' : '.')).join(''))).toEqual([
      '.###.....#.',
      '..#........',
      '..#.....##.',
      '..#......#.',
      '..#......#.',
      '..#...#..#.',
      '.###...##..',
    ]);
  });

  test('stand on a background', async () => {
    const made = utils.drawBoundingBoxes(black, boxes, {
      labels: ['I', 'O'],
      fillLabels: true,
      labelBackgroundColors: ['lime', 'blue'],
    });
    expect(await made.select(1, 5).select(1, 4).tolist()).toEqual([0, 255, 0]);
    expect(await made.select(1, 12).select(1, 15).tolist()).toEqual([0, 0, 255]);
  });
});

test('turned boxes have corners', async () => {
  const corners = torch.tensor([[10, 2, 20, 8, 14, 16, 4, 10]]);
  const made = utils.drawBoundingBoxes(image, corners, { colors: 'white', fill: true });
  for (const [x, y] of [
    [10, 2],
    [20, 8],
    [14, 16],
    [4, 10],
  ] as const) {
    expect(await made.select(1, y).select(1, x).tolist()).toEqual([255, 255, 255]);
  }
  expect(await made.select(1, 9).select(1, 12).tolist()).not.toEqual(await image.select(1, 9).select(1, 12).tolist());
});

test('pictures stay pictures', () => {
  const picture = new Picture(image.permute(1, 2, 0));
  const boxes = torch.tensor([[2, 3, 24, 17]]);
  expect(utils.drawBoundingBoxes(picture, boxes)).toBeInstanceOf(Picture);
  expect(utils.drawSegmentationMasks(picture, torch.zeros(20, 26, { dtype: 'bool' })).shape).toEqual([20, 26, 3]);
});

test('what cannot be drawn is refused in words', async () => {
  const boxes = torch.tensor([[2, 3, 24, 17]]);
  expect(() => utils.drawBoundingBoxes(image.unsqueeze(0), boxes)).toThrow(/a single image \[C, H, W\]/);
  expect(() => utils.drawBoundingBoxes(image.to('int32'), boxes)).toThrow(torch.DTypeError);
  expect(() => utils.drawBoundingBoxes(image, boxes, { labels: ['a', 'b'] })).toThrow(
    /a label for each of 1 boxes, but got 2/,
  );
  expect(() => utils.drawBoundingBoxes(image, boxes, { colors: 'reddish' })).toThrow(/but got "reddish"/);
  expect(() => utils.drawBoundingBoxes(image, boxes, { colors: [] })).toThrow(
    /a colour for each of 1 objects, but got 0/,
  );
  expect(() => utils.drawSegmentationMasks(image, torch.zeros(20, 26))).toThrow(/masks of bool/);
  expect(() => utils.drawSegmentationMasks(image, torch.zeros(2, 2, { dtype: 'bool' }))).toThrow(torch.ShapeError);
  expect(() => utils.drawKeypoints(image, torch.zeros(2, 2))).toThrow(/keypoints \[instances, K, 2\]/);
  expect(() => utils.makeGrid(torch.zeros(2))).toThrow(torch.ShapeError);
  expect(() => utils.makeGrid(image, { normalize: true })).toThrow(/float32 to normalize/);
  expect(() => utils.flowToImage(torch.zeros(3, 2, 2))).toThrow(torch.ShapeError);
  const swapped = utils.drawBoundingBoxes(image, torch.tensor([[9, 3, 2, 17]]));
  await expect(swapped.data()).rejects.toThrow(
    /drawBoundingBoxes: expected boxes \[xmin, ymin, xmax, ymax\] with xmin ≤ xmax/,
  );
});

describe('files', () => {
  test.each(sampled([3, 1, 2, 4], 3))('of %i channels', async (channels) => {
    const pixels = torch
      .arange(channels * 7 * 9)
      .mul(37)
      .remainder(256)
      .to('uint8')
      .reshape([channels, 7, 9]);
    const file = await io.encodePng(pixels);
    expect([file.dtype, file.shape.length]).toEqual(['uint8', 1]);
    const bytes = Uint8Array.from(await file.data());
    const bitmap = await createImageBitmap(new Blob([bytes]), {
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
    });
    expect([bitmap.width, bitmap.height]).toEqual([9, 7]);
    if (channels % 2 === 1) {
      const read = await io.readImage(bytes);
      const colored = channels === 1 ? pixels.expand(3, 7, 9) : pixels;
      expect(await read.permute(2, 0, 1).equal(colored)).toBe(true);
    }
  });

  test('are written to a stream, rounded', async () => {
    const parts: Uint8Array[] = [];
    const stream = new WritableStream<Uint8Array>({ write: (part) => void parts.push(part) });
    await utils.saveImage(torch.tensor([[0, 0.25, 0.999, 2]]).expand(3, 1, 4), stream);
    const read = await io.readImage(new Blob(parts as Uint8Array<ArrayBuffer>[]));
    expect(await read.select(2, 0).tolist()).toEqual([[0, 64, 255, 255]]);
  });

  test('are refused in words', async () => {
    await expect(io.encodePng(torch.zeros(3, 2, 2))).rejects.toThrow(/uint8, but got float32/);
    await expect(io.encodePng(torch.zeros(5, 2, 2, { dtype: 'uint8' }))).rejects.toThrow(/1 to 4 channels/);
    await expect(io.encodePng(image, 12)).rejects.toThrow(/compressionLevel/);
    await expect(utils.saveImage(image, 'picture.jpg')).rejects.toThrow(/the format png, but got "jpg"/);
  });
});
