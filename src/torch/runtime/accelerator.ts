// What scripts ask and set before they choose a device: `torch.cuda`, `torch.accelerator` and `torch.backends`, which stand for WebGPU here.

import { engine } from '../../engine/compiler/engine';
import { closed } from '../../engine/core/arity';
import { offersWebGpu } from '../../engine/gpu/device';
import { type Device, type DeviceLike, expectDevice, webgpu } from '../../engine/storage/device';
import { manualSeed } from '../../engine/storage/random/generator';
import { FloatTensor, HalfTensor, LongTensor } from '../tensor/creation/legacy';
import { synchronize } from './gpu';
import { memory, memorySummary } from './memory';

const counted = {
  /**
   * Whether this environment offers WebGPU: a page or worker that has `navigator.gpu`, and Node, where the package `webgpu` brings it.
   * Whether there is an adapter is known when the first tensor needs one, or after `await torch.init()`.
   */
  isAvailable: closed('isAvailable', (): boolean => offersWebGpu()),
  /** 1 where WebGPU is offered, else 0. */
  deviceCount: closed('deviceCount', (): number => (offersWebGpu() ? 1 : 0)),
  /** Waits until the GPU has done everything. */
  synchronize: closed('synchronize', (device?: DeviceLike | null): Promise<void> => {
    if (device !== undefined && device !== null) expectDevice('synchronize', device);
    return synchronize();
  }),
  ...memory,
} as const;

/** Takes any of PyTorch's devices: there is one, so that it changes nothing. */
const choose = (name: string) =>
  closed(name, (device: DeviceLike): void => {
    expectDevice(name, device);
  });

/** `torch.cuda`, for scripts that ask for it: everything runs on WebGPU. */
export const cuda = {
  ...counted,
  /** `torch.manualSeed`: all random numbers come from there. */
  manualSeed,
  /** `torch.manualSeed`, as there is one device. */
  manualSeedAll: manualSeed,
  /** `memoryStats` as a table, to be printed. */
  memorySummary,
  /** 0: the one device. */
  currentDevice: closed('currentDevice', (): number => 0),
  /** Takes the name of any device, and changes nothing. */
  setDevice: choose('setDevice'),
  /** Whether the device has been opened, by `torch.init` or by the first values that were needed. */
  isInitialized: closed('isInitialized', (): boolean => engine.device !== null),
  FloatTensor,
  HalfTensor,
  LongTensor,
} as const;

/** `torch.accelerator`: WebGPU. */
export const accelerator = {
  ...counted,
  /** The device that every tensor is on; null where WebGPU is not offered. */
  currentAccelerator: closed('currentAccelerator', (): Device | null => (offersWebGpu() ? webgpu : null)),
  /** 0: the one device. */
  currentDeviceIndex: closed('currentDeviceIndex', (): number => 0),
  /** Takes the name of any device, and changes nothing. */
  setDeviceIndex: choose('setDeviceIndex'),
} as const;

/** `torch.backends`, for scripts that set it: there is no cuDNN here, so that its settings change nothing. */
export const backends = {
  cudnn: {
    benchmark: false,
    deterministic: false,
    enabled: false,
    isAvailable: closed('isAvailable', (): boolean => false),
  },
  mps: { isAvailable: closed('isAvailable', (): boolean => offersWebGpu()) },
};
