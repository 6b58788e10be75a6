import { cat, nn, type Tensor } from '../../../torch';
import { type Arguments, Module, parseArgs } from '../../../torch/inside';
import { type EndsInLinear, Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions } from './builder';
import { asTrained, BasicConv2d, optionsFor } from './inception-blocks';
import { initialize } from './initialize';
import { type Fixed, networkKinds } from './network-kinds';

/** Options of `GoogLeNet`. */
export interface GoogLeNetOptions extends ClassifierOptions {
  /** Add two auxiliary heads, which also return scores in training. Default: true, but false with weights. */
  auxLogits?: boolean | null;
  /**
   * Take images normalized as torchvision does, for weights that were trained with another normalization. Default: true
   * only with weights.
   */
  transformInput?: boolean | null;
  /** Initialize weights by the network's rules instead of the layers' own. Default: true. */
  initWeights?: boolean | null;
  /** torchvision's blocks, which cannot be replaced. Default: null. */
  blocks?: Fixed;
  /** Probability of dropout before the last layer. Default: 0.2. */
  dropout?: number;
  /** Probability of dropout in the auxiliary heads. Default: 0.7. */
  dropoutAux?: number;
}

type GoogLeNetOrder = [
  ...['numClasses', 'auxLogits', 'transformInput', 'initWeights'],
  ...['blocks', 'dropout', 'dropoutAux'],
];

/** The output of GoogLeNet in training: scores [N, numClasses] of its three heads. */
export interface GoogLeNetOutputs {
  readonly logits: Tensor;
  readonly auxLogits2: Tensor | null;
  readonly auxLogits1: Tensor | null;
}

const pool = (kernelSize: number, stride: number, padding = 0) =>
  new nn.MaxPool2d({ kernelSize, stride, padding, ceilMode: true });

/**
 * Channels of the branches: 1×1; reduction and 3×3; reduction and "5×5", which is 3×3 in torchvision; after the
 * pooling.
 */
type Branches = readonly [number, readonly [number, number], readonly [number, number], number];

/** Four branches whose outputs are concatenated. */
class Inception extends Module {
  branch1: BasicConv2d;
  branch2: nn.Sequential;
  branch3: nn.Sequential;
  branch4: nn.Sequential;

  constructor(inChannels: number, [near, [reduced3, wide3], [reduced5, wide5], pooled]: Branches) {
    super();
    const reducedTo = (reduced: number, wide: number) =>
      new nn.Sequential(
        new BasicConv2d(inChannels, reduced, { kernelSize: 1 }),
        new BasicConv2d(reduced, wide, { kernelSize: 3, padding: 1 }),
      );
    this.branch1 = new BasicConv2d(inChannels, near, { kernelSize: 1 });
    this.branch2 = reducedTo(reduced3, wide3);
    this.branch3 = reducedTo(reduced5, wide5);
    this.branch4 = new nn.Sequential(pool(3, 1, 1), new BasicConv2d(inChannels, pooled, { kernelSize: 1 }));
  }

  override forward(x: Tensor): Tensor {
    return cat([this.branch1(x), this.branch2(x), this.branch3(x), this.branch4(x)], 1);
  }
}

/** An auxiliary head in the middle of the network. */
class InceptionAux extends Module {
  conv: BasicConv2d;
  fc1: nn.Linear;
  fc2: nn.Linear;
  dropout: nn.Dropout;

  constructor(inChannels: number, numClasses: number, dropout: number) {
    super();
    this.conv = new BasicConv2d(inChannels, 128, { kernelSize: 1 });
    this.fc1 = new nn.Linear(2048, 1024);
    this.fc2 = new nn.Linear(1024, numClasses);
    this.dropout = new nn.Dropout({ p: dropout });
  }

  override forward(x: Tensor): Tensor {
    const maps = this.conv(nn.functional.adaptiveAvgPool2d(x, [4, 4]));
    return this.fc2(this.dropout(nn.functional.relu(this.fc1(maps.flatten(1)), { inplace: true })));
  }
}

