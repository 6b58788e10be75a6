// The random generator that a user holds: seeding, the cached second normal number, and a state that PyTorch can read
// and write.

import { whole } from '../../core/argument-kinds';
import { closeMethods } from '../../core/arity';
import { ArgumentError } from '../../core/errors';
import { type Arguments, expectKind, parseArgs, shown } from '../../core/options';
import { beforeChange, isJournaling } from '../../graph/journal';
import { type DeviceLike, expectDevice } from '../device';
import { MT19937, STATE_WORDS } from './mt19937';

/** PyTorch's `default_rng_seed_val`, the seed of a Generator that was given none. */
const DEFAULT_SEED = 67280421310721n;

/** Bytes of `torch.Generator.get_state()`: PyTorch's CPU state, written field by field in `getState`. */
const STATE_BYTES = 5056;
const LEFT_AT = 8;
const SEEDED_AT = 12;
const NEXT_AT = 16;
const WORDS_AT = 24;
const NORMAL_AT = WORDS_AT + 8 * STATE_WORDS + 8;
const NORMAL_VALID_AT = NORMAL_AT + 16;

/** A seed: any integer. As in PyTorch a negative one is taken modulo 2⁶⁴. */
export type Seed = number | bigint;

interface Seeding {
  /** The seed. */
  seed: Seed;
}

interface Resuming {
  /** The result of `getState` or `getRngState`. */
  newState: Uint8Array;
}

/**
 * PyTorch's CPU generator. The same seed and the same calls give the same numbers as `torch.Generator()`.
 *
 * `new Generator()` starts from PyTorch's fixed default seed, 67280421310721.
 */
export class Generator {
  static {
    closeMethods(Generator.prototype, ['seed', 'initialSeed', 'random', 'copy', 'getState']);
  }

  #seed = DEFAULT_SEED;
  #engine = new MT19937(DEFAULT_SEED);
  #nextNormal: number | undefined;

  /** @param args `device`, any of PyTorch's, such as `{ device: 'cuda' }`: the numbers are the same on all of them */
  constructor(...args: Arguments<{ device?: DeviceLike | null }, ['device']>) {
    if (args.length === 0) return;
    const { device } = parseArgs<{ device?: DeviceLike | null }>('Generator', [], { device: null }, args);
    if (device !== null) expectDevice('Generator', device);
  }

  /**
   * Starts the sequence that belongs to `seed`, and returns this generator. Only the low 32 bits choose the sequence.
   *
   * @throws ArgumentError if the seed is no integer, or not in [-2⁶³, 2⁶⁴)
   */
  manualSeed(...args: Arguments<Seeding, ['seed']>): this {
    const wide = seedIn(args);
    this.#keep();
    this.#engine = new MT19937(wide);
    this.#seed = wide;
    this.#nextNormal = undefined;
    return this;
  }

  /** Seeds from the system's entropy and returns the seed, an integer below 2⁵³. */
  seed(): number {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    const seed = (high & 0x1fffff) * 2 ** 32 + low;
    this.manualSeed(seed);
    return seed;
  }

  /** The present seed: a number if that is exact, else a bigint. */
  initialSeed(): Seed {
    return this.#seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(this.#seed) : this.#seed;
  }

  /** The next unsigned 32-bit integer. */
  random(): number {
    this.#keep();
    return this.#engine.random();
  }

  /**
   * Fills `out` with the lower 24 bits of a random integer each, as numbers in [0, 1).
   * @param out Where the numbers are written.
   */
  fill24(out: Float32Array): void {
    this.#keep();
    this.#engine.fill24(out);
  }

  /**
   * Goes on as if `count` integers of 32 bits had been drawn. Returns a generator that draws them. Nothing is computed until one of the two is
   * asked for a number.
   * @param count How many.
   */
  skip(count: number): Generator {
    expectKind('Generator.skip', 'count', count, whole(0, 2 ** 32));
    this.#keep();
    const behind = new Generator();
    behind.#engine = new MT19937(this.#engine);
    behind.#seed = this.#seed;
    behind.#nextNormal = this.#nextNormal;
    this.#engine = new MT19937(this.#engine, count);
    return behind;
  }

  /** A copy, which goes on from here as this generator does. */
  copy(): Generator {
    return this.skip(0);
  }

  /** The next unsigned 64-bit integer: two of 32 bits, the first one high. */
  random64(): bigint {
    return (BigInt(this.random()) << 32n) | BigInt(this.random());
  }

