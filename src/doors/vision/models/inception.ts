import { cat, nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { type EndsInLinear, Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions } from './builder';
import { asTrained, BasicConv2d, optionsFor } from './inception-blocks';
import { type Fixed, networkKinds } from './network-kinds';

/** Options of `Inception3`. */
export interface Inception3Options extends ClassifierOptions {
  /**
   * Add an auxiliary head, which also returns scores in training; it is made for pictures of 299 pixels. Default: true.
   */
  auxLogits?: boolean;
  /**
   * Take images normalized as torchvision does, for weights that were trained with another normalization. Default: true
   * only with weights.
   */
  transformInput?: boolean | null;
  /** torchvision's blocks, which cannot be replaced. Default: null. */
  inceptionBlocks?: Fixed;
  /** Initialize weights by the network's rules instead of the layers' own. Default: true. */
  initWeights?: boolean | null;
  /** Probability of dropout before the last layer. Default: 0.5. */
  dropout?: number;
}

type Inception3Order = [
  ...['numClasses', 'auxLogits', 'transformInput'],
  ...['inceptionBlocks', 'initWeights', 'dropout'],
];

/** The output of Inception v3 in training: scores [N, numClasses] of its two heads. */
export interface InceptionOutputs {
  readonly logits: Tensor;
  readonly auxLogits: Tensor | null;
}

const F = nn.functional;

const conv = (inChannels: number, outChannels: number, kernelSize: number, stride = 1, padding = 0) =>
  new BasicConv2d(inChannels, outChannels, { kernelSize, stride, padding });

/** A 1×n convolution along the rows that keeps the size. */
const across = (inChannels: number, outChannels: number, n: number) =>
  new BasicConv2d(inChannels, outChannels, { kernelSize: [1, n], padding: [0, n >> 1] });

/** An n×1 convolution along the columns that keeps the size. */
const down = (inChannels: number, outChannels: number, n: number) =>
  new BasicConv2d(inChannels, outChannels, { kernelSize: [n, 1], padding: [n >> 1, 0] });

const averaged = (x: Tensor) => F.avgPool2d(x, { kernelSize: 3, stride: 1, padding: 1 });

/** Figure 5 of the paper: parallel branches of 1×1, 5×5, two 3×3, and pooling. */
class InceptionA extends Module {
  branch1x1: BasicConv2d;
  branch5x5_1: BasicConv2d;
  branch5x5_2: BasicConv2d;
  branch3x3dbl_1: BasicConv2d;
  branch3x3dbl_2: BasicConv2d;
  branch3x3dbl_3: BasicConv2d;
  branch_pool: BasicConv2d;

  constructor(inChannels: number, poolFeatures: number) {
    super();
    this.branch1x1 = conv(inChannels, 64, 1);
    this.branch5x5_1 = conv(inChannels, 48, 1);
    this.branch5x5_2 = conv(48, 64, 5, 1, 2);
    this.branch3x3dbl_1 = conv(inChannels, 64, 1);
    this.branch3x3dbl_2 = conv(64, 96, 3, 1, 1);
    this.branch3x3dbl_3 = conv(96, 96, 3, 1, 1);
    this.branch_pool = conv(inChannels, poolFeatures, 1);
  }

  override forward(x: Tensor): Tensor {
    const near = this.branch1x1(x);
    const far = this.branch5x5_2(this.branch5x5_1(x));
    const twice = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)));
    return cat([near, far, twice, this.branch_pool(averaged(x))], 1);
  }
}

/** Halves the map: parallel branches of 3×3, two 3×3, and pooling. */
class InceptionB extends Module {
  branch3x3: BasicConv2d;
  branch3x3dbl_1: BasicConv2d;
  branch3x3dbl_2: BasicConv2d;
  branch3x3dbl_3: BasicConv2d;

  constructor(inChannels: number) {
    super();
    this.branch3x3 = conv(inChannels, 384, 3, 2);
    this.branch3x3dbl_1 = conv(inChannels, 64, 1);
    this.branch3x3dbl_2 = conv(64, 96, 3, 1, 1);
    this.branch3x3dbl_3 = conv(96, 96, 3, 2);
  }

  override forward(x: Tensor): Tensor {
    const once = this.branch3x3(x);
    const twice = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)));
    return cat([once, twice, F.maxPool2d(x, { kernelSize: 3, stride: 2 })], 1);
  }
}

/** Figure 6 of the paper: 7×7 convolutions factored into 1×7 and 7×1, once in one branch and twice in another. */
class InceptionC extends Module {
  branch1x1: BasicConv2d;
  branch7x7_1: BasicConv2d;
  branch7x7_2: BasicConv2d;
  branch7x7_3: BasicConv2d;
  branch7x7dbl_1: BasicConv2d;
  branch7x7dbl_2: BasicConv2d;
  branch7x7dbl_3: BasicConv2d;
  branch7x7dbl_4: BasicConv2d;
  branch7x7dbl_5: BasicConv2d;
  branch_pool: BasicConv2d;

