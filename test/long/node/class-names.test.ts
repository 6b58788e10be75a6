// Classes keep their names in minified bundles, and are left out of those that do not use them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { build, type Rolldown } from 'vite';
import { describe, expect, test } from 'vitest';
import { classNames } from '../../../scripts/class-names.mjs';
import { doorAliases } from '../../../scripts/doors.mjs';
import { printed } from '../../support/printed';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The text of a program and of what it uses of the library, minified. */
async function minified(program: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
  try {
    const entry = join(folder, 'program.ts');
    await writeFile(entry, program);
    const result = (await build({
      configFile: false,
      logLevel: 'silent',
      plugins: [classNames()],
      resolve: { alias: doorAliases },
      build: {
        write: false,
        minify: true,
        target: 'es2022',
        lib: { entry, formats: ['es'] },
        // In one piece, readers of files included, which the library loads when they are first used.
        rolldownOptions: { external: ['webgpu'], output: { codeSplitting: false } },
      },
    })) as Rolldown.RolldownOutput[];
    return result[0]!.output[0].code;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function imported<T>(code: string): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lamplight-'));
  try {
    const file = join(folder, 'program.mjs');
    await writeFile(file, code);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as T;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a minified bundle', async () => {
  const code = await minified(`export * from ${JSON.stringify(path('../../support/printed.ts'))};`);
  const bundle = await imported<{ printed: typeof printed }>(code);
  const [plain, small] = [printed(), bundle.printed()];

  test('is one', () => {
    expect(/class Conv2d\b/.test(code)).toBe(false);
  });

  test('has every exported class under its name', () => {
    expect(small.classes.length).toBeGreaterThan(200);
    expect(small.classes).toEqual(plain.classes);
    const others = small.classes.filter(([exported, name]) => !exported.endsWith(`.${name}`));
    expect(others).toEqual([['torch.autograd.Function', 'CustomFunction']]);
  });

  test('prints models, transforms and errors as the sources do', () => {
    expect(small.lines).toEqual(plain.lines);
    expect(plain.lines.filter((line) => line.startsWith('Conv2d(1, 2'))).toHaveLength(1);
    expect(plain.lines.filter((line) => line.startsWith('ShapeError, ShapeError, ShapeError: matmul'))).toHaveLength(1);
  });
});

test('a class that nothing uses is left out', async () => {
  const code = await minified(`import { ones } from 'lamplight'; export const x = ones(2).mul(2);`);
  const isKept = (name: string): boolean => new RegExp(`static name = ?["'\`]${name}["'\`]`).test(code);
  expect(isKept('Tensor')).toBe(true);
  const unused = ['TransformerDecoderLayer', 'Conv2d', 'Adadelta', 'StepLR', 'Normalize', 'RandomSampler'];
  expect(unused.filter(isKept)).toEqual([]);
});

test('a subclass has a name of its own', () => {
  class Net extends nn.Module {
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  class MyConv extends nn.Conv2d {}
  class MyError extends torch.ShapeError {}
  expect(String(new Net())).toBe('Net()');
  expect(String(new MyConv(1, 1, 1))).toMatch(/^MyConv\(1, 1/);
  expect(new MyError('x').name).toBe('MyError');
});
