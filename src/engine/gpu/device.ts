// The device: how it is found, its features, and the typed errors for when there is none.
import { LatePart } from '../core/late';
import type { Lack } from './unavailable';

/** Answers which of a kernel's candidates was measured to be best for a shape; see src/engine/compiler/tuning/tuning.ts. */
export interface Tuning {
  choose<T>(kernel: string, shape: readonly number[], candidates: readonly T[], fallback: T): T;
  /** Whether the choice for a shape is known to be the fallback, whatever the candidates. */
  lacks?(kernel: string, shape: readonly number[]): boolean;
  /** Milliseconds of a probe with each candidate, where that has been measured; null, and it is noted, where not. */
  costs?(probe: { readonly kernel: string }): Readonly<Record<string, number>> | null;
}

/** What kernels may choose by. */
export interface AdapterProfile {
  /** `software` runs on a CPU: barriers are dear and register tiles alone win. */
  readonly kind: 'software' | 'gpu';
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: ReadonlySet<string>;
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  /** The measurements of this adapter. */
  readonly tuning?: Tuning;
}

export interface DeviceOptions {
  /** A device of your own; Lamplight never destroys it. */
  device?: GPUDevice;
  powerPreference?: GPUPowerPreference;
  /** Choose kernels as for a processor or as for a GPU, whatever the adapter is. Default: by the adapter. */
  kernels?: AdapterProfile['kind'];
  /**
   * Where measurements are kept: those of `torch.gpu.tune`, and those of a few kernels' tiles that are made once on an adapter, while
   * nothing runs. A path in Node, the name of a database in pages. Default: `lamplight/tuning.json` in the user's cache folder, or a
   * database called `lamplight`. false: nothing is read, kept or measured in the background.
   */
  tuning?: string | false;
  /**
   * About how many milliseconds of work one submit may hold. Plans that take longer are cut, so that what the page draws gets its
   * turn on the GPU. Default: 30, on processors Infinity.
   */
  submitMilliseconds?: number;
}

const wantedFeatures: GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];

const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxTextureDimension2D',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
] as const;

/** Asks for a device with every limit and feature that the library can use; throws WebGPUUnavailableError with a diagnosis. */
export async function requestDevice(options: DeviceOptions): Promise<{ device: GPUDevice; profile: AdapterProfile }> {
  if (options.device)
    return { device: options.device, profile: profileOf(options.device, options.device.adapterInfo, options) };
  const gpu = await findGpu();
  const request: GPURequestAdapterOptions = options.powerPreference ? { powerPreference: options.powerPreference } : {};
  const adapter = await gpu.requestAdapter(request);
  if (!adapter) throw await unavailable(ownGpu() ? 'adapter' : 'dawnAdapter');
  const requiredLimits: Record<string, number> = {};
  for (const name of wantedLimits) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  try {
    const device = await adapter.requestDevice({ label: 'lamplight', requiredFeatures, requiredLimits });
    return { device, profile: profileOf(device, adapter.info, options) };
  } catch (cause) {
    throw await unavailable('device', cause);
  }
}

const diagnosis = new LatePart('diagnosis', () => import('./unavailable'));

/** The error that says what is lacking, and what to do. */
async function unavailable(lack: Lack, cause?: unknown): Promise<Error> {
  await diagnosis.load();
  return diagnosis.now.unavailable(lack, cause);
}

/** WebGPU as pages, workers and Deno have it of their own. */
const ownGpu = (): GPU | undefined => (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;

/** Whether WebGPU may come from a package of Node's. */
const hasPackages = (): boolean =>
  Boolean((globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node);

/** Whether this environment offers WebGPU: a page, worker or Deno that has `navigator.gpu`, and Node, where the package `webgpu` brings it. */
export const offersWebGpu = (): boolean => ownGpu() !== undefined || hasPackages();

async function findGpu(): Promise<GPU> {
  const own = ownGpu();
  if (own) return own;
  if (hasPackages()) return nodeGpu();
  const { isSecureContext } = globalThis as { isSecureContext?: boolean };
  throw await unavailable(isSecureContext === false ? 'insecure' : 'browser');
}

let dawn: Promise<GPU> | null = null;

/** Dawn for Node: the optional peer dependency `webgpu`. */
function nodeGpu(): Promise<GPU> {
  dawn ??= (async () => {
    const name = 'webgpu';
    try {
      const module = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name)) as {
        create(options: string[]): GPU;
        globals: object;
      };
      Object.assign(globalThis, module.globals);
      return module.create([]);
    } catch (cause) {
      dawn = null;
      throw await unavailable('package', cause);
    }
  })();
  return dawn;
}

/** Whether the adapter runs on a processor. */
export function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  const { vendor = '', architecture = '', description = '' } = info ?? {};
  return (
    info?.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${vendor} ${architecture} ${description}`)
  );
}

function profileOf(device: GPUDevice, info: GPUAdapterInfo | undefined, { kernels }: DeviceOptions): AdapterProfile {
  const { vendor = '', architecture = '', description = '' } = info ?? {};
  return {
    kind: kernels ?? (isSoftware(info) ? 'software' : 'gpu'),
    vendor,
    architecture,
    description,
    features: new Set(device.features as Set<string>),
    maxStorageBufferBindingSize: device.limits.maxStorageBufferBindingSize,
    maxBufferSize: device.limits.maxBufferSize,
  };
}
