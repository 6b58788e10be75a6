// A device of Dawn's that checks shaders and pipelines as every device does, and compiles nothing for a machine.
import { create } from 'webgpu';

/** Kept, since what Dawn answers later comes through it. */
let gpu: GPU | undefined;

/** With all that its adapter can do. */
export async function nullDevice(): Promise<GPUDevice> {
  gpu ??= create(['backend=null']);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('the package webgpu has no backend "null"');
  const requiredFeatures = (['subgroups', 'shader-f16'] as const).filter((feature) => adapter.features.has(feature));
  const { maxComputeWorkgroupStorageSize } = adapter.limits;
  return adapter.requestDevice({ requiredFeatures, requiredLimits: { maxComputeWorkgroupStorageSize } });
}
