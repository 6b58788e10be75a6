import { ArgumentError, cat, empty, nn, ShapeError, type Tensor, zeros } from '../../../torch';
import {
  type Arguments,
  expectTensors,
  kinds,
  Module,
  noteCalls,
  type Parsed,
  parseArgs,
  showShape,
} from '../../../torch/inside';
import { Network } from '../network';
import { FloatDropout, MLP, make, type NormMaker } from '../ops/layers';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, expectClasses, expectOption } from './builder';
import { type Fixed, networkKinds } from './network-kinds';

/** Options of `VisionTransformer`. */
export interface VisionTransformerOptions extends ClassifierOptions {
  /** Side of the images in pixels. */
  imageSize: number;
  /** Side of a patch in pixels; it divides `imageSize`. */
  patchSize: number;
  /** How many layers there are. */
  numLayers: number;
  /** The number of heads. */
  numHeads: number;
  /** Features of a patch. */
  hiddenDim: number;
  /** Hidden features between the two linear layers of a block. */
  mlpDim: number;
  /** Probability of dropout. Default: 0. */
  dropout?: number;
  /** Probability of dropout of the attention weights. Default: 0. */
  attentionDropout?: number;
  /** Features of an additional layer before the last one. Default: null, no such layer. */
  representationSize?: number | null;
  /** Makes the norm for a number of features. Default: layer norm, eps 1e-6. */
  normLayer?: NormMaker | null;
  /** torchvision's convolutional stem, which is not supported: only null. */
  convStemConfigs?: Fixed;
}

const sizes = ['imageSize', 'patchSize', 'numLayers', 'numHeads', 'hiddenDim', 'mlpDim'] as const;

type VisionTransformerOrder = [
  ...typeof sizes,
  ...['dropout', 'attentionDropout', 'numClasses', 'representationSize', 'normLayer', 'convStemConfigs'],
];

/** The operations of torchvision's rank check, which it counts as nodes of the graph. */
const CHECK = ['dim', 'eq', 'getattr', '_assert'];

const plainNorm: NormMaker = (features: number) => new nn.LayerNorm(features, { eps: 1e-6 });

/** Two linear layers with GELU between them. */
class MLPBlock extends MLP {
  constructor(features: number, hidden: number, dropout: number) {
    super(features, [hidden, features], { activationLayer: nn.GELU, inplace: null, dropout });
    for (const module of this.modules()) {
      if (!(module instanceof nn.Linear)) continue;
      nn.init.xavierUniform_(module.weight);
      nn.init.normal_(module.bias!, { std: 1e-6 });
    }
  }
}

/** Attention and two linear layers, each after a norm and added to its input. */
class EncoderBlock extends Module {
  readonly numHeads: number;
  ln_1: nn.UnaryModule;
  self_attention: nn.MultiheadAttention;
  dropout: nn.Dropout;
  ln_2: nn.UnaryModule;
  mlp: MLPBlock;

  constructor(
    { numHeads, hiddenDim: features, mlpDim: hidden, dropout, attentionDropout }: Parsed<VisionTransformerOptions>,
    norm: NormMaker,
  ) {
    super();
    this.numHeads = numHeads;
    this.ln_1 = make(norm, features);
    this.self_attention = new nn.MultiheadAttention(features, numHeads, {
      dropout: attentionDropout,
      batchFirst: true,
    });
    this.dropout = new FloatDropout({ p: dropout });
    this.ln_2 = make(norm, features);
    this.mlp = new MLPBlock(features, hidden, dropout);
  }

  override forward(input: Tensor): Tensor {
    noteCalls(...CHECK);
    const x = this.ln_1(input);
    const [attended] = this.self_attention(x, x, x, { needWeights: false });
    const sum = this.dropout(attended).add(input);
    return sum.add(this.mlp(this.ln_2(sum)));
  }
}

/** Position embeddings, the blocks in sequence, and a final norm. */
class Encoder extends Module {
  pos_embedding: nn.Parameter;
  dropout: nn.Dropout;
  layers: nn.Sequential;
  ln: nn.UnaryModule;

  constructor(length: number, o: Parsed<VisionTransformerOptions>, norm: NormMaker) {
    super();
    this.pos_embedding = new nn.Parameter(nn.init.normal_(empty([1, length, o.hiddenDim]), { std: 0.02 }));
    this.dropout = new FloatDropout({ p: o.dropout });
    const blocks = Array.from({ length: o.numLayers }, (_, i) => [`encoder_layer_${i}`, new EncoderBlock(o, norm)]);
    this.layers = new nn.Sequential(Object.fromEntries(blocks));
    this.ln = make(norm, o.hiddenDim);
  }

  override forward(input: Tensor): Tensor {
    noteCalls(...CHECK);
    return this.ln(this.layers(this.dropout(input.add(this.pos_embedding))));
  }
}

