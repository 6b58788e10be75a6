// The Mersenne Twister of PyTorch's CPU generator: the same seed gives the same 32-bit words.
//
// Source: Matsumoto & Nishimura 1998, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random
// number generator".

/** Words of state. */
export const STATE_WORDS = 624;

const SHIFT = 397;
const MATRIX_A = 0x9908b0df;
const UPPER_MASK = 0x80000000;
const LOWER_MASK = 0x7fffffff;
const SEED_MULTIPLIER = 1812433253;

/**
 * A point in the sequence. `left` counts the words before the next twist (1 = twist now), `next` the position in
 * `words`.
 */
export interface MT19937State {
  words: Uint32Array;
  left: number;
  next: number;
}

/** The engine mt19937 with PyTorch's seeding: only the low 32 bits of the seed count. */
export class MT19937 {
  readonly #words = new Uint32Array(STATE_WORDS);
  #left = 1;
  #next = 0;

  /** @param seed an unsigned 32-bit integer */
  constructor(seed: number) {
    this.#words[0] = seed;
    for (let i = 1; i < STATE_WORDS; i++) {
      const previous = this.#words[i - 1];
      this.#words[i] = Math.imul(SEED_MULTIPLIER, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next unsigned 32-bit word. */
  random(): number {
    if (--this.#left === 0) this.#twist();
    let y = this.#words[this.#next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Fills `out` with the lower 24 bits of a word each, as numbers in [0, 1). */
  fill24(out: Float32Array): void {
    const words = this.#words;
    for (let i = 0; i < out.length; ) {
      const end = i + this.#take(out.length - i);
      const at = this.#next - end;
      for (; i < end; i++) {
        let y = words[at + i]!;
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        out[i] = ((y ^ (y >>> 18)) & 0xffffff) / 2 ** 24;
      }
    }
  }

  /** Goes on as if `count` words had been taken. */
  skip(count: number): void {
    for (let left = count; left > 0; ) left -= this.#take(left);
  }

  /** Passes over as many words as are wanted, but not beyond the next twist. Returns how many. */
  #take(wanted: number): number {
    if (this.#left === 1) {
      this.#twist();
      this.#left++;
    }
    const taken = Math.min(wanted, this.#left - 1);
    this.#left -= taken;
    this.#next += taken;
    return taken;
  }

  /** The next unsigned 64-bit integer: two words, the first one high. */
  random64(): bigint {
    const high = this.random();
    return (BigInt(high) << 32n) | BigInt(this.random());
  }

  getState(): MT19937State {
    return { words: this.#words.slice(), left: this.#left, next: this.#next };
  }

  setState(state: MT19937State): void {
    this.#words.set(state.words);
    this.#left = state.left;
    this.#next = state.next;
  }

  #twist(): void {
    const words = this.#words;
    const last = STATE_WORDS - 1;
    for (let i = 0; i < STATE_WORDS - SHIFT; i++) words[i] = words[i + SHIFT]! ^ mixed(words[i]!, words[i + 1]!);
    for (let i = STATE_WORDS - SHIFT; i < last; i++) {
      words[i] = words[i + SHIFT - STATE_WORDS]! ^ mixed(words[i]!, words[i + 1]!);
    }
    words[last] = words[SHIFT - 1]! ^ mixed(words[last]!, words[0]!);
    this.#left = STATE_WORDS;
    this.#next = 0;
  }
}

function mixed(upper: number, lower: number): number {
  const y = (upper & UPPER_MASK) | (lower & LOWER_MASK);
  return (y >>> 1) ^ (-(y & 1) & MATRIX_A);
}
