// Nn.init: fills parameters in place, drawing on the host as PyTorch's CPU generator does, so that seeds agree.
//
// Every function returns its tensor, works without recording gradients, and takes its options by position or by name.

import { type Kinds, number, orNull, real, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs, shown } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import type { LateData } from '../../../engine/graph/value';
import { hostFloats } from '../../../engine/storage/allocate';
import { noGrad } from '../../../engine/storage/mode';
import { NORMAL_BLOCK } from '../../../engine/storage/random/box-muller';
import { fillNormal, fillUniform, randperm } from '../../../engine/storage/random/distributions';
import { defaultGenerator, type Generator } from '../../../engine/storage/random/generator';
import { lateNormal, lateUniform } from '../../../engine/storage/random/late';
import { tensor as aTensor } from '../../tensor/calling/tensor-kinds';
import { Tensor } from '../../tensor/tensor';
import { fans } from './fans';
import { orthonormalColumns } from './orthogonal';

interface InitGenerator {
  /** Where the numbers come from; default: the generator that `manualSeed` seeds. */
  generator?: Generator | null;
}

/** The fan that scales a weight: 'fan_in' keeps the variance in the forward pass, 'fan_out' in the backward pass. */
export type FanMode = 'fan_in' | 'fan_out';

/** The activation that follows a layer; it determines the gain of the layer's weight. */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu';

const linearLike = /^(linear|sigmoid|conv(_transpose)?[123]d)$/;

/** The tensor that every function fills. */
interface InitTarget {
  tensor: Tensor;
}

const kinds: Kinds<InitTarget> = { tensor: aTensor };

/**
 * The recommended factor for a weight's standard deviation, by the activation that follows; `param` is leaky ReLU's
 * slope, default 0.01.
 */
export function calculateGain(
  ...args: Arguments<
    {
      /** The activation behind the layer. */ nonlinearity: Nonlinearity;
      /** The parameter; null for none. */
      param?: number | null;
    },
    ['nonlinearity', 'param']
  >
): number {
  const { nonlinearity, param } = parseArgs<{ nonlinearity: Nonlinearity; param?: number | null }>(
    'calculateGain',
    ['nonlinearity'],
    { param: null },
    args,
    { param: orNull(number) },
  );
  return gainOf('calculateGain', nonlinearity, param);
}

function gainOf(op: string, nonlinearity: Nonlinearity, param: number | null): number {
  if (linearLike.test(nonlinearity)) return 1;
  if (nonlinearity === 'tanh') return 5 / 3;
  if (nonlinearity === 'relu') return Math.sqrt(2);
  if (nonlinearity === 'leaky_relu') return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
  if (nonlinearity === 'selu') return 3 / 4;
  throw new ArgumentError(
    `${op}: expected nonlinearity to be a known one, as in 'relu', but got ${shown(nonlinearity)}`,
  );
}

interface UniformArguments extends InitTarget, InitGenerator {
  /** The first. */
  a?: number;
  /** The second. */
  b?: number;
}

/** Uniform on [a, b), default [0, 1). */
export function uniform_(...args: Arguments<UniformArguments, ['tensor', 'a', 'b', 'generator']>): Tensor {
  const defaults = { a: 0, b: 1, generator: null };
  const { tensor, a, b, generator } = parseArgs<UniformArguments>('uniform_', ['tensor'], defaults, args, kinds);
  return drawn(lateUniform, tensor, a, b, generator);
}

/** Fills the tensor from a distribution of two parameters. */
function drawn(
  draws: typeof lateUniform | typeof lateNormal,
  tensor: Tensor,
  first: number,
  second: number,
  generator: Generator | null,
): Tensor {
  return write(tensor, draws(numel(tensor.shape), first, second, generator ?? defaultGenerator()));
}

interface NormalArguments extends InitTarget, InitGenerator {
  /** The mean. */
  mean?: number;
  /** The standard deviation. */
  std?: number;
}

/** Normal with the given mean and standard deviation, default N(0, 1). */
export function normal_(...args: Arguments<NormalArguments, ['tensor', 'mean', 'std', 'generator']>): Tensor {
  const defaults = { mean: 0, std: 1, generator: null };
  const { tensor, mean, std, generator } = parseArgs<NormalArguments>('normal_', ['tensor'], defaults, args, kinds);
  return drawn(lateNormal, tensor, mean, std, generator);
}

interface TruncNormalArguments extends NormalArguments {
  /** The first. */
  a?: number;
  /** The second. */
  b?: number;
}

/** Normal, with values outside [a, b] drawn again; default N(0, 1) cut to [-2, 2]. */
export function truncNormal_(
  ...args: Arguments<TruncNormalArguments, ['tensor', 'mean', 'std', 'a', 'b', 'generator']>
): Tensor {
  const defaults = { mean: 0, std: 1, a: -2, b: 2, generator: null };
  const o = parseArgs<TruncNormalArguments>('truncNormal_', ['tensor'], defaults, args, kinds);
  const { tensor } = o;
  const generator = o.generator ?? defaultGenerator();
  const n = numel(tensor.shape);
  const reach = Math.min(o.b - o.mean, o.mean - o.a) / o.std;
  if (n >= NORMAL_BLOCK && reach > FARTHEST) return write(tensor, lateNormal(n, o.mean, o.std, generator));
  const kept = normalCdf((o.b - o.mean) / o.std) - normalCdf((o.a - o.mean) / o.std);
  const draw = kept > 0.3 ? normalsWithin : uniformsWeighed;
  return write(tensor, draw(room(tensor), o.mean, o.std, o.a, o.b, generator));
}

