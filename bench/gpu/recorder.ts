// WebGPU in Node in front of the stub driver, with everything that is compiled and dispatched recorded. It changes the prototypes
// of the package `webgpu`, so a process that records does nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { create, globals as given } from 'webgpu';

/** A kernel that was compiled; its files in the folder are `ID.wgsl`, `ID.spv`, `ID.isa` and `ID.stat`. */
export interface Kernel {
  readonly id: string;
  readonly label: string;
  readonly code: string;
  /** What is overridden in it. */
  readonly constants: Readonly<Record<string, number>>;
  /** How long the whole compilation took, Dawn's part with it. */
  readonly milliseconds: number;
}

/** A buffer that a dispatch is given. */
export interface Bound {
  readonly group: number;
  readonly binding: number;
  readonly bytes: number;
  /** What a uniform buffer held when the work was submitted. */
  contents?: Uint8Array;
}

export interface Dispatch {
  readonly kernel: Kernel;
  readonly groups: readonly [number, number, number];
  readonly bound: readonly Bound[];
}

export interface Recorder {
  readonly gpu: GPU;
  readonly kernels: readonly Kernel[];
  /** What is dispatched from now on, as a list that grows. */
  record(): readonly Dispatch[];
}

interface Entry {
  readonly binding: number;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number | undefined;
}

/** The package's classes by their names. */
const globals = given as Record<
  'GPUComputePassEncoder' | 'GPUQueue' | 'GPUDevice' | 'GPUBuffer',
  { prototype: unknown }
>;

export interface Options {
  /** Where files go. */
  readonly folder: string;
  /** Dawn's, such as `disable-dawn-features=vulkan_use_buffer_robust_access_2`. */
  readonly toggles: readonly string[];
  /** Whether adapters have subgroups, where the GPU has them. */
  readonly subgroups: boolean;
}

export function recorder({ folder, toggles, subgroups }: Options): Recorder {
  mkdirSync(folder, { recursive: true });
  process.env.GPU_STATIC_OUT = folder;
  process.env.GPU_STATIC_NAME = '';
  Object.assign(globalThis, globals);
  const gpu = create([...toggles]);
  if (!subgroups) hideSubgroups(gpu);
  const own = { gpu, userAgent: 'node', platform: 'Linux', languages: ['en'], hardwareConcurrency: 2 };
  Object.defineProperty(globalThis, 'navigator', { value: own, configurable: true, writable: true });

  const compiled = recordPipelines(folder);
  const contents = recordWrites();
  const groups = recordGroups();
  let current: Dispatch[] = [];

  interface Pass {
    kernel?: Kernel | undefined;
    groups: Map<number, readonly (readonly [Entry, number])[]>;
  }
  const passes = new WeakMap<GPUComputePassEncoder, Pass>();
  const passOf = (encoder: GPUComputePassEncoder): Pass => {
    const pass = passes.get(encoder) ?? { groups: new Map() };
    passes.set(encoder, pass);
    return pass;
  };
  /** Buffers whose contents are looked at when work is submitted: a program may write them until then. */
  let unread: (() => void)[] = [];

  const encoder = globals.GPUComputePassEncoder.prototype as GPUComputePassEncoder;
  const { setPipeline, setBindGroup, dispatchWorkgroups } = encoder;
  encoder.setPipeline = function (pipeline) {
    passOf(this).kernel = compiled.pipelines.get(pipeline);
    return setPipeline.call(this, pipeline);
  };
  encoder.setBindGroup = function (this: GPUComputePassEncoder, index: number, group: GPUBindGroup, ...rest: never[]) {
    const offsets: number[] = [...((rest[0] as Iterable<number> | undefined) ?? [])];
    const entries = groups.get(group) ?? [];
    // Offsets are given in the order of bindings, for those that have them; the library's layouts have one at most.
    const dynamic = entries.filter(({ buffer }) => buffer.usage & GPUBufferUsage.UNIFORM).map(({ binding }) => binding);
    passOf(this).groups.set(
      index,
      entries.map((entry) => [entry, offsets[dynamic.indexOf(entry.binding)] ?? 0]),
    );
    return (setBindGroup as (...args: unknown[]) => undefined).call(this, index, group, ...rest);
  } as typeof setBindGroup;
  encoder.dispatchWorkgroups = function (x, y = 1, z = 1) {
    const { kernel, groups: set } = passOf(this);
    if (kernel) {
      const bound: Bound[] = [];
      for (const [group, entries] of set) {
        for (const [{ binding, buffer, offset, size }, shift] of entries) {
          const one: Bound = { group, binding, bytes: size ?? buffer.size - offset };
          bound.push(one);
          if (!(buffer.usage & GPUBufferUsage.UNIFORM)) continue;
          const at = offset + shift;
          unread.push(() => {
            one.contents = contents(buffer).slice(at, at + one.bytes);
          });
        }
      }
      current.push({ kernel, groups: [x, y, z], bound });
    }
    return dispatchWorkgroups.call(this, x, y, z);
  };
  const queue = globals.GPUQueue.prototype as GPUQueue;
  const { submit } = queue;
  queue.submit = function (buffers) {
    for (const read of unread) read();
    unread = [];
    return submit.call(this, buffers);
  };
  return {
    gpu,
    kernels: compiled.kernels,
    record() {
      current = [];
      return current;
    },
  };
}

