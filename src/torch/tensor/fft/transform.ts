// What all discrete Fourier transforms share: their options, the lengths along dimensions, and the factors of `norm`.

import { integer, listOf, oneOf, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { complexEnds, halfEnds, realEnds } from '../../../engine/ops/fft/ends';
import { fft } from '../../../engine/ops/fft/fft';
import { toFloat } from '../../../engine/ops/shape/cast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { narrow } from '../../../engine/ops/shape/shape';
import { made } from '../made';
import type { Tensor } from '../tensor';

/** Which of a transform and its inverse is divided, and by what. */
export type FftNorm = 'forward' | 'backward' | 'ortho';

/** Options of transforms along one dimension. */
export interface FftOptions {
  /** The length of the transform: the input is cut, or padded with zeros. Default: that of the dimension. */
  n?: number | null;
  /** The dimension. The last one of pairs is not counted. Default: the last. */
  dim?: number;
  /**
   * `backward` (default): the inverse is divided by n. `forward`: the transform itself is. `ortho`: both are divided by √n.
   */
  norm?: FftNorm | null;
}

/** Options of transforms along two dimensions. */
export interface Fft2Options {
  /** The lengths, for each of `dim`; -1: that of the dimension. The input is cut, or padded with zeros. */
  s?: readonly number[] | null;
  /** The dimensions. The last one of pairs is not counted. Default: the last two. */
  dim?: readonly number[];
  /**
   * `backward` (default): the inverse is divided by the product of the lengths. `forward`: the transform itself is.
   * `ortho`: both are divided by its root.
   */
  norm?: FftNorm | null;
}

/** Options of transforms along several dimensions. */
export interface FftnOptions extends Omit<Fft2Options, 'dim'> {
  /** The dimensions. The last one of pairs is not counted. Default: the last ones, as many as `s` has, or else all. */
  dim?: readonly number[] | null;
}

/** What a transform reads and gives: pairs, or real numbers and the half of their spectrum that tells the other half. */
export type Form = 'pairs' | 'realToHalf' | 'halfToReal';

/** A transform by its name: its form, the sign of its exponent, and whether `backward` divides it. */
export interface Kind {
  readonly form: Form;
  /** The exponent is positive. */
  readonly positive: boolean;
  readonly isInverse: boolean;
}

const norms = orNull(oneOf('forward', 'backward', 'ortho'));
const gradNames: Readonly<Record<Form, string>> = {
  pairs: 'FftC2CBackward0',
  realToHalf: 'FftR2CBackward0',
  halfToReal: 'FftC2RBackward0',
};

function factorOf(n: number, norm: FftNorm | null, isInverse: boolean): number {
  if (norm === 'ortho') return 1 / Math.sqrt(n);
  return (norm === 'forward') === isInverse ? 1 : 1 / n;
}

/**
 * The input's elements in float32, and its number of dimensions, without that of pairs.
 * @throws ShapeError unless its last dimension is of pairs where the form takes these
 */
function elementsOf(name: string, input: Tensor, form: Form): { readonly x: Value; readonly rank: number } {
  const { shape } = input;
  const x = toFloat(input.value);
  if (form === 'realToHalf') return { x, rank: shape.length };
  if (shape.at(-1) === 2) return { x, rank: shape.length - 1 };
  throw new ShapeError(
    `${name}: expected complex numbers as pairs of a real and an imaginary part, in a last dimension of size 2, but got shape ${showShape(shape)}; torch.stack([x, torch.zerosLike(x)], -1) makes pairs of real numbers`,
  );
}

function along(name: string, x: Value, dim: number, length: number | null, norm: FftNorm | null, kind: Kind): Value {
  const { form, positive, isInverse } = kind;
  const there = x.shape[dim]!;
  const n = length ?? (form === 'halfToReal' ? 2 * (there - 1) : there);
  if (n < 1) throw new ArgumentError(`${name}: expected a length of at least 1 along dimension ${dim}, but got ${n}`);
  const half = Math.floor(n / 2) + 1;
  const read = form === 'halfToReal' ? half : n;
  const cut = there > read ? narrow(x, dim, 0, read) : x;
  const from = { pairs: complexEnds, realToHalf: realEnds, halfToReal: halfEnds }[form](Math.min(there, read));
  const to = form === 'halfToReal' ? realEnds(n) : complexEnds(form === 'pairs' ? n : half);
  const scale = factorOf(n, norm, isInverse);
  return named(fft(cut, { dim, n, inverse: positive, scale, from, to }), gradNames[form]);
}

/** A transform along one dimension. */
export function alongOne(name: string, input: Tensor, args: readonly unknown[], kind: Kind): Tensor {
  const { n, dim, norm } = parseArgs<FftOptions>(name, [], { n: null, dim: -1, norm: null }, args, {
    n: orNull(integer),
    dim: integer,
    norm: norms,
  });
  const { x, rank } = elementsOf(name, input, kind.form);
  if (rank === 0)
    throw new ShapeError(
      `${name}: expected at least one dimension to transform, but got shape ${showShape(input.shape)}`,
    );
  return made(along(name, x, resolveDim(name, dim, rank), n, norm, kind));
}

/** A transform along several dimensions; `byDefault`: these if none are given, or null for all. */
export function alongSeveral(
  name: string,
  input: Tensor,
  args: readonly unknown[],
  kind: Kind,
  byDefault: readonly number[] | null,
): Tensor {
  const { s, dim, norm } = parseArgs<FftnOptions>(name, [], { s: null, dim: byDefault, norm: null }, args, {
    s: orNull(listOf(integer)),
    dim: orNull(listOf(integer)),
    norm: norms,
  });
  const { form, positive, isInverse } = kind;
  const { x, rank } = elementsOf(name, input, form);
  const last = Array.from({ length: s?.length ?? rank }, (_, i) => rank - (s?.length ?? rank) + i);
  const dims = (dim ?? last).map((d) => resolveDim(name, d, rank));
  if (new Set(dims).size < dims.length) {
    throw new ArgumentError(`${name}: expected dim to name distinct dimensions, but got ${showShape(dim!)}`);
  }
  if (s !== null && s.length !== dims.length) {
    throw new ArgumentError(`${name}: expected a length for each dimension, but got ${s.length} for ${dims.length}`);
  }
  if (form !== 'pairs' && dims.length === 0) {
    throw new ArgumentError(`${name}: expected at least one dimension to transform, but got none`);
  }
  const steps = dims.map((d, i) => ({ d, length: s === null || s[i] === -1 ? null : s[i]! }));
  const complex: Kind = { form: 'pairs', positive, isInverse };
  const step = (value: Value, { d, length }: (typeof steps)[number], of: Kind) =>
    along(name, value, d, length, norm, of);
  if (form === 'pairs') return made(steps.reduce((value, one) => step(value, one, complex), x));
  const others = steps.slice(0, -1);
  const end = steps.at(-1)!;
  if (form === 'realToHalf')
    return made(others.reduceRight((value, one) => step(value, one, complex), step(x, end, kind)));
  return made(
    step(
      others.reduce((value, one) => step(value, one, complex), x),
      end,
      kind,
    ),
  );
}
