// The entropy-coded part of a JPEG: bits, and the symbols of its Huffman codes. Source: ITU-T T.81, annexes C and F.

export type Fail = (problem: string) => never;

/** A Huffman code; symbols are looked up by code length. */
export class Code {
  private readonly first = new Int32Array(17);
  private readonly last = new Int32Array(17).fill(-1);
  private readonly offset = new Int32Array(17);

  /** @param counts how many symbols have codes of 1 to 16 bits */
  constructor(
    counts: Uint8Array,
    private readonly letters: Uint8Array,
  ) {
    let code = 0;
    let at = 0;
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1]!;
      this.first[length] = code;
      this.offset[length] = at;
      if (count > 0) this.last[length] = code + count - 1;
      code = (code + count) << 1;
      at += count;
    }
  }

  read(bits: Bits): number {
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | bits.bit();
      if (code <= this.last[length]!) return this.letters[this.offset[length]! + code - this.first[length]!]!;
    }
    return bits.fail('a code has no letter');
  }
}

/** The bits of a scan, up to a marker. */
export class Bits {
  private byte = 0;
  private left = 0;

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    readonly fail: Fail,
  ) {}

  bit(): number {
    if (this.left === 0) {
      if (this.at >= this.bytes.length) this.fail('it ends in the middle of its pixels');
      this.byte = this.bytes[this.at++]!;
      this.left = 8;
      if (this.byte === 0xff) {
        // A byte 0xff is followed by a stuffed 0. Otherwise a marker follows, and zeros are read from then on.
        if (this.bytes[this.at] === 0) this.at++;
        else {
          this.at--;
          if (this.at + 1 >= this.bytes.length) this.fail('it ends in the middle of its pixels');
          if (++this.zeros > MOST_ZEROS) this.fail('a part of its pixels is missing');
          this.byte = 0;
        }
      }
    }
    return (this.byte >> --this.left) & 1;
  }

  /** Bytes read past a marker. */
  private zeros = 0;

  bits(n: number): number {
    let value = 0;
    for (let i = 0; i < n; i++) value = (value << 1) | this.bit();
    return value;
  }

  /** Reads a number of n bits. It is positive if its first bit is 1 (F.2.2.1). */
  signed(n: number): number {
    if (n === 0) return 0;
    const value = this.bits(n);
    return value < 1 << (n - 1) ? value - (1 << n) + 1 : value;
  }

  /** Skips a restart marker. */
  restart(): void {
    this.left = 0;
    this.zeros = 0;
    while (this.at + 1 < this.bytes.length) {
      const next = this.bytes[this.at + 1]!;
      if (this.bytes[this.at] === 0xff && next >= 0xd0 && next <= 0xd7) {
        this.at += 2;
        return;
      }
      if (this.bytes[this.at] === 0xff && next !== 0 && next !== 0xff) return;
      this.at++;
    }
  }
}

const MOST_ZEROS = 16;
