// MultiheadAttention and TransformerEncoderLayer.

import { flag, number, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { type Args, type Given, type Named, or, takes, value } from '../../../engine/core/takes';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { empty } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { gelu, relu } from '../functional/activation';
import { multiHead } from '../functional/attention';
import { constant_, xavierNormal_, xavierUniform_ } from '../init';
import { expectTensors, inputs } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import { Dropout } from './dropout';
import { Layer } from './layer';
import { Linear } from './linear';
import { LayerNorm } from './normalization';
import { wholeNumber } from './sizes';

/** The output projection, under the name by which PyTorch prints it. */
class NonDynamicallyQuantizableLinear extends Linear {}

const multiheadAttentionTable = takes('MultiheadAttention', {
  /** The number of features of a position, a multiple of the number of heads. */
  embedDim: value<number>(),
  /** The number of heads. */
  numHeads: value<number>(),
  /** The probability that an attention weight is dropped in training, default 0. */
  dropout: or(number, 0),
  /** Default true. */
  bias: or(flag, true),
  /** Learn an element that is appended to every sequence of keys and of values, default false. */
  addBiasKv: or(flag, false),
  /** Append an element of zeros to keys and values, default false. */
  addZeroAttn: or(flag, false),
  /** Features of the keys, default embedDim. */
  kdim: or(value<number | null>(), null),
  /** Features of the values, default embedDim. */
  vdim: or(value<number | null>(), null),
  /** Sequences are [N, L, …] rather than [L, N, …], default false. */
  batchFirst: or(flag, false),
});

export interface MultiheadAttentionArguments extends Given<typeof multiheadAttentionTable.entries>, Named {}

type MultiheadOrder = [
  'embedDim',
  'numHeads',
  'dropout',
  'bias',
  'addBiasKv',
  'addZeroAttn',
  'kdim',
  'vdim',
  'batchFirst',
];

/** The options of a call of MultiheadAttention, beside query, key and value. */
export interface AttentionCall {
  /** [N, S] or [S]: true where a key is padding; or numbers to add to the scores. */
  keyPaddingMask?: Tensor | null;
  /** Return the weights, too; default true. */
  needWeights?: boolean;
  /** [L, S] or [N · numHeads, L, S]: true where a key is hidden; or numbers to add to the scores. */
  attnMask?: Tensor | null;
  /** Average the weights over the heads, default true. */
  averageAttnWeights?: boolean;
  /** A hint that `attnMask` is causal; the mask must still be given. */
  isCausal?: boolean;
}

type AttentionCallOrder = ['keyPaddingMask', 'needWeights', 'attnMask', 'averageAttnWeights', 'isCausal'];

/**
 * Attention in several heads (Vaswani et al. 2017): concat(softmax(Q_h K_hᵀ / √(E/heads)) V_h) W_o, with Q, K, V projections of
 * query, key and value. The parameters have PyTorch's names.
 *
 * Shape: query [L, N, E], key [S, N, kdim], value [S, N, vdim], with `batchFirst` [N, L, E] …, or without N → output like the
 * query, and weights [N, L, S] (null without `needWeights`).
 */
export class MultiheadAttention extends Layer {
  embedDim: number;
  numHeads: number;
  /** How many elements of the embedding each head gets. */
  headDim: number;
  dropout: number;
  addZeroAttn: boolean;
  kdim: number;
  vdim: number;
  batchFirst: boolean;
  in_proj_weight!: Parameter | null;
  q_proj_weight!: Parameter | null;
  k_proj_weight!: Parameter | null;
  v_proj_weight!: Parameter | null;
  in_proj_bias!: Parameter | null;
  bias_k!: Parameter | null;
  bias_v!: Parameter | null;
  out_proj: Linear;

  constructor(...args: Args<typeof multiheadAttentionTable, MultiheadOrder>) {
    super();
    const layer = 'MultiheadAttention';
    const o = multiheadAttentionTable.read(args);
    const width = wholeNumber(layer, 'embedDim', o.embedDim, 1);
    this.embedDim = width;
    this.numHeads = wholeNumber(layer, 'numHeads', o.numHeads, 1);
    if (width % this.numHeads !== 0) {
      throw new ArgumentError(`${layer}: expected embedDim divisible by numHeads, but got ${width} and ${o.numHeads}`);
    }
    this.headDim = width / this.numHeads;
    this.dropout = o.dropout;
    this.addZeroAttn = o.addZeroAttn;
    this.kdim = o.kdim ?? width;
    this.vdim = o.vdim ?? width;
    this.batchFirst = o.batchFirst;
    const apart = this.kdim !== width || this.vdim !== width;
    this.registerParameter('q_proj_weight', apart ? new Parameter(empty([width, width])) : null);
    this.registerParameter('k_proj_weight', apart ? new Parameter(empty([width, this.kdim])) : null);
    this.registerParameter('v_proj_weight', apart ? new Parameter(empty([width, this.vdim])) : null);
    this.registerParameter('in_proj_weight', apart ? null : new Parameter(empty([3 * width, width])));
    this.registerParameter('in_proj_bias', o.bias ? new Parameter(empty([3 * width])) : null);
    this.bias_k = null;
    this.bias_v = null;
    this.out_proj = new NonDynamicallyQuantizableLinear(width, width, { bias: o.bias });
    if (o.addBiasKv) {
      this.registerParameter('bias_k', new Parameter(empty([1, 1, width])));
      this.registerParameter('bias_v', new Parameter(empty([1, 1, width])));
    }
    this.resetParameters();
  }

  /** Draws new input projections, and sets the biases of input and output to 0. */
  resetParameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight) xavierUniform_(weight);
    }
    if (this.in_proj_bias) constant_(this.in_proj_bias, 0);
    if (this.out_proj.bias) constant_(this.out_proj.bias, 0);
    for (const extra of [this.bias_k, this.bias_v]) if (extra) xavierNormal_(extra);
  }

  get [inputs]() {
    return ['query', 'key', 'value'] as const;
  }

  forward(
    /** The queries, [L, N, E]. */
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...args: Arguments<AttentionCall, AttentionCallOrder>
  ): [output: Tensor, weights: Tensor | null] {
    const { keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal } = parseArgs<AttentionCall>(
      'MultiheadAttention',
      [],
      { keyPaddingMask: null, needWeights: true, attnMask: null, averageAttnWeights: true, isCausal: false },
      args,
      { keyPaddingMask: orNull(tensor), attnMask: orNull(tensor) },
    );
    this.checkInputs(query, key, value);
    const options = {
      embedDimToCheck: this.embedDim,
      numHeads: this.numHeads,
      inProjWeight: this.in_proj_weight,
      inProjBias: this.in_proj_bias,
      biasK: this.bias_k,
      biasV: this.bias_v,
      addZeroAttn: this.addZeroAttn,
      dropoutP: this.dropout,
      outProjWeight: this.out_proj.weight,
      outProjBias: this.out_proj.bias,
      training: this.training,
      keyPaddingMask,
      needWeights,
      attnMask,
      useSeparateProjWeight: !this.in_proj_weight,
      qProjWeight: this.q_proj_weight,
      kProjWeight: this.k_proj_weight,
      vProjWeight: this.v_proj_weight,
      staticK: null,
      staticV: null,
      averageAttnWeights,
      isCausal,
    };
    return multiHead('MultiheadAttention', query, key, value, options, this.batchFirst);
  }

  private checkInputs(query: Tensor, key: Tensor, value: Tensor): void {
    expectTensors('MultiheadAttention', query, key, value);
    const rank = query.dim();
    const widths = [this.embedDim, this.kdim, this.vdim];
    const fit = [query, key, value].every((x, i) => x.dim() === rank && x.shape.at(-1) === widths[i]);
    if (fit && (rank === 2 || rank === 3)) return;
    const shapes = [query, key, value].map((x) => `[${x.shape.join(', ')}]`).join(', ');
    throw new ShapeError(
      `MultiheadAttention: expected query, key and value of 3 (or 2) dimensions with ${widths.join(', ')} features, but got ${shapes}`,
    );
  }
}