/** Sets every element to `val`. */
export function constant_(...args: Arguments<InitTarget & { val: number }, ['tensor', 'val']>): Tensor {
  const { tensor, val } = parseArgs<InitTarget & { val: number }>('constant_', ['tensor', 'val'], {}, args, {
    ...kinds,
    val: real,
  });
  return write(tensor, room(tensor).fill(val));
}

/** Sets every element to 1. */
export function ones_(...args: Arguments<InitTarget, ['tensor']>): Tensor {
  const { tensor } = parseArgs<InitTarget>('ones_', ['tensor'], {}, args, kinds);
  return write(tensor, room(tensor).fill(1));
}

/** Sets every element to 0. */
export function zeros_(...args: Arguments<InitTarget, ['tensor']>): Tensor {
  const { tensor } = parseArgs<InitTarget>('zeros_', ['tensor'], {}, args, kinds);
  return write(tensor, room(tensor));
}

/** Fills a matrix with the identity. */
export function eye_(...args: Arguments<InitTarget, ['tensor']>): Tensor {
  const { tensor } = parseArgs<InitTarget>('eye_', ['tensor'], {}, args, kinds);
  const [rows, columns] = matrixShape('eye_', tensor);
  const data = room(tensor);
  for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = 1;
  return write(tensor, data);
}

interface DiracArguments extends InitTarget {
  groups?: number;
}

/** Fills a convolution's weight so that it passes as many channels through unchanged as it can, in each of `groups`. */
export function dirac_(...args: Arguments<DiracArguments, ['tensor', 'groups']>): Tensor {
  const { tensor, groups } = parseArgs<DiracArguments>('dirac_', ['tensor'], { groups: 1 }, args, {
    ...kinds,
    groups: whole(1),
  });
  const shape = tensor.shape;
  if (shape.length < 3 || shape.length > 5) {
    throw new ShapeError(`dirac_: expected a tensor of 3, 4 or 5 dimensions, but got shape ${showShape(shape)}`);
  }
  const [outChannels, inChannels, ...kernel] = shape as [number, number, ...number[]];
  if (outChannels % groups !== 0) {
    throw new ArgumentError(`dirac_: expected groups that divide ${outChannels} output channels, but got ${groups}`);
  }
  const data = room(tensor);
  const kernelSize = numel(kernel);
  const centre = kernel.reduce((index, size) => index * size + Math.floor(size / 2), 0);
  const perGroup = outChannels / groups;
  for (let group = 0; group < groups; group++) {
    for (let d = 0; d < Math.min(perGroup, inChannels); d++) {
      data[((group * perGroup + d) * inChannels + d) * kernelSize + centre] = 1;
    }
  }
  return write(tensor, data);
}

interface XavierArguments extends InitTarget, InitGenerator {
  /** The factor. */
  gain?: number;
}

type Xavier = Arguments<XavierArguments, ['tensor', 'gain', 'generator']>;

const xavier = (op: string, args: Xavier) =>
  parseArgs<XavierArguments>(op, ['tensor'], { gain: 1, generator: null }, args, kinds);

/** U(-a, a) with a = gain √(6 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export function xavierUniform_(...args: Xavier): Tensor {
  const { tensor, gain, generator } = xavier('xavierUniform_', args);
  const [fanIn, fanOut] = fans('xavierUniform_', tensor);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return drawn(lateUniform, tensor, -bound, bound, generator);
}

/** N(0, σ²) with σ = gain √(2 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export function xavierNormal_(...args: Xavier): Tensor {
  const { tensor, gain, generator } = xavier('xavierNormal_', args);
  const [fanIn, fanOut] = fans('xavierNormal_', tensor);
  return drawn(lateNormal, tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), generator);
}

interface KaimingArguments extends InitTarget, InitGenerator {
  /** Negative slope of the leaky ReLU that follows. */
  a?: number;
  mode?: FanMode;
  /** The activation behind the layer. */
  nonlinearity?: Nonlinearity;
}

type Kaiming = Arguments<KaimingArguments, ['tensor', 'a', 'mode', 'nonlinearity', 'generator']>;

/** U(-b, b) with b = gain √(3 / fan) (He et al. 2015). */
export function kaimingUniform_(...args: Kaiming): Tensor {
  const { tensor, std, generator } = kaiming('kaimingUniform_', args);
  const bound = Math.sqrt(3) * std;
  return numel(tensor.shape) === 0 ? tensor : drawn(lateUniform, tensor, -bound, bound, generator);
}

/** N(0, σ²) with σ = gain / √fan (He et al. 2015). */
export function kaimingNormal_(...args: Kaiming): Tensor {
  const { tensor, std, generator } = kaiming('kaimingNormal_', args);
  return numel(tensor.shape) === 0 ? tensor : drawn(lateNormal, tensor, 0, std, generator);
}

