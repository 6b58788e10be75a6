// Methods of numbers and lists on a value that is read back without await.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

test('a method of a number or a list says that await is missing', async () => {
  const one = torch.ones(1).item() as unknown as number;
  expect(() => one.toFixed(2)).toThrow('item: expected await before a value that is read back');
  const list = torch.ones(3).tolist() as unknown as number[];
  expect(() => list.map((each) => each + 1)).toThrow('write (await x.tolist())');
  expect((await one).toFixed(2)).toBe('1.00');
});