/**
 * Vision Transformer (Dosovitskiy et al. 2021, arXiv:2010.11929): takes images [N, 3, imageSize, imageSize] and returns
 * scores [N, numClasses]. The head's weights start at 0. `vitB16` has 86,567,656 parameters.
 *
 * @throws ArgumentError if `patchSize` does not divide `imageSize`
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class VisionTransformer extends Network {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly hiddenDim: number;
  class_token: nn.Parameter;
  conv_proj: nn.Conv2d;
  encoder: Encoder;

  constructor(...args: Arguments<VisionTransformerOptions, VisionTransformerOrder>) {
    super();
    const rates = { dropout: 0, attentionDropout: 0 };
    const heads = { numClasses: 1000, representationSize: null, normLayer: null, convStemConfigs: null };
    const o = parseArgs<VisionTransformerOptions>('VisionTransformer', sizes, { ...rates, ...heads }, args, {
      ...networkKinds,
      imageSize: kinds.features,
      patchSize: kinds.features,
      numLayers: kinds.whole(1, 1024),
      numHeads: kinds.features,
      hiddenDim: kinds.features,
      mlpDim: kinds.features,
      representationSize: kinds.orNull(kinds.features),
    });
    const { imageSize, patchSize, hiddenDim, numClasses, representationSize } = o;
    if (imageSize % patchSize !== 0) {
      throw new ArgumentError(
        `VisionTransformer: expected imageSize to be a multiple of patchSize ${patchSize}, but got ${imageSize}`,
      );
    }
    this.imageSize = imageSize;
    this.patchSize = patchSize;
    this.hiddenDim = hiddenDim;
    this.conv_proj = new nn.Conv2d(3, hiddenDim, { kernelSize: patchSize, stride: patchSize });
    this.class_token = new nn.Parameter(zeros([1, 1, hiddenDim]));
    this.encoder = new Encoder((imageSize / patchSize) ** 2 + 1, o, o.normLayer ?? plainNorm);
    const layers: Record<string, nn.UnaryModule> = {};
    if (representationSize !== null) {
      layers.pre_logits = new nn.Linear(hiddenDim, representationSize);
      layers.act = new nn.Tanh();
    }
    const head = new nn.Linear(representationSize ?? hiddenDim, numClasses);
    this.heads = new nn.Sequential({ ...layers, head });
    drawByFanIn(this.conv_proj, 3 * patchSize ** 2);
    if (layers.pre_logits) drawByFanIn(layers.pre_logits as nn.Linear, hiddenDim);
    nn.init.zeros_(head.weight);
    nn.init.zeros_(head.bias!);
  }

  override forward(images: Tensor): Tensor {
    expectBatch('VisionTransformer', images);
    expectTensors('VisionTransformer', images);
    const [count, , height, width] = images.shape;
    noteCalls('getattr', 'getitem', 'getitem', 'getitem', 'getitem', 'eq', '_assert', 'eq', '_assert');
    if (height !== this.imageSize || width !== this.imageSize) {
      throw new ShapeError(
        `VisionTransformer: expected images of ${this.imageSize} × ${this.imageSize} pixels, but got shape ${showShape(images.shape)}`,
      );
    }
    noteCalls('floordiv', 'floordiv');
    const maps = this.conv_proj(images);
    noteCalls('mul');
    const patches = maps.reshape([count!, this.hiddenDim, -1]).permute(0, 2, 1);
    noteCalls('getattr', 'getitem');
    const tokens = cat([this.class_token.expand(count!, -1, -1), patches], 1);
    return this.heads(this.encoder(tokens).at(':', 0));
  }
}

/** The layer that computes the scores; `pre_logits` and `act` come before it if there is a `representationSize`. */
interface VisionTransformerHead {
  get head(): nn.Linear;
  set head(layer: nn.UnaryModule);
}

export interface VisionTransformer {
  /** Computes scores from the class token; it can be replaced by any module with one input. */
  get heads(): nn.Sequential & VisionTransformerHead;
  set heads(module: nn.UnaryModule);
}

function drawByFanIn({ weight, bias }: nn.Conv2d | nn.Linear, fanIn: number): void {
  nn.init.truncNormal_(weight, { std: Math.sqrt(1 / fanIn) });
  if (bias) nn.init.zeros_(bias);
}

/**
 * Files from 2021 name the linear layers of a block `mlp.linear_1` and `mlp.linear_2`; today they are `mlp.0` and
 * `mlp.3`.
 */
const renamed = (key: string): string => key.replace(/\.mlp\.linear_([12])\./, (_, i) => `.mlp.${i === '1' ? 0 : 3}.`);

type ViTOptions = {
  /** Side of the images in pixels. Default: 224, or that of the weights. */
  imageSize?: number | null;
} & Pick<VisionTransformerOptions, 'numClasses' | 'dropout' | 'attentionDropout' | 'representationSize'>;

/** ViT-B/16, patches of 16 pixels: see `VisionTransformer`. */
export const vitB16 = builder<VisionTransformer, ViTOptions>('vitB16', {
  defaults: { numClasses: 1000, imageSize: null, dropout: 0, attentionDropout: 0, representationSize: null },
  weights: 'ViT_B_16_Weights',
  check(options, weights) {
    expectClasses(options, weights);
    if (options.imageSize !== null) expectOption('imageSize', options.imageSize, weights.meta.minSize[0]);
  },
  build(options, given) {
    const imageSize = options.imageSize ?? given?.weights?.meta.minSize[0] ?? 224;
    const sizes = { imageSize, patchSize: 16, numLayers: 12, numHeads: 12, hiddenDim: 768, mlpDim: 3072 };
    return new VisionTransformer({ ...options, ...sizes });
  },
  renamed,
});
