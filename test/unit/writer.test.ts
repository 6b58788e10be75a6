// Checks how WGSL is written out: names that meet become distinct, and only variables assigned once become constants.
import { expect, test } from 'vitest';
import { piecesOf } from '../../src/engine/wgsl/parse-marks';
import { Writer } from '../../src/engine/wgsl/writer';

const lines = (text: string) => {
  const written = new Writer();
  written.write(piecesOf(text, new Map()));
  return written
    .text()
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
};

test('blocks on lines of their own go, and what they declare has a name of its own', () => {
  const source = `
    let a = 1u; // { not a block
    {
    let a = 2u;
    {
    let b = a + p.a;
    f(b);
    }
    }
    {
    let b = a;
    g(b, aa);
    }
    h(a);`;
  expect(lines(source)).toEqual([
    'let a = 1u;',
    'let a_n2 = 2u;',
    'let b_n1 = a_n2 + p.a;',
    'f(b_n1);',
    'let b_n2 = a;',
    'g(b_n2, aa);',
    'h(a);',
  ]);
});

test('other blocks stay, and so do the names in them', () => {
  const source = 'if (c) {\nlet a = 1u;\n}\nfor (var i = 0u; i < 2u; i++) {\n{\nlet a = i;\nf(a);\n}\n}\nfn g() { }';
  expect(lines(source)).toEqual([
    'if (c) {',
    'let a = 1u;',
    '}',
    'for (var i = 0u; i < 2u; i++) {',
    'let a_n2 = i;',
    'f(a_n2);',
    '}',
    'fn g() { }',
  ]);
});

test('a variable that is assigned once, before it is read, is a `let`', () => {
  const source = 'var a: f32;\nvar b: vec4f;\n{\na = 1.0;\n}\nb = fma(\na,\na[0u],\nb0);\nf(a == b);';
  expect(lines(source)).toEqual(['let a = 1.0;', 'let b = fma(', 'a,', 'a[0u],', 'b0);', 'f(a == b);']);
});

test.for([
  ['assigned again', 'var a: f32;\na = 1.0;\na = 2.0;'],
  ['added to', 'var a: f32;\na = 1.0;\na += 2.0;'],
  ['counted up', 'var a: u32;\na = 1u;\na++;'],
  ['written in part', 'var a: vec4f;\na = b;\na.x = 1.0;'],
  ['read first', 'var a: f32;\nf(a);\na = 1.0;'],
  ['assigned in a block that stays', 'var a: f32;\nif (c) {\na = 1.0;\n}'],
  ['pointed to', 'var a: f32;\na = 1.0;\nf(&a);'],
  ['never assigned', 'var a: f32;\nf(a);'],
  ['declared with a value', 'var a = 1.0;\nf(a);'],
])('a variable that is %s stays one', ([, source]) => expect(lines(source!)).toEqual(source!.split('\n')));
