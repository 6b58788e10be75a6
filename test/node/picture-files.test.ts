// Pictures of every format and kind in Node: the numbers of Pillow and torchvision, as in a page.
import { expect, test } from 'vitest';
import { decodeWithSharp } from '../../src/doors/vision/pictures/decode';
import { decodeJpeg } from '../../src/doors/vision/pictures/jpeg/decode-jpeg';
import { cases, largestDifference } from '../support/picture-files';

test.each(cases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
  expect(await largestDifference(each)).toBeLessThanOrEqual(1);
});

test('JPEG without the package sharp has the same numbers', async () => {
  for (const { name, file, pillow } of cases.filter((each) => each.name.startsWith('jpeg'))) {
    const { bytes, channels } = decodeJpeg(Buffer.from(file, 'base64'), name);
    const read = Buffer.from(pillow.bytes, 'base64');
    const expected = channels === 1 ? read.filter((_, i) => i % 3 === 0) : read;
    expect([...bytes], name).toEqual([...expected]);
  }
  const [first] = cases;
  const without = await decodeWithSharp(Buffer.from(first!.file, 'base64'), 'x', () => Promise.resolve(null));
  expect(without.channels).toBe(1);
});
