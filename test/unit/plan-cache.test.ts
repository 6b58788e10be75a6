import { expect, test } from 'vitest';
import { PlanCache } from '../../src/compiler/plan-cache';

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