  constructor(inChannels: number, channels7x7: number) {
    super();
    const c = channels7x7;
    this.branch1x1 = conv(inChannels, 192, 1);
    this.branch7x7_1 = conv(inChannels, c, 1);
    this.branch7x7_2 = across(c, c, 7);
    this.branch7x7_3 = down(c, 192, 7);
    this.branch7x7dbl_1 = conv(inChannels, c, 1);
    this.branch7x7dbl_2 = down(c, c, 7);
    this.branch7x7dbl_3 = across(c, c, 7);
    this.branch7x7dbl_4 = down(c, c, 7);
    this.branch7x7dbl_5 = across(c, 192, 7);
    this.branch_pool = conv(inChannels, 192, 1);
  }

  override forward(x: Tensor): Tensor {
    const near = this.branch1x1(x);
    const once = this.branch7x7_3(this.branch7x7_2(this.branch7x7_1(x)));
    const half = this.branch7x7dbl_3(this.branch7x7dbl_2(this.branch7x7dbl_1(x)));
    const twice = this.branch7x7dbl_5(this.branch7x7dbl_4(half));
    return cat([near, once, twice, this.branch_pool(averaged(x))], 1);
  }
}

/** Halves the map: parallel branches of 3×3, of 7×7 then 3×3, and of pooling. */
class InceptionD extends Module {
  branch3x3_1: BasicConv2d;
  branch3x3_2: BasicConv2d;
  branch7x7x3_1: BasicConv2d;
  branch7x7x3_2: BasicConv2d;
  branch7x7x3_3: BasicConv2d;
  branch7x7x3_4: BasicConv2d;

  constructor(inChannels: number) {
    super();
    this.branch3x3_1 = conv(inChannels, 192, 1);
    this.branch3x3_2 = conv(192, 320, 3, 2);
    this.branch7x7x3_1 = conv(inChannels, 192, 1);
    this.branch7x7x3_2 = across(192, 192, 7);
    this.branch7x7x3_3 = down(192, 192, 7);
    this.branch7x7x3_4 = conv(192, 192, 3, 2);
  }

  override forward(x: Tensor): Tensor {
    const near = this.branch3x3_2(this.branch3x3_1(x));
    const far = this.branch7x7x3_4(this.branch7x7x3_3(this.branch7x7x3_2(this.branch7x7x3_1(x))));
    return cat([near, far, F.maxPool2d(x, { kernelSize: 3, stride: 2 })], 1);
  }
}

/** Figure 7 of the paper: 3×3 convolutions split into a 1×3 and a 3×1 in parallel. */
class InceptionE extends Module {
  branch1x1: BasicConv2d;
  branch3x3_1: BasicConv2d;
  branch3x3_2a: BasicConv2d;
  branch3x3_2b: BasicConv2d;
  branch3x3dbl_1: BasicConv2d;
  branch3x3dbl_2: BasicConv2d;
  branch3x3dbl_3a: BasicConv2d;
  branch3x3dbl_3b: BasicConv2d;
  branch_pool: BasicConv2d;

  constructor(inChannels: number) {
    super();
    this.branch1x1 = conv(inChannels, 320, 1);
    this.branch3x3_1 = conv(inChannels, 384, 1);
    this.branch3x3_2a = across(384, 384, 3);
    this.branch3x3_2b = down(384, 384, 3);
    this.branch3x3dbl_1 = conv(inChannels, 448, 1);
    this.branch3x3dbl_2 = conv(448, 384, 3, 1, 1);
    this.branch3x3dbl_3a = across(384, 384, 3);
    this.branch3x3dbl_3b = down(384, 384, 3);
    this.branch_pool = conv(inChannels, 192, 1);
  }

  override forward(x: Tensor): Tensor {
    const near = this.branch1x1(x);
    const once = this.branch3x3_1(x);
    const wide = cat([this.branch3x3_2a(once), this.branch3x3_2b(once)], 1);
    const twice = this.branch3x3dbl_2(this.branch3x3dbl_1(x));
    const wider = cat([this.branch3x3dbl_3a(twice), this.branch3x3dbl_3b(twice)], 1);
    return cat([near, wide, wider, this.branch_pool(averaged(x))], 1);
  }
}

