// Owns EmbeddingBag: sums, means or maxima of the vectors of a table, bag by bag.
import { number, orNull } from '../tensor/argument-kinds';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { EmbeddingTable, tableSizes } from './embedding-table';
import { lookupDefaults } from './functional/embedding';
import { type BagMode, type BagOptions, checkMode, embeddingBag } from './functional/embedding-bag';
import { Parameter } from './parameter';
import { pythonFloat } from './printing';

export interface EmbeddingBagArguments extends BagOptions {
  numEmbeddings: number;
  embeddingDim: number;
}

type Order = [
  'numEmbeddings',
  'embeddingDim',
  'maxNorm',
  'normType',
  'scaleGradByFreq',
  'mode',
  'sparse',
  'includeLastOffset',
  'paddingIdx',
];

interface BagCall {
  /** Where each bag begins, int64 [B]: for a row of numbers. */
  offsets?: Tensor | null;
  /** A factor for each number, of the input's shape; for 'sum' alone. */
  perSampleWeights?: Tensor | null;
}

interface PretrainedOptions extends BagOptions {
  /** Leave the vectors as they are in training, default true. */
  freeze?: boolean;
}

/**
 * Rows of `weight` by number, reduced bag by bag without being kept.
 *
 * Shape: int64 [B, N], a bag a row, or [N] with `offsets` [B] → [B, embeddingDim]. `weight` starts standard normal.
 */
export class EmbeddingBag extends EmbeddingTable {
  mode: BagMode;
  includeLastOffset: boolean;

  constructor(...args: Arguments<EmbeddingBagArguments, Order>) {
    const required = ['numEmbeddings', 'embeddingDim'] as const;
    const { sparse, ...lookup } = lookupDefaults;
    const defaults = { ...lookup, mode: 'mean', sparse, includeLastOffset: false, paddingIdx: null } as const;
    const o = parseArgs<EmbeddingBagArguments>('EmbeddingBag', required, defaults, args, { maxNorm: orNull(number) });
    checkMode('EmbeddingBag', o.mode);
    super('EmbeddingBag', o);
    this.mode = o.mode;
    this.includeLastOffset = o.includeLastOffset;
  }

  /** A table of given vectors [numEmbeddings, embeddingDim], which training leaves as they are unless `freeze` is false. */
  static fromPretrained(vectors: Tensor, { freeze = true, ...options }: PretrainedOptions = {}): EmbeddingBag {
    const made = new EmbeddingBag({ ...tableSizes('EmbeddingBag', vectors), ...options });
    made.weight = new Parameter(vectors, { requiresGrad: !freeze });
    return made;
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
