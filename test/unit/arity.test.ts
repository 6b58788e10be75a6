// One argument too many, for methods of tensors and for modules that are called: nothing is ignored.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';

/** A function without its parameters' types. */
const loose = (call: unknown) => call as (...args: unknown[]) => unknown;

class Scaled extends nn.Module {
  forward(x: Tensor, by = 2, ..._rest: unknown[]) {
    return x.mul(by);
  }
}

class Plain extends nn.Module {
  forward(x: Tensor, { by = (1 + 1) * 1 } = {}) {
    return x.mul(by);
  }
}

class Old extends nn.Module {
  forward() {
    // biome-ignore lint/complexity/noArguments: programs in JavaScript read them so.
    return (arguments[0] as Tensor).add(arguments[1] as Tensor);
  }
}

const x = torch.ones(2, 3);

test.each<[string, () => unknown, RegExp]>([
  ['a method without parameters', () => loose(x.exp.bind(x))(1), /^exp: expected no arguments, but got 1$/],
  ['a name for one', () => loose(x.exp.bind(x))({ dim: 1 }), /^exp: got an unknown argument 'dim'; it takes none$/],
  [
    'a method that matches by itself',
    () => loose(x.add.bind(x))(1, {}, 3),
    /^add: expected at most 2 arguments, but got 3$/,
  ],
  [
    'a function that matches by itself',
    () => loose(torch.add)(x, 1, {}, 3),
    /^add: expected at most 3 arguments, but got 4$/,
  ],
  ['a layer', () => loose(new nn.ReLU())(x, 1), /^ReLU.forward: expected at most 1 argument, but got 2$/],
  [
    'a name for a layer',
    () => loose(new nn.ReLU())(x, { inplace: true }),
    /^ReLU: got an unknown argument 'inplace'; it takes 'input'$/,
  ],
  [
    'a layer that has a default',
    () => loose(new nn.ConvTranspose1d(2, 2, 2))(torch.ones(1, 2, 4), null, 1),
    /at most 2 arguments, but got 3$/,
  ],
  [
    'a module of a program',
    () => loose(new Plain())(x, {}, 1),
    /^Plain.forward: expected at most 2 arguments, but got 3$/,
  ],
])('%s refuses what it would not look at', (_what, call, message) => {
  expect(call).toThrow(torch.ArgumentError);
  expect(call).toThrow(message);
});

test('lists, defaults and callbacks of lists are taken', () => {
  expect(loose(new Scaled())(x, 3, 4, 5)).toHaveProperty('shape', [2, 3]);
  expect(loose(new Old())(x, x)).toHaveProperty('shape', [2, 3]);
  expect(new Plain()(x, { by: 3 }).shape).toEqual([2, 3]);
  expect([x, x].map(new nn.ReLU() as (x: Tensor) => Tensor)).toHaveLength(2);
  expect(x.sum(0, true).shape).toEqual([1, 3]);
});
