// Rows of whole networks of `vision.models`: forward in evaluation, for one image and for eight, and training steps.
import { type nn, vision } from 'lamplight';
import { elements, uniform } from '../inputs';
import { graphOf } from '../networks/graph';
import { runInJax } from '../networks/jax-js';
import { runInTfjs } from '../networks/tfjs';
import { images, weightsOf } from '../networks/weights';
import type { NetworkRow, TrainingRow } from './row';

const { models } = vision;

interface Network {
  /** As printed. */
  readonly title: string;
  readonly channels?: number;
  build(): nn.UnaryModule;
}

const networks = {
  lenet5: { title: 'LeNet-5', channels: 1, build: () => models.lenet5() },
  alexnet: { title: 'AlexNet', build: () => models.alexnet() },
  vgg11: { title: 'VGG-11', build: () => models.vgg11() },
  squeezenet: { title: 'SqueezeNet 1.1', build: () => models.squeezenet1_1() },
  resnet18: { title: 'ResNet-18', build: () => models.resnet18() },
  mobilenetv2: { title: 'MobileNetV2', build: () => models.mobilenetV2() },
  densenet121: { title: 'DenseNet-121', build: () => models.densenet121() },
  unet: { title: 'U-Net of 16 channels', build: () => models.unet({ baseChannels: 16 }) },
} satisfies Record<string, Network>;

/** The value of the first call, in every call. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const shapeOf = ({ channels = 3 }: Network, size: number, batch: number) => [batch, channels, size, size];

function forward(name: keyof typeof networks, size: number, batch = 1): NetworkRow {
  const network: Network = networks[name];
  const shape = shapeOf(network, size, batch);
  const graph = once(() => graphOf(network.build, shape));
  return {
    kind: 'network',
    name: batch === 1 ? `${name}-${size}` : `${name}-batch${batch}`,
    title: `${network.title}, ${size}²${batch === 1 ? '' : `, batch ${batch}`}`,
    tolerance: 1e-3,
    goal: 1,
    graph,
    weights: once(() => weightsOf(graph())),
    images: once(() => images(shape)),
    lamplight: network.build,
    // With channels last, its own choice, LeNet-5 is wrong by 0.4 of the largest score (version 1.30 on SwiftShader); by WASM it is right.
    ...(name === 'lenet5' && { onnxLayout: 'NCHW' }),
  };
}

function training(
  name: string,
  { size, batch, classes, ...network }: Network & Record<'size' | 'batch' | 'classes', number>,
): TrainingRow {
  const shape = shapeOf(network, size, batch);
  const graph = once(() => graphOf(network.build, shape));
  const parameters = once(() => {
    const { trained } = graph();
    return Object.fromEntries(Object.entries(weightsOf(graph())).filter(([key]) => trained.has(key)));
  });
  return {
    kind: 'training',
    name: `${name}-training`,
    title: `${network.title}, ${size}², batch ${batch}, Adam step`,
    tolerance: 2e-3,
    goal: 1,
    classes,
    // By 1e-4, rounding alone sets PyTorch's third losses of MobileNetV2 in float32 and float64 apart by 6e-3.
    learningRate: 1e-5,
    parameters,
    batch: () => {
      const { output, shapes } = graph();
      const [count, , ...map] = shapes[output]!;
      const labelShape = [count!, ...map];
      const draw = uniform(99);
      const labels = Int32Array.from({ length: elements(labelShape) }, () => Math.floor(draw() * classes));
      return { x: images(shape), labels, labelShape };
    },
    lamplight: network.build,
    tfjs: (tf, p, x) => runInTfjs(tf, graph(), p, x, { training: true }).reshape([-1, classes]),
    jax: (jax, p, x) => {
      const y = runInJax(jax, graph(), p, x, { training: true });
      return y.shape.length === 4 ? y.transpose([0, 2, 3, 1]).reshape([-1, classes]) : y;
    },
    missing: Object.fromEntries(
      ['ort-webgpu', 'ort-wasm'].map((library) => [library, 'onnxruntime-web has no training']),
    ),
  };
}

const small = { size: 64, batch: 8 };

export const modelRows: readonly (NetworkRow | TrainingRow)[] = [
  forward('lenet5', 28),
  forward('lenet5', 28, 64),
  ...([64, 224] as const).flatMap((size) => [
    forward('alexnet', size),
    forward('vgg11', size),
    forward('squeezenet', size),
    forward('resnet18', size),
    forward('mobilenetv2', size),
    forward('densenet121', size),
  ]),
  forward('unet', 128),
  { ...forward('resnet18', 64), name: 'resnet18-imported-64', title: 'ResNet-18 from ONNX, 64²', imported: true },
  forward('resnet18', 64, 8),
  forward('mobilenetv2', 64, 8),
  forward('unet', 64, 8),
  training('resnet18', { ...small, classes: 10, title: 'ResNet-18', build: () => models.resnet18({ numClasses: 10 }) }),
  training('mobilenetv2', {
    ...small,
    classes: 10,
    title: 'MobileNetV2',
    // What dropout draws differs from library to library.
    build: () => models.mobilenetV2({ numClasses: 10, dropout: 0 }),
  }),
  training('unet', { ...small, classes: 2, ...networks.unet }),
];
