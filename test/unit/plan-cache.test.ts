import { expect, test } from 'vitest';
import { PlanCache } from '../../src/engine/compiler/plan-cache';

const cache = (capacity: number) => {
  const evicted: string[] = [];
  return { evicted, plans: new PlanCache<string>(capacity, (value) => evicted.push(value)) };
};

test('finds what was put under an equal key, and nothing else', () => {
  const { plans } = cache(10);
  plans.set([1, 2, -1, 3], 'a');
  plans.set([1, 2, -1], 'b');
  plans.set([], 'empty');
  expect(plans.get([1, 2, -1, 3])).toBe('a');
  expect(plans.get([1, 2, -1])).toBe('b');
  expect(plans.get([])).toBe('empty');
  expect(plans.get([1, 2, 3])).toBeUndefined();
  expect(plans.size).toBe(3);
});

test('keys whose hashes are equal are told apart', () => {
  const { plans } = cache(100_000);
  const keys = Array.from({ length: 50_000 }, (_, i) => [i * 7919, i % 13, -1]);
  for (const key of keys) plans.set(key, key.join());
  for (const key of keys) expect(plans.get(key)).toBe(key.join());
});

test('the entry used longest ago goes first', () => {
  const { plans, evicted } = cache(2);
  plans.set([1], 'one');
  plans.set([2], 'two');
  plans.get([1]);
  plans.set([3], 'three');
  expect(evicted).toEqual(['two']);
  expect([plans.get([1]), plans.get([2]), plans.get([3])]).toEqual(['one', undefined, 'three']);
  plans.clear();
  expect([plans.size, plans.get([1])]).toEqual([0, undefined]);
});

test('entries go by the bytes that they take, but never the one just added', () => {
  const { plans, evicted } = cache(100);
  plans.set([1], 'one', 60);
  plans.set([2], 'two', 30);
  expect(plans.bytes).toBe(90);
  plans.set([3], 'three', 30);
  expect(evicted).toEqual(['one']);
  plans.set([4], 'large', 1000);
  expect([plans.size, plans.bytes, plans.get([4])]).toEqual([1, 1000, 'large']);
});

test('evicts what is worth it, from the one used longest ago on, and spares the latest', () => {
  const { plans, evicted } = cache(10);
  for (const name of ['a', 'b', 'c', 'd']) plans.set([name.charCodeAt(0)], name);
  plans.get(['a'.charCodeAt(0)]);
  plans.evict(
    (name) => name !== 'b',
    () => plans.size > 1,
    1,
  );
  expect(evicted).toEqual(['c', 'd']);
});
