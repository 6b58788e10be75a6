// Automatic mixed precision: which functions compute in float16, which in float32, and which in the widest dtype of
// their arguments.

import { expectHalf, supportsHalf } from '../../engine/compiler/compile';
import { engine } from '../../engine/compiler/engine';
import { closed } from '../../engine/core/arity';
import { type Conversion, calls, convertedBy } from '../../engine/core/calls';
import { ArgumentError, DTypeError } from '../../engine/core/errors';
import type { DType } from '../../engine/core/meta';
import { isPlainObject, kindOf, parseArgs, shown } from '../../engine/core/options';
import { runSwitched, type Switched } from '../../engine/storage/carried';
import type { Synchronous } from '../../engine/storage/mode';
import { isTensor } from '../tensor/calling/callable';
import type { Tensor } from '../tensor/tensor';

/**
 * Matrix products and convolutions. This list and the next ones are those of PyTorch 2.15 for CUDA
 * (ATen/autocast_mode.h).
 */
const inFloat16 = [
  'addbmm addmm addmv addr baddbmm bmm chainMatmul einsum linear matmul mm multiDot mv prelu vecdot',
  'conv1d conv2d conv3d convTranspose1d convTranspose2d convTranspose3d scaledDotProductAttention',
];

/** Functions that overflow or lose too many digits in float16. */
const inFloat32 = [
  'acos asin cosh erfinv exp expm1 log log10 log1p log2 pow reciprocal rsqrt sinh square tan',
  'arccos arcsin cumprod cumsum dist frobeniusNorm logSoftmax logsumexp norm nuclearNorm prod renorm softmax softmin softplus sum',
  'cdist cosineSimilarity groupNorm interpolate layerNorm pairwiseDistance pdist rmsNorm',
  'binaryCrossEntropyWithLogits cosineEmbeddingLoss crossEntropy hingeEmbeddingLoss huberLoss klDiv l1Loss marginRankingLoss mseLoss',
  'multiMarginLoss multilabelMarginLoss nllLoss poissonNllLoss smoothL1Loss softMarginLoss tripletMarginLoss',
];

/** Functions that combine several tensors, and compute in the widest dtype among them. */
const inWidest = [
  'addcdiv addcmul atan2 bilinear cat concat cross dot gridSample indexPut scatterAdd stack tensordot vdot',
];

/** Normalisations that compute in float32, but return the dtype of their input. */
const inOwn = ['batchNorm instanceNorm'];

const listed = (lines: readonly string[]): string[] => lines.flatMap((line) => line.split(' '));

const isFloating = (value: unknown): value is Tensor => isTensor(value) && value.isFloatingPoint();

/** The arguments with all float tensors, however nested in lists and options, cast to a dtype. */
function inType(value: unknown, dtype: DType): unknown {
  if (isFloating(value)) return value.to(dtype);
  if (Array.isArray(value)) return value.map((one: unknown) => inType(one, dtype));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inType(one, dtype)]));
}

function hasWide(value: unknown): boolean {
  if (isTensor(value)) return value.dtype === 'float32';
  if (Array.isArray(value)) return value.some(hasWide);
  return isPlainObject(value) && Object.values(value).some(hasWide);
}

/**
 * A conversion that casts the float arguments of a call to a dtype. Calls within the function run outside of autocast.
 */
const converted =
  (dtypeOf: (args: readonly unknown[]) => DType): Conversion =>
  (args, run) =>
    convertedBy(null, () => {
      const own = inType(args, dtypeOf(args)) as unknown[];
      return run(...own);
    });

const statistics: Conversion = (args, run) =>
  convertedBy(null, () => {
    const result = run(...(inType(args, 'float32') as unknown[])) as Tensor;
    return isFloating(args[0]) ? result.to(args[0].dtype) : result;
  });

const unsafe: Conversion = () => {
  throw new ArgumentError(
    'binaryCrossEntropy: expected no autocast, as its gradient overflows in float16; use binaryCrossEntropyWithLogits, or call it within torch.autocast({ enabled: false }, …)',
  );
};

let table: ReadonlyMap<string, Conversion> | null = null;

function conversions(): ReadonlyMap<string, Conversion> {
  const entries = (lines: readonly string[], conversion: Conversion) =>
    listed(lines).map((name) => [name, conversion] as const);
  table ??= new Map([
    ...entries(
      inFloat16,
      converted(() => 'float16'),
    ),
    ...entries(
      inFloat32,
      converted(() => 'float32'),
    ),
    ...entries(
      inWidest,
      converted((args) => (hasWide(args) ? 'float32' : 'float16')),
    ),
    ...entries(inOwn, statistics),
    ['binaryCrossEntropy', unsafe] as const,
  ]);
  return table;
}

