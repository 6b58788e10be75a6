// Tables of parameters: what a call gives, in every form, and the types that come from a table.
import { ArgumentError } from 'lamplight';
import { expect, expectTypeOf, test } from 'vitest';
import { between, features, flag, oneOf, orNull } from '../../src/engine/core/argument-kinds';
import {
  type Args,
  defaultsOf,
  type Given,
  type Makes,
  type Options,
  or,
  type Places,
  takes,
  type Values,
  value,
} from '../../src/engine/core/takes';

const required = { inFeatures: features, outFeatures: features };
const optional = {
  bias: or(flag, true),
  mode: or(oneOf('fast', 'exact'), 'fast'),
  stride: or(value<number | number[]>(), 1),
};
const table = takes('Layer', { ...required, ...optional });
const usual = { inFeatures: 3, outFeatures: 4, bias: true, mode: 'fast', stride: 1 };

test('reads arguments by place, by name, and from any one on by name', () => {
  expect(table.read([3, 4])).toEqual(usual);
  expect(table.read([3, 4, false, 'exact', [2, 2]])).toEqual({ ...usual, bias: false, mode: 'exact', stride: [2, 2] });
  expect(table.read([3, { outFeatures: 4, mode: 'exact' }])).toEqual({ ...usual, mode: 'exact' });
  expect(table.read([{ inFeatures: 3, outFeatures: 4 }])).toEqual(usual);
  expect(table.read([3, 4, undefined, { bias: undefined }])).toEqual(usual);
});

test.each([
  [[3], "Layer: missing 1 required argument: 'outFeatures'"],
  [[3, 0], 'Layer: expected outFeatures to be a whole number from 1 to 268435456, but got 0'],
  [[3, 4, 'no'], 'Layer: expected bias to be a boolean, but got "no"'],
  [[3, 4, { mode: 'slow' }], "Layer: expected mode to be 'fast' or 'exact', but got \"slow\""],
  [[3, 4, { bais: true }], "Layer: got an unknown argument 'bais'; did you mean 'bias'?"],
  [[3, 4, { inFeatures: 3 }], "Layer: got argument 'inFeatures' twice, by position and by name"],
  [[3, 4, true, 'fast', 1, 2], 'Layer: expected at most 5 arguments'],
  [[3, 4, { stride: Promise.resolve(1) }], 'Layer: expected stride to be a number or a list of numbers'],
])('refuses %j', (args, message) => {
  expect(() => table.read(args)).toThrow(ArgumentError);
  expect(() => table.read(args)).toThrow(message);
});

test('gives defaults without arguments', () => {
  expect(defaultsOf(optional)).toEqual({ bias: true, mode: 'fast', stride: 1 });
});

test('types values and options', () => {
  type Gives = Options<typeof optional>;
  expectTypeOf<Given<typeof table.entries>['inFeatures']>().toEqualTypeOf<number>();
  expectTypeOf<Given<typeof table.entries>['mode']>().toEqualTypeOf<'fast' | 'exact' | undefined>();
  expectTypeOf(table.read([3, 4]).inFeatures).toEqualTypeOf<number>();
  expectTypeOf<Gives['mode']>().toEqualTypeOf<'fast' | 'exact' | undefined>();
  expectTypeOf<Gives['stride']>().toEqualTypeOf<number | number[] | undefined>();
  const some = { ratio: orNull(between(0, 1)) };
  expectTypeOf<Values<typeof some>>().toEqualTypeOf<{ ratio: number | null }>();
  type Order = [bias: 'bias', mode: 'mode'];
  expectTypeOf<[true, { mode: 'fast' }]>().toExtend<Places<Gives, Order>>();
  expectTypeOf<[true, 'exact']>().toExtend<Places<Gives, Order>>();
  expectTypeOf<[true, 'slow']>().not.toExtend<Places<Gives, Order>>();
});

test('types the forms of a class', () => {
  interface Forms {
    front: [inFeatures: number];
    last: [outFeatures: number];
    options: Options<typeof optional>;
    order: [bias: 'bias', mode: 'mode'];
    named: Values<typeof required> & Options<typeof optional>;
    rest: { outFeatures: number } & Options<typeof optional>;
  }
  const Made = class {} as unknown as Makes<Forms, object>;
  new Made(3, 4);
  new Made(3, 4, false);
  new Made(3, 4, false, { mode: 'exact' });
  new Made(3, { outFeatures: 4, bias: false });
  new Made({ inFeatures: 3, outFeatures: 4 });
  // @ts-expect-error outFeatures is missing
  new Made(3);
  // @ts-expect-error no such mode
  new Made(3, 4, { mode: 'slow' });
  // @ts-expect-error misspelt
  new Made(3, 4, false, { mod: 'exact' });
});

test('types the arguments of a class', () => {
  class Layer {
    constructor(...args: Args<typeof table, ['inFeatures', 'outFeatures', 'bias', 'mode', 'stride']>) {
      table.read(args);
    }
  }
  new Layer(3, 4);
  new Layer(3, 4, false);
  new Layer(3, 4, false, { mode: 'exact' });
  new Layer(3, { outFeatures: 4, bias: false });
  new Layer({ inFeatures: 3, outFeatures: 4 });
  // @ts-expect-error outFeatures is missing
  expect(() => new Layer(3)).toThrow(ArgumentError);
  // @ts-expect-error no such mode
  expect(() => new Layer(3, 4, { mode: 'slow' })).toThrow(ArgumentError);
  // @ts-expect-error misspelt
  expect(() => new Layer(3, 4, false, { mod: 'exact' })).toThrow(ArgumentError);
});
