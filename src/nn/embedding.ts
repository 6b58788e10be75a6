// Owns Embedding: a table of vectors, looked up by number.
import { number, orNull } from '../tensor/argument-kinds';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { EmbeddingTable, type TableArguments, tableSizes } from './embedding-table';
import { embedding, type LookupOptions, lookupDefaults } from './functional/embedding';
import { Parameter } from './parameter';
import { pythonFloat } from './printing';

export type EmbeddingArguments = TableArguments;

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
export class Embedding extends EmbeddingTable {
  constructor(...args: Arguments<EmbeddingArguments, Order>) {
    const required = ['numEmbeddings', 'embeddingDim'] as const;
    const defaults = { paddingIdx: null, ...lookupDefaults };
    super(
      'Embedding',
      parseArgs<EmbeddingArguments>('Embedding', required, defaults, args, { maxNorm: orNull(number) }),
    );
  }

  /** A table of given vectors [numEmbeddings, embeddingDim], which training leaves as they are unless `freeze` is false. */
  static fromPretrained(vectors: Tensor, { freeze = true, ...options }: PretrainedOptions = {}): Embedding {
    const made = new Embedding({ ...tableSizes('Embedding', vectors), ...options });
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
