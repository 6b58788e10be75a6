// Into which programs a flush cuts a loop, and what these store for each other: decided from nodes alone, without a device.
import { afterAll, expect, test } from 'vitest';
import { discardPending } from '../../src/engine/graph/flush';
import { fromHost } from '../../src/engine/graph/record';
import { cutWhereRepeated } from '../../src/engine/graph/repeated-programs';
import type { GradSink, Node, Value } from '../../src/engine/graph/value';
import { inSequence, newWalk, visit } from '../../src/engine/graph/walk';
import { matmul } from '../../src/engine/ops/linalg/matmul';
import { sigmoid } from '../../src/engine/ops/pointwise/activation';
import { cat } from '../../src/engine/ops/shape/join';

afterAll(discardPending);

const sink: GradSink = { gradHooks: null, accumulate() {} };
const loaded = (): Value => fromHost(new Float32Array(4), [2, 2], 'float32');

/** The states of a recurrence of so many steps on one weight. */
function states(times: number): Value[] {
  const weight = loaded().endAt(sink);
  const found = [loaded()];
  for (let t = 0; t < times; t++) found.push(sigmoid(matmul(found.at(-1)!, weight)));
  return found.slice(1);
}

function partsFor(y: Value, varies = true) {
  const walk = newWalk();
  visit(y, walk);
  const nodes: readonly Node[] = inSequence(walk.order);
  return cutWhereRepeated(nodes, walk.slices, new Set([y]), () => varies);
}

test('a loop is one program unless its length varies or it is long', () => {
  expect(partsFor(states(40).at(-1)!, false).parts).toEqual([]);
  expect(partsFor(states(7).at(-1)!).parts).toEqual([]);
  expect(partsFor(states(600).at(-1)!, false).parts).not.toEqual([]);
});

/** The places of values in a list, from 1 on; 0 for others. */
const placesIn = (all: readonly Value[], values: readonly Value[]) =>
  values.map((value) => all.indexOf(value) + 1).sort((a, b) => a - b);

test('each part of a loop stores its last state, and the next one is the last to read it', () => {
  const all = states(40);
  const { parts, lengths } = partsFor(all.at(-1)!);
  // After the first step, parts of 16, 4 and 1.
  const ends = [1, 17, 33, 37, 38, 39, 40];
  expect(parts.map(({ stores }) => placesIn(all, stores))).toEqual(ends.map((end) => [end]));
  expect(parts.map(({ spends }) => placesIn(all, spends))).toEqual([[], ...ends.slice(0, -1).map((end) => [end])]);
  expect([parts.every(({ loops }) => loops), lengths.size]).toEqual([true, 0]);
});

test('joined states are stored until they are joined, and their number is a length', () => {
  const all = states(40);
  const joined = cat(all, 0);
  const { parts, lengths } = partsFor(joined);
  const each = all.map((_, i) => i + 1);
  expect(
    placesIn(
      all,
      parts.slice(0, -1).flatMap(({ stores }) => stores),
    ),
  ).toEqual(each);
  const { stores, spends, loops } = parts.at(-1)!;
  expect([stores[0] === joined, stores.length, placesIn(all, spends), loops]).toEqual([true, 1, each, false]);
  expect([...lengths]).toEqual([80]);
});
