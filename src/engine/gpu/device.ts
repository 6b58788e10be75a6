// The device: finds an adapter, requests a device with the features that the library uses, and throws typed errors if
// there is none.
import { LatePart } from '../core/late';
import type { Lack } from './unavailable';

/**
 * Tells which of a kernel's candidates was measured to be the best for a shape; see
 * src/engine/compiler/tuning/tuning.ts.
 */
export interface Tuning {
  choose<T>(kernel: string, shape: readonly number[], candidates: readonly T[], fallback: T): T;
  /** Whether the choice for a shape is known to be the fallback, whatever the candidates. */
  lacks?(kernel: string, shape: readonly number[]): boolean;
  /**
   * The milliseconds of a probe with each candidate. If it has not been measured, null, and it will be measured later.
   */
  costs?(probe: { readonly kernel: string }): Readonly<Record<string, number>> | null;
}

/** The properties of the adapter by which kernels are chosen. */
export interface AdapterProfile {
  /** `software` runs on a CPU, where barriers are expensive, so that only register tiles pay. */
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
  /**
   * Which GPU to take where there are several. Default 'high-performance': of two in a laptop, browsers otherwise take
   * the weaker one, which trains several times as slowly. 'low-power' saves its battery.
   */
  powerPreference?: GPUPowerPreference;
  /** Choose kernels for a software adapter (CPU) or for a GPU, whatever the adapter is. Default: the adapter's kind. */
  kernels?: AdapterProfile['kind'];
  /**
   * Where measurements are stored: those of `torch.gpu.tune`, and those of the tiles of a few kernels, which are made
   * once for each adapter while the GPU is idle. In Node a path, in pages the name of a database. Default:
   * `lamplight/tuning.json` in the user's cache folder, or a database called `lamplight`. false: nothing is read,
   * stored or measured in the background.
   */
  tuning?: string | false;
  /**
   * About how many milliseconds of work one submit may hold. Longer plans are split into several submits, so that the
   * page can draw in between. Default: 30; on software adapters (CPU) Infinity.
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

/**
 * Requests a device with every limit and feature that the library can use.
 *
 * @throws WebGPUUnavailableError with a diagnosis, if there is no device
 */
export async function requestDevice(options: DeviceOptions): Promise<{ device: GPUDevice; profile: AdapterProfile }> {
  if (options.device)
    return { device: options.device, profile: profileOf(options.device, options.device.adapterInfo, options) };
  const gpu = await findGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: options.powerPreference ?? 'high-performance' });
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

/** The error that says what is missing, and what to do about it. */
async function unavailable(lack: Lack, cause?: unknown): Promise<Error> {
  await diagnosis.load();
  return diagnosis.now.unavailable(lack, cause);
}

/** The built-in WebGPU of pages, workers and Deno. */
const ownGpu = (): GPU | undefined => (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;

/** Whether this is Node, where WebGPU can come from a package. */
const hasPackages = (): boolean =>
  Boolean((globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node);

/**
 * Whether WebGPU may be available: the environment has `navigator.gpu`, or is Node, where the package `webgpu` provides
 * it.
 */
export const offersWebGpu = (): boolean => ownGpu() !== undefined || hasPackages();

async function findGpu(): Promise<GPU> {
  const own = ownGpu();
  if (own) return own;
  if (hasPackages()) return nodeGpu();
  const { isSecureContext } = globalThis as { isSecureContext?: boolean };
  throw await unavailable(isSecureContext === false ? 'insecure' : 'browser');
}

let dawn: Promise<GPU> | null = null;

/** WebGPU in Node: Dawn, from the optional peer dependency `webgpu`. */
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

/** Whether the adapter is a software one, which computes on the CPU. */
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
