// The networks of transformer layers: the decoder's layer, stacks of layers, and the whole Transformer.

import { instance, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { full } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { xavierUniform_ } from '../init';
import { expectTensors, inputs } from '../module/callable-object';
import { ModuleList } from '../module/container';
import { deepcopy } from '../module/deepcopy';
import { Module } from '../module/module';
import {
  type Activation,
  activationOf,
  type EncoderCall,
  layerDefaults,
  MultiheadAttention,
  TransformerEncoderLayer,
  type TransformerEncoderLayerArguments,
  type TransformerLayerOrder,
} from './attention';
import { Dropout } from './dropout';
import { Layer } from './layer';
import { Linear } from './linear';
import { LayerNorm } from './normalization';
import { MOST_LAYERS, wholeNumber } from './sizes';

/** A square mask of more positions would take over 1 GB. */
const LONGEST_MASK = 2 ** 14;

const aModule = instance(Module, 'an nn.Module');

/** The arguments of a stack of layers L, where K is the name of the layer's parameter. */
type StackArguments<K extends string, L> = Record<K, L> & {
  /** How many layers there are. */
  numLayers: number;
  /** Normalises the result, default null. */
  norm?: Module | null;
};

type EncoderArguments = StackArguments<'encoderLayer', TransformerEncoderLayer>;
type DecoderArguments = StackArguments<'decoderLayer', TransformerDecoderLayer>;

const noNorm = { norm: null };
const normKind = { norm: orNull(aModule) };

/** Copies of a layer, applied in turn, and a module that normalises their result. */
abstract class LayerStack<L extends Module> extends Layer {
  layers: ModuleList<L>;
  numLayers: number;
  norm: Module | null;

  constructor(stack: string, layer: L, { numLayers, norm }: { numLayers: number; norm: Module | null }) {
    super();
    this.numLayers = wholeNumber(stack, 'numLayers', numLayers, 0, MOST_LAYERS);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => deepcopy(layer)));
    this.norm = norm;
  }
}

/** The options of a call of TransformerEncoder, beside its input. */
export interface EncoderStackCall {
  /** [L, L] or [N · nhead, L, L]: true where an element is hidden; or numbers to add to the scores. */
  mask?: Tensor | null;
  /** [N, L] or [L]: true where an element is padding. */
  srcKeyPaddingMask?: Tensor | null;
  /** A hint that `mask` is causal, default false. */
  isCausal?: boolean;
}

type EncoderStackOrder = ['mask', 'srcKeyPaddingMask', 'isCausal'];

/** Copies of an encoder layer, applied in turn. Shape: that of the layer. */
export class TransformerEncoder extends LayerStack<TransformerEncoderLayer> {
  constructor(...args: Arguments<EncoderArguments, ['encoderLayer', 'numLayers', 'norm']>) {
    const o = parseArgs<EncoderArguments>('TransformerEncoder', ['encoderLayer', 'numLayers'], noNorm, args, normKind);
    super('TransformerEncoder', o.encoderLayer, o);
  }

  get [inputs]() {
    return ['src'] as const;
  }

  forward(src: Tensor, ...args: Arguments<EncoderStackCall, EncoderStackOrder>): Tensor {
    const defaults = { mask: null, srcKeyPaddingMask: null, isCausal: false };
    const kinds = { mask: orNull(tensor), srcKeyPaddingMask: orNull(tensor) };
    const { mask, ...options } = parseArgs<EncoderStackCall>('TransformerEncoder', [], defaults, args, kinds);
    expectTensors('TransformerEncoder', src);
    const call: EncoderCall = { srcMask: mask, ...options };
    let x = src;
    for (const layer of this.layers) x = layer(x, call);
    return this.norm ? (this.norm(x) as Tensor) : x;
  }
}

/** The options of a call of a decoder, beside its input and the memory. */
export interface DecoderCall {
  /** Shape [T, T]: true where an element of the target is hidden; or numbers to add to the scores. */
  tgtMask?: Tensor | null;
  /** Shape [T, S]: the same for elements of the memory. */
  memoryMask?: Tensor | null;
  /** Shape [N, T]: true where an element is padding. */
  tgtKeyPaddingMask?: Tensor | null;
  /** Shape [N, S]: true where an element of the memory is padding. */
  memoryKeyPaddingMask?: Tensor | null;
  /** Hints that the masks are causal, default false. */
  tgtIsCausal?: boolean;
  /** Whether the mask of the memory is causal. */
  memoryIsCausal?: boolean;
}

type DecoderCallOrder = [
  'tgtMask',
  'memoryMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'tgtIsCausal',
  'memoryIsCausal',
];

