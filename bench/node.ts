// The benchmark in Node, through Dawn: the GPU that the package `webgpu` finds takes the place of the browser's.
import { create, globals } from 'webgpu';
import type { Runner } from './runner';
import { wrapWebGpu } from './webgpu-calls';

/** The runner, or null where Dawn finds no adapter. */
export async function openNode(): Promise<Runner | null> {
  Object.assign(globalThis, globals);
  // The times of kernels are not to be rounded as for a web page.
  const gpu = create(['disable-dawn-features=timestamp_quantization']);
  // Libraries look for WebGPU where a browser has it.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node' }, configurable: true });
  if (!(await gpu.requestAdapter())) return null;
  wrapWebGpu();
  return (await import('./runner')).runner;
}