/** The device names that are accepted; all mean the only device. */
const devices = ['auto', 'cpu', 'cuda', 'gpu', 'mps', 'webgpu', 'xpu'];

/** @throws ArgumentError unless the name is one of `devices` */
export function expectDevice(name: string, given: unknown): void {
  if (devices.includes(given as string)) return;
  throw new ArgumentError(
    `${name}: expected the name of a device, such as 'webgpu', but got ${shown(given)}; leave it out`,
  );
}

/** Options of `autocast`. */
export interface AutocastOptions {
  /** PyTorch's device names are accepted and ignored, since there is only one device. */
  deviceType?: string;
  /** The dtype of products. Only 'float16', since WebGPU has no bfloat16. */
  dtype?: DType;
  /** Whether to convert. Default: true. False within another autocast switches that one off for `fn`. */
  enabled?: boolean;
  /** Accepted and ignored: a weight is converted only once a step in any case. */
  cacheEnabled?: boolean | null;
}

const defaults = { deviceType: 'webgpu', dtype: 'float16', enabled: true, cacheEnabled: null } as const;

/**
 * Runs `fn` in mixed precision (Micikevicius et al. 2018, arXiv:1710.03740) and returns its result. Matrix products and
 * convolutions take and return float16; softmax, exponentials, sums, norms and losses use float32; functions that
 * combine several tensors use the widest dtype among them; all others use the dtypes of their arguments. The lists are
 * PyTorch's for CUDA. Parameters and their gradients stay float32. Put only the forward pass inside; `GradScaler` keeps
 * small gradients from vanishing.
 *
 *     const loss = torch.autocast(() => F.crossEntropy(model(x), y));
 *     scaler.scale(loss).backward();
 *     await scaler.step(optimizer);
 *     scaler.update();
 *
 * Options may come before the function, by position or by name: `torch.autocast('webgpu', { enabled: useHalf }, () =>
 * …)`. If the function must wait, write it as a generator function, as for `noGrad`: `await torch.autocast(function* ()
 * { const mask: Tensor = yield x.nonzero(); … })`.
 * @throws DTypeError if `dtype` is not float16, or if the device has no float16 (if it has not been opened yet, at the
 * first read-back); ArgumentError if `fn` is async, since the switch cannot follow an await
 */
export function autocast<T>(fn: (() => T) & Synchronous<T>): Switched<T>;
export function autocast<T>(options: AutocastOptions | string, fn: (() => T) & Synchronous<T>): Switched<T>;
export function autocast<T>(
  /** 'cuda', 'cpu' or 'webgpu': WebGPU either way. */
  deviceType: string,
  options: Omit<AutocastOptions, 'deviceType'>,
  fn: (() => T) & Synchronous<T>,
): Switched<T>;
export function autocast(...args: unknown[]): unknown {
  const fn = args.at(-1);
  if (typeof fn !== 'function') {
    throw new ArgumentError(`autocast: expected a function, as in autocast(() => …), but got ${kindOf(fn)}`);
  }
  const chosen = conversionsOf(args.slice(0, -1));
  return convertedBy(chosen, () => runSwitched('autocast', fn as () => unknown));
}

/** The conversions of autocast with these options; null if it is switched off. */
export function conversionsOf(options: readonly unknown[]): ReadonlyMap<string, Conversion> | null {
  const { deviceType, dtype, enabled } = parseArgs<AutocastOptions>('autocast', [], defaults, options);
  expectDevice('autocast', deviceType);
  if (dtype !== 'float16') {
    throw new DTypeError(
      `autocast: expected dtype 'float16', but got ${shown(dtype)}; WebGPU has no other narrow floats`,
    );
  }
  if (enabled && engine.profile) expectHalf(engine.profile, 'autocast');
  return enabled ? conversions() : null;
}

/** Whether the calling code runs within `autocast`. */
export const isAutocastEnabled = closed('isAutocastEnabled', (): boolean => calls.conversions !== null);

/**
 * Whether the device supports `autocast` (float16); null before the device has been opened.
 * @param deviceType 'cuda', 'cpu' or 'webgpu': WebGPU either way.
 */
export const isAutocastAvailable = (deviceType = 'webgpu'): boolean | null => {
  expectDevice('isAutocastAvailable', deviceType);
  return engine.profile && supportsHalf(engine.profile);
};
