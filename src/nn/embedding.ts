// Owns Embedding: a table of vectors, looked up by number.
import { noGrad } from '../autograd/mode';
import { ShapeError } from '../errors';
import { empty } from '../tensor/creation';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { embedding, type LookupOptions, lookupDefaults, refuseSparse, resolvePadding } from './functional/embedding';
import { normal_ } from './init';
import { Module } from './module';
import { Parameter } from './parameter';
import { pythonFloat } from './printing';
import { wholeNumber } from './sizes';

export interface EmbeddingArguments extends LookupOptions {
  numEmbeddings: number;
  embeddingDim: number;
  /** The row that starts at 0 and gets no gradient; negative numbers count from the end. */
  paddingIdx?: number | null;
}

type Order = ['numEmbeddings', 'embeddingDim', 'paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'];

interface PretrainedOptions extends LookupOptions {
  /** Leave the vectors as they are in training, default true. */
  freeze?: boolean;
  paddingIdx?: number | null;
}

/**
 * Rows of `weight` by number.
 *
 * Shape: int64 [*] → [*, embeddingDim]. `weight` is [numEmbeddings, embeddingDim] and starts standard normal.
 */
export class Embedding extends Module {
  numEmbeddings: number;
  embeddingDim: number;
  paddingIdx: number | null;
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  weight: Parameter;

  constructor(...args: Arguments<EmbeddingArguments, Order>) {
    super();
    const required = ['numEmbeddings', 'embeddingDim'] as const;
    const defaults = { paddingIdx: null, ...lookupDefaults };
    const o = parseArgs<EmbeddingArguments>('Embedding', required, defaults, args);
    refuseSparse('Embedding', o.sparse);
    this.numEmbeddings = wholeNumber('Embedding', 'numEmbeddings', o.numEmbeddings);
    this.embeddingDim = wholeNumber('Embedding', 'embeddingDim', o.embeddingDim);
    this.paddingIdx = resolvePadding('Embedding', o.paddingIdx, this.numEmbeddings);
    this.maxNorm = o.maxNorm;
    this.normType = o.normType;
    this.scaleGradByFreq = o.scaleGradByFreq;
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
  static fromPretrained(vectors: Tensor, { freeze = true, ...options }: PretrainedOptions = {}): Embedding {
    if (vectors.dim() !== 2) {
      throw new ShapeError(
        `Embedding: expected vectors [numEmbeddings, embeddingDim], but got shape [${vectors.shape.join(', ')}]`,
      );
    }
    const [numEmbeddings, embeddingDim] = vectors.shape as [number, number];
    const made = new Embedding({ numEmbeddings, embeddingDim, ...options });
    made.weight = new Parameter(vectors, { requiresGrad: !freeze });
    return made;
  }

  forward(input: Tensor): Tensor {
    const { weight, paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, { weight, paddingIdx, maxNorm, normType, scaleGradByFreq });
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    let text = `${numEmbeddings}, ${embeddingDim}`;
    if (paddingIdx !== null) text += `, padding_idx=${paddingIdx}`;
    if (maxNorm !== null) text += `, max_norm=${pythonFloat(maxNorm)}`;
    if (normType !== 2) text += `, norm_type=${pythonFloat(normType)}`;
    return scaleGradByFreq ? `${text}, scale_grad_by_freq=True` : text;
  }
}
