// Pictures of every format and kind in a page: the numbers of Pillow and torchvision, as in Node.
import { expect, test } from 'vitest';
import { cases, largestDifference } from '../support/picture-files';

test.each(cases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
  expect(await largestDifference(each)).toBeLessThanOrEqual(1);
});
