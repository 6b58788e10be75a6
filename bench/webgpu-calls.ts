// Counts what a library asks of WebGPU by wrapping the API's own methods, in the same way for every library.

/** Calls since the counts were last taken. */
export interface Calls {
  dispatches: number;
  submits: number;
  buffers: number;
  bindGroups: number;
  pipelines: number;
  writes: number;
}

export const callNames = ['dispatches', 'submits', 'buffers', 'bindGroups', 'pipelines', 'writes'] as const;

/** Bytes of the buffers of one device that have been created and not destroyed. */
export interface Memory {
  live: number;
  peak: number;
}

const noCalls = (): Calls => ({ dispatches: 0, submits: 0, buffers: 0, bindGroups: 0, pipelines: 0, writes: 0 });

let calls = noCalls();
/** When the latest submit before the first read-back returned. */
let submitted = 0;
let reading = false;

/** Pipelines that have been asked for, and those of them that are being compiled, whatever step asked. */
let pipelines = 0;
const compiling = new Set<Promise<unknown>>();

const memories = new WeakMap<GPUDevice, Memory>();
const owners = new WeakMap<GPUBuffer, Memory>();
let latest: Memory = { live: 0, peak: 0 };

/** Starts a step: the counts are zero, and no read-back has begun. */
export function beginStep(): void {
  calls = noCalls();
  submitted = 0;
  reading = false;
}

/** The counts of the step, and when its last submit before the first read-back returned (0 if there was none). */
export const endStep = (): { calls: Calls; submitted: number } => ({ calls, submitted });

/** Forgets the devices of libraries before, so that one that asks for none has no memory. */
export function beginLibrary(): void {
  latest = { live: 0, peak: 0 };
}

/** The memory of the device that was requested last. */
export const latestMemory = (): Memory => latest;

/** Pipelines that have been asked for since the page was opened. */
export const pipelinesAsked = (): number => pipelines;

/** Resolves when no pipeline is being compiled, or after so many milliseconds. */
export async function pipelinesCompiled(milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let late = false;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late = true;
      resolve();
    }, milliseconds);
  });
  while (compiling.size > 0 && !late) {
    await Promise.race([Promise.all(compiling), end]);
    // Who compiles one after another asks for the next one now.
    await new Promise((resolve) => setTimeout(resolve));
  }
  clearTimeout(timer);
}

/** Calls `before` ahead of a method of the API, and `after` behind it. */
function wrap<T extends object, K extends keyof T>(
  owner: { prototype: T },
  name: K,
  before: (self: T) => void,
  after: (self: T, result: unknown) => void = () => {},
): void {
  const original = owner.prototype[name] as (...args: unknown[]) => unknown;
  const wrapped = function (this: T, ...args: unknown[]): unknown {
    before(this);
    const result = original.apply(this, args);
    after(this, result);
    return result;
  };
  owner.prototype[name] = wrapped as T[K];
}

function memoryOf(device: GPUDevice): Memory {
  let memory = memories.get(device);
  if (!memory) {
    memory = { live: 0, peak: 0 };
    memories.set(device, memory);
    latest = memory;
  }
  return memory;
}

/** Wraps the API for good. To be called once, before any library is loaded. */
export function wrapWebGpu(): void {
  const count = (name: keyof Calls) => () => {
    calls[name]++;
  };
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) {
    const device = await request.call(this, descriptor);
    memoryOf(device);
    return device;
  };
  wrap(GPUDevice, 'createBuffer', count('buffers'), (device, result) => {
    const buffer = result as GPUBuffer;
    const memory = memoryOf(device);
    memory.live += buffer.size;
    memory.peak = Math.max(memory.peak, memory.live);
    owners.set(buffer, memory);
  });
  wrap(GPUBuffer, 'destroy', (buffer) => {
    const memory = owners.get(buffer);
    if (!memory) return;
    memory.live -= buffer.size;
    owners.delete(buffer);
  });
  wrap(GPUDevice, 'createBindGroup', count('bindGroups'));
  const countPipeline = () => {
    calls.pipelines++;
    pipelines++;
  };
  wrap(GPUDevice, 'createComputePipeline', countPipeline);
  wrap(GPUDevice, 'createComputePipelineAsync', countPipeline, (_, result) => {
    // One that is refused is reported to whoever asked.
    const done: Promise<unknown> = (result as Promise<unknown>).catch(() => {}).then(() => compiling.delete(done));
    compiling.add(done);
  });
  wrap(GPUQueue, 'writeBuffer', count('writes'));
  wrap(GPUQueue, 'submit', count('submits'), () => {
    if (!reading) submitted = performance.now();
  });
  wrap(GPUComputePassEncoder, 'dispatchWorkgroups', count('dispatches'));
  wrap(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', count('dispatches'));
  wrap(GPUBuffer, 'mapAsync', () => {
    reading = true;
  });
}
