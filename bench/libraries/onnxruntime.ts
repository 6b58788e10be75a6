// onnxruntime-web's part in the benchmark: networks as ONNX models, by its WebGPU provider or by its WASM provider on one thread.
import type * as onnxruntime from 'peer:ort-webgpu';
import type { Graph } from '../networks/graph';
import { onnxNames, toOnnx } from '../networks/onnx';
import type { NetworkRow, Row } from '../rows/row';
import type { Library, Work } from './library';

type Ort = typeof onnxruntime;
export type Provider = 'webgpu' | 'wasm';

/** Where the benchmark's own server has the package's files. */
const FILES = new URL('/node_modules/onnxruntime-web/dist/', location.href).href;

/** @param files the address of the package's files, some of which it loads itself */
export async function openProvider(ort: Ort, provider: Provider, files = FILES): Promise<Library> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = files;
  ort.env.logLevel = 'error';
  return {
    prepare: async (row: Row) => {
      if (row.kind !== 'network') throw new Error(`${row.name}: onnxruntime-web runs networks alone`);
      return network(ort, provider, row);
    },
  };
}

async function network(ort: Ort, provider: Provider, row: NetworkRow): Promise<Work> {
  const graph = row.graph();
  const session = await ort.InferenceSession.create(toOnnx(graph, row.weights()), {
    executionProviders: [
      provider === 'webgpu' ? { name: provider, preferredLayout: row.onnxLayout ?? 'NHWC' } : provider,
    ],
    graphOptimizationLevel: 'all',
  });
  const names = onnxNames(graph);
  const x = provider === 'webgpu' ? await onDevice(ort, row, graph) : onHost(ort, row, graph);
  let y: Float32Array | null = null;
  return {
    async step() {
      const results = await session.run({ [names.input]: x });
      y = results[names.output]!.data;
      return y[y.length - 1]!;
    },
    async outputs() {
      return { y: y!.slice() };
    },
  };
}

const onHost = (ort: Ort, row: NetworkRow, { shapes }: Graph) =>
  new ort.Tensor('float32', row.images().data, shapes[0]!);

/** The images in the device's memory, as the other libraries have them. */
async function onDevice(ort: Ort, row: NetworkRow, { shapes }: Graph) {
  const { data } = row.images();
  const device = await ort.env.webgpu.device;
  const buffer = device.createBuffer({
    size: Math.ceil(data.byteLength / 16) * 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shapes[0]! });
}
