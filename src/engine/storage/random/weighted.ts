// Draws indices by weights on the host, in double precision, as PyTorch's multinomial does for its samplers.
import { ArgumentError } from '../../core/errors';
import { uniform53 } from './distributions';
import { defaultGenerator } from './generator';
import { fillExponential } from './serial';

/** `count` indices, drawn by weights that need not sum to 1. Without replacement, no index comes twice. */
export function weightedIndices(
  weights: Float64Array,
  count: number,
  replacement: boolean,
  generator = defaultGenerator(),
): Int32Array {
  const wrong = weights.find((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong !== undefined || !weights.some((weight) => weight > 0)) {
    const got = wrong ?? (weights.length > 0 ? 'zeros' : 'none');
    throw new ArgumentError(`multinomial: expected weights that are finite, at least 0 and not all 0, but got ${got}`);
  }
  if (replacement && count > 1) {
    const shares = sharesBelow(weights);
    return Int32Array.from({ length: count }, () => firstNotBelow(shares, uniform53(generator)));
  }
  // The indices of the greatest weight / exponential number are a sample: Efraimidis and Spirakis 2006, "Weighted
  // random sampling with a reservoir".
  const race = fillExponential(new Float64Array(weights.length), 1, generator).map((q, i) => weights[i]! / q);
  return Int32Array.from(race.keys())
    .sort((a, b) => race[b]! - race[a]!)
    .slice(0, count);
}

/** For each index, the share of all weights up to it. The last share is 1, whatever rounding says. */
function sharesBelow(weights: Float64Array): Float64Array {
  let sum = 0;
  const sums = weights.map((weight) => {
    sum += weight;
    return sum;
  });
  const shares = sums.map((upTo) => upTo / sum);
  shares[shares.length - 1] = 1;
  return shares;
}

function firstNotBelow(shares: Float64Array, u: number): number {
  let low = 0;
  let high = shares.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shares[middle]! < u) low = middle + 1;
    else high = middle;
  }
  return low;
}
