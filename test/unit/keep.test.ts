// Which values a flush stores, and which it leaves to be made again: decided from nodes and owners, without a device.
import { afterAll, expect, test } from 'vitest';
import { discardPending } from '../../src/engine/graph/flush';
import { keep } from '../../src/engine/graph/keep';
import { note } from '../../src/engine/graph/owners';
import { fromHost } from '../../src/engine/graph/record';
import type { GradSink, Value } from '../../src/engine/graph/value';
import { sigmoid } from '../../src/engine/ops/pointwise/activation';
import { add, mul } from '../../src/engine/ops/pointwise/arithmetic';
import { sum } from '../../src/engine/ops/reduction/reduce';
import { full } from '../../src/engine/ops/shape/cast';

afterAll(discardPending);

/** More elements than a value has that is always stored. */
const LARGE = 20_000;
const sink: GradSink = { gradHooks: null, accumulate() {} };
const loaded = (elements = LARGE): Value => fromHost(new Float32Array(elements), [elements], 'float32');
const root = (value: Value) => ({ value });

/** What a flush of roots with these values stores, by the names of the values. */
function stored(values: Record<string, Value>, held: readonly Value[], wanted: readonly Value[] = []): string[] {
  const before = Object.values(values).map(({ owners, state }) => ({ ...owners, state }));
  const { exports } = keep(new Set(held.map(root)), wanted);
  expect(Object.values(values).map(({ owners, state }) => ({ ...owners, state }))).toEqual(before);
  return Object.keys(values).filter((name) => exports.has(values[name]!));
}

test('what tensors hold is stored, and what lies between is not', () => {
  const x = loaded(4);
  const between = mul(x, x);
  const y = add(between, x);
  expect(stored({ x, between, y }, [y])).toEqual(['y']);
  expect(stored({ x, between, y }, [y, between])).toEqual(['between', 'y']);
  expect(stored({ x, between, y }, [], [between])).toEqual(['between']);
});

test('a large value that is as cheap to make as to read is left as a recipe if the flush reads it', () => {
  const x = loaded();
  const y = sigmoid(x);
  const total = sum(y);
  expect(stored({ y }, [y])).toEqual(['y']);
  expect(stored({ y, total }, [y, total])).toEqual(['total']);
  const [[held, ingredients]] = [...keep(new Set([y, total].map(root))).remade] as [
    [{ value: Value }, readonly Value[]],
  ];
  expect([held.value === y, ingredients.includes(x)]).toEqual([true, true]);
});

test('recipes keep no more memory alive than they save', () => {
  const [x, w] = [loaded(), loaded()];
  const y = add(x, w);
  const total = sum(y);
  expect(stored({ y, total }, [y, total])).toEqual(['y', 'total']);
  const z = mul(x, w);
  const both = sum(mul(y, z));
  expect(stored({ y, z, both }, [y, z, both])).toEqual(['both']);
});

test('a constant is made again each time, unless it is asked for', () => {
  const c = full([LARGE], 2);
  expect(stored({ c }, [c])).toEqual([]);
  expect(stored({ c }, [c], [c])).toEqual(['c']);
});

test('a recipe that an earlier flush has left is stored by the next that reads it', () => {
  const x = loaded();
  const y = sigmoid(x);
  note(y, 'shown');
  expect(stored({ y }, [sum(y)])).toEqual(['y']);
  note(y, 'dropped');
  expect(stored({ y }, [sum(y)])).toEqual([]);
});

test.each(['dropped', 'lent'] as const)('no recipe is made from a value that is %s', (change) => {
  const x = loaded();
  note(x, change);
  const y = sigmoid(x);
  const total = sum(y);
  expect(stored({ y, total }, [y, total])).toEqual(['y', 'total']);
});

test('what a gradient will read is stored, once for each node that reads it', () => {
  const x = loaded(4).endAt(sink);
  const y = sigmoid(x);
  const z = sigmoid(y);
  const total = sum(z);
  expect(stored({ x, y, z, total }, [total])).toEqual(['y', 'z', 'total']);
  const { saved } = keep(new Set([root(total)]));
  expect(new Set([...saved.values()].flat())).toEqual(new Set([y, z]));
  expect(new Set(saved.keys())).toEqual(new Set([y.node, z.node, total.node]));
});

test('a value that is made from one that was given back is named with the reason, and the others are stored', () => {
  const x = loaded(4);
  const y = add(x, x);
  note(x, 'dropped');
  note(x, 'givenBack');
  const other = add(loaded(4), loaded(4));
  const { exports, failed } = keep(new Set([y, other].map(root)));
  expect([...exports.keys()]).toEqual([other]);
  expect(failed.get(y)?.error.message).toMatch(
    /^the result of add, of shape \[4\], can no longer be had: .*given back/,
  );
});

test('a value that was lent and given back is made again', () => {
  const x = loaded(4);
  const y = add(x, x);
  note(y, 'lent');
  note(y, 'givenBack');
  const z = mul(y, y);
  expect(stored({ y, z }, [z])).toEqual(['z']);
});
