// What scripts ask before they choose a device: `torch.cuda` and `torch.accelerator`, which stand for WebGPU here.
import { offersWebGpu } from '../gpu/device';
import { type Device, webgpu } from './device';

const counted = {
  /**
   * Whether this environment offers WebGPU: a page or worker that has `navigator.gpu`, and Node, where the package `webgpu` brings it.
   * Whether there is an adapter is known when the first tensor needs one, or after `await torch.init()`.
   */
  isAvailable: (): boolean => offersWebGpu(),
  /** 1 where WebGPU is offered, else 0. */
  deviceCount: (): number => (offersWebGpu() ? 1 : 0),
} as const;

/** `torch.cuda`, for scripts that ask for it: everything runs on WebGPU. */
export const cuda = counted;

/** `torch.accelerator`: WebGPU. */
export const accelerator = {
  ...counted,
  /** The device that every tensor is on; null where WebGPU is not offered. */
  currentAccelerator: (): Device | null => (offersWebGpu() ? webgpu : null),
} as const;