export type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor);

export interface TransformerEncoderLayerArguments {
  /** Features of each element. */
  dModel: number;
  /** Heads of the attention. */
  nhead: number;
  /** Features between the two linear layers, default 2048. */
  dimFeedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /** 'relu' (default), 'gelu', or a function of one tensor. */
  activation?: Activation;
  /** Default 1e-5. */
  layerNormEps?: number;
  /** Sequences are [N, L, …] rather than [L, N, …], default false. */
  batchFirst?: boolean;
  /** Normalise before attention and linear layers rather than after them, default false. */
  normFirst?: boolean;
  /** Default true. */
  bias?: boolean;
}

/** The order of a transformer layer's arguments. */
export type TransformerLayerOrder = [
  'dModel',
  'nhead',
  'dimFeedforward',
  'dropout',
  'activation',
  'layerNormEps',
  'batchFirst',
  'normFirst',
  'bias',
];

/** The defaults of a transformer layer. */
export const layerDefaults = {
  dimFeedforward: 2048,
  dropout: 0.1,
  activation: 'relu',
  layerNormEps: 1e-5,
  batchFirst: false,
  normFirst: false,
  bias: true,
} as const;

/** The options of a call of TransformerEncoderLayer, beside its input. */
export interface EncoderCall {
  /** [L, L] or [N · nhead, L, L]: true where an element is hidden; or numbers to add to the scores. */
  srcMask?: Tensor | null;
  /** [N, L] or [L]: true where an element is padding. */
  srcKeyPaddingMask?: Tensor | null;
  /** A hint that `srcMask` is causal, default false. */
  isCausal?: boolean;
}

