// The errors for a missing device, which say why there is none and what to do. Loads late, only when it is needed.
import { WebGPUUnavailableError } from '../core/errors';

const said = {
  dawnAdapter:
    'the package `webgpu` is there, but Dawn found no adapter. In Node it computes through Vulkan (Metal on macOS, Direct3D 12 on Windows): install the ' +
    "GPU's Vulkan driver and the loader libvulkan.so.1 (Debian: libvulkan1 and mesa-vulkan-drivers, which computes without a GPU too), and point VK_ICD_FILENAMES at " +
    "the driver's .json where it is not found by itself; `vulkaninfo --summary` lists what there is",
  adapter:
    'WebGPU is there, but no adapter was found. Check that hardware acceleration is on in the browser settings and that ' +
    'the GPU is not on its blocklist (chrome://gpu); in headless Chromium add --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader',
  device: 'the adapter refused a device',
  insecure: 'WebGPU needs a secure context, and this page is not one. Serve it over https://, or from http://localhost',
  browser:
    'this browser does not offer WebGPU (navigator.gpu is missing). Use a current Chrome, Edge, Safari 26 or Firefox',
  package: 'in Node, WebGPU comes from the package `webgpu`: run `npm install webgpu`',
} as const;

/** The thing that is missing. */
export type Lack = keyof typeof said;

/** The error for a missing `lack`. */
export const unavailable = (lack: Lack, cause?: unknown): WebGPUUnavailableError =>
  new WebGPUUnavailableError(lack === 'device' ? `${said.device}: ${(cause as Error).message}` : said[lack], { cause });
