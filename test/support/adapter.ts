// Adapters that tests of the compiler choose kernels for.
import type { AdapterProfile } from '../../src/engine/gpu/device';

/** Limits beyond what any test needs. */
export const roomy = { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 } as const;

/** An adapter with WebGPU's default limits and nothing besides, but for what is given. */
export const adapterOf = (kind: AdapterProfile['kind'], given: Partial<AdapterProfile> = {}): AdapterProfile => ({
  kind,
  vendor: '',
  architecture: '',
  description: '',
  features: new Set(),
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  ...given,
});