const decoderDefaults = {
  tgtMask: null,
  memoryMask: null,
  tgtKeyPaddingMask: null,
  memoryKeyPaddingMask: null,
  tgtIsCausal: false,
  memoryIsCausal: false,
};

const mask = orNull(tensor);
const decoderKinds = { tgtMask: mask, memoryMask: mask, tgtKeyPaddingMask: mask, memoryKeyPaddingMask: mask };

/**
 * Self-attention, attention to the encoder's output, and two linear layers, each with a residual connection and layer norm
 * (Vaswani et al. 2017). The submodules have PyTorch's names.
 *
 * Shape: target [T, N, dModel] and memory [S, N, dModel] → [T, N, dModel]; with `batchFirst` N comes first.
 */
export class TransformerDecoderLayer extends Layer {
  normFirst: boolean;
  activation: (x: Tensor) => Tensor;
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;

  constructor(...args: Arguments<TransformerEncoderLayerArguments, TransformerLayerOrder>) {
    super();
    const layer = 'TransformerDecoderLayer';
    const o = parseArgs<TransformerEncoderLayerArguments>(layer, ['dModel', 'nhead'], layerDefaults, args);
    const { dModel, nhead, dimFeedforward, dropout, bias, batchFirst, layerNormEps: eps } = o;
    this.normFirst = o.normFirst;
    this.activation = activationOf(layer, o.activation);
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.multihead_attn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.norm3 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
  }

  get [inputs]() {
    return ['tgt', 'memory'] as const;
  }

  forward(
    /** The target, [T, N, E]. */
    tgt: Tensor,
    /** The encoder's output, [S, N, E]. */ memory: Tensor,
    ...args: Arguments<DecoderCall, DecoderCallOrder>
  ): Tensor {
    const options = parseArgs<DecoderCall>('TransformerDecoderLayer', [], decoderDefaults, args, decoderKinds);
    expectTensors('TransformerDecoderLayer', tgt, memory);
    if (this.normFirst) {
      const x = tgt.add(this.attendSelf(this.norm1(tgt), options));
      const y = x.add(this.attendMemory(this.norm2(x), memory, options));
      return y.add(this.feedForward(this.norm3(y)));
    }
    const x = this.norm1(tgt.add(this.attendSelf(tgt, options)));
    const y = this.norm2(x.add(this.attendMemory(x, memory, options)));
    return this.norm3(y.add(this.feedForward(y)));
  }

  private attendSelf(
    x: Tensor,
    { tgtMask = null, tgtKeyPaddingMask = null, tgtIsCausal = false }: DecoderCall,
  ): Tensor {
    const masks = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal, needWeights: false };
    return this.dropout1(this.self_attn(x, x, x, masks)[0]);
  }

  private attendMemory(x: Tensor, memory: Tensor, options: DecoderCall): Tensor {
    const { memoryMask = null, memoryKeyPaddingMask = null, memoryIsCausal = false } = options;
    const padding = { keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal };
    const masks = { attnMask: memoryMask, ...padding, needWeights: false };
    return this.dropout2(this.multihead_attn(x, memory, memory, masks)[0]);
  }

  private feedForward(x: Tensor): Tensor {
    return this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
  }
}

/** Copies of a decoder layer, applied in turn. Shape: that of the layer. */
export class TransformerDecoder extends LayerStack<TransformerDecoderLayer> {
  constructor(...args: Arguments<DecoderArguments, ['decoderLayer', 'numLayers', 'norm']>) {
    const o = parseArgs<DecoderArguments>('TransformerDecoder', ['decoderLayer', 'numLayers'], noNorm, args, normKind);
    super('TransformerDecoder', o.decoderLayer, o);
  }

  get [inputs]() {
    return ['tgt', 'memory'] as const;
  }

  forward(
    /** The target, [T, N, E]. */
    tgt: Tensor,
    /** The encoder's output, [S, N, E]. */ memory: Tensor,
    ...args: Arguments<DecoderCall, DecoderCallOrder>
  ): Tensor {
    const options = parseArgs<DecoderCall>('TransformerDecoder', [], decoderDefaults, args, decoderKinds);
    expectTensors('TransformerDecoder', tgt, memory);
    let x = tgt;
    for (const layer of this.layers) x = layer(x, memory, options);
    return this.norm ? (this.norm(x) as Tensor) : x;
  }
}

export interface TransformerArguments {
  /** Features of each element, default 512. */
  dModel?: number;
  /** Heads of the attention, default 8. */
  nhead?: number;
  /** Default 6. */
  numEncoderLayers?: number;
  /** Default 6. */
  numDecoderLayers?: number;
  /** Default 2048. */
  dimFeedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /** The activation between the linear layers: 'relu', 'gelu' or a function. */
  activation?: Activation;
  /** Replaces the TransformerEncoder, default null. */
  customEncoder?: Module | null;
  /** A decoder in the place of the usual one. */
  customDecoder?: Module | null;
  /** Default 1e-5. */
  layerNormEps?: number;
  /** Default false. */
  batchFirst?: boolean;
  /** Default false. */
  normFirst?: boolean;
  /** Default true. */
  bias?: boolean;
}

