// Errors of the language in a cell's own words: what is asked for is what a reader who has only the cell can act on.

import { compileCell } from 'lamplight-notebook/compile/cell';
import { failureOf } from 'lamplight-notebook/worker/failure';
import { expect, test } from 'vitest';

const BLOB = 'blob:http://site/1';

/** A class and a function as a minifier leaves them. */
const nn = { Linear: class yy {} };
const torch = {
  nn,
  zerosLike: () => 0,
  nothing: undefined,
  stack: (e: readonly { at(): number }[]) => e.map((t) => t.at()),
  relu: (e: { shape: number }) => e.shape,
  pick: () => {
    throw new TypeError('pick: expected a list');
  },
};

/** What is told of a cell that fails. */
async function told(source: string, names: Record<string, unknown> = {}) {
  const scope = { torch, Linear: nn.Linear, step: () => ({}), nothing: undefined, ...names };
  const { code } = compileCell(source, {
    names: new Set(Object.keys(scope)),
    isGlobal: (name) => name in globalThis,
  });
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
  const calls = { wait: async (value: unknown) => value, each: (items: unknown) => items };
  const module = (await import(/* @vite-ignore */ url)) as { default(scope: object, calls: object): Promise<unknown> };
  const error = await module.default(scope, calls).then(
    () => new Error('the cell did not fail'),
    (thrown: Error) => thrown,
  );
  Object.assign(error, { stack: error.stack?.replaceAll(url, BLOB) });
  const { message, remedy, line } = failureOf(error, 'cell 1', new Map([[BLOB, { label: 'cell 1', code }]]));
  return { message, remedy, line };
}

test('a class called without new is named as it was written', async () => {
  expect(await told('const a = 1;\ntorch.nn.Linear(1, 2)')).toEqual({
    message: 'torch.nn.Linear is a class: it is called with new',
    remedy: 'Write new torch.nn.Linear(…).',
    line: 2,
  });
  expect(await told('function make() {\n  return Linear(1, 2);\n}\nmake()')).toMatchObject({
    remedy: 'Write new Linear(…).',
    line: 2,
  });
});

test('what is no function, class or list is named as it was written', async () => {
  expect(await told('torch.foo(1)')).toMatchObject({ message: 'torch.foo is not a function', remedy: null });
  expect(await told('nothing(1)')).toMatchObject({ message: 'nothing is not a function' });
  expect(await told('new nothing(1)')).toMatchObject({ message: 'nothing is not a constructor' });
  expect(await told('for (const x of torch) void x')).toMatchObject({ message: 'torch is not iterable' });
  expect(await told('const made = await (await step()).go()')).toMatchObject({
    message: '(await step()).go is not a function',
  });
  expect(await told('const { a } = nothing')).toMatchObject({
    remedy: 'nothing is undefined here.',
  });
});

test("names in PyTorch's spelling lead to those of here", async () => {
  expect(await told('torch.zeros_like(1)')).toMatchObject({
    message: 'torch.zeros_like is not a function',
    remedy: 'Names are in camelCase: torch.zerosLike.',
  });
});

test('a property of nothing says what is nothing', async () => {
  expect(await told('1;\n\ntorch.nothing.shape')).toEqual({
    message: "Cannot read properties of undefined (reading 'shape')",
    remedy: 'torch.nothing is undefined here.',
    line: 3,
  });
  expect(await told('const size = step().out.shape')).toMatchObject({ remedy: 'step().out is undefined here.' });
  expect(await told('const list = [1]; list[3].x')).toMatchObject({ remedy: 'list[3] is undefined here.' });
});

test('what fails within the library speaks of the call, not of variables that nobody has written', async () => {
  expect(await told('torch.stack([1])')).toMatchObject({
    message: 'torch.stack cannot use what it was given: its at is not a function',
    remedy: 'Look at what torch.stack was given.',
  });
  expect(await told('torch.relu()')).toMatchObject({
    message: "Cannot read properties of undefined (reading 'shape')",
    remedy: 'Look at what torch.relu was given.',
  });
  expect(await told('torch.pick()')).toMatchObject({ message: 'pick: expected a list', remedy: null });
});