/** A matrix (trailing dimensions flattened) with orthonormal rows or columns, times `gain` (Saxe et al. 2013). */
export function orthogonal_(...args: Xavier): Tensor {
  const { tensor, gain, generator } = xavier('orthogonal_', args);
  if (tensor.shape.length < 2) {
    throw new ShapeError(`orthogonal_: expected at least 2 dimensions, but got shape ${showShape(tensor.shape)}`);
  }
  const rows = tensor.shape[0]!;
  const columns = numel(tensor.shape.slice(1));
  const data = fillNormal(room(tensor), 0, 1, generator ?? undefined);
  return write(tensor, orthonormalColumns(data, rows, columns, gain));
}

interface SparseArguments extends InitTarget, InitGenerator {
  /** The share of zeros in each column. */
  sparsity: number;
  /** The standard deviation. */
  std?: number;
}

/** N(0, std²) with the given fraction of each column zero (Martens 2010). */
export function sparse_(...args: Arguments<SparseArguments, ['tensor', 'sparsity', 'std', 'generator']>): Tensor {
  const defaults = { std: 0.01, generator: null };
  const o = parseArgs<SparseArguments>('sparse_', ['tensor', 'sparsity'], defaults, args, {
    ...kinds,
    sparsity: number,
  });
  const { tensor } = o;
  const [rows, columns] = matrixShape('sparse_', tensor);
  const data = fillNormal(room(tensor), 0, o.std, o.generator ?? undefined);
  for (let column = 0; column < columns; column++) {
    for (const row of randperm(rows).subarray(0, Math.ceil(o.sparsity * rows))) data[row * columns + column] = 0;
  }
  return write(tensor, data);
}

function kaiming(op: string, args: Kaiming) {
  const defaults = { a: 0, mode: 'fan_in', nonlinearity: 'leaky_relu', generator: null } as const;
  const { tensor, a, mode, nonlinearity, generator } = parseArgs<KaimingArguments>(
    op,
    ['tensor'],
    defaults,
    args,
    kinds,
  );
  if (mode !== 'fan_in' && mode !== 'fan_out') {
    throw new ArgumentError(`${op}: expected mode 'fan_in' or 'fan_out', but got ${shown(mode)}`);
  }
  const fan = fans(op, tensor)[mode === 'fan_in' ? 0 : 1];
  return { tensor, std: gainOf(op, nonlinearity, a) / Math.sqrt(fan), generator };
}

function matrixShape(op: string, tensor: Tensor): [number, number] {
  const [rows, columns] = tensor.shape;
  if (tensor.shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new ShapeError(`${op}: expected a tensor of 2 dimensions, but got shape ${showShape(tensor.shape)}`);
  }
  return [rows, columns];
}

const room = (tensor: Tensor): Float32Array<ArrayBuffer> => hostFloats(numel(tensor.shape));

function write(tensor: Tensor, data: Float32Array | LateData): Tensor {
  noGrad(() => tensor.copy_(Tensor.of(fromHost(data, [...tensor.shape], 'float32'))));
  return tensor;
}

/** Normal numbers made of 24-bit uniform ones lie within √(-2 ln 2⁻²⁴) = 5.77 standard deviations. */
const FARTHEST = 5.8;

/** Φ(x), the standard normal's distribution function. */
function normalCdf(x: number): number {
  // Abramowitz & Stegun 7.1.26, error below 1.5e-7: enough to choose between two ways of drawing.
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const erf = 1 - polynomial * Math.exp(-z * z);
  return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

/** Draws the whole array again until every element has been within the bounds once, as PyTorch does. */
function normalsWithin(
  data: Float32Array,
  mean: number,
  std: number,
  a: number,
  b: number,
  generator: Generator,
): Float32Array {
  const [low, high] = [Math.fround(a), Math.fround(b)];
  const outside = (value: number) => value < low || value > high;
  fillNormal(data, mean, std, generator);
  while (data.some(outside)) {
    const again = fillNormal(new Float32Array(data.length), mean, std, generator);
    data.forEach((value, i) => {
      if (outside(value)) data[i] = again[i]!;
    });
  }
  return data;
}

/**
 * For an interval in a tail: draws uniform candidates and keeps each with a probability proportional to its density.
 */
function uniformsWeighed(
  data: Float32Array,
  mean: number,
  std: number,
  a: number,
  b: number,
  generator: Generator,
): Float32Array {
  const logPeak = -0.5 * ((Math.max(a, Math.min(mean, b)) - mean) / std) ** 2;
  const pending = new Uint8Array(data.length).fill(1);
  while (pending.includes(1)) {
    const candidates = fillUniform(new Float32Array(data.length), a, b, generator);
    const chance = fillUniform(new Float32Array(data.length), 0, 1, generator);
    candidates.forEach((x, i) => {
      if (!pending[i]) return;
      data[i] = x;
      pending[i] = Math.log(chance[i]!) > -0.5 * ((x - mean) / std) ** 2 - logPeak ? 1 : 0;
    });
  }
  return data;
}
