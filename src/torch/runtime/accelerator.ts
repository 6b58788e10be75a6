// torch.cuda, torch.accelerator and torch.backends, which scripts query before they choose a device. Here they stand
// for WebGPU.

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
   * Whether this environment offers WebGPU: a page or worker with `navigator.gpu`, or Node, where the package `webgpu`
   * provides it. Whether there is an adapter, too, is known only when the first tensor needs one, or after `await
   * torch.init()`.
   */
  isAvailable: closed('isAvailable', (): boolean => offersWebGpu()),
  /** 1 if WebGPU is offered, else 0. */
  deviceCount: closed('deviceCount', (): number => (offersWebGpu() ? 1 : 0)),
  /** Waits until the GPU has finished all work. */
  synchronize: closed('synchronize', (device?: DeviceLike | null): Promise<void> => {
    if (device !== undefined && device !== null) expectDevice('synchronize', device);
    return synchronize();
  }),
  ...memory,
} as const;

/** A function that accepts any device name of PyTorch and changes nothing, since there is only one device. */
const choose = (name: string) =>
  closed(name, (device: DeviceLike): void => {
    expectDevice(name, device);
  });

/** `torch.cuda`, for scripts that use it; everything runs on WebGPU. */
export const cuda = {
  ...counted,
  /** The same as `torch.manualSeed`: there is one default generator for everything. */
  manualSeed,
  /** The same as `torch.manualSeed`, since there is only one device. */
  manualSeedAll: manualSeed,
  /** `memoryStats` as a printable table. */
  memorySummary,
  /** 0, the index of the only device. */
  currentDevice: closed('currentDevice', (): number => 0),
  /** Accepts any device name, and changes nothing. */
  setDevice: choose('setDevice'),
  /** Whether the device has been opened, by `torch.init` or because values were needed. */
  isInitialized: closed('isInitialized', (): boolean => engine.device !== null),
  FloatTensor,
  HalfTensor,
  LongTensor,
} as const;

/** `torch.accelerator`: WebGPU. */
export const accelerator = {
  ...counted,
  /** The device of every tensor; null if WebGPU is not offered. */
  currentAccelerator: closed('currentAccelerator', (): Device | null => (offersWebGpu() ? webgpu : null)),
  /** 0, the index of the only device. */
  currentDeviceIndex: closed('currentDeviceIndex', (): number => 0),
  /** Accepts any device name, and changes nothing. */
  setDeviceIndex: choose('setDeviceIndex'),
} as const;

/** `torch.backends`, for scripts that set its fields. There is no cuDNN here, so its settings change nothing. */
export const backends = {
  cudnn: {
    benchmark: false,
    deterministic: false,
    enabled: false,
    isAvailable: closed('isAvailable', (): boolean => false),
  },
  mps: { isAvailable: closed('isAvailable', (): boolean => offersWebGpu()) },
};
