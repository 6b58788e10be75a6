// Graph-based segmentation beside scikit-image's, selective search beside the paper's steps written out in Python; both need no device.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { detection } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Case extends FixtureCase {
  readonly kind: string;
  readonly options: object;
}

const fixture = await loadFixture<Case>('rcnn');
const ofKind = (kind: string) => fixture.cases.filter((item) => item.kind === kind);

function pictureOf(name: string): Tensor {
  const { data, shape } = fixture.tensor(`${name}/image`);
  return torch.tensor(data).view(...shape);
}

describe('felzenszwalb', () => {
  test.each(ofKind('segments'))('$name: the labels are scikit-image’s', async ({ name, options }) => {
    const { data, shape } = fixture.tensor(`${name}/labels`);
    const labels = await detection.felzenszwalb(pictureOf(name), options);
    expect(labels.shape).toEqual(shape);
    expect(labels.dtype).toBe('int64');
    expect(await labels.flatten().tolist()).toEqual([...data]);
  });

  test('options by place, and bytes', async () => {
    const bytes = torch.tensor([0, 0, 255, 255], { dtype: 'uint8' }).view(1, 1, 4);
    const labels = await detection.felzenszwalb(bytes, 1, 0, 1);
    expect(await labels.tolist()).toEqual([[0, 0, 1, 1]]);
    // Of a scale as large as all differences, one segment is left.
    expect(await (await detection.felzenszwalb(bytes, 1000, 0, 1)).tolist()).toEqual([[0, 0, 0, 0]]);
    expect(await (await detection.felzenszwalb(bytes, { scale: 1, sigma: 0, minSize: 3 })).tolist()).toEqual([
      [0, 0, 0, 0],
    ]);
  });
});

describe('selectiveSearch', () => {
  test.each(ofKind('search'))('$name: boxes and their order', async ({ name, options }) => {
    const { data, shape } = fixture.tensor(`${name}/boxes`);
    const boxes = await detection.selectiveSearch(pictureOf(name), options);
    expect(boxes.shape).toEqual(shape);
    expect(await boxes.flatten().tolist()).toEqual([...data]);
  });

  test('a drawn object has a box of its own, the whole picture comes first', async () => {
    const isObject = (i: number) => i % 32 >= 8 && i % 32 < 20 && i >= 5 * 32 && i < 15 * 32;
    const image = torch
      .tensor(Array.from({ length: 3 * 24 * 32 }, (_, i) => (isObject(i) ? 0.9 : 0.2)))
      .view(3, 24, 32);
    const found = await detection.selectiveSearch(image, 50, 0, 4, 'rgb', 'CTSF');
    const boxes = (await found.tolist()) as number[][];
    expect(boxes[0]).toEqual([0, 0, 32, 24]);
    expect(boxes).toContainEqual([8, 5, 20, 15]);
  });
});

test('what is wrong is told', async () => {
  const { felzenszwalb, selectiveSearch } = detection;
  const image = torch.zeros(3, 4, 4);
  await expect(felzenszwalb(torch.zeros(4, 4))).rejects.toThrow(torch.ShapeError);
  await expect(felzenszwalb(torch.zeros(3, 0, 4))).rejects.toThrow(
    'expected a picture [C, H, W], but got shape [3, 0, 4]',
  );
  await expect(felzenszwalb(torch.zeros(3, 4, 4, { dtype: 'int64' }))).rejects.toThrow(torch.DTypeError);
  await expect(felzenszwalb(torch.full([1, 2, 2], Number.NaN))).rejects.toThrow('expected finite numbers');
  await expect(felzenszwalb(image, { sigma: -1 })).rejects.toThrow(
    'felzenszwalb: expected sigma to be a number from 0 to 1024',
  );
  await expect(felzenszwalb(image, { sigmas: 1 } as never)).rejects.toThrow(torch.ArgumentError);
  await expect(selectiveSearch(torch.zeros(1, 4, 4))).rejects.toThrow(
    'one channel becomes three by .expand(3, -1, -1)',
  );
  await expect(selectiveSearch(image, { colorSpace: 'xyz' as never })).rejects.toThrow(
    'expected colorSpace of rgb,hsv,lab,gray',
  );
  await expect(selectiveSearch(image, { similarity: 'CC' })).rejects.toThrow('each at most once, but got "CC"');
  await expect(selectiveSearch(image, { scale: [] })).rejects.toThrow(torch.ArgumentError);
});
