// Readers that do what none may do: the fuzzing must find each of them, and find nothing in the two that do as they should.
import { FileFormatError } from '../../src/engine/core/errors';
import { checkIdx } from './checks';
import type { Format } from './formats';

interface Trap extends Format {
  /** The kind of what is found; null for nothing. */
  readonly finds: 'hang' | 'memory' | 'error' | 'value' | 'crash' | null;
}

/** An IDX file of four labels. */
const seed = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4);
const seeds = (): readonly Uint8Array[] => [seed];

/** The seed itself is read as it should be, as all that is loaded before anything counts. */
const onDamage = (act: (bytes: Uint8Array) => unknown) => async (bytes: Uint8Array) =>
  Buffer.from(bytes).equals(Buffer.from(seed)) ? bytes.subarray(8) : act(bytes);

/** Kept, so that no collector takes it. */
const hoard: Uint8Array[] = [];

export const traps: Readonly<Record<string, Trap>> = {
  'hangs in a loop': {
    seeds,
    finds: 'hang',
    read: onDamage(() => {
      for (;;);
    }),
  },
  'hangs in waiting': { seeds, finds: 'hang', read: onDamage(() => new Promise((done) => setTimeout(done, 60_000))) },
  'takes memory': {
    seeds,
    finds: 'memory',
    read: onDamage(() => void hoard.push(new Uint8Array(200 * 2 ** 20).fill(1))),
  },
  'takes memory for a moment': {
    seeds,
    finds: 'memory',
    read: onDamage(() => new Uint8Array(200 * 2 ** 20).fill(1).length),
  },
  'takes the heap': {
    seeds,
    finds: 'memory',
    read: onDamage(() => Array.from({ length: 2 ** 24 }, (_, i) => i + 0.5).length),
  },
  'throws a TypeError': { seeds, finds: 'error', read: onDamage(() => (null as unknown as Uint8Array).length) },
  'throws a RangeError': { seeds, finds: 'error', read: onDamage(() => new Uint8Array(-1)) },
  'finds a bug of ours': {
    seeds,
    finds: 'error',
    read: onDamage(() => {
      throw new FileFormatError('internal: should not be');
    }),
  },
  'throws behind our back': {
    seeds,
    finds: 'error',
    read: onDamage(() => {
      void Promise.reject(new TypeError('nobody waits for this'));
      return new Promise((done) => setTimeout(done, 10, seed.subarray(8)));
    }),
  },
  'ends the process': { seeds, finds: 'crash', read: onDamage(() => process.exit(7)) },
  'gives a wrong value': { seeds, finds: 'value', read: onDamage(() => Uint8Array.of(9, 9, 9, 9)), check: checkIdx },
  'refuses as it should': {
    seeds,
    finds: null,
    read: onDamage(() => {
      throw new FileFormatError('damaged');
    }),
  },
};
