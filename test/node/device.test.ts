// Proves that Node gets a WebGPU device from the optional peer package `webgpu`.
import { expect, test } from 'vitest';
import { create } from 'webgpu';

test('the package webgpu gives an adapter and a device in Node', async () => {
  const adapter = await create([]).requestAdapter();
  expect(adapter, 'no Vulkan, Metal or Direct3D driver was found').not.toBeNull();
  const device = await adapter!.requestDevice();
  expect(device.limits.maxComputeWorkgroupSizeX).toBeGreaterThanOrEqual(256);
  device.destroy();
});