function hideSubgroups(gpu: GPU): void {
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter(options);
    if (!adapter) return null;
    const features = new Set([...adapter.features].filter((feature) => feature !== 'subgroups'));
    return Object.defineProperty(adapter, 'features', { value: features });
  };
}

function recordPipelines(folder: string) {
  const modules = new WeakMap<GPUShaderModule, { code: string; label: string }>();
  const pipelines = new WeakMap<GPUComputePipeline, Kernel>();
  const kernels: Kernel[] = [];
  const byText = new Map<string, Kernel>();
  const device = globals.GPUDevice.prototype as GPUDevice;
  const { createShaderModule, createComputePipeline } = device;
  device.createShaderModule = function (descriptor) {
    const module = createShaderModule.call(this, descriptor);
    modules.set(module, { code: descriptor.code, label: descriptor.label ?? '' });
    return module;
  };
  const compile = (of: GPUDevice, descriptor: GPUComputePipelineDescriptor): GPUComputePipeline => {
    const { module, entryPoint, constants = {} } = descriptor.compute;
    const { code, label } = modules.get(module) ?? { code: '', label: '' };
    const key = JSON.stringify([code, entryPoint, constants]);
    const known = byText.get(key);
    const id = known?.id ?? `k${String(kernels.length).padStart(4, '0')}`;
    // The driver writes what it compiles under this name.
    process.env.GPU_STATIC_NAME = known ? '' : id;
    const start = performance.now();
    const pipeline = createComputePipeline.call(of, descriptor);
    process.env.GPU_STATIC_NAME = '';
    const milliseconds = Math.round(performance.now() - start);
    const kernel = known ?? { id, label: descriptor.label || label || id, code, constants, milliseconds };
    if (!known) {
      byText.set(key, kernel);
      kernels.push(kernel);
      writeFileSync(join(folder, `${id}.wgsl`), code);
    }
    pipelines.set(pipeline, kernel);
    return pipeline;
  };
  device.createComputePipeline = function (descriptor) {
    return compile(this, descriptor);
  };
  device.createComputePipelineAsync = async function (descriptor) {
    return compile(this, descriptor);
  };
  return { kernels, pipelines };
}

/** What the host wrote to each buffer of uniforms. */
function recordWrites(): (buffer: GPUBuffer) => Uint8Array {
  const written = new WeakMap<GPUBuffer, Uint8Array>();
  const contents = (buffer: GPUBuffer): Uint8Array => {
    const bytes = written.get(buffer) ?? new Uint8Array(buffer.size);
    written.set(buffer, bytes);
    return bytes;
  };
  const queue = globals.GPUQueue.prototype as GPUQueue;
  const { writeBuffer } = queue;
  queue.writeBuffer = function (buffer, at, data, from = 0, size) {
    // Dawn for Node takes no memory that threads share.
    const isView = ArrayBuffer.isView(data);
    const unit = isView && 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
    const all = isView ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    const part = all.subarray(from * unit, size === undefined ? undefined : (from + size) * unit);
    const bytes = part.buffer instanceof SharedArrayBuffer ? part.slice() : part;
    if (buffer.usage & GPUBufferUsage.UNIFORM) contents(buffer).set(bytes, at);
    return writeBuffer.call(this, buffer, at, bytes as Uint8Array<ArrayBuffer>);
  };
  const proto = globals.GPUBuffer.prototype as GPUBuffer;
  const { getMappedRange, unmap } = proto;
  const mapped = new WeakMap<GPUBuffer, (readonly [number, ArrayBuffer])[]>();
  proto.getMappedRange = function (offset = 0, size) {
    const range = size === undefined ? getMappedRange.call(this, offset) : getMappedRange.call(this, offset, size);
    if (this.usage & GPUBufferUsage.UNIFORM) mapped.set(this, [...(mapped.get(this) ?? []), [offset, range]]);
    return range;
  };
  proto.unmap = function () {
    for (const [offset, range] of mapped.get(this) ?? []) contents(this).set(new Uint8Array(range), offset);
    mapped.delete(this);
    return unmap.call(this);
  };
  return contents;
}

function recordGroups(): WeakMap<GPUBindGroup, readonly Entry[]> {
  const groups = new WeakMap<GPUBindGroup, readonly Entry[]>();
  const device = globals.GPUDevice.prototype as GPUDevice;
  const { createBindGroup } = device;
  device.createBindGroup = function (descriptor) {
    const group = createBindGroup.call(this, descriptor);
    const entries: Entry[] = [];
    for (const { binding, resource } of descriptor.entries) {
      const given = resource as GPUBufferBinding;
      if (given.buffer) entries.push({ binding, buffer: given.buffer, offset: given.offset ?? 0, size: given.size });
      else if (resource instanceof GPUBuffer) entries.push({ binding, buffer: resource, offset: 0, size: undefined });
    }
    groups.set(group, entries);
    return group;
  };
  return groups;
}
