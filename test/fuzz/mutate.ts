// Damage to files, by a seed: bytes changed, cut, repeated and moved, and numbers put where formats have sizes and places.

/** Whole numbers from 0 up to `below`, one after another: mulberry32. */
export type Draw = (below: number) => number;

/** @param seed the same one gives the same numbers */
export function drawsFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Numbers at the borders of what fields hold. */
const BORDERS = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];
/** The same as text has them, and what else stands where a number should. */
const WORDS = [
  '0',
  '-1',
  '255',
  '65536',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '1e400',
  '99999999999999999999',
  'NaN',
  '""',
  '[]',
  '{}',
  'null',
  '__proto__',
  '../x',
  '\u0000',
  '"',
  ',',
  '\n',
];

type Mutation = (bytes: Uint8Array, draw: Draw, other: Uint8Array) => Uint8Array;

const mutations: readonly Mutation[] = [
  (bytes, draw) => changed(bytes, draw, (byte) => byte ^ (1 << draw(8))),
  (bytes, draw) => changed(bytes, draw, () => draw(256)),
  (bytes, draw) => changed(bytes, draw, () => [0, 255, 127, 128, 32, 48][draw(6)]!),
  // A number at the border, in 1, 2, 4 or 8 bytes, either end first.
  (bytes, draw) => {
    const size = 1 << draw(4);
    const value = BORDERS[draw(BORDERS.length)]! + BigInt(draw(3) - 1);
    const field = Array.from({ length: size }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 0xffn));
    if (draw(3) === 0) field.reverse();
    return replaced(bytes, draw(bytes.length + 1), size, field);
  },
  // A number that is there, a little more or less.
  (bytes, draw) => changed(bytes, draw, (byte) => byte + draw(9) - 4),
  (bytes, draw) => bytes.slice(0, draw(bytes.length + 1)),
  (bytes, draw) => replaced(bytes, draw(bytes.length + 1), 1 + draw(16), []),
  (bytes, draw) =>
    replaced(
      bytes,
      draw(bytes.length + 1),
      0,
      Array.from({ length: 1 + draw(16) }, () => draw(256)),
    ),
  (bytes, draw) => {
    const at = draw(bytes.length + 1);
    const part = bytes.slice(at, at + 1 + draw(64));
    return replaced(bytes, draw(bytes.length + 1), draw(2) * part.length, part);
  },
  (bytes, draw, other) => {
    const at = draw(other.length + 1);
    const part = other.slice(at, at + 1 + draw(256));
    return replaced(bytes, Math.min(at, bytes.length), draw(2) * part.length, part);
  },
  // A number of text.
  (bytes, draw) => {
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const numbers = [...text.matchAll(/\d+/g)];
    const word = Array.from(WORDS[draw(WORDS.length)]!, (letter) => letter.charCodeAt(0));
    if (numbers.length === 0) return replaced(bytes, draw(bytes.length + 1), 0, word);
    const number = numbers[draw(numbers.length)]!;
    return replaced(bytes, number.index, number[0].length, word);
  },
];

/** A damaged copy: mostly one mutation, at times up to four, one after another. */
export function mutant(bytes: Uint8Array, draw: Draw, other: Uint8Array): Uint8Array {
  let result = bytes;
  for (let left = 1 + draw(2) * draw(4); left > 0; left--)
    result = mutations[draw(mutations.length)]!(result, draw, other);
  return result;
}

function changed(bytes: Uint8Array, draw: Draw, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) {
    // Headers are short, and what is wrong in them goes further.
    const at = draw(draw(2) === 0 ? Math.min(copy.length, 128) : copy.length);
    copy[at] = change(copy[at]!);
  }
  return copy;
}

function replaced(bytes: Uint8Array, at: number, length: number, by: ArrayLike<number>): Uint8Array {
  const rest = bytes.subarray(Math.min(bytes.length, at + length));
  const result = new Uint8Array(at + by.length + rest.length);
  result.set(bytes.subarray(0, at));
  result.set(by, at);
  result.set(rest, at + by.length);
  return result;
}
