import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { expect, test } from 'vitest';

test('compile gives back what it is given, whatever the options', () => {
  const model = new nn.Linear(3, 2);
  expect(torch.compile(model)).toBe(model);
  expect(torch.compile(model, { mode: 'max-autotune', fullgraph: true, dynamic: false })).toBe(model);
  const twice = torch.compile((x: torch.Tensor) => x.mul(2));
  expect(twice(torch.ones(2)).shape).toEqual([2]);
});

test('compile refuses what cannot be called, and options that PyTorch has not', () => {
  expect(() => torch.compile(3 as never)).toThrow('compile: expected a module or a function, but got number 3');
  expect(() => torch.compile(new nn.ReLU(), { speed: 2 } as never)).toThrow(
    /^compile: got an unknown argument 'speed'/,
  );
});
