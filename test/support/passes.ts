// Runs the passes of a lowering by themselves, without the engine: for kernels that the engine would not choose here.

import { type Lowering, type Operand, type Param, type Pass, paramsOf } from '../../src/engine/compiler/ir';
import { withTexts } from '../../src/engine/compiler/texts';
import { whenLoaded } from '../../src/engine/core/late';
import { codeOf } from '../../src/engine/wgsl/kernel-code';

const STORAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST
const UNIFORM = 0x40 | 0x08; // UNIFORM | COPY_DST
const STAGING = 0x01 | 0x08; // MAP_READ | COPY_DST
const COMPUTE_STAGE = 4;

/** The outputs, of the given lengths, that the passes compute from the inputs. */
export async function runPasses(
  device: GPUDevice,
  named: Lowering,
  inputs: readonly Float32Array[],
  outputs: readonly number[],
): Promise<Float32Array[]> {
  const lowering = await whenLoaded(() => withTexts(named));
  if (lowering.kind !== 'passes') throw new Error(`expected passes, but got a lowering of kind ${lowering.kind}`);
  const created: GPUBuffer[] = [];
  const buffer = (bytes: number, usage: number, data?: BufferSource) => {
    const result = device.createBuffer({ size: Math.max(16, bytes), usage });
    if (data) device.queue.writeBuffer(result, 0, data);
    created.push(result);
    return result;
  };
  const places = {
    input: inputs.map((data) => buffer(data.byteLength, STORAGE, data as BufferSource)),
    output: outputs.map((length) => buffer(4 * length, STORAGE)),
    scratch: (lowering.scratch ?? []).map((bytes) => buffer(bytes, STORAGE)),
  };
  const faults = buffer(16, STORAGE);
  const at = (operand: Operand) => (operand.from === 'fault' ? faults : places[operand.from][operand.index]!);
  const encoder = device.createCommandEncoder();
  const compiled = lowering.passes.map((pass) => compile(device, pass));
  for (const [i, pass] of lowering.passes.entries()) {
    const { layout, pipeline } = await compiled[i]!;
    const bound = [...pass.reads, ...pass.writes].map(at);
    const params = paramsOf(pass.params);
    if (params.length > 0) bound.push(buffer(4 * params.length + 16, UNIFORM, paramBytes(params)));
    const entries = bound.map((resource, binding) => ({ binding, resource: { buffer: resource } }));
    const encoded = encoder.beginComputePass();
    encoded.setPipeline(pipeline);
    encoded.setBindGroup(0, device.createBindGroup({ layout, entries }));
    encoded.dispatchWorkgroups(...pass.grid);
    encoded.end();
  }
  const staged = places.output.map((from, i) => {
    const to = buffer(4 * outputs[i]!, STAGING);
    encoder.copyBufferToBuffer(from, 0, to, 0, 4 * outputs[i]!);
    return to;
  });
  device.pushErrorScope('validation');
  device.queue.submit([encoder.finish()]);
  const problem = await device.popErrorScope();
  if (problem) throw new Error(problem.message);
  const results = [];
  for (const [i, staging] of staged.entries()) {
    await staging.mapAsync(1);
    results.push(new Float32Array(staging.getMappedRange().slice(0, 4 * outputs[i]!)));
  }
  for (const each of created) each.destroy();
  return results;
}

/** The pipeline of a pass; several are compiled at the same time. */
async function compile(device: GPUDevice, { source, consts, entry, overrides, reads, writes, params }: Pass) {
  const kinds: GPUBufferBindingType[] = [
    ...reads.map(() => 'read-only-storage' as const),
    ...writes.map(() => 'storage' as const),
    ...(paramsOf(params).length > 0 ? ['uniform' as const] : []),
  ];
  const layout = device.createBindGroupLayout({
    entries: kinds.map((type, binding) => ({ binding, visibility: COMPUTE_STAGE, buffer: { type } })),
  });
  const module = device.createShaderModule({ code: codeOf({ source, consts }) });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: entry ?? 'main', constants: { ...overrides } },
  });
  return { layout, pipeline };
}

function paramBytes(params: readonly Param[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(4 * params.length));
  params.forEach(([type, value], i) => {
    if (typeof value !== 'number') throw new Error('expected constants as params, but got a dynamic scalar');
    if (type === 'f32') view.setFloat32(4 * i, value, true);
    else view.setUint32(4 * i, value, true);
  });
  return view.buffer;
}
