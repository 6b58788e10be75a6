// Checks PyTorch's calling rules: by position, by name, and every way to get it wrong.
import { describe, expect, expectTypeOf, test } from 'vitest';
import { ArgumentError } from '../../src/engine/core/errors';
import { type Arguments, isPlainObject, parseArgs } from '../../src/engine/core/options';

interface ConvArguments {
  inChannels: number;
  outChannels: number;
  kernelSize: number | readonly [number, number];
  stride?: number;
  bias?: boolean;
}

const conv = (...args: unknown[]) =>
  parseArgs<ConvArguments>('Conv2d', ['inChannels', 'outChannels', 'kernelSize'], { stride: 1, bias: true }, args);

describe('parseArgs', () => {
  const expected = { inChannels: 3, outChannels: 16, kernelSize: 5, stride: 2, bias: true };

  test('takes any parameter by position or by name', () => {
    expect(conv(3, 16, 5, 2)).toEqual(expected);
    expect(conv(3, 16, 5, { stride: 2 })).toEqual(expected);
    expect(conv(3, { kernelSize: 5, outChannels: 16, stride: 2 })).toEqual(expected);
    expect(conv({ inChannels: 3, outChannels: 16, kernelSize: 5, stride: 2 })).toEqual(expected);
    expect(conv(3, 16, 5)).toEqual({ ...expected, stride: 1 });
  });

  test('treats undefined as not given', () => {
    expect(conv(3, 16, 5, undefined, false)).toEqual({ ...expected, stride: 1, bias: false });
    expect(conv(3, 16, 5, undefined, { stride: 2 })).toEqual(expected);
    expect(conv(3, 16, 5, { stride: undefined, bias: undefined })).toEqual({ ...expected, stride: 1 });
  });

  test.each([
    [[], "Conv2d: missing 3 required arguments: 'inChannels', 'outChannels', and 'kernelSize'"],
    [[3, { outChannels: 16 }], "Conv2d: missing 1 required argument: 'kernelSize'"],
    [[3, 16, 5, { stride: 2, pad: 1 }], "Conv2d: got an unknown argument 'pad'; it takes 'inChannels'"],
    [[3, 16, 5, { strid: 1 }], "Conv2d: got an unknown argument 'strid'; did you mean 'stride'?"],
    [[3, 16, 5, { strride: 1 }], "did you mean 'stride'?"],
    [[3, 16, 5, { strude: 1 }], "did you mean 'stride'?"],
    [[3, 16, 5, { strdie: 1 }], "did you mean 'stride'?"],
    [[3, 16, 5, { srtied: 1 }], "it takes 'inChannels'"],
    [[3, 16, 5, { kernal_size: 1 }], "did you mean 'kernelSize'?"],
    [[{ in_channels: 3 }], "Conv2d: got an unknown argument 'in_channels'; did you mean 'inChannels'?"],
    [[3, 16, 5, { inChannels: 2 }], "Conv2d: got argument 'inChannels' twice, by position and by name"],
    [[3, 16, 5, 1, true, 7], 'Conv2d: expected at most 5 arguments'],
  ])('refuses %j', (args, message) => {
    expect(() => conv(...args)).toThrow(ArgumentError);
    expect(() => conv(...args)).toThrow(message);
  });

  test('takes only object literals as named arguments', () => {
    expect(isPlainObject({})).toBe(true);
    expect(isPlainObject(Object.create(null))).toBe(true);
    for (const value of [null, [], new Map(), new (class {})(), () => 0, new Float32Array(1)]) {
      expect(isPlainObject(value)).toBe(false);
    }
  });

  test('types the result and the argument lists', () => {
    expectTypeOf(conv(1, 2, 3).stride).toEqualTypeOf<number>();
    expectTypeOf(conv(1, 2, 3).kernelSize).toEqualTypeOf<number | readonly [number, number]>();
    type Lists = Arguments<{ a: number; b?: string }, ['a', 'b']>;
    expectTypeOf<[{ a: 1 }]>().toExtend<Lists>();
    expectTypeOf<[1]>().toExtend<Lists>();
    expectTypeOf<[1, { b: 'x' }]>().toExtend<Lists>();
    expectTypeOf<[1, 'x']>().toExtend<Lists>();
    expectTypeOf<[]>().not.toExtend<Lists>();
    expectTypeOf<['x']>().not.toExtend<Lists>();
  });
});
