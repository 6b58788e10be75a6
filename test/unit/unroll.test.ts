// Checks the unrolling of marked WGSL loops: nesting, defaults, loops left alone, and that no other name is touched.
import { expect, test } from 'vitest';
import { unroll } from '../../src/engine/wgsl/unroll';

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

test('a marked loop is written out, with its index as a number and nothing else', () => {
  const source = 'const N: u32 = 2u;\nfor (var i = 0u; i < N; i++) { // unroll\n  i2 = xi[i] + i;\n}\nlet j = i;';
  expect(lines(unroll(source, {}))).toEqual([
    'const N: u32 = 2u;',
    'i2 = xi[0u] + 0u;',
    'i2 = xi[1u] + 1u;',
    'let j = i;',
  ]);
});

test('given sizes count before the defaults, and 0 leaves nothing', () => {
  const source = 'const N: u32 = 2u;\nfor (var i = 0u; i < N; i++) { // unroll\n  f(i);\n}';
  expect(unroll(source, { N: 3 }).match(/f\(\du\)/g)).toEqual(['f(0u)', 'f(1u)', 'f(2u)']);
  expect(unroll(source, { N: 0 })).not.toContain('f(');
});

test('loops in loops are written out from the outside in', () => {
  const source =
    'for (var i = 0u; i < 2u; i++) { // unroll\n  if (i > 0u) {\n    for (var j = 0u; j < 2u; j++) { // unroll\n      f(i, j);\n    }\n  }\n}';
  expect(unroll(source, {}).match(/f\(.*?\)/g)).toEqual(['f(0u, 0u)', 'f(0u, 1u)', 'f(1u, 0u)', 'f(1u, 1u)']);
});

test('a loop marked `unroll up to` a number stays if it turns more often', () => {
  const source =
    'const N: u32 = 1u;\nfor (var i = 0u; i < N; i++) { // unroll up to 1\n  for (var j = 0u; j < 2u; j++) { // unroll\n    f(i, j);\n  }\n}';
  expect(unroll(source, {}).match(/f\(.*?\)/g)).toEqual(['f(0u, 0u)', 'f(0u, 1u)']);
  const left = unroll(source, { N: 5 });
  expect(left.match(/f\(.*?\)/g)).toEqual(['f(i, 0u)', 'f(i, 1u)']);
  expect(left).toContain('for (var i = 0u; i < N; i++) {');
});

test('an unmarked loop stays', () => {
  const source = 'for (var i = 0u; i < 2u; i++) {\n  f(i);\n}';
  expect(unroll(source, {})).toBe(source);
});

test('an array marked `scalars` becomes the variables of its block that are used', () => {
  const source =
    'const N: u32 = 2u;\nif (b) {\n  var a: array<f32, 6>; // scalars\n  for (var i = 0u; i < N; i++) { // unroll\n    a[(i + 1u) * N - 1u] = aa[i] + a[0];\n  }\n}\na[1u] = 1.0;';
  expect(lines(unroll(source, {}))).toEqual([
    'const N: u32 = 2u;',
    'if (b) {',
    'var a_0: f32;',
    'let a_1 = aa[0u] + a_0;',
    'let a_3 = aa[1u] + a_0;',
    '}',
    'a[1u] = 1.0;',
  ]);
});

test('an index that is no constant is refused where scalars are asked for', () => {
  const source = 'var a: array<f32, 6>; // scalars\na[i] = 1.0;';
  expect(() => unroll(source, {})).toThrow('the index i is no constant');
});

test('a variable marked `chain` becomes one expression', () => {
  const source =
    'for (var t = 0u; t < 2u; t++) { // unroll\n  var sum = a[t]; // chain\n  for (var i = 0u; i < 2u; i++) { // unroll\n    sum = fma(w[i], x[t], sum);\n  }\n  a[t] = sum;\n}\nsum = 1;';
  const made = unroll(source, {}).replace(/\s+/g, '');
  expect(made).toBe(
    'a[0u]=fma(w[1u],x[0u],fma(w[0u],x[0u],a[0u]));a[1u]=fma(w[1u],x[1u],fma(w[0u],x[1u],a[1u]));sum=1;',
  );
});

test('a block marked `constant` is left out where its condition does not hold', () => {
  const source =
    'const N: u32 = 5u;\nfor (var i = 0u; i < 3u; i++) { // unroll\n  if (i * 7u / 2u % N < 3u) { // constant\n    f(i);\n  }\n}';
  expect(unroll(source, {}).match(/f\(.*?\)/g)).toEqual(['f(0u)', 'f(2u)']);
});

test('the number up to which a loop is written out may be a constant', () => {
  const source = 'const M: u32 = 2u;\nfor (var i = 0u; i < 3u; i++) { // unroll up to M\n  f(i);\n}';
  expect(unroll(source, {})).toContain('for (var i = 0u; i < 3u; i++) {');
  expect(unroll(source, { M: 3 }).match(/f\(.*?\)/g)).toEqual(['f(0u)', 'f(1u)', 'f(2u)']);
});
