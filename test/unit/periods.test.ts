// Where a sequence of nodes is cut that repeats a subgraph.
import { expect, test } from 'vitest';
import { boundIn, cutsOf, stretchesOf } from '../../src/engine/graph/periods';
import type { Node, Value } from '../../src/engine/graph/value';

const value = (sink = false) => ({ sink: sink ? {} : null }) as unknown as Value;
const node = (signature: number, reads: readonly Value[], op: object = {}) =>
  ({ signature, reads, op }) as unknown as Node;

/** `times` steps of a product with a weight and an expression of its result; `weightOf` gives the weight of each step. */
function loop(times: number, weightOf: (t: number) => Value, product: object = {}): Node[] {
  const steps = Array.from({ length: times }, (_, t) => [
    node(1, [value(), weightOf(t)], product),
    node(2, [value()], { elementwise: true }),
    node(3, [value(), value()], { elementwise: true }),
  ]);
  return steps.flat();
}

const none = new Map<Value, unknown>();
const cutsIn = (nodes: readonly Node[], slices: ReadonlyMap<Value, unknown> = none) =>
  cutsOf(stretchesOf(nodes, slices), nodes.length);

const before = Array.from({ length: 5 }, (_, n) => node(10 + n, [value()]));
const after = Array.from({ length: 4 }, (_, n) => node(20 + n, [value()]));

test('a loop is cut into parts of few sizes, whatever its length', () => {
  const weight = value(true);
  for (let times = 8; times < 200; times++) {
    const nodes = [...before, ...loop(times, () => weight), ...after];
    const found = cutsIn(nodes);
    expect([found[0], found.at(-1)]).toEqual([
      { at: 5, loops: true },
      { at: 5 + 3 * times, loops: false },
    ]);
    const cuts = found.map(({ at }) => at);
    const sizes = cuts.slice(1).map((at, i) => (at - cuts[i]!) / 3);
    expect(sizes.filter((size) => ![1, 4, 16].includes(size))).toEqual([]);
    const [ones, fours] = [1, 4].map((size) => sizes.filter((other) => other === size).length);
    // Each small kind is there, and none is there often.
    expect([ones! >= 2 && ones! <= 5, fours! >= 1 && fours! <= 4], `${times} times`).toEqual([true, true]);
  }
});

test('layers that are alike but for their weights are one period', () => {
  const weights = [value(true), value(true)];
  const cuts = cutsIn(loop(40, (t) => weights[t % 2]!));
  expect(cuts.slice(0, 2).map(({ at }) => at)).toEqual([0, 6]);
  expect(cuts.every(({ at }) => at % 6 === 0)).toBe(true);
});

test('what is no loop stays whole', () => {
  const weight = value(true);
  // Blocks with weights of their own, few steps, views alone, and what overwrites values.
  expect(cutsIn(loop(40, () => value(true)))).toEqual([]);
  expect(cutsIn(loop(7, () => weight))).toEqual([]);
  expect(cutsIn(Array.from({ length: 80 }, (_, n) => node(n % 2, [value()], { views: true })))).toEqual([]);
  expect(cutsIn([node(9, [value()], { inPlace: () => [] }), ...loop(40, () => weight)])).toEqual([]);
});

test('what is sent of a loop ends with a repetition, and enough are left for a loop', () => {
  const weight = value(true);
  for (const times of [18, 40, 137]) {
    for (const begun of [0, 1, 2]) {
      const nodes = [...before, ...loop(times + 1, () => weight).slice(0, 3 * times + begun)];
      const bound = boundIn(nodes, none)!;
      expect((bound - before.length) % 3).toBe(0);
      for (const part of [nodes.slice(0, bound), nodes.slice(bound)]) expect(cutsIn(part)).not.toEqual([]);
    }
  }
  // Too few for both, none, and what overwrites values.
  expect(boundIn([...before, ...loop(12, () => weight)], none)).toBe(0);
  expect(boundIn([...before, ...after], none)).toBeNull();
  expect(boundIn([...loop(40, () => weight), node(9, [value()], { inPlace: () => [] })], none)).toBeNull();
});

test('a loop whose steps read windows at first and whole values then is two', () => {
  const weight = value(true);
  const nodes = loop(40, () => weight);
  const windows = new Map(
    nodes.slice(0, 60).flatMap(({ reads }, n) => (n % 3 === 1 ? [[reads[0]!, true] as const] : [])),
  );
  const sizes = (found: readonly { at: number }[]) => found.map(({ at }) => at);
  expect(sizes(cutsIn(nodes))).not.toContain(60);
  expect(sizes(cutsIn(nodes, windows))).toContain(60);
});
