// Pixels become tensors where there is no browser, and what needs one says so.
import * as torch from 'lamplight';
import { vision } from 'lamplight';
import { expect, test } from 'vitest';

const { fromPixels, toCanvas } = vision.io;

test('four bytes a pixel become channels', async () => {
  const data = Uint8Array.from({ length: 24 }, (_, i) => 10 * i);
  const tensor = fromPixels({ width: 3, height: 2, data }, { dtype: 'uint8', channels: 4 });
  expect(tensor.shape).toEqual([4, 2, 3]);
  expect(await tensor.permute(1, 2, 0).flatten().tolist()).toEqual([...data]);
});

test('a canvas is missed in words', async () => {
  expect(() => fromPixels(new Map() as never)).toThrow(/expected an image, canvas, video, .* but got Map/);
  expect(() => fromPixels({} as never)).toThrow("fromPixels: missing 1 required argument: 'source'");
  const shows = toCanvas(torch.ones(2, 2), null as unknown as OffscreenCanvas);
  await expect(shows).rejects.toThrow(/expected canvas to be a canvas of a page or worker/);
});