  /** The normal sample that Box-Muller left over, which the next scalar draw uses up. */
  takeNextNormal(): number | undefined {
    const sample = this.#nextNormal;
    if (sample !== undefined) this.#keep();
    this.#nextNormal = undefined;
    return sample;
  }

  keepNextNormal(sample: number): void {
    this.#keep();
    this.#nextNormal = sample;
  }

  /** Everything needed to resume, the cached normal too: the 5,056 bytes of PyTorch's `Generator.get_state()`. */
  getState(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    const { words, next } = this.#engine.getState();
    view.setBigUint64(0, this.#seed, true);
    view.setInt32(LEFT_AT, leftAt(next), true);
    view.setInt32(SEEDED_AT, 1, true);
    view.setUint32(NEXT_AT, next, true);
    for (let i = 0; i < STATE_WORDS; i++) view.setUint32(WORDS_AT + 8 * i, words[i], true);
    if (this.#nextNormal !== undefined) {
      view.setFloat64(NORMAL_AT, this.#nextNormal, true);
      view.setInt32(NORMAL_VALID_AT, 1, true);
    }
    return bytes;
  }

  /**
   * Resumes from `getState()`, this library's or PyTorch's, and returns this generator.
   *
   * @throws ArgumentError if the bytes are not such a state
   */
  setState(...args: Arguments<Resuming, ['newState']>): this {
    return this.resume('Generator.setState', args);
  }

  /** @internal `setState` for errors that name the function `op`. */
  resume(op: string, args: readonly unknown[]): this {
    const { newState: state } = parseArgs<Resuming>(op, ['newState'], {}, args);
    if (!(state instanceof Uint8Array) || state.length !== STATE_BYTES) {
      throw new ArgumentError(
        `${op}: expected ${STATE_BYTES} bytes of state, but got ${state?.length ?? typeof state}`,
      );
    }
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    const left = view.getInt32(LEFT_AT, true);
    const next = view.getUint32(NEXT_AT, true);
    if (view.getInt32(SEEDED_AT, true) !== 1 || next > STATE_WORDS || left !== leftAt(next)) {
      throw new ArgumentError(`${op}: expected the bytes of getState(), but got bytes that no generator wrote`);
    }
    this.#keep();
    const words = Uint32Array.from({ length: STATE_WORDS }, (_, i) => view.getUint32(WORDS_AT + 8 * i, true));
    this.#engine.setState(words, next);
    this.#seed = view.getBigUint64(0, true);
    this.#nextNormal = view.getInt32(NORMAL_VALID_AT, true) ? view.getFloat64(NORMAL_AT, true) : undefined;
    return this;
  }

  /** Has a rehearsal restore this state at its end. */
  #keep(): void {
    if (!isJournaling()) return;
    beforeChange(this, () => {
      const state = this.getState();
      return () => this.setState(state);
    });
  }
}

/** PyTorch's `left`, which counts down to the next twist: 1 before a word of a seed is taken, too. */
const leftAt = (next: number): number => (next === 0 ? 1 : STATE_WORDS + 1 - next);

let shared: Generator | undefined;

/** The generator of calls that name none. As in PyTorch, it has a random seed until `manualSeed` is called. */
export function defaultGenerator(): Generator {
  if (!shared) {
    shared = new Generator();
    shared.seed();
  }
  return shared;
}

/** Runs `fn` with `generator` as the default generator. */
export function withDefaultGenerator<T>(generator: Generator, fn: () => T): T {
  const before = shared;
  shared = generator;
  try {
    return fn();
  } finally {
    shared = before;
  }
}

/** Seeds the default generator and returns it, as `torch.manual_seed` does. */
export function manualSeed(...args: Arguments<Seeding, ['seed']>): Generator {
  shared ??= new Generator();
  return shared.manualSeed(...args);
}

function seedIn(args: readonly unknown[]): bigint {
  const { seed } = parseArgs<Seeding>('manualSeed', ['seed'], {}, args);
  const wide = typeof seed === 'bigint' || Number.isInteger(seed) ? BigInt(seed) : null;
  if (wide === null || wide < -(2n ** 63n) || wide >= 2n ** 64n) {
    throw new ArgumentError(`manualSeed: expected an integer in [-2^63, 2^64), but got ${wide ?? shown(seed)}`);
  }
  return BigInt.asUintN(64, wide);
}
