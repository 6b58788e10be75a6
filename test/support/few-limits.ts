// Devices that bind little at once, or have small buffers, as default devices do beside large models.

/** What a device may have been told to have, in bytes. */
export interface FewLimits {
  readonly maxStorageBufferBindingSize?: number;
  readonly maxBufferSize?: number;
}

/**
 * A device with all limits of the adapter, but for those that are given. `onBind` is told the bytes of each buffer that
 * is bound.
 */
export async function deviceOf(few: FewLimits = {}, onBind?: (bytes: number) => void): Promise<GPUDevice> {
  const adapter = (await navigator.gpu.requestAdapter())!;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
  Object.defineProperty(device, 'limits', {
    value: new Proxy(device.limits, {
      get: (all, name) => few[name as keyof FewLimits] ?? all[name as keyof GPUSupportedLimits],
    }),
  });
  const create = device.createBindGroup.bind(device);
  device.createBindGroup = (descriptor) => {
    for (const { resource } of descriptor.entries) onBind?.((resource as GPUBufferBinding).size!);
    return create(descriptor);
  };
  return device;
}
