// EmbeddingBag: sums, means or maxima of the vectors of a table, bag by bag.
import { integer, number, oneOf, orNull } from '../../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { pythonFloat } from '../../../engine/core/printing';
import { tensor } from '../../tensor/calling/tensor-kinds';
import type { Tensor } from '../../tensor/tensor';
import { type BagMode, type BagOptions, checkMode, embeddingBag } from '../functional/embedding-bag';
import { inputs } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import { EmbeddingTable, tableSizes } from './embedding-table';

export interface EmbeddingBagLayerArguments extends BagOptions {
  /** The number of rows. */
  numEmbeddings: number;
  /** The number of elements of each row. */
  embeddingDim: number;
}

type OptionOrder = ['maxNorm', 'normType', 'scaleGradByFreq', 'mode', 'sparse', 'includeLastOffset', 'paddingIdx'];

type EmbeddingBagLayerOrder = ['numEmbeddings', 'embeddingDim', ...OptionOrder];

/** Default options, in PyTorch's order of arguments. */
const bagDefaults = {
  maxNorm: null,
  normType: 2,
  scaleGradByFreq: false,
  mode: 'mean',
  sparse: false,
  includeLastOffset: false,
  paddingIdx: null,
} as const;

interface BagCall {
  /** Where each bag begins in a 1-D input, int64 [B]. */
  offsets?: Tensor | null;
  /** A factor for each looked-up row, of the input's shape; only for mode 'sum'. */
  perSampleWeights?: Tensor | null;
}

interface PretrainedBagArguments extends BagOptions {
  /** [numEmbeddings, embeddingDim] */
  embeddings: Tensor;
  /** Do not train the vectors, default true. */
  freeze?: boolean;
}

type PretrainedBagOrder = ['embeddings', 'freeze', ...OptionOrder];

/**
 * Rows of `weight` looked up by index and reduced bag by bag.
 *
 * Shape: int64 [B, N], each row a bag, or [N] with `offsets` [B] → [B, embeddingDim]. `weight` starts standard normal.
 */
export class EmbeddingBag extends EmbeddingTable {
  mode: BagMode;
  includeLastOffset: boolean;

  constructor(...args: Arguments<EmbeddingBagLayerArguments, EmbeddingBagLayerOrder>) {
    const required = ['numEmbeddings', 'embeddingDim'] as const;
    const o = parseArgs<EmbeddingBagLayerArguments>('EmbeddingBag', required, bagDefaults, args, {
      maxNorm: orNull(number),
    });
    checkMode('EmbeddingBag', o.mode);
    super('EmbeddingBag', o);
    this.mode = o.mode;
    this.includeLastOffset = o.includeLastOffset;
  }

  /** A table of given vectors [numEmbeddings, embeddingDim]; training does not change them unless `freeze` is false. */
  static fromPretrained(...args: Arguments<PretrainedBagArguments, PretrainedBagOrder>): EmbeddingBag {
    const { embeddings, freeze, ...options } = parseArgs<PretrainedBagArguments>(
      'fromPretrained',
      ['embeddings'],
      { freeze: true, ...bagDefaults },
      args,
      { embeddings: tensor, paddingIdx: orNull(integer), maxNorm: orNull(number), mode: oneOf('sum', 'mean', 'max') },
    );
    const made = new EmbeddingBag({ ...tableSizes('fromPretrained', embeddings), ...options });
    made.weight = new Parameter(embeddings, { requiresGrad: !freeze });
    return made;
  }

  get [inputs]() {
    return ['input'] as const;
  }

  forward(input: Tensor, ...args: Arguments<BagCall, ['offsets', 'perSampleWeights']>): Tensor {
    const call = parseArgs<BagCall>('EmbeddingBag', [], { offsets: null, perSampleWeights: null }, args);
    const { weight, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx } = this;
    const options = { weight, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx };
    return embeddingBag(input, { ...options, ...call });
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, maxNorm, normType, scaleGradByFreq, mode, paddingIdx } = this;
    let text = `${numEmbeddings}, ${embeddingDim}`;
    if (maxNorm !== null) text += `, max_norm=${pythonFloat(maxNorm)}`;
    if (normType !== 2) text += `, norm_type=${pythonFloat(normType)}`;
    if (scaleGradByFreq) text += ', scale_grad_by_freq=True';
    text += `, mode='${mode}'`;
    return paddingIdx === null ? text : `${text}, padding_idx=${paddingIdx}`;
  }
}
