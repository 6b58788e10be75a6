// F.layerNorm, F.groupNorm, F.rmsNorm and F.localResponseNorm.

import { engine } from '../../../engine/compiler/engine';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { mode } from '../../../engine/graph/mode';
import { expectNumber, expectOfWeight, named } from '../../../engine/graph/record';
import * as ops from '../../../engine/ops/reduction/norm';
import { rmsNorm as rms } from '../../../engine/ops/reduction/rms-norm';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { checkChannels, groupsNormed } from './batch-norm';
import { avgPool2d } from './pooling';

interface ScaleAndShift {
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** Added to the variance, default 1e-5. */
  eps?: number;
}

interface LayerNormArguments extends ScaleAndShift {
  /** The last dimensions, over which values are normalised. */
  normalizedShape: readonly number[];
}

interface GroupNormArguments extends ScaleAndShift {
  /** The number of groups of channels, of which the number of channels is a multiple. */
  numGroups: number;
}

/** (x − E[x]) / √(Var[x] + eps) · weight + bias over the trailing dimensions `normalizedShape`. Shape: kept. */
export const layerNorm = callable(
  'layerNorm(input, normalizedShape: list, weight?, bias?, ...)',
  (input: Tensor, ...args: Arguments<LayerNormArguments, ['normalizedShape', 'weight', 'bias', 'eps']>): Tensor => {
    const defaults = { weight: null, bias: null, eps: 1e-5 };
    const o = parseArgs<LayerNormArguments>('layerNorm', ['normalizedShape'], defaults, args);
    const { normalizedShape, weight, bias, eps } = o;
    return Tensor.of(ops.layerNorm(input.value, normalizedShape, weight?.value ?? null, bias?.value ?? null, eps));
  },
);

/**
 * x[N, C, …] with each of `numGroups` groups of C / numGroups neighbouring channels normalised as by `layerNorm`, then
 * scaled and shifted per channel. Shape: kept.
 */
export const groupNorm = callable(
  'groupNorm(input, numGroups: number, weight?, bias?, ...)',
  (input: Tensor, ...args: Arguments<GroupNormArguments, ['numGroups', 'weight', 'bias', 'eps']>): Tensor => {
    const defaults = { weight: null, bias: null, eps: 1e-5 };
    const { numGroups, ...o } = parseArgs<GroupNormArguments>('groupNorm', ['numGroups'], defaults, args);
    const { value } = input;
    expectOfWeight('groupNorm', value, o.weight, true);
    const channels = value.shape[1];
    if (channels === undefined) {
      throw new ShapeError(`groupNorm: expected input [N, C, …] of at least rank 2, but got ${showShape(value.shape)}`);
    }
    if (channels === 0) throw new ShapeError('groupNorm: expected at least 1 channel, but got 0');
    if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
      throw new ArgumentError(
        `groupNorm: expected a number of channels that numGroups divides, but got ${channels} channels and ${numGroups} groups`,
      );
    }
    if (numel(value.shape.slice(2)) === 0) {
      throw new ShapeError(
        `groupNorm: expected input [N, C, …] whose height and width have elements, but got ${showShape(value.shape)}`,
      );
    }
    if (numel(value.shape) === numGroups) {
      throw new ShapeError(
        `groupNorm: expected more than 1 value per channel when training, but got input of shape ${showShape(value.shape)} for ${numGroups} groups; give larger inputs, or fewer groups than channels`,
      );
    }
    checkChannels('groupNorm', channels, o);
    return Tensor.of(named(groupsNormed(value, numGroups, o), 'NativeGroupNormBackward0'));
  },
);

/** On a GPU, rows of so many elements get a workgroup each. */
const WIDE_ROW = 32;

interface RMSNormArguments {
  /** The last dimensions, over which values are normalised. */
  normalizedShape: readonly number[];
  weight?: Tensor | null;
  /** Added to the mean square; left out, float32's epsilon, 2⁻²³. */
  eps?: number | null;
}

/** x / √(E[x²] + eps) · weight over the trailing dimensions `normalizedShape`. Shape: kept. */
export const rmsNorm = callable(
  'rmsNorm(input, normalizedShape: list, weight?, ...)',
  (input: Tensor, ...args: Arguments<RMSNormArguments, ['normalizedShape', 'weight', 'eps']>): Tensor => {
    const defaults = { weight: null, eps: null };
    const o = parseArgs<RMSNormArguments>('rmsNorm', ['normalizedShape'], defaults, args);
    const { normalizedShape, weight, eps } = o;
    expectOfWeight('rmsNorm', input.value, weight, true);
    const lead = input.shape.length - normalizedShape.length;
    if (normalizedShape.length === 0 || lead < 0 || `${input.shape.slice(lead)}` !== `${normalizedShape}`) {
      throw new ShapeError(
        `rmsNorm: expected input whose last dimensions are the normalized shape ${showShape(normalizedShape)}, but got ${showShape(input.shape)}`,
      );
    }
    if (weight && `${weight.shape}` !== `${normalizedShape}`) {
      throw new ShapeError(
        `rmsNorm: expected weight of shape ${showShape(normalizedShape)}, but got ${showShape(weight.shape)}`,
      );
    }
    const added = eps ?? 2 ** -23;
    const isFloat = input.dtype === 'float32' && (!weight || weight.dtype === 'float32');
    // A processor takes as long for the operation as for its parts, or longer.
    if (!mode.apart && engine.profile?.kind === 'gpu' && isFloat && numel(normalizedShape) >= WIDE_ROW)
      return Tensor.of(rms(input.value, lead, weight?.value ?? null, added));
    const dims = normalizedShape.map((_, d) => lead + d);
    const y = input.mul(input.square().mean(dims, { keepdim: true }).add(added).rsqrt());
    return weight ? y.mul(weight) : y;
  },
);

export interface LocalResponseNormArguments {
  /** The number of neighbouring channels to average over. */
  size: number;
  /** Default 1e-4. */
  alpha?: number;
  /** Default 0.75. */
  beta?: number;
  /** Default 1. */
  k?: number;
}

export type LocalResponseNormOrder = ['size', 'alpha', 'beta', 'k'];
export const localResponseDefaults = { alpha: 1e-4, beta: 0.75, k: 1 };

/** x / (k + alpha · mean of x² over `size` neighbouring channels)^beta. Shape: [N, C, …] of at least rank 3, kept. */
export const localResponseNorm = callable(
  'localResponseNorm(input, ...)',
  (input: Tensor, ...args: Arguments<LocalResponseNormArguments, LocalResponseNormOrder>): Tensor => {
    const { size, alpha, beta, k } = parseArgs<LocalResponseNormArguments>(
      'localResponseNorm',
      ['size'],
      localResponseDefaults,
      args,
    );
    if (!Number.isInteger(size) || size < 1) {
      throw new ArgumentError(`localResponseNorm: expected size to be an integer ≥ 1, but got ${size}`);
    }
    const [batch, channels] = input.shape;
    if (batch === undefined || channels === undefined || input.shape.length < 3) {
      throw new ShapeError(
        `localResponseNorm: expected input [N, C, …] of at least rank 3, but got ${showShape(input.shape)}`,
      );
    }
    expectNumber('localResponseNorm', 'input', input);
    if (numel(input.shape) === 0) return input.clone();
    const before = Math.floor(size / 2);
    const squares = input
      .square()
      .reshape(batch, 1, channels, -1)
      .pad([0, 0, before, size - 1 - before]);
    const means = avgPool2d(squares, [size, 1], { stride: 1 }).reshape([...input.shape]);
    return input.div(means.mul(alpha).add(k).pow(beta));
  },
);
