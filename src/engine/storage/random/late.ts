// Owns draws that wait until somebody reads them: a layer's own weights, which most networks draw again, are then never computed.
import { LateData } from '../../graph/value';
import { expectRoom, hostFloats } from '../allocate';
import { NORMAL_BLOCK } from './box-muller';
import { fillNormal, fillUniform } from './distributions';
import type { Generator } from './generator';

/** From this length on the draws wait; below it the generator's state would take more room than the numbers. */
const MANY = 4096;

type Fill = (out: Float32Array<ArrayBuffer>, a: number, b: number, generator: Generator) => Float32Array<ArrayBuffer>;

function late(n: number, words: number, fill: Fill, a: number, b: number, generator: Generator) {
  // An error in the numbers a and b is thrown at once.
  if (n < MANY) return fill(hostFloats(n), a, b, generator);
  fill(hostFloats(0), a, b, generator);
  expectRoom(Float32Array, n);
  const state = generator.skip(words);
  return new LateData(4 * n, () => fill(hostFloats(n), a, b, state.copy()));
}

/** `n` numbers of `fillUniform`. */
export const lateUniform = (n: number, from: number, to: number, generator: Generator): Float32Array | LateData =>
  late(n, n, fillUniform, from, to, generator);

/** `n` numbers of `fillNormal`. */
export const lateNormal = (n: number, mean: number, std: number, generator: Generator): Float32Array | LateData =>
  late(n, n + (n % NORMAL_BLOCK === 0 ? 0 : NORMAL_BLOCK), fillNormal, mean, std, generator);
