// The best kernels that we know for a row, run with as little around them as WebGPU allows: no library.
import type { Pass, Program } from '../kernels/program';
import type { Row } from '../rows/row';
import type { Library, Outputs, Work } from './library';

export async function open(): Promise<Library> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('hand-written: there is no WebGPU adapter');
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
  return {
    async prepare(row: Row) {
      if (row.kind === 'training' || row.kind === 'network' || row.kind === 'explained' || !row.handWritten)
        throw new Error(`${row.name}: there are no hand-written kernels`);
      return run(
        device,
        row.handWritten(),
        row.inputs().map(({ data }) => data),
      );
    },
  };
}

async function run(device: GPUDevice, program: Program, inputs: readonly Float32Array[]): Promise<Work> {
  const buffers: Record<string, GPUBuffer> = {};
  const storage = (elements: number) =>
    device.createBuffer({
      size: 4 * elements,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  for (const [i, name] of program.inputs.entries()) {
    buffers[name] = storage(inputs[i]!.length);
    device.queue.writeBuffer(buffers[name], 0, inputs[i]! as Float32Array<ArrayBuffer>);
  }
  for (const [name, elements] of Object.entries(program.scratch)) buffers[name] = storage(elements);
  const staging = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  await device.queue.onSubmittedWorkDone();

  let passes: Prepared[] = [];
  const encode = (encoder: GPUCommandEncoder, timestampWrites?: GPUComputePassTimestampWrites) => {
    const pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
    for (const { pipeline, group, workgroups } of passes) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
  };
  const from = buffers[program.read]!;
  return {
    async step() {
      // Compiled in the first step, as in the libraries.
      if (passes.length === 0) passes = await Promise.all(program.passes.map((pass) => prepare(device, pass, buffers)));
      const encoder = device.createCommandEncoder();
      encode(encoder);
      encoder.copyBufferToBuffer(from, from.size - 4, staging, 0, 4);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const [value] = new Float32Array(staging.getMappedRange());
      staging.unmap();
      return value!;
    },
    async outputs() {
      const outputs: Outputs = {};
      for (const [name, buffer] of Object.entries(program.outputs)) {
        outputs[name] = await contents(device, buffers[buffer]!);
      }
      return outputs;
    },
    ...(device.features.has('timestamp-query') && { gpuTime: () => gpuTime(device, encode) }),
  };
}

/** Milliseconds between the beginning and the end of a pass. */
async function gpuTime(
  device: GPUDevice,
  encode: (encoder: GPUCommandEncoder, writes: GPUComputePassTimestampWrites) => void,
): Promise<number> {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const encoder = device.createCommandEncoder();
  encode(encoder, { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 });
  encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
  device.queue.submit([encoder.finish()]);
  const [start, end] = new BigUint64Array((await contents(device, resolved)).buffer);
  querySet.destroy();
  resolved.destroy();
  return Number(end! - start!) / 1e6;
}

interface Prepared {
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  workgroups: Pass['workgroups'];
}

async function prepare(
  device: GPUDevice,
  { source, entry = 'main', constants = {}, buffers: names, workgroups }: Pass,
  buffers: Record<string, GPUBuffer>,
): Promise<Prepared> {
  const module = device.createShaderModule({ code: source });
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, entryPoint: entry, constants },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: names.map((name, binding) => ({ binding, resource: { buffer: buffers[name]! } })),
  });
  return { pipeline, group, workgroups };
}

async function contents(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const staging = device.createBuffer({ size: buffer.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const data = new Float32Array(staging.getMappedRange()).slice();
  staging.destroy();
  return data;
}
