// A cell as a module: which names it shares, what it gives, that lines stay, and that what waits can be stopped.

import { type CellCalls, compileCell, declaredNames } from 'lamplight-notebook/compile/cell';
import { CellSyntaxError } from 'lamplight-notebook/compile/failure';
import { expect, test, vi } from 'vitest';

type Names = Record<string, unknown>;

const doors: Record<string, object> = { lamplight: { nn: { Linear: class {} }, answer: 42, default: 'whole' } };

/** A notebook of compiled cells, whose names stand in one object as in the worker. */
function notebook(known: readonly string[] = []) {
  const missing = new Proxy(
    {},
    {
      get: (_, name) => {
        if (typeof name === 'string') throw new ReferenceError(`${name} is not defined`);
      },
    },
  );
  const names = Object.create(missing) as Names;
  const waited: unknown[] = [];
  const calls: CellCalls = {
    wait: async (value) => {
      waited.push(value);
      return (await value) as never;
    },
    each: async function* (items) {
      for await (const item of items as AsyncIterable<never>) {
        waited.push(item);
        yield item as never;
      }
    },
    import: async (specifier, imported) => {
      const module = doors[specifier] as Names;
      for (const one of imported) names[one.local] = one.imported === '*' ? module : module[one.imported];
    },
    load: async (specifier) => doors[String(specifier)],
  };
  const run = async (source: string): Promise<unknown> => {
    const { code } = compileCell(source, {
      names: new Set([...known, ...Object.keys(names)]),
      isGlobal: (name) => name in globalThis,
    });
    const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const module = (await import(/* @vite-ignore */ url)) as {
      default(scope: object, calls: CellCalls): Promise<unknown>;
    };
    return module.default(names, calls);
  };
  return { run, names, waited };
}

test('names at the top are there in the next cell, may be declared again, and are looked up when they are used', async () => {
  const { run, names } = notebook();
  await run('const a: number = 1, b = a + 1\nlet c\nvar d = [a, b] as const');
  expect(names).toMatchObject({ a: 1, b: 2, c: undefined, d: [1, 2] });
  await run(
    'function twice(): number { return a * 2 }\nconst thrice = () => a * 3;\nclass Box { get() { return twice() } }',
  );
  expect(await run('[twice(), thrice(), new Box().get()]')).toEqual([2, 3, 2]);
  await run('const a = 10;');
  expect(await run('[twice(), thrice(), new Box().get()]')).toEqual([20, 30, 20]);
  await run('function twice() { return -a }');
  expect(await run('new Box().get()')).toBe(-10);
  expect(await run('thrice.name + twice.name + Box.name')).toBe('thricetwiceBox');
});

test('functions are there before their line, and a name of a later cell is an error until that has run', async () => {
  const { run } = notebook(['later']);
  expect(await run('f();\nfunction f() { return 7 }\nf()')).toBe(7);
  await expect(run('const g = () => later + 1;\ng()')).rejects.toThrow('later is not defined');
  await run('const later = 1');
  expect(await run('g()')).toBe(2);
  await expect(run('nobody')).rejects.toThrow(ReferenceError);
  expect(await run('typeof nobody')).toBe('undefined');
});

test('patterns, loops, enums and names within blocks', async () => {
  const { run, names } = notebook();
  await run(`const { a, b: { c: [d, ...e] }, f = a, ...rest } = { a: 1, b: { c: [2, 3, 4] }, g: 5, h: 6 }
const key = 'x', { [key]: x = 9 } = {} as Record<string, number>
for (var i = 0, n = 3; i < n; i++) { let a = 100; a++ }
for (var last of [7, 8]) { const d = last; void d }
for (const a of [1]) { void a }
enum Color { Red, Green = 5 }
if (true) { var inner = a } else var never = 2
let short = { a, d }`);
  expect(names).toMatchObject({
    a: 1,
    d: 2,
    e: [3, 4],
    f: 1,
    rest: { g: 5, h: 6 },
    x: 9,
    i: 3,
    n: 3,
    last: 8,
    inner: 1,
  });
  expect(names.short).toEqual({ a: 1, d: 2 });
  expect(names.Color).toMatchObject({ Green: 5, 5: 'Green' });
  await run('({ a, d: names2 = 3 } = { a: 50 } as any);\nlet names2: number;');
  expect(names.a).toBe(50);
  await run('a += 5\n;[d] = [a]\nd++');
  expect(names).toMatchObject({ a: 55, d: 56 });
});

