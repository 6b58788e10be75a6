// Checks the tables of the Box–Muller transform for one in seven of the numbers that can be drawn, in every cell of the tables.
import { expect, it } from 'vitest';
import { boxMuller, NORMAL_BLOCK } from '../../src/engine/storage/random/box-muller';

const f32 = Math.fround;
const HALF = NORMAL_BLOCK / 2;
const NUMBERS = 2 ** 24;
const STEP = 7;
/** Numbers that are transformed in one call. */
const MANY = 2 ** 19;

const radiusOf = (u: number) => f32(Math.sqrt(f32(-2 * f32(Math.log(1 - u)))));

/** How many of the pairs differ from `want`, where one of a pair is each number in turn and the other one `fixed`. */
function differing(isRadius: boolean, fixed: number, want: (u: number) => readonly [number, number]): number {
  let count = 0;
  const block = new Float32Array(2 * MANY);
  for (let first = 0; first + MANY * STEP <= NUMBERS; first += MANY * STEP) {
    for (let i = 0; i < MANY; i++) {
      const at = 2 * i - (i % HALF);
      block[at] = isRadius ? (first + i * STEP) / NUMBERS : fixed;
      block[at + HALF] = isRadius ? fixed : (first + i * STEP) / NUMBERS;
    }
    boxMuller(block, 0, 0, 1);
    for (let i = 0; i < MANY; i++) {
      const at = 2 * i - (i % HALF);
      const [across, up] = want((first + i * STEP) / NUMBERS);
      if (block[at] !== across || block[at + HALF] !== up) count++;
    }
  }
  return count;
}

it('gives the length that the logarithm of the host rounds to, for one in seven of 2²⁴ numbers', () => {
  const wrong = differing(true, 0, (u) => [radiusOf(u), 0]);
  expect(wrong).toBe(0);
});

it('gives the cosine and the sine that those of the host round to, for one in seven of 2²⁴ numbers', () => {
  const length = radiusOf(0.75);
  const wrong = differing(false, 0.75, (u) => {
    const angle = f32(f32(2 * Math.PI) * u);
    return [f32(length * f32(Math.cos(angle))), f32(length * f32(Math.sin(angle)))];
  });
  expect(wrong).toBe(0);
});
