// What scripts ask before they choose a device: `torch.cuda` and `torch.accelerator`, which stand for WebGPU here.
import { type Device, webgpu } from './device';

/**
 * Whether this environment offers WebGPU: a page or worker that has `navigator.gpu`, and Node, where the package `webgpu` brings it. Whether
 * there is an adapter is known when the first tensor needs one, or after `await torch.init()`.
 */
const isOffered = (): boolean =>
  ('navigator' in globalThis && 'gpu' in globalThis.navigator) || 'process' in globalThis;

/** `torch.cuda`, for scripts that ask for it: everything runs on WebGPU. */
export const cuda = {
  /** Whether this environment offers WebGPU. */
  isAvailable: isOffered,
  /** 1 where WebGPU is offered, else 0. */
  deviceCount: (): number => (isOffered() ? 1 : 0),
} as const;

/** `torch.accelerator`: WebGPU. */
export const accelerator = {
  /** Whether this environment offers WebGPU. */
  isAvailable: isOffered,
  /** The device that every tensor is on; null where WebGPU is not offered. */
  currentAccelerator: (): Device | null => (isOffered() ? webgpu : null),
  /** 1 where WebGPU is offered, else 0. */
  deviceCount: (): number => (isOffered() ? 1 : 0),
} as const;