test('a call of a shared name has no scope as its this, whatever stands before it without a semicolon', async () => {
  const { run, names } = notebook();
  await run(`function self(this: unknown) { return this }
const tag = (texts: TemplateStringsArray) => texts[0]
let first = 1
self()
const second = self()
const third = tag\`x\`
do first++
while (first < 3)
self()`);
  expect(names).toMatchObject({ first: 3, second: undefined, third: 'x' });
});

test('the last expression is what a cell gives; assignments and declarations give nothing', async () => {
  const { run } = notebook();
  expect(await run('1; 2')).toBe(2);
  expect(await run('(1, { a: 2 });')).toEqual({ a: 2 });
  expect(await run('({ a: 2 }).a // said')).toBe(2);
  expect(await run('Promise.resolve(3)')).toBe(3);
  expect(await run('await (1, Promise.resolve(4))')).toBe(4);
  expect(await run('let y = 1;\ny = 2')).toBe(undefined);
  expect(await run('y++')).toBe(undefined);
  expect(await run('const z = 3')).toBe(undefined);
  expect(await run('')).toBe(undefined);
});

test('every await and for await goes through the call that Stop ends', async () => {
  const { run, waited } = notebook();
  await run('async function f() { await 1; for await (const x of [2]) await x }\nawait f();');
  expect(waited).toEqual([1, expect.any(Promise), 2, 2, undefined]);
});

test('imports come from doors, before all other lines, and types cost nothing', async () => {
  const { run, names } = notebook();
  await run(`const early = answer
import whole, { answer, nn as layers, type Tensor } from 'lamplight';
import type { Module } from 'nowhere';
import * as torch from 'lamplight';
const loaded = await import('lamplight');
let t: Tensor | Module | undefined;`);
  expect(await run('[early, whole, torch === loaded, typeof layers.Linear]')).toEqual([42, 'whole', true, 'function']);
  expect(Object.keys(names)).not.toContain('Tensor');
});

test('lines stay where they are', async () => {
  const { run } = notebook();
  const error = vi.fn();
  await run(`import {
  nn,
} from 'lamplight';
interface Shape {
  sides: number;
}
const
  a = 1,
  fails = (shape: Shape): never => {
    throw new Error(String(shape.sides));
  };`);
  await run('fails({ sides: a })').catch(error);
  expect(error.mock.calls[0]![0].stack).toMatch(/data:text\/javascript;base64,[\w+/=]+:10:/);
});

test('what a cell declares and what it reads of others', () => {
  const around = { names: new Set(['show', 'Math2']), isGlobal: (name: string) => name in globalThis };
  const { declares, reads } = compileCell(
    "import { nn } from 'lamplight';\nconst a = other + Math.PI;\nshow(a, Math2);",
    around,
  );
  expect(declares).toEqual(['nn', 'a']);
  expect(reads).toEqual(['other', 'show', 'Math2']);
  expect(declaredNames('const a = 1; function f() { const inner = 2 } class C {}')).toEqual(['a', 'f', 'C']);
  expect(declaredNames('const = ')).toEqual([]);
});

test.each([
  ['const a = 1;\nconst b: = 2;', 2, /Unexpected token/],
  ['let a = 1;\n\nlet a = 2;', 3, /already been declared/],
  ['const a = 1;\nexport { a };', 2, /nothing to export/],
  ['function f() {\n  await 1;\n}', 2, /./],
])('%j cannot be compiled, which is told with its line', (source, line, message) => {
  const compile = () => compileCell(source, { names: new Set(), isGlobal: () => false });
  expect(compile).toThrow(message);
  expect(compile).toThrow(CellSyntaxError);
  try {
    compile();
  } catch (error) {
    expect((error as CellSyntaxError).line).toBe(line);
  }
});

test('an export before a declaration is nothing but the declaration', async () => {
  const { run, names } = notebook();
  await run('export const a = 1;\nexport function f() { return a }\nexport class C { static made = f() }');
  expect([names.a, (names.C as { made: number }).made]).toEqual([1, 1]);
});

test('names that the compiler uses itself may be had by cells', async () => {
  const { run } = notebook();
  expect(await run('const $scope = 1;\nconst use = ($cell: number) => $cell + $scope;\nuse(await 2)')).toBe(3);
});
