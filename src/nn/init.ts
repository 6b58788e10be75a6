// Owns nn.init: fills parameters in place, drawing on the host as PyTorch's CPU generator does, so that seeds agree.
//
// Every function returns its tensor, works without recording gradients, and takes its options by position or by name.

import { noGrad } from '../autograd/mode';
import { numel, showShape } from '../compiler/meta';
import { ArgumentError, ShapeError } from '../errors';
import { fromHost } from '../graph/record';
import type { LateData } from '../graph/value';
import { hostFloats } from '../tensor/allocate';
import { type Arguments, kindOf, parseArgs } from '../tensor/options';
import { NORMAL_BLOCK } from '../tensor/random/box-muller';
import { fillNormal, fillUniform, randperm } from '../tensor/random/distributions';
import { defaultGenerator, type Generator } from '../tensor/random/generator';
import { lateNormal, lateUniform } from '../tensor/random/late';
import { Tensor } from '../tensor/tensor';
import { orthonormalColumns } from './orthogonal';

interface Source {
  /** Where the numbers come from; default: the generator that `manualSeed` seeds. */
  generator?: Generator | null;
}

export type FanMode = 'fan_in' | 'fan_out';

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

/** @throws ArgumentError where no tensor stands in the place of one */
function expectTensor(op: string, tensor: unknown): void {
  if (!(tensor instanceof Tensor)) throw new ArgumentError(`${op}: expected a tensor, but got ${kindOf(tensor)}`);
}

/** The recommended standard deviation's factor for what follows a layer; `param` is leaky ReLU's slope, default 0.01. */
export function calculateGain(
  ...args: Arguments<{ nonlinearity: Nonlinearity; param?: number | null }, ['nonlinearity', 'param']>
): number {
  const { nonlinearity, param } = parseArgs<{ nonlinearity: Nonlinearity; param?: number | null }>(
    'calculateGain',
    ['nonlinearity'],
    { param: null },
    args,
  );
  if (linearLike.test(nonlinearity)) return 1;
  if (nonlinearity === 'tanh') return 5 / 3;
  if (nonlinearity === 'relu') return Math.sqrt(2);
  if (nonlinearity === 'leaky_relu') return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
  if (nonlinearity === 'selu') return 3 / 4;
  throw new ArgumentError(`calculateGain: expected a known nonlinearity, but got '${nonlinearity}'`);
}

/** Uniform on [a, b), default [0, 1). */
export function uniform_(
  tensor: Tensor,
  ...args: Arguments<{ a?: number; b?: number } & Source, ['a', 'b', 'generator']>
): Tensor {
  expectTensor('uniform_', tensor);
  const { a, b, generator } = parseArgs<{ a?: number; b?: number } & Source>(
    'uniform_',
    [],
    { a: 0, b: 1, generator: null },
    args,
  );
  return write(tensor, lateUniform(numel(tensor.shape), a, b, generator ?? defaultGenerator()));
}

/** Normal with the given mean and standard deviation, default N(0, 1). */
export function normal_(
  tensor: Tensor,
  ...args: Arguments<{ mean?: number; std?: number } & Source, ['mean', 'std', 'generator']>
): Tensor {
  expectTensor('normal_', tensor);
  const { mean, std, generator } = parseArgs<{ mean?: number; std?: number } & Source>(
    'normal_',
    [],
    { mean: 0, std: 1, generator: null },
    args,
  );
  return write(tensor, lateNormal(numel(tensor.shape), mean, std, generator ?? defaultGenerator()));
}

interface TruncNormalArguments extends Source {
  mean?: number;
  std?: number;
  a?: number;
  b?: number;
}

/** Normal, with values outside [a, b] drawn again; default N(0, 1) cut to [-2, 2]. */
export function truncNormal_(
  tensor: Tensor,
  ...args: Arguments<TruncNormalArguments, ['mean', 'std', 'a', 'b', 'generator']>
): Tensor {
  expectTensor('truncNormal_', tensor);
  const defaults = { mean: 0, std: 1, a: -2, b: 2, generator: null };
  const o = parseArgs<TruncNormalArguments>('truncNormal_', [], defaults, args);
  const generator = o.generator ?? defaultGenerator();
  const n = numel(tensor.shape);
  const reach = Math.min(o.b - o.mean, o.mean - o.a) / o.std;
  if (n >= NORMAL_BLOCK && reach > FARTHEST) return write(tensor, lateNormal(n, o.mean, o.std, generator));
  const kept = normalCdf((o.b - o.mean) / o.std) - normalCdf((o.a - o.mean) / o.std);
  const draw = kept > 0.3 ? normalsWithin : uniformsWeighed;
  return write(tensor, draw(room(tensor), o.mean, o.std, o.a, o.b, generator));
}

/** Every element `val`. */
export function constant_(tensor: Tensor, ...args: Arguments<{ val: number }, ['val']>): Tensor {
  expectTensor('constant_', tensor);
  return write(tensor, room(tensor).fill(parseArgs<{ val: number }>('constant_', ['val'], {}, args).val));
}

/** Every element 1. */
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1);

/** Every element 0. */
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0);

/** The identity matrix. */
export function eye_(tensor: Tensor): Tensor {
  expectTensor('eye_', tensor);
  const [rows, columns] = matrixShape('eye_', tensor);
  const data = room(tensor);
  for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = 1;
  return write(tensor, data);
}

