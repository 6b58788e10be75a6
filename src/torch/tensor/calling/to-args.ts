// Owns the arguments of `to`, of tensors and of modules: a device, a dtype, a tensor that has both, or a device and a dtype.

import { orNull } from '../../../engine/core/argument-kinds';
import type { DType } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { type DeviceLike, expectDevice, isDevice } from '../../../engine/storage/device';
import { expectDType } from '../../../engine/storage/host-data';
import type { Tensor } from '../tensor';
import { isTensor } from './callable';

export interface ToOptions {
  /** Any of PyTorch's: every tensor stays where it is, on WebGPU. */
  device?: DeviceLike | null;
  dtype?: DType | Tensor | null;
  /** Nothing here waits anyway. */
  nonBlocking?: boolean;
  /** A copy even where the dtype is that already; default false. */
  copy?: boolean;
}

type Further = Pick<ToOptions, 'nonBlocking' | 'copy'>;

/** `'cuda'`, `torch.device('cuda')`, `'float16'`, a tensor, `'cuda', 'float16'`, or any of them by name. */
export type ToArgs =
  | Arguments<Omit<ToOptions, 'device'>, ['dtype', 'nonBlocking', 'copy']>
  | [dtype: DType | Tensor, options: Further]
  | Arguments<ToOptions, ['device', 'dtype', 'nonBlocking', 'copy']>
  | [device: DeviceLike | null, dtype: DType | null, options: Further];

const target = orNull({
  words: 'a dtype, a device or a tensor',
  fits: (value) => typeof value === 'string' || isTensor(value),
});

/** The dtype, null where it stays, and whether a copy is wanted. */
export function parseTo(args: readonly unknown[]): { readonly dtype: DType | null; readonly copy: boolean } {
  const [first] = args;
  const byDevice = isDevice(first) || typeof first === 'number' || first === null;
  const further = { nonBlocking: false, copy: false };
  const defaults = byDevice ? { device: null, dtype: null, ...further } : { dtype: null, ...further, device: null };
  const { device, dtype, copy } = parseArgs<ToOptions>('to', [], defaults, args, { dtype: target });
  if (device !== null) expectDevice('to', device);
  return { dtype: dtype === null ? null : expectDType('to', isTensor(dtype) ? dtype.dtype : dtype), copy };
}
