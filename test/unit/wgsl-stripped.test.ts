// The shaders of the package are those of the sources without their comments and indents: kernels are the same, letter by letter.
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { stripped, wgslStripped } from '../../scripts/wgsl-stripped.mjs';
import { shake } from '../../src/engine/wgsl/shake';
import { unroll } from '../../src/engine/wgsl/unroll';

const files = import.meta.glob<string>('../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });
const cases = Object.entries(files).map(([path, source]) => ({ name: path.replace('../../shaders/', ''), source }));

/** Without comments, blank lines and the blanks around lines, whatever they hold. */
const linesOf = (code: string): string[] =>
  code
    .replace(/\/\/.*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const sizesOf = (source: string): string[] =>
  [...source.matchAll(/^const (\w+): u32 = \d+u;/gm)].map(([, name]) => name!);

test.each(cases)('$name keeps its lines, and its kernels', ({ source }) => {
  const small = stripped(source);
  expect(linesOf(small)).toEqual(linesOf(source));
  // As they stand, and with what has a size small, so that every mark is met on both of its ways.
  const sizes = sizesOf(source);
  const consts = [{}, ...[0, 1, 4].map((size) => Object.fromEntries(sizes.map((name) => [name, size])))];
  const entries = [...source.matchAll(/\bfn (\w+)/g)].map(([, name]) => name!);
  for (const values of consts) {
    const [written, smallWritten] = [source, small].map((code) => unroll(code, values));
    for (const entry of entries) expect(linesOf(shake(smallWritten!, entry))).toEqual(linesOf(shake(written!, entry)));
  }
});

test('the block that generated code takes the place of stays marked', () => {
  const small = stripped(files['../../shaders/pointwise.wgsl']!);
  expect(small).toMatch(/^\/\/ generated-begin\nstruct[\s\S]*\n\/\/ generated-end\n@compute/);
});

test('a line ends with its mark, and with no other comment', () => {
  const source =
    '// what it is\nfn main() {\n\n  for (var i = 0u; i < N; i++) { // unroll up to 3\n    x = y; /* one */ // two\n  }\n}\n';
  expect(stripped(source)).toBe('fn main() {\nfor (var i = 0u; i < N; i++) { // unroll up to 3\nx = y;\n}\n}');
});

test('a build holds the small texts', async () => {
  const path = fileURLToPath(new URL('../../shaders/matmul.wgsl', import.meta.url));
  const [{ output }] = (await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [wgslStripped()],
    build: { write: false, minify: false, lib: { entry: `${path}?raw`, formats: ['es'] } },
  })) as Rolldown.RolldownOutput[];
  const { default: built } = await import(
    /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(output[0]!.code)}`
  );
  expect(built).toBe(stripped(files['../../shaders/matmul.wgsl']!));
});
