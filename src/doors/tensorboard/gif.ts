// Writes animated GIFs that loop forever; each frame has its own colour table. Loaded when the first video is added.
// Source: GIF89a specification, CompuServe 1990.
import { joined } from '../../torch/inside';
import { paletteOf } from './palette';

/** The maximum number of bits of a code. */
const MOST_BITS = 12;
/** The maximum number of bytes of a data block. */
const BLOCK = 255;
/** The shortest delay that browsers respect, in hundredths of a second. */
const LEAST_DELAY = 2;

const word = (value: number): number[] => [value & 255, value >> 8];
const letters = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

/** Encodes frames as a GIF. A frame holds the red, green and blue of each pixel, row by row. */
export function gif(frames: readonly Uint8Array[], width: number, height: number, fps: number): Uint8Array {
  const parts: Uint8Array[] = [
    Uint8Array.from([
      ...letters('GIF89a'),
      ...word(width),
      ...word(height),
      // No global colour table, no background, square pixels.
      ...[0x70, 0, 0],
      // The extension that makes the animation loop forever.
      ...[0x21, 0xff, 11, ...letters('NETSCAPE2.0'), 3, 1, ...word(0), 0],
    ]),
  ];
  const shownAt = (frame: number): number => Math.round((100 * frame) / fps);
  for (const [i, frame] of frames.entries()) {
    const delay = Math.min(Math.max(shownAt(i + 1) - shownAt(i), LEAST_DELAY), 0xffff);
    const { colors, places } = paletteOf(frame);
    const bits = Math.max(1, Math.ceil(Math.log2(colors.length)));
    const table = new Uint8Array(3 * 2 ** bits);
    table.set(colors.flat());
    const head = [
      ...[0x21, 0xf9, 4, 0, ...word(delay), 0, 0],
      ...[0x2c, ...word(0), ...word(0), ...word(width), ...word(height), 0x80 | (bits - 1)],
    ];
    // The format requires at least two bits.
    const first = Math.max(2, bits);
    parts.push(Uint8Array.from(head), table, Uint8Array.of(first), ...blocks(packed(places, first)), Uint8Array.of(0));
  }
  parts.push(Uint8Array.of(0x3b));
  return joined(
    parts,
    parts.reduce((sum, { length }) => sum + length, 0),
  );
}

function blocks(data: Uint8Array): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += BLOCK) {
    const block = data.subarray(at, at + BLOCK);
    list.push(Uint8Array.of(block.length), block);
  }
  return list;
}

/** Packs codes into bytes, the lowest bits first. */
class Bits {
  readonly #bytes: number[] = [];
  #rest = 0;
  #count = 0;

  add(code: number, bits: number): void {
    this.#rest |= code << this.#count;
    this.#count += bits;
    for (; this.#count >= 8; this.#count -= 8) {
      this.#bytes.push(this.#rest & 255);
      this.#rest >>>= 8;
    }
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#count > 0 ? [...this.#bytes, this.#rest & 255] : this.#bytes);
  }
}

/** LZW compression (appendix F): a code represents the longest run of values that has occurred before. */
function packed(values: Uint8Array, first: number): Uint8Array {
  const [clear, end] = [2 ** first, 2 ** first + 1];
  const out = new Bits();
  /** The code of each run, keyed by the code of the run without its last value, and by that value. */
  let runs = new Map<number, number>();
  let [bits, next] = [first + 1, end + 1];
  out.add(clear, bits);
  let run = values[0]!;
  for (let i = 1; i < values.length; i++) {
    const key = (run << 8) | values[i]!;
    const known = runs.get(key);
    if (known !== undefined) {
      run = known;
      continue;
    }
    out.add(run, bits);
    run = values[i]!;
    if (next < 2 ** MOST_BITS) {
      runs.set(key, next);
      if (next === 2 ** bits) bits++;
      next++;
    } else {
      out.add(clear, bits);
      runs = new Map();
      [bits, next] = [first + 1, end + 1];
    }
  }
  out.add(run, bits);
  // Readers add a run for the last code, too, so the end code may need one more bit.
  out.add(end, next === 2 ** bits && bits < MOST_BITS ? bits + 1 : bits);
  return out.bytes;
}
