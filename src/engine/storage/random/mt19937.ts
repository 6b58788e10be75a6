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

/** A point in the sequence: `next` words of `words` are taken, or none yet where these are a seed's. */
export interface MT19937State {
  words: Uint32Array;
  next: number;
}

/** Engines that may wait one behind the other: each has the one before it begin. */
const MOST_WAITING = 1000;

/**
 * The engine mt19937 with PyTorch's seeding: only the low 32 bits of the seed count. It begins when its first word is asked for, so an engine
 * that nobody asks passes over no words.
 */
export class MT19937 {
  #words!: Uint32Array;
  #next = 0;
  /** Where this one begins, until it has begun. */
  #from: bigint | MT19937 | undefined;
  readonly #behind: number;
  /** How many engines in front of this one have not begun. */
  #waiting = 0;

  /**
   * @param from the seed, or the engine that this one follows, of which no word may be taken any more
   * @param behind how many words of that engine are passed over
   */
  constructor(from: bigint | MT19937, behind = 0) {
    this.#from = from;
    this.#behind = behind;
    if (from instanceof MT19937) this.#waiting = from.#waiting + 1;
    if (this.#waiting > MOST_WAITING) this.#begin();
  }

  #begin(): void {
    const from = this.#from;
    this.#from = undefined;
    this.#waiting = 0;
    if (from instanceof MT19937) {
      from.#begin();
      this.setState(from.#words.slice(), from.#next);
      for (let left = this.#behind; left > 0; ) left -= this.#take(left);
    } else if (from !== undefined) {
      const words = new Uint32Array(STATE_WORDS);
      words[0] = Number(BigInt.asUintN(32, from));
      for (let i = 1; i < STATE_WORDS; i++) {
        const previous = words[i - 1];
        words[i] = Math.imul(SEED_MULTIPLIER, previous ^ (previous >>> 30)) + i;
      }
      this.#words = words;
    }
  }

  /** The next unsigned 32-bit word. */
  random(): number {
    if (this.#next % STATE_WORDS === 0) this.#turn();
    return tempered(this.#words[this.#next++]) >>> 0;
  }

  /** Fills `out` with the lower 24 bits of a word each, as numbers in [0, 1). */
  fill24(out: Float32Array): void {
    for (let i = 0; i < out.length; ) {
      const end = i + this.#take(out.length - i);
      const words = this.#words;
      const at = this.#next - end;
      for (; i < end; i++) out[i] = (tempered(words[at + i]!) & 0xffffff) / 2 ** 24;
    }
  }

  /** Passes over as many words as are wanted, but not beyond the next twist. Returns how many. */
  #take(wanted: number): number {
    if (this.#next % STATE_WORDS === 0) this.#turn();
    const taken = Math.min(wanted, STATE_WORDS - this.#next);
    this.#next += taken;
    return taken;
  }

  /** The words are the engine's own, and stay so. */
  getState(): MT19937State {
    this.#begin();
    return { words: this.#words, next: this.#next };
  }

  /** Takes the words as its own. */
  setState(words: Uint32Array, next: number): void {
    this.#from = undefined;
    this.#words = words;
    this.#next = next;
  }

  /** Begins, and makes the next words where none is left. */
  #turn(): void {
    this.#begin();
    if (this.#next % STATE_WORDS !== 0) return;
    const words = this.#words;
    const last = STATE_WORDS - 1;
    for (let i = 0; i < STATE_WORDS - SHIFT; i++) words[i] = words[i + SHIFT]! ^ mixed(words[i]!, words[i + 1]!);
    for (let i = STATE_WORDS - SHIFT; i < last; i++) {
      words[i] = words[i + SHIFT - STATE_WORDS]! ^ mixed(words[i]!, words[i + 1]!);
    }
    words[last] = words[SHIFT - 1]! ^ mixed(words[last]!, words[0]!);
    this.#next = 0;
  }
}

function tempered(y: number): number {
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >>> 18);
}

function mixed(upper: number, lower: number): number {
  const y = (upper & UPPER_MASK) | (lower & LOWER_MASK);
  return (y >>> 1) ^ (-(y & 1) & MATRIX_A);
}
