// Automatic mixed precision: which functions compute in float16, which in float32, and which in the widest type that they are given.

import { engine } from '../../engine/compiler/engine';
import { expectHalf, supportsHalf } from '../../engine/compiler/plan';
import { closed } from '../../engine/core/arity';
import { type Conversion, calls, convertedBy } from '../../engine/core/calls';
import { ArgumentError, DTypeError } from '../../engine/core/errors';
import type { DType } from '../../engine/core/meta';
import { isPlainObject, kindOf, parseArgs, shown } from '../../engine/core/options';
import { runSwitched, type Switched } from '../../engine/storage/carried';
import type { Synchronous } from '../../engine/storage/mode';
import { isTensor } from '../tensor/calling/callable';
import type { Tensor } from '../tensor/tensor';

/** Products of matrices and convolutions: the lists are those of PyTorch 2.15 for CUDA (ATen/autocast_mode.h). */
const inFloat16 = [
  'addbmm addmm addmv addr baddbmm bmm chainMatmul einsum linear matmul mm multiDot mv prelu vecdot',
  'conv1d conv2d conv3d convTranspose1d convTranspose2d convTranspose3d scaledDotProductAttention',
];

/** What overflows or loses too many digits in float16. */
const inFloat32 = [
  'acos asin cosh erfinv exp expm1 log log10 log1p log2 pow reciprocal rsqrt sinh square tan',
  'arccos arcsin cumprod cumsum dist frobeniusNorm logSoftmax logsumexp norm nuclearNorm prod renorm softmax softmin softplus sum',
  'cdist cosineSimilarity groupNorm interpolate layerNorm pairwiseDistance pdist rmsNorm',
  'binaryCrossEntropyWithLogits cosineEmbeddingLoss crossEntropy hingeEmbeddingLoss huberLoss klDiv l1Loss marginRankingLoss mseLoss',
  'multiMarginLoss multilabelMarginLoss nllLoss poissonNllLoss smoothL1Loss softMarginLoss tripletMarginLoss',
];

/** What several tensors go into. */
const inWidest = [
  'addcdiv addcmul atan2 bilinear cat concat cross dot gridSample indexPut scatterAdd stack tensordot vdot',
];

/** Statistics in float32 of numbers that keep their dtype. */
const inOwn = ['batchNorm instanceNorm'];

const listed = (lines: readonly string[]): string[] => lines.flatMap((line) => line.split(' '));

const isFloating = (value: unknown): value is Tensor => isTensor(value) && value.isFloatingPoint();

/** Values with the floats among them, in any nesting of lists and options, in a dtype. */
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

/** Calls a function with its floats in a dtype; the calls inside it run outside autocast. */
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

/** Names of devices that mean the one there is. */
const devices = ['auto', 'cpu', 'cuda', 'gpu', 'mps', 'webgpu', 'xpu'];

/** @throws ArgumentError for a name that no device has */
export function expectDevice(name: string, given: unknown): void {
  if (devices.includes(given as string)) return;
  throw new ArgumentError(
    `${name}: expected the name of a device, such as 'webgpu', but got ${shown(given)}; leave it out`,
  );
}

/** Options of `autocast`. */
export interface AutocastOptions {
  /** There is one device; names that PyTorch has for others are accepted. */
  deviceType?: string;
  /** What products are computed in: 'float16', as WebGPU has no bfloat16. */
  dtype?: DType;
  /** Default: true. Within another autocast, false switches it off. */
  enabled?: boolean;
  /** Accepted for PyTorch's sake: a weight is converted once a step in any case. */
  cacheEnabled?: boolean | null;
}

const defaults = { deviceType: 'webgpu', dtype: 'float16', enabled: true, cacheEnabled: null } as const;

/**
 * Runs `fn` in mixed precision (Micikevicius et al. 2018, arXiv:1710.03740) and returns its result: products of matrices and convolutions
 * take and give float16; softmax, exponentials, sums, norms and losses float32; what joins several tensors takes the widest of them; all
 * other functions compute in the types that they are given. Which are which is as in PyTorch for CUDA. Parameters stay float32, and so do
 * their gradients. Only the forward pass belongs inside; `GradScaler` keeps small gradients from vanishing.
 *
 *     const loss = torch.autocast(() => F.crossEntropy(model(x), y));
 *     scaler.scale(loss).backward();
 *     await scaler.step(optimizer);
 *     scaler.update();
 *
 * Options may come before the function, by place or by name: `torch.autocast('webgpu', { enabled: useHalf }, () => …)`. A function that waits is
 * a generator function, as for `noGrad`: `await torch.autocast(function* () { const mask: Tensor = yield x.nonzero(); … })`.
 * @throws DTypeError where the device has no float16 (at the first read-back where it has not been opened), and for other dtypes;
 * ArgumentError if `fn` waits, as the switch cannot follow an await: of what waits, the parts between go inside
 */
export function autocast<T>(fn: (() => T) & Synchronous<T>): Switched<T>;
export function autocast<T>(options: AutocastOptions | string, fn: (() => T) & Synchronous<T>): Switched<T>;
export function autocast<T>(
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

/** What autocast with these options converts; null where it is switched off. */
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

/** Whether functions are called in mixed precision now. */
export const isAutocastEnabled = closed('isAutocastEnabled', (): boolean => calls.conversions !== null);

/** Whether the device has the features of `autocast`; null before it has been opened. */
export const isAutocastAvailable = (deviceType = 'webgpu'): boolean | null => {
  expectDevice('isAutocastAvailable', deviceType);
  return engine.profile && supportsHalf(engine.profile);
};
