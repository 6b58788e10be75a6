// EfficientNet-Lite0 of random weights, padded as TensorFlow pads: of modules, and as functions over tensors as a file has them.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import type { State } from './plain-networks';

const F = nn.functional;

/** Kernel, stride, how many times the channels are widened within, channels, repetitions (Tan and Le 2019, with Lite's fixed stem and head). */
const STAGES = [
  [3, 1, 1, 16, 1],
  [3, 2, 6, 24, 2],
  [5, 2, 6, 40, 2],
  [3, 2, 6, 80, 3],
  [5, 1, 6, 112, 3],
  [5, 2, 6, 192, 4],
  [3, 1, 6, 320, 1],
] as const;

interface Layer {
  readonly name: string;
  readonly kernel: number;
  readonly stride: number;
  readonly inside: number;
  readonly channels: number;
  readonly depthwise: boolean;
  /** A ReLU6 follows. */
  readonly rectified: boolean;
}

interface Block {
  readonly layers: readonly Layer[];
  readonly residual: boolean;
}

function blocksOf(): readonly Block[] {
  const blocks: Block[] = [];
  const layer = (kernel: number, stride: number, inside: number, channels: number, kind: string): Layer => ({
    name: `${blocks.length}.${kind}`,
    kernel,
    stride,
    inside,
    channels,
    depthwise: kind === 'deep',
    rectified: kind !== 'project',
  });
  blocks.push({ layers: [layer(3, 2, 3, 32, 'stem')], residual: false });
  let inside = 32;
  for (const [kernel, first, widened, channels, count] of STAGES) {
    for (let i = 0; i < count; i++) {
      const stride = i === 0 ? first : 1;
      const within = widened * inside;
      const layers = [
        ...(widened > 1 ? [layer(1, 1, inside, within, 'expand')] : []),
        layer(kernel, stride, within, within, 'deep'),
        layer(1, 1, within, channels, 'project'),
      ];
      blocks.push({ layers, residual: stride === 1 && inside === channels });
      inside = channels;
    }
  }
  blocks.push({ layers: [layer(1, 1, inside, 1280, 'head')], residual: false });
  return blocks;
}

const blocks = blocksOf();

/** Zeros to the left and right, above and below, of a square picture. */
function around(size: number, { kernel, stride }: Layer): [number, number, number, number] {
  const all = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  const before = Math.floor(all / 2);
  return [before, all - before, before, all - before];
}

class Lite extends nn.Module {
  readonly layers = new nn.ModuleDict();
  readonly classifier = new nn.Linear(1280, 10);

  constructor() {
    super();
    for (const { name, kernel, stride, inside, channels, depthwise } of blocks.flatMap(({ layers }) => layers)) {
      const options = { stride, groups: depthwise ? inside : 1, bias: false };
      const conv = new nn.Conv2d(inside, channels, kernel, options);
      this.layers.set(name.replace('.', '_'), new nn.Sequential(conv, new nn.BatchNorm2d(channels, { eps: 1e-3 })));
    }
  }

  forward(x: Tensor): Tensor {
    for (const { layers, residual } of blocks) {
      let y = x;
      for (const layer of layers) {
        const pad = around(y.shape[2]!, layer);
        const module = this.layers.get(layer.name.replace('.', '_')) as nn.Sequential;
        y = module(pad.some((n) => n > 0) ? F.pad(y, pad) : y) as Tensor;
        if (layer.rectified) y = F.relu6(y);
      }
      x = residual ? y.add(x) : y;
    }
    return this.classifier(x.mean([2, 3]));
  }
}

/** Of modules, with statistics that are not those of a fresh layer. */
export function liteOfModules(): Lite {
  const model = new Lite();
  torch.noGrad(() => {
    for (const [name, buffer] of model.namedBuffers()) {
      if (name.endsWith('runningMean')) buffer.uniform_(-0.2, 0.2);
      if (name.endsWith('runningVar')) buffer.uniform_(0.5, 2);
    }
  });
  return model.eval();
}

/** The same as functions. */
export const liteOfFunctions =
  (sd: State) =>
  (picture: Tensor): Tensor => {
    let x = picture;
    for (const { layers, residual } of blocks) {
      let y = x;
      for (const layer of layers) {
        const { name, stride, depthwise, inside, rectified } = layer;
        const at = (key: string) => sd[`layers.${name.replace('.', '_')}.${key}`]!;
        const padded = F.pad(y, around(y.shape[2]!, layer));
        y = F.conv2d(padded, at('0.weight'), null, { stride, groups: depthwise ? inside : 1 });
        y = F.batchNorm(y, at('1.running_mean'), at('1.running_var'), at('1.weight'), at('1.bias'), false, 0.1, 1e-3);
        if (rectified) y = F.relu6(y);
      }
      x = residual ? y.add(x) : y;
    }
    return F.linear(x.mean([2, 3]), sd['classifier.weight']!, sd['classifier.bias']!);
  };