/** A convolution's weight that passes as many channels through unchanged as it can, in each of `groups`. */
export function dirac_(tensor: Tensor, ...args: Arguments<{ groups?: number }, ['groups']>): Tensor {
  expectTensor('dirac_', tensor);
  const { groups } = parseArgs<{ groups?: number }>('dirac_', [], { groups: 1 }, args);
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

interface XavierArguments extends Source {
  gain?: number;
}

/** U(-a, a) with a = gain √(6 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export function xavierUniform_(tensor: Tensor, ...args: Arguments<XavierArguments, ['gain', 'generator']>): Tensor {
  expectTensor('xavierUniform_', tensor);
  const { gain, generator } = parseArgs<XavierArguments>('xavierUniform_', [], { gain: 1, generator: null }, args);
  const [fanIn, fanOut] = fans('xavierUniform_', tensor);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(tensor, -bound, bound, { generator });
}

/** N(0, σ²) with σ = gain √(2 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export function xavierNormal_(tensor: Tensor, ...args: Arguments<XavierArguments, ['gain', 'generator']>): Tensor {
  expectTensor('xavierNormal_', tensor);
  const { gain, generator } = parseArgs<XavierArguments>('xavierNormal_', [], { gain: 1, generator: null }, args);
  const [fanIn, fanOut] = fans('xavierNormal_', tensor);
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), { generator });
}

interface KaimingArguments extends Source {
  /** Negative slope of the leaky ReLU that follows. */
  a?: number;
  mode?: FanMode;
  nonlinearity?: Nonlinearity;
}

type Kaiming = Arguments<KaimingArguments, ['a', 'mode', 'nonlinearity', 'generator']>;

/** U(-b, b) with b = gain √(3 / fan) (He et al. 2015). */
export function kaimingUniform_(tensor: Tensor, ...args: Kaiming): Tensor {
  expectTensor('kaimingUniform_', tensor);
  const { std, generator } = kaiming('kaimingUniform_', tensor, args);
  const bound = Math.sqrt(3) * std;
  return numel(tensor.shape) === 0 ? tensor : uniform_(tensor, -bound, bound, { generator });
}

/** N(0, σ²) with σ = gain / √fan (He et al. 2015). */
export function kaimingNormal_(tensor: Tensor, ...args: Kaiming): Tensor {
  expectTensor('kaimingNormal_', tensor);
  const { std, generator } = kaiming('kaimingNormal_', tensor, args);
  return numel(tensor.shape) === 0 ? tensor : normal_(tensor, 0, std, { generator });
}

/** A matrix (trailing dimensions flattened) with orthonormal rows or columns, times `gain` (Saxe et al. 2013). */
export function orthogonal_(tensor: Tensor, ...args: Arguments<XavierArguments, ['gain', 'generator']>): Tensor {
  expectTensor('orthogonal_', tensor);
  const { gain, generator } = parseArgs<XavierArguments>('orthogonal_', [], { gain: 1, generator: null }, args);
  if (tensor.shape.length < 2) {
    throw new ShapeError(`orthogonal_: expected at least 2 dimensions, but got shape ${showShape(tensor.shape)}`);
  }
  const rows = tensor.shape[0]!;
  const columns = numel(tensor.shape.slice(1));
  const data = fillNormal(room(tensor), 0, 1, generator ?? undefined);
  return write(tensor, orthonormalColumns(data, rows, columns, gain));
}

interface SparseArguments extends Source {
  sparsity: number;
  std?: number;
}

/** N(0, std²) with the given fraction of each column zero (Martens 2010). */
export function sparse_(tensor: Tensor, ...args: Arguments<SparseArguments, ['sparsity', 'std', 'generator']>): Tensor {
  expectTensor('sparse_', tensor);
  const o = parseArgs<SparseArguments>('sparse_', ['sparsity'], { std: 0.01, generator: null }, args);
  const [rows, columns] = matrixShape('sparse_', tensor);
  const data = fillNormal(room(tensor), 0, o.std, o.generator ?? undefined);
  for (let column = 0; column < columns; column++) {
    for (const row of randperm(rows).subarray(0, Math.ceil(o.sparsity * rows))) data[row * columns + column] = 0;
  }
  return write(tensor, data);
}

/** Inputs and outputs of one unit of a weight [out, in, ...kernel]. */
export function fans(op: string, tensor: Tensor): [fanIn: number, fanOut: number] {
  expectTensor(op, tensor);
  const [outputs, inputs, ...kernel] = tensor.shape;
  if (outputs === undefined || inputs === undefined) {
    throw new ShapeError(`${op}: expected a weight of at least 2 dimensions, but got shape ${showShape(tensor.shape)}`);
  }
  return [inputs * numel(kernel), outputs * numel(kernel)];
}

function kaiming(op: string, tensor: Tensor, args: Kaiming) {
  const defaults = { a: 0, mode: 'fan_in', nonlinearity: 'leaky_relu', generator: null } as const;
  const { a, mode, nonlinearity, generator } = parseArgs<KaimingArguments>(op, [], defaults, args);
  if (mode !== 'fan_in' && mode !== 'fan_out') {
    throw new ArgumentError(`${op}: expected mode 'fan_in' or 'fan_out', but got '${mode}'`);
  }
  const fan = fans(op, tensor)[mode === 'fan_in' ? 0 : 1];
  return { std: calculateGain(nonlinearity, a) / Math.sqrt(fan), generator };
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

/** No normal number is farther out, in standard deviations, where they are made of uniform ones of 24 bits: √(-2 ln 2⁻²⁴) = 5.77. */
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

/** Draws the whole array again until every element has once been within the bounds, as PyTorch does. */
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

/** Where the interval lies in a tail: uniform candidates, kept with the probability of their density. */
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
