// Draws that wait until somebody reads them. Most networks draw the weights of their layers twice, and the first draw
// is then never computed.
import { LateData } from '../../graph/value';
import { expectRoom, hostFloats } from '../allocate';
import { NORMAL_BLOCK } from './box-muller';
import { fillNormal, fillUniform } from './distributions';
import type { Generator } from './generator';

type Fill = (out: Float32Array<ArrayBuffer>, a: number, b: number, generator: Generator) => Float32Array<ArrayBuffer>;

function late(n: number, words: number, fill: Fill, a: number, b: number, generator: Generator) {
  // The draws of an empty array throw at once if a or b is wrong.
  fill(hostFloats(0), a, b, generator);
  expectRoom(Float32Array, n);
  const state = generator.skip(words);
  return new LateData(4 * n, () => fill(hostFloats(n), a, b, state.copy()));
}

/** `n` numbers of `fillUniform`, drawn when they are read. */
export const lateUniform = (n: number, from: number, to: number, generator: Generator): LateData =>
  late(n, n, fillUniform, from, to, generator);

/** `n` numbers of `fillNormal`, drawn when they are read; fewer than a block at once, since the last of them may be left for the next draw. */
export const lateNormal = (n: number, mean: number, std: number, generator: Generator): Float32Array | LateData =>
  n < NORMAL_BLOCK
    ? fillNormal(hostFloats(n), mean, std, generator)
    : late(n, n % NORMAL_BLOCK === 0 ? n : n + NORMAL_BLOCK, fillNormal, mean, std, generator);
