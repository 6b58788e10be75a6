// Draws that wait are those that would have been made at once, and what is overwritten before anybody reads it is never made.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { models } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { LateData } from '../../src/engine/graph/value';
import { fillNormal, fillUniform } from '../../src/engine/storage/random/distributions';
import { Generator } from '../../src/engine/storage/random/generator';
import { lateNormal, lateUniform } from '../../src/engine/storage/random/late';

const seeded = () => new Generator().manualSeed(7);

const made = (data: Float32Array | LateData): number[] =>
  Array.from(data instanceof LateData ? (data.make() as Float32Array) : data);

describe.each([1, 15, 16, 17, 623, 624, 5000, 6241])('%i numbers', (n) => {
  test.each([0, 1, 623, 624, 700])('after %i others', (before) => {
    const [now, later] = [seeded(), seeded()];
    for (const generator of [now, later]) for (let i = 0; i < before; i++) generator.random();
    const uniform = lateUniform(n, -2, 3, later);
    const normal = lateNormal(n, 1, 0.5, later);
    expect(made(uniform)).toEqual(Array.from(fillUniform(new Float32Array(n), -2, 3, now)));
    const expected = Array.from(fillNormal(new Float32Array(n), 1, 0.5, now));
    expect(made(normal)).toEqual(expected);
    expect(made(normal)).toEqual(expected);
    expect(later.getState()).toEqual(now.getState());
  });
});

test('skipping goes on where drawing does', () => {
  for (const count of [0, 1, 600, 623, 624, 625, 1248, 2000]) {
    const [drawn, skipped] = [seeded(), seeded()];
    for (let i = 0; i < count; i++) drawn.random();
    const behind = skipped.skip(count);
    expect(skipped.getState()).toEqual(drawn.getState());
    expect(behind.getState()).toEqual(seeded().getState());
  }
});

test('numbers that nobody asks for are not passed over: networks whose weights come from a file draw none', () => {
  const generator = torch.manualSeed(7);
  // These would take minutes, which the first number drawn by a network would wait for.
  const behind = Array.from({ length: 20 }, () => generator.skip(2 ** 32 - 1));
  expect(behind[0]!.random()).toBe(seeded().random());
  const { resnet18, alexnet, mobilenetV2, convnextTiny, vitB16 } = models;
  const networks: readonly (() => nn.Module)[] = [resnet18, alexnet, mobilenetV2, convnextTiny, vitB16];
  for (const make of networks) expect([...make().parameters()].length).toBeGreaterThan(0);
  torch.manualSeed(7);
});

test('each of many generators, one behind the other, goes on where drawing does', () => {
  const [drawn, skipped] = [seeded(), seeded()];
  const numbers = Array.from({ length: 2500 }, () => [drawn.random(), drawn.random(), drawn.random()]);
  const behind = numbers.map(() => skipped.skip(3));
  const copy = skipped.copy();
  for (const i of [1200, 7, 2499, 0, 1201]) {
    const [first, second, third] = [behind[i]!.random(), behind[i]!.copy().random(), behind[i]!.skip(1).random()];
    expect([first, second, third, behind[i]!.random()]).toEqual([
      numbers[i]![0],
      numbers[i]![1],
      numbers[i]![1],
      numbers[i]![2],
    ]);
  }
  expect(copy.getState()).toEqual(drawn.getState());
  expect(skipped.random()).toBe(drawn.random());
});

test('a network draws its layers twice, and computes what stays', () => {
  torch.manualSeed(3);
  const layer = new nn.Linear(200, 100);
  const { contents } = layer.weight.storage.value;
  expect(contents).toBeInstanceOf(LateData);
  let made = 0;
  const { make } = contents as LateData;
  Object.assign(contents as LateData, {
    make: () => {
      made++;
      return make();
    },
  });
  nn.init.normal_(layer.weight);
  expect(made).toBe(0);

  torch.manualSeed(3);
  const other = new nn.Linear(200, 100);
  expect(other.weight.storage.known).not.toBeNull();
  nn.init.normal_(other.weight);
  expect(layer.weight.storage.known).toEqual(other.weight.storage.known);
});

test('a bad range is told at once, and room that no GPU has', () => {
  expect(() => nn.init.normal_(torch.empty(100, 100), 0, -1)).toThrow('normal_: expected std ≥ 0, but got -1');
  expect(() => nn.init.uniform_(torch.empty(100, 100), 1, 0)).toThrow('uniform_: expected from ≤ to');
  expect(() => new nn.Linear(2 ** 16, 2 ** 16)).toThrow(torch.OutOfMemoryError);
});
