// Checks the unrolling of marked WGSL loops: nesting, defaults, loops left alone, and that no other name is touched.
import { expect, test } from 'vitest';
import { unroll } from '../../src/ops/unroll';

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

test('a marked loop is written out, with its index as a number and nothing else', () => {
  const source = 'const N: u32 = 2u;\nfor (var i = 0u; i < N; i++) { // unroll\n  i2 = xi[i] + i;\n}\nlet j = i;';
  expect(lines(unroll(source, {}))).toEqual([
    'const N: u32 = 2u;',
    '{',
    'i2 = xi[0u] + 0u;',
    '}',
    '{',
    'i2 = xi[1u] + 1u;',
    '}',
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