type TransformerOrder = [
  'dModel',
  'nhead',
  'numEncoderLayers',
  'numDecoderLayers',
  'dimFeedforward',
  'dropout',
  'activation',
  'customEncoder',
  'customDecoder',
  'layerNormEps',
  'batchFirst',
  'normFirst',
  'bias',
];

/** The options of a call of Transformer, beside source and target. */
export interface TransformerCall extends DecoderCall {
  /** Shape [S, S]: true where an element of the source is hidden; or numbers to add to the scores. */
  srcMask?: Tensor | null;
  /** Shape [N, S]: true where an element is padding. */
  srcKeyPaddingMask?: Tensor | null;
  /** Whether no position of the source sees those behind it. */
  srcIsCausal?: boolean;
}

type TransformerCallOrder = [
  'srcMask',
  'tgtMask',
  'memoryMask',
  'srcKeyPaddingMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'srcIsCausal',
  'tgtIsCausal',
  'memoryIsCausal',
];

/**
 * An encoder and a decoder (Vaswani et al. 2017). All matrices are initialised by xavierUniform_.
 *
 * Shape: source [S, N, dModel] and target [T, N, dModel] → [T, N, dModel]; with `batchFirst` N comes first.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a part is read as one class and written as any.
export class Transformer extends Layer {
  dModel: number;
  nhead: number;
  batchFirst: boolean;

  constructor(...args: Arguments<TransformerArguments, TransformerOrder>) {
    super();
    const { dimFeedforward, dropout, activation, ...last } = layerDefaults;
    const sizes = { dModel: 512, nhead: 8, numEncoderLayers: 6, numDecoderLayers: 6, dimFeedforward, dropout };
    const defaults = { ...sizes, activation, customEncoder: null, customDecoder: null, ...last };
    const o = parseArgs<TransformerArguments>('Transformer', [], defaults, args);
    const { dModel, nhead, numEncoderLayers, numDecoderLayers, customEncoder, customDecoder, ...rest } = o;
    const layer = { dModel, nhead, ...rest };
    const norm = () => new LayerNorm(dModel, { eps: o.layerNormEps, bias: o.bias });
    this.encoder =
      customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(layer), numEncoderLayers, norm());
    this.decoder =
      customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(layer), numDecoderLayers, norm());
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = o.batchFirst;
    this.resetParameters();
  }

  /** Draws all matrices anew. */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.dim() > 1) xavierUniform_(parameter);
  }

  get [inputs]() {
    return ['src', 'tgt'] as const;
  }

  forward(
    src: Tensor,
    /** The target, [T, N, E]. */ tgt: Tensor,
    ...args: Arguments<TransformerCall, TransformerCallOrder>
  ): Tensor {
    const { srcMask, srcKeyPaddingMask, srcIsCausal, ...target } = parseArgs<TransformerCall>(
      'Transformer',
      [],
      {
        srcMask: null,
        tgtMask: null,
        memoryMask: null,
        srcKeyPaddingMask: null,
        tgtKeyPaddingMask: null,
        memoryKeyPaddingMask: null,
        srcIsCausal: false,
        tgtIsCausal: false,
        memoryIsCausal: false,
      },
      args,
    );
    expectTensors('Transformer', src, tgt);
    if (src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel) {
      const shapes = [src, tgt].map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
      throw new ArgumentError(`Transformer: expected source and target of ${this.dModel} features, but got ${shapes}`);
    }
    const memory = this.encoder(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
    return this.decoder(tgt, memory, target);
  }

  /** [sz, sz] with −∞ above the diagonal and 0 elsewhere: a mask that hides later elements. */
  static generateSquareSubsequentMask(...args: Arguments<{ sz: number }, ['sz']>): Tensor {
    const { sz } = parseArgs<{ sz: number }>('generateSquareSubsequentMask', ['sz'], {}, args, {
      sz: whole(0, LONGEST_MASK),
    });
    return full([sz, sz], Number.NEGATIVE_INFINITY).triu(1);
  }
}

export interface Transformer {
  /** The module that reads the source; any module that takes the same arguments may replace it. */
  get encoder(): TransformerEncoder;
  set encoder(module: Module);
  /** The module that writes the target; any module that takes the same arguments may replace it. */
  get decoder(): TransformerDecoder;
  set decoder(module: Module);
}
