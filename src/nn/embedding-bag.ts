// Owns EmbeddingBag: sums, means or maxima of the vectors of a table, bag by bag.
import { noGrad } from '../autograd/mode';
import { ShapeError } from '../errors';
import { empty } from '../tensor/creation';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { refuseSparse, resolvePadding } from './functional/embedding';
import { type BagMode, type BagOptions, checkMode, embeddingBag } from './functional/embedding-bag';
import { normal_ } from './init';
import { Module } from './module';
import { Parameter } from './parameter';
import { pythonFloat } from './printing';
import { wholeNumber } from './sizes';

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
export class EmbeddingBag extends Module {
  numEmbeddings: number;
  embeddingDim: number;
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  mode: BagMode;
  includeLastOffset: boolean;
  paddingIdx: number | null;
  weight: Parameter;

  constructor(...args: Arguments<EmbeddingBagArguments, Order>) {
    super();
    const o = parseArgs<EmbeddingBagArguments>(
      'EmbeddingBag',
      ['numEmbeddings', 'embeddingDim'],
      {
        maxNorm: null,
        normType: 2,
        scaleGradByFreq: false,
        mode: 'mean',
        sparse: false,
        includeLastOffset: false,
        paddingIdx: null,
      },
      args,
    );
    refuseSparse('EmbeddingBag', o.sparse);
    checkMode('EmbeddingBag', o.mode);
    this.numEmbeddings = wholeNumber('EmbeddingBag', 'numEmbeddings', o.numEmbeddings);
    this.embeddingDim = wholeNumber('EmbeddingBag', 'embeddingDim', o.embeddingDim);
    this.maxNorm = o.maxNorm;
    this.normType = o.normType;
    this.scaleGradByFreq = o.scaleGradByFreq;
    this.mode = o.mode;
    this.includeLastOffset = o.includeLastOffset;
    this.paddingIdx = resolvePadding('EmbeddingBag', o.paddingIdx, this.numEmbeddings);
    this.weight = new Parameter(empty([this.numEmbeddings, this.embeddingDim]));
    this.resetParameters();
  }

  /** Draws the weight anew; the padding's row is 0. */
  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) noGrad(() => this.weight.select(0, paddingIdx).zero_());
  }

  /** A table of given vectors [numEmbeddings, embeddingDim], which training leaves as they are unless `freeze` is false. */
  static fromPretrained(vectors: Tensor, { freeze = true, ...options }: PretrainedOptions = {}): EmbeddingBag {
    if (vectors.dim() !== 2) {
      throw new ShapeError(
        `EmbeddingBag: expected vectors [numEmbeddings, embeddingDim], but got shape [${vectors.shape.join(', ')}]`,
      );
    }
    const [numEmbeddings, embeddingDim] = vectors.shape as [number, number];
    const made = new EmbeddingBag({ numEmbeddings, embeddingDim, ...options });
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
