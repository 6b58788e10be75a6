// Parts that arrive when they are needed: what is missing is loaded together, and a failure is named and may be tried again.
import { FetchError } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { allHere, LatePart, MissingParts, whenLoaded } from '../../src/engine/core/late';

/** A part that arrives at its turn, and how often it was asked for. */
function partOf<T>(name: string, value: T, failures = 0) {
  let asked = 0;
  const part = new LatePart(name, async () => {
    asked++;
    if (asked <= failures) throw new TypeError('no connection');
    return value;
  });
  return { part, asked: () => asked };
}

describe('whenLoaded', () => {
  test('begins again with all that was missing, each asked for once', async () => {
    const [one, two] = [partOf('one', 1), partOf('two', 2)];
    let began = 0;
    const sum = () => {
      began++;
      return allHere([() => one.part.now, () => two.part.now, () => one.part.now]).reduce((a, b) => a + b, 0);
    };
    expect(await whenLoaded(sum)).toBe(4);
    expect(await whenLoaded(sum)).toBe(4);
    expect([began, one.asked(), two.asked()]).toEqual([3, 1, 1]);
  });

  test('loads what is worth it besides, where something is missing', async () => {
    const [needed, besides] = [partOf('needed', 1), partOf('besides', 2)];
    const read = () => allHere([() => needed.part.now], [besides.part]);
    await whenLoaded(read);
    expect(besides.part.here).toBe(2);
    const other = partOf('other', 3);
    expect(allHere([() => needed.part.now], [other.part])).toEqual([1]);
    expect(other.asked()).toBe(0);
  });

  test('names a part that cannot be loaded, and asks for it again the next time', async () => {
    const { part, asked } = partOf('matmul', 5, 1);
    const failed = whenLoaded(() => part.now);
    await expect(failed).rejects.toThrow(FetchError);
    await expect(failed).rejects.toThrow("kernels: the file for 'matmul' could not be loaded");
    expect(await whenLoaded(() => part.now)).toBe(5);
    expect(asked()).toBe(2);
  });

  test('leaves other errors as they are', async () => {
    await expect(whenLoaded(() => JSON.parse('{'))).rejects.toThrow(SyntaxError);
  });
});

test('what is missing is named where nobody loads it', () => {
  const { part } = partOf('fusion', 1);
  expect(() => part.now).toThrow(MissingParts);
  expect(() => part.now).toThrow('internal: not loaded: fusion; await whenLoaded first');
});
