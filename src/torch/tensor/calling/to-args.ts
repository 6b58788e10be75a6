// The arguments of `to`, for tensors and modules: a device, a dtype, a device and a dtype, or a tensor whose dtype to
// take.

import { orNull } from '../../../engine/core/argument-kinds';
import type { DType } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { type DeviceLike, expectDevice, isDevice } from '../../../engine/storage/device';
import { expectDType } from '../../../engine/storage/host-data';
import type { Tensor } from '../tensor';
import { isTensor } from './callable';

export interface ToOptions {
  /** Any device name of PyTorch; it changes nothing, since every tensor is on WebGPU. */
  device?: DeviceLike | null;
  dtype?: DType | Tensor | null;
  /** Accepted and ignored: conversions never block. */
  nonBlocking?: boolean;
  /** Whether to copy even if the dtype does not change. Default: false. */
  copy?: boolean;
}

type CopyOptions = Pick<ToOptions, 'nonBlocking' | 'copy'>;

/** `'cuda'`, `torch.device('cuda')`, `'float16'`, a tensor, `'cuda', 'float16'`, or any of these by name. */
export type ToArgs =
  | Arguments<Omit<ToOptions, 'device'>, ['dtype', 'nonBlocking', 'copy']>
  | [dtype: DType | Tensor, options: CopyOptions]
  | Arguments<ToOptions, ['device', 'dtype', 'nonBlocking', 'copy']>
  | [device: DeviceLike | null, dtype: DType | null, options: CopyOptions];

const target = orNull({
  words: 'a dtype, a device or a tensor',
  fits: (value) => typeof value === 'string' || isTensor(value),
});

/** The target dtype (null if it stays), and whether a copy is wanted. */
export function parseTo(args: readonly unknown[]): { readonly dtype: DType | null; readonly copy: boolean } {
  const [first] = args;
  const byDevice = isDevice(first) || typeof first === 'number' || first === null;
  const copyDefaults = { nonBlocking: false, copy: false };
  const defaults = byDevice
    ? { device: null, dtype: null, ...copyDefaults }
    : { dtype: null, ...copyDefaults, device: null };
  const { device, dtype, copy } = parseArgs<ToOptions>('to', [], defaults, args, { dtype: target });
  if (device !== null) expectDevice('to', device);
  return { dtype: dtype === null ? null : expectDType('to', isTensor(dtype) ? dtype.dtype : dtype), copy };
}