/** The auxiliary head in the middle of the network. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
class InceptionAux extends Module {
  conv0: BasicConv2d;
  conv1: BasicConv2d;

  constructor(inChannels: number, numClasses: number) {
    super();
    this.conv0 = conv(inChannels, 128, 1);
    this.conv1 = conv(128, 768, 5);
    this.fc = new nn.Linear(768, numClasses);
  }

  override forward(x: Tensor): Tensor {
    const maps = this.conv1(this.conv0(F.avgPool2d(x, { kernelSize: 5, stride: 3 })));
    return this.fc(F.adaptiveAvgPool2d(maps, [1, 1]).flatten(1));
  }
}

interface InceptionAux extends EndsInLinear {}

/**
 * Inception v3 (Szegedy et al. 2016, arXiv:1512.00567): takes images [N, 3, H, W] of 75 pixels or more, usually 299,
 * and returns scores [N, numClasses]; in training it returns `InceptionOutputs`, unless `auxLogits: false`. 27,161,264
 * parameters, 23,834,568 without the auxiliary head.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class Inception3 extends Network {
  auxLogits: boolean;
  readonly transformInput: boolean;
  Conv2d_1a_3x3 = conv(3, 32, 3, 2);
  Conv2d_2a_3x3 = conv(32, 32, 3);
  Conv2d_2b_3x3 = conv(32, 64, 3, 1, 1);
  maxpool1 = new nn.MaxPool2d({ kernelSize: 3, stride: 2 });
  Conv2d_3b_1x1 = conv(64, 80, 1);
  Conv2d_4a_3x3 = conv(80, 192, 3);
  maxpool2 = new nn.MaxPool2d({ kernelSize: 3, stride: 2 });
  Mixed_5b = new InceptionA(192, 32);
  Mixed_5c = new InceptionA(256, 64);
  Mixed_5d = new InceptionA(288, 64);
  Mixed_6a = new InceptionB(288);
  Mixed_6b = new InceptionC(768, 128);
  Mixed_6c = new InceptionC(768, 160);
  Mixed_6d = new InceptionC(768, 160);
  Mixed_6e = new InceptionC(768, 192);
  AuxLogits: InceptionAux | null;
  Mixed_7a: InceptionD;
  Mixed_7b: InceptionE;
  Mixed_7c: InceptionE;
  avgpool: nn.AdaptiveAvgPool2d;
  dropout: nn.Dropout;

  constructor(...args: Arguments<Inception3Options, Inception3Order>) {
    super();
    const heads = { numClasses: 1000, auxLogits: true, transformInput: null, inceptionBlocks: null };
    const defaults = { ...heads, initWeights: null, dropout: 0.5 };
    const o = parseArgs<Inception3Options>('Inception3', [], defaults, args, {
      ...networkKinds,
      auxLogits: kinds.flag,
    });
    const { numClasses, auxLogits, transformInput, initWeights, dropout } = o;
    this.auxLogits = auxLogits;
    this.transformInput = transformInput ?? false;
    this.AuxLogits = auxLogits ? new InceptionAux(768, numClasses) : null;
    this.Mixed_7a = new InceptionD(768);
    this.Mixed_7b = new InceptionE(1280);
    this.Mixed_7c = new InceptionE(2048);
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1]);
    this.dropout = new nn.Dropout({ p: dropout });
    this.fc = new nn.Linear(2048, numClasses);
    if (initWeights ?? true) this.#draw();
  }

  #draw(): void {
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d || module instanceof nn.Linear)) continue;
      nn.init.truncNormal_(module.weight, { std: module === this.AuxLogits?.fc ? 0.001 : 0.1 });
    }
  }

  override forward(images: Tensor): Tensor | InceptionOutputs {
    expectBatch('Inception3', images);
    const x = this.transformInput ? asTrained(images) : images;
    const stem = this.maxpool1(this.Conv2d_2b_3x3(this.Conv2d_2a_3x3(this.Conv2d_1a_3x3(x))));
    const wide = this.maxpool2(this.Conv2d_4a_3x3(this.Conv2d_3b_1x1(stem)));
    const fifth = this.Mixed_5d(this.Mixed_5c(this.Mixed_5b(wide)));
    const sixth = this.Mixed_6e(this.Mixed_6d(this.Mixed_6c(this.Mixed_6b(this.Mixed_6a(fifth)))));
    const auxLogits = this.training && this.AuxLogits ? this.AuxLogits(sixth) : null;
    const last = this.Mixed_7c(this.Mixed_7b(this.Mixed_7a(sixth)));
    const logits = this.fc(this.dropout(this.avgpool(last)).flatten(1));
    return this.training && this.auxLogits ? { logits, auxLogits } : logits;
  }
}

export interface Inception3 extends EndsInLinear {}

/** Inception v3: see `Inception3`. */
export const inceptionV3 = builder<Inception3, Inception3Options>('inceptionV3', {
  defaults: {
    inceptionBlocks: null,
    numClasses: 1000,
    auxLogits: true,
    transformInput: null,
    initWeights: null,
    dropout: 0.5,
  },
  weights: 'Inception_V3_Weights',
  build: (options, given) => new Inception3(given ? optionsFor(options, given, 'AuxLogits.fc.weight') : options),
  finish(model, { auxLogits }) {
    if (auxLogits) return;
    model.auxLogits = false;
    model.AuxLogits = null;
  },
});
