// Random draws by probabilities or weights in a tensor: bernoulli and multinomial.

import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { isFloat, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { withMode } from '../../../engine/graph/mode';
import { fromHost } from '../../../engine/graph/record';
import { numbersWithin } from '../../../engine/ops/indexing/indexing';
import { sampleByExponential, sampleByUniform } from '../../../engine/ops/indexing/multinomial';
import { lt } from '../../../engine/ops/pointwise/compare';
import { cast } from '../../../engine/ops/shape/cast';
import { hostFloats } from '../../../engine/storage/allocate';
import { fillBernoulli, fillUniform, uniformAbove } from '../../../engine/storage/random/distributions';
import { defaultGenerator } from '../../../engine/storage/random/generator';
import { fillExponential } from '../../../engine/storage/random/serial';
import { type DrawnWith, drawnFrom } from '../creation/drawn';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/** The arguments of `bernoulli` after its input: a probability, then options; or only options. */
type BernoulliArguments = [p?: number, options?: DrawnWith] | [options?: DrawnWith & { p?: number }];

interface MultinomialDraws extends DrawnWith {
  /** How many are drawn. */
  numSamples: number;
  /** Whether a category may be drawn more than once. Default: false. */
  replacement?: boolean;
}

type MultinomialArguments = Arguments<MultinomialDraws, ['numSamples', 'replacement', 'generator']>;

/** The greatest number of categories, as in PyTorch: float32 cannot tell more integers apart. */
const MAX_CATEGORIES = 2 ** 24;

/**
 * Ones with the probabilities in `input`, or with probability `p` in the shape of `input`; else zeros. The gradient of
 * `input` is 0.
 */
export const bernoulli = op('bernoulli(input, ...)', (input: Tensor, ...args: BernoulliArguments): Tensor => {
  const { p, generator } = parseArgs<{ p?: number | null } & DrawnWith>(
    'bernoulli',
    [],
    { p: null, generator: null },
    args,
  );
  const out = hostFloats(input.numel());
  const source = generator ?? defaultGenerator();
  if (p !== null) {
    fillBernoulli(out, p, source);
    return made(drawnFrom([input.value], cast(fromHost(out, input.shape, 'float32'), input.dtype), 'Bernoulli'));
  }
  if (!isFloat(input.dtype))
    throw new DTypeError(`bernoulli: expected probabilities of dtype float32, but got ${input.dtype}`);
  fillUniform(out, 0, 1, source);
  const drawn = withMode({ grad: false }, () => {
    const chance = fromHost(out, input.shape, 'float32');
    const p = numbersWithin('bernoulli: expected p in [0, 1]', 1, cast(input.value, 'float32'));
    return cast(lt(chance, p), input.dtype);
  });
  return made(drawnFrom([input.value], drawn, 'Bernoulli'));
});

/**
 * Draws categories by the weights in the last dimension, which need not sum to 1. Shapes: [n] → [numSamples], [rows, n]
 * → [rows, numSamples]; int64.
 * @throws ShapeError if the rank is not 1 or 2; ArgumentError if there are more samples than categories without
 * replacement. If weights
 *   are negative, infinite, NaN or all 0, the next read-back throws.
 */
export const multinomial = op('multinomial(input, ...)', (input: Tensor, ...args: MultinomialArguments): Tensor => {
  const defaults = { replacement: false, generator: null };
  const { numSamples, replacement, generator } = parseArgs<MultinomialDraws>(
    'multinomial',
    ['numSamples'],
    defaults,
    args,
  );
  const { shape } = input;
  const categories = shape.at(-1) ?? 0;
  if (shape.length !== 1 && shape.length !== 2) {
    throw new ShapeError(`multinomial: expected weights [n] or [rows, n], but got shape ${showShape(shape)}`);
  }
  if (!isFloat(input.dtype))
    throw new DTypeError(`multinomial: expected weights of dtype float32, but got ${input.dtype}`);
  if (!Number.isInteger(numSamples) || numSamples <= 0) {
    throw new ArgumentError(`multinomial: expected numSamples of at least 1, but got ${numSamples}`);
  }
  if (!replacement && numSamples > categories) {
    throw new ArgumentError(
      `multinomial: expected at most ${categories} samples without replacement, but got ${numSamples}; pass { replacement: true }`,
    );
  }
  if (categories === 0 || categories > MAX_CATEGORIES) {
    throw new ArgumentError(`multinomial: expected from 1 to 2²⁴ categories, but got ${categories}`);
  }
  const source = generator ?? defaultGenerator();
  return withMode({ grad: false }, () => {
    const weights = cast(input.value, 'float32');
    if (!replacement || numSamples === 1) {
      const q = fillExponential(hostFloats(input.numel()), 1, source);
      return made(sampleByExponential(weights, fromHost(q, shape, 'float32'), numSamples));
    }
    const size = [...shape.slice(0, -1), numSamples];
    const u = uniformAbove(
      size.reduce((a, b) => a * b, 1),
      source,
    );
    return made(sampleByUniform(weights, fromHost(u, size, 'float32')));
  });
});
