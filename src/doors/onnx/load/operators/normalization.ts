// Normalisation over batches, layers, groups, instances and channels, and by norms.
import { nn, ones, type Tensor } from '../../../../torch';
import { numelOf as numel } from '../../../../torch/inside';
import { axisOf } from '../arrange';
import type { Operator, Operators } from '../call';

/** A vector of one number per channel, reshaped to broadcast with [N, C, …]. */
const channelwise = (v: Tensor, rank: number): Tensor => v.reshape([-1, ...new Array<number>(rank - 2).fill(1)]);

/** In training mode, the new running mean and variance are outputs, too. */
const BatchNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const [scale, bias, mean, variance] = [call.tensor(1), call.tensor(2), call.tensor(3), call.tensor(4)];
  const eps = call.float('epsilon', 1e-5);
  if (call.opset < 9 && call.int('spatial', 1) === 0) {
    // Mean and variance have one number per position, so the formula is written out.
    return x.sub(mean).div(variance.add(eps).sqrt()).mul(scale).add(bias);
  }
  if (call.int('training_mode', 0) === 0) {
    return nn.functional.batchNorm(x, mean, variance, { weight: scale, bias, training: false, eps });
  }
  const momentum = call.float('momentum', 0.9);
  const axes = x.shape.map((_, d) => d).filter((d) => d !== 1);
  const own = x.mean(axes);
  const spread = x.sub(channelwise(own, x.shape.length)).square().mean(axes);
  const rank = x.shape.length;
  const normal = x.sub(channelwise(own, rank)).div(channelwise(spread.add(eps).sqrt(), rank));
  const mixed = (old: Tensor, now: Tensor) => old.mul(momentum).add(now.mul(1 - momentum));
  const y = normal.mul(channelwise(scale, rank)).add(channelwise(bias, rank));
  return [y, mixed(mean, own), mixed(variance, spread)];
};

const InstanceNormalization: Operator = (call) => {
  const [x, scale, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  return nn.functional.instanceNorm(x, { weight: scale, bias, eps: call.float('epsilon', 1e-5) });
};

/** Normalises over the dimensions from the axis on. Optional outputs: the mean and 1 / standard deviation. */
const LayerNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const [scale, bias] = [call.optionalTensor(1), call.optionalTensor(2)];
  const axis = axisOf(call, call.int('axis', -1), x.shape.length);
  const eps = call.float('epsilon', 1e-5);
  const sizes = x.shape.slice(axis);
  const fits = (v: Tensor | null) => v === null || v.shape.join() === sizes.join();
  if (!call.wants(1) && !call.wants(2) && fits(scale) && fits(bias)) {
    return nn.functional.layerNorm(x, sizes, { weight: scale, bias, eps });
  }
  const axes = x.shape.map((_, d) => d).slice(axis);
  const mean = x.mean(axes, true);
  const apart = x.sub(mean);
  const inverse = apart.square().mean(axes, true).add(eps).rsqrt();
  const normal = apart.mul(inverse);
  const scaled = scale ? normal.mul(scale) : normal;
  return [bias ? scaled.add(bias) : scaled, mean, inverse];
};

const RMSNormalization: Operator = (call) => {
  const [x, scale] = [call.tensor(0), call.tensor(1)];
  const axis = axisOf(call, call.int('axis', -1), x.shape.length);
  const axes = x.shape.map((_, d) => d).slice(axis);
  const inverse = x.square().mean(axes, true).add(call.float('epsilon', 1e-5)).rsqrt();
  return x.mul(inverse).mul(scale);
};

/** Scale and bias are per group before version 21, and per channel since. */
const GroupNormalization: Operator = (call) => {
  const [x, scale, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const groups = call.int('num_groups');
  const eps = call.float('epsilon', 1e-5);
  const each = x.shape[1]! / groups;
  const byChannel = (v: Tensor) =>
    v.numel() === x.shape[1] ? v : v.reshape([-1, 1]).expand([groups, each]).reshape([-1]);
  return nn.functional.groupNorm(x, groups, { weight: byChannel(scale), bias: byChannel(bias), eps });
};

/** x / (bias + alpha / size · Σ x²)^beta over neighbouring channels. */
const LRN: Operator = (call) => {
  const x = call.tensor(0);
  const size = call.int('size');
  if (!(size >= 1 && size <= 2 * x.shape[1]! + 1)) call.fail(`expected a size within the channels, but got ${size}`);
  const [alpha, beta, k] = [call.float('alpha', 1e-4), call.float('beta', 0.75), call.float('bias', 1)];
  const before = Math.floor((size - 1) / 2);
  const [n, c] = [x.shape[0]!, x.shape[1]!];
  const squares = x.square().reshape([n, c, numel(x.shape.slice(2))]);
  const padded = nn.functional.pad(squares, [0, 0, before, size - 1 - before]);
  const taps = Array.from({ length: size }, (_, i) => padded.narrow(1, i, c));
  const sum = taps.reduce((a, b) => a.add(b)).reshape(x.shape);
  return x.div(
    sum
      .mul(alpha / size)
      .add(k)
      .pow(beta),
  );
};

const LpNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const axis = axisOf(call, call.int('axis', -1), x.shape.length);
  const norm = call.int('p', 2) === 1 ? x.abs().sum(axis, true) : x.square().sum(axis, true).sqrt();
  // Rows of zeros stay zero.
  return x.div(norm.where(norm.gt(0), norm.add(1)));
};

const MeanVarianceNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const axes = call.ints('axes', [0, 2, 3]).map((axis) => axisOf(call, axis, x.shape.length));
  const apart = x.sub(x.mean(axes, true));
  return apart.div(apart.square().mean(axes, true).sqrt().add(1e-9));
};

/** Drops elements in training, and passes them otherwise. The second output is the mask. */
const Dropout: Operator = (call) => {
  const x = call.tensor(0);
  const p = call.opset >= 12 ? (call.has(1) ? call.number(1) : 0.5) : call.float('ratio', 0.5);
  const asked = call.opset >= 12 && call.has(2) ? call.number(2) !== 0 : call.training;
  if (!asked || p === 0) return call.wants(1) ? [x, allTrue(x)] : x;
  const kept = x
    .detach()
    .mul(0)
    .add(1 - p)
    .bernoulli()
    .to('bool');
  return [x.mul(kept.to(x.dtype)).div(1 - p), kept];
};

const allTrue = (x: Tensor): Tensor => ones([...x.shape], { dtype: 'bool' });

export const normalization: Operators = {
  BatchNormalization,
  InstanceNormalization,
  LayerNormalization,
  RMSNormalization,
  GroupNormalization,
  LRN,
  LpNormalization,
  MeanVarianceNormalization,
  Dropout,
};
