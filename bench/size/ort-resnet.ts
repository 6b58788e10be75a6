// ResNet-18 on a picture in onnxruntime-web. The model is no part of what is measured.
import * as ort from 'peer:ort-webgpu';

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL('ort/', location.href).href;
ort.env.logLevel = 'error';
const model = new Uint8Array(await (await fetch('resnet18.onnx')).arrayBuffer());
const session = await ort.InferenceSession.create(model, { executionProviders: ['webgpu'] });
const x = new ort.Tensor('float32', new Float32Array(3 * 64 * 64), [1, 3, 64, 64]);
const [y] = Object.values(await session.run({ [session.inputNames[0]!]: x }));
console.log(y!.data.length === 1000);