/**
 * Self-attention and two linear layers, each with a residual connection and layer norm (Vaswani et al. 2017). The submodules
 * have PyTorch's names.
 *
 * Shape: [L, N, dModel], with `batchFirst` [N, L, dModel], or [L, dModel]; kept.
 */
export class TransformerEncoderLayer extends Layer {
  normFirst: boolean;
  activation: (x: Tensor) => Tensor;
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;

  constructor(...args: Arguments<TransformerEncoderLayerArguments, TransformerLayerOrder>) {
    super();
    const layer = 'TransformerEncoderLayer';
    const o = parseArgs<TransformerEncoderLayerArguments>(layer, ['dModel', 'nhead'], layerDefaults, args);
    const { dModel, dimFeedforward, dropout, bias, batchFirst, layerNormEps: eps } = o;
    this.normFirst = o.normFirst;
    this.activation = activationOf(layer, o.activation);
    this.self_attn = new MultiheadAttention(dModel, o.nhead, { dropout, bias, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
  }

  get [inputs]() {
    return ['src'] as const;
  }

  forward(
    src: Tensor,
    /** Which positions of the source may not be seen, or what is added to their scores, [S, S]. */
    srcMask?: EncoderCall['srcMask'] | EncoderCall,
    /** Which positions of the source are padding, [N, S]. */
    srcKeyPaddingMask?: EncoderCall['srcKeyPaddingMask'] | Omit<EncoderCall, 'srcMask'>,
    /** Whether no position sees those behind it. */
    isCausal?: EncoderCall['isCausal'] | Pick<EncoderCall, 'isCausal'>,
  ): Tensor {
    const given = [srcMask, srcKeyPaddingMask, isCausal];
    while (given.length > 0 && given.at(-1) === undefined) given.pop();
    const defaults = { srcMask: null, srcKeyPaddingMask: null, isCausal: false };
    const mask = orNull(tensor);
    const kinds = { srcMask: mask, srcKeyPaddingMask: mask };
    const options = parseArgs<EncoderCall>('TransformerEncoderLayer', [], defaults, given, kinds);
    expectTensors('TransformerEncoderLayer', src);
    if (this.normFirst) {
      const x = src.add(this.attention(this.norm1(src), options));
      return x.add(this.feedForward(this.norm2(x)));
    }
    const x = this.norm1(src.add(this.attention(src, options)));
    return this.norm2(x.add(this.feedForward(x)));
  }

  private attention(x: Tensor, { srcMask = null, srcKeyPaddingMask = null, isCausal = false }: EncoderCall): Tensor {
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal, needWeights: false };
    return this.dropout1(this.self_attn(x, x, x, masks)[0]);
  }

  private feedForward(x: Tensor): Tensor {
    return this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
  }
}

/** The function for an activation, which is given by name or as a function. */
export function activationOf(layer: string, activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === 'function') return activation;
  if (activation === 'relu') return relu;
  if (activation === 'gelu') return gelu;
  throw new ArgumentError(`${layer}: expected activation 'relu', 'gelu' or a function, but got '${activation}'`);
}