/**
 * GoogLeNet, the first Inception network (Szegedy et al. 2015, arXiv:1409.4842), with batch norm: takes images [N, 3,
 * H, W] of 15 pixels or more, usually 224, and returns scores [N, numClasses]; in training it returns
 * `GoogLeNetOutputs`, unless `auxLogits: false`. 13,004,888 parameters, 6,624,904 without the auxiliary heads.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class GoogLeNet extends Network {
  auxLogits: boolean;
  readonly transformInput: boolean;
  conv1 = new BasicConv2d(3, 64, { kernelSize: 7, stride: 2, padding: 3 });
  maxpool1 = pool(3, 2);
  conv2 = new BasicConv2d(64, 64, { kernelSize: 1 });
  conv3 = new BasicConv2d(64, 192, { kernelSize: 3, padding: 1 });
  maxpool2 = pool(3, 2);
  inception3a = new Inception(192, [64, [96, 128], [16, 32], 32]);
  inception3b = new Inception(256, [128, [128, 192], [32, 96], 64]);
  maxpool3 = pool(3, 2);
  inception4a = new Inception(480, [192, [96, 208], [16, 48], 64]);
  inception4b = new Inception(512, [160, [112, 224], [24, 64], 64]);
  inception4c = new Inception(512, [128, [128, 256], [24, 64], 64]);
  inception4d = new Inception(512, [112, [144, 288], [32, 64], 64]);
  inception4e = new Inception(528, [256, [160, 320], [32, 128], 128]);
  maxpool4 = pool(2, 2);
  inception5a = new Inception(832, [256, [160, 320], [32, 128], 128]);
  inception5b = new Inception(832, [384, [192, 384], [48, 128], 128]);
  aux1: InceptionAux | null;
  aux2: InceptionAux | null;
  avgpool: nn.AdaptiveAvgPool2d;
  dropout: nn.Dropout;

  constructor(...args: Arguments<GoogLeNetOptions, GoogLeNetOrder>) {
    super();
    const heads = { numClasses: 1000, auxLogits: null, transformInput: null, initWeights: null, blocks: null };
    const defaults = { ...heads, dropout: 0.2, dropoutAux: 0.7 };
    const o = parseArgs<GoogLeNetOptions>('GoogLeNet', [], defaults, args, networkKinds);
    const { numClasses, initWeights, dropout, dropoutAux } = o;
    const auxLogits = o.auxLogits ?? true;
    this.auxLogits = auxLogits;
    this.transformInput = o.transformInput ?? false;
    this.aux1 = auxLogits ? new InceptionAux(512, numClasses, dropoutAux) : null;
    this.aux2 = auxLogits ? new InceptionAux(528, numClasses, dropoutAux) : null;
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1]);
    this.dropout = new nn.Dropout({ p: dropout });
    this.fc = new nn.Linear(1024, numClasses);
    if (initWeights ?? true) {
      const draw = ({ weight }: nn.Conv2d | nn.Linear) => nn.init.truncNormal_(weight, { std: 0.01 });
      initialize(this, { convolution: draw, linear: draw });
    }
  }

  override forward(images: Tensor): Tensor | GoogLeNetOutputs {
    expectBatch('GoogLeNet', images);
    const x = this.transformInput ? asTrained(images) : images;
    const stem = this.maxpool2(this.conv3(this.conv2(this.maxpool1(this.conv1(x)))));
    const third = this.maxpool3(this.inception3b(this.inception3a(stem)));
    const early = this.inception4a(third);
    const auxLogits1 = this.training && this.aux1 ? this.aux1(early) : null;
    const late = this.inception4d(this.inception4c(this.inception4b(early)));
    const auxLogits2 = this.training && this.aux2 ? this.aux2(late) : null;
    const last = this.inception5b(this.inception5a(this.maxpool4(this.inception4e(late))));
    const logits = this.fc(this.dropout(this.avgpool(last).flatten(1)));
    return this.training && this.auxLogits ? { logits, auxLogits2, auxLogits1 } : logits;
  }
}

export interface GoogLeNet extends EndsInLinear {}

/** GoogLeNet: see `GoogLeNet`. */
export const googlenet = builder<GoogLeNet, GoogLeNetOptions>('googlenet', {
  defaults: {
    blocks: null,
    numClasses: 1000,
    auxLogits: null,
    transformInput: null,
    initWeights: null,
    dropout: 0.2,
    dropoutAux: 0.7,
  },
  weights: 'GoogLeNet_Weights',
  build: (options, given) => new GoogLeNet(given ? optionsFor(options, given, 'aux1.fc1.weight') : options),
  finish(model, { auxLogits }) {
    if (auxLogits === true) return;
    model.auxLogits = false;
    model.aux1 = null;
    model.aux2 = null;
  },
});
