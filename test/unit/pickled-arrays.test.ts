// Pickles of CIFAR that attack or are damaged: only arrays of bytes, numbers and lists come out of them.
import { datasets } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../../src/engine/core/errors';
import { unpickleArrays } from '../../src/torch/io/pickle/pickled-arrays';

const bytes = (...parts: (string | number | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : [part].flat(),
    ),
  );

const size = (n: number): number[] => [...new Uint8Array(Uint32Array.of(n).buffer)];
const text = (value: string): string => `X${String.fromCharCode(...size(value.length))}${value}`;
const global = (module: string, name: string): string => `c${module}\n${name}\n`;

/** An array: `state` stands behind its version. */
const array = (...state: string[]): string =>
  `${global('numpy.core.multiarray', '_reconstruct')}(${global('numpy', 'ndarray')}K\x00\x85U\x01btR(K\x01${state.join('')}tb`;
const dtype = (code: string, order = '|'): string =>
  `${global('numpy', 'dtype')}(U${String.fromCharCode(code.length)}${code}\x89\x88tR(K\x03U\x01${order}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`;
const batch = (...entries: string[]): Uint8Array => bytes(0x80, 2, '}(', ...entries, 'u.');
const entry = (name: string, value: string): string => text(name) + value;

const read = (pickle: Uint8Array) => unpickleArrays(pickle, 'batch', 'this is no batch of CIFAR');

test('arrays of bytes and of numbers, either end first', () => {
  const two = array('K\x01K\x02\x86', dtype('u1'), '\x89', 'U\x02\x07\x09');
  expect(read(batch(entry('data', two))).get('data')).toEqual({ shape: [1, 2], bytes: Uint8Array.of(7, 9) });
  const numbers = array('K\x02\x85', dtype('i2', '<'), '\x89', 'U\x04\x01\x00\xff\xff');
  expect(read(batch(entry('labels', numbers))).get('labels')).toEqual({ list: [1, -1] });
  const turned = array('K\x02K\x02\x86', dtype('u1'), '\x88', 'U\x04\x01\x02\x03\x04');
  expect(read(batch(entry('data', turned))).get('data')).toMatchObject({ bytes: Uint8Array.of(1, 3, 2, 4) });
});

describe('refuses', () => {
  test.each<[string, Uint8Array, RegExp]>([
    [
      'os.system',
      batch(entry('data', `${global('os', 'system')}(U\x04echotR`)),
      /asks for os\.system, which is not run/,
    ],
    ['numpy.load', batch(entry('data', `${global('numpy', 'load')}(U\x01xtR`)), /asks for numpy\.load/],
    ['numpy.frombuffer of code', batch(entry('data', `${global('numpy.f2py', 'crackfortran')}`)), /crackfortran/],
    [
      'arrays of objects',
      batch(entry('data', array('K\x02\x85', dtype('O8'), '\x89', `](${global('os', 'system')}Ne`))),
      /asks for os\.system/,
    ],
    ['arrays of plain objects', batch(entry('data', array('K\x02\x85', dtype('O8'), '\x89', '](NNe'))), /no bytes/],
    [
      'numbers with the highest byte first',
      batch(entry('labels', array('K\x01\x85', dtype('i2', '>'), '\x89', 'U\x02\x00\x01'))),
      /holds >i2/,
    ],
    [
      'a shape that its bytes do not fill',
      batch(entry('data', array('K\x09\x85', dtype('u1'), '\x89', 'U\x01x'))),
      /shape \[9\] has 1 bytes/,
    ],
    [
      'a negative shape',
      batch(entry('data', array('J\xff\xff\xff\xff\x85', dtype('u1'), '\x89', 'U\x01x'))),
      /a shape is none/,
    ],
    [
      'an array without a type',
      batch(entry('data', array('K\x01\x85', 'N', '\x89', 'U\x01x'))),
      /an array has no type/,
    ],
    [
      'an array whose state is a list',
      batch(entry('data', `${array('K\x01\x85', dtype('u1'), '\x89', 'U\x01x')}]b`)),
      /no state/,
    ],
    ['the state of a class', batch(entry('data', `${global('numpy', 'ndarray')}}b`)), /the state of numpy\.ndarray/],
    ['a list in its place', bytes(0x80, 2, '].'), /it holds no dictionary/],
  ])('%s', (_, pickle, message) => {
    expect(() => read(pickle)).toThrow(message);
    expect(() => read(pickle)).toThrow(FileFormatError);
  });

  test('arrays that share their text by the memo', () => {
    const shared = `${text('y'.repeat(200_000))}q\x01`;
    const one = array('J\x40\x0d\x03\x00\x85', dtype('u1'), '\x89', 'h\x01');
    const many = (n: number) =>
      bytes(0x80, 2, shared, '0}(', ...Array.from({ length: n }, (_, i) => entry(`a${i}`, one)), 'u.');
    expect(() => read(many(40))).toThrow(/its arrays have more bytes than it has/);
    expect(read(many(2)).size).toBe(2);
  });

  test('labels that are no numbers, before any picture is made', async () => {
    const pixels = array(
      'K\x01M\x00\x0c\x86',
      dtype('u1'),
      '\x89',
      `T${String.fromCharCode(...size(3072))}${'p'.repeat(3072)}`,
    );
    const of = (labels: string) => batch(entry('data', pixels), entry('labels', labels));
    await expect(datasets.CIFAR10(of('](U\x01xe'))).rejects.toThrow(/'labels' holds no numbers/);
    await expect(datasets.CIFAR10(of('](K\x63e'))).rejects.toThrow(/label 99 at position 0/);
    await expect(datasets.CIFAR10(of(']'))).rejects.toThrow(/1 pictures and 0 labels/);
    expect((await datasets.CIFAR10(of('](K\x03e'))).targets).toEqual([3]);
  });
});
