// Embedding: a table of vectors, looked up by index.
import { integer, number, orNull } from '../../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { pythonFloat } from '../../../engine/core/printing';
import { tensor } from '../../tensor/calling/tensor-kinds';
import type { Tensor } from '../../tensor/tensor';
import { embedding, type LookupOptions, lookupDefaults } from '../functional/embedding';
import { inputs } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import { EmbeddingTable, type TableArguments, tableSizes } from './embedding-table';

export type EmbeddingLayerArguments = TableArguments;

type EmbeddingLayerOrder = [
  'numEmbeddings',
  'embeddingDim',
  'paddingIdx',
  'maxNorm',
  'normType',
  'scaleGradByFreq',
  'sparse',
];

interface PretrainedArguments extends LookupOptions {
  /** [numEmbeddings, embeddingDim] */
  embeddings: Tensor;
  /** Do not train the vectors, default true. */
  freeze?: boolean;
  /** The row that gets no gradient; null for none. */
  paddingIdx?: number | null;
}

type PretrainedOrder = ['embeddings', 'freeze', 'paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'];

/**
 * Rows of `weight` by index.
 *
 * Shape: int64 [*] → [*, embeddingDim]. `weight` is [numEmbeddings, embeddingDim] and starts standard normal.
 */
export class Embedding extends EmbeddingTable {
  constructor(...args: Arguments<EmbeddingLayerArguments, EmbeddingLayerOrder>) {
    const required = ['numEmbeddings', 'embeddingDim'] as const;
    const defaults = { paddingIdx: null, ...lookupDefaults };
    super(
      'Embedding',
      parseArgs<EmbeddingLayerArguments>('Embedding', required, defaults, args, { maxNorm: orNull(number) }),
    );
  }

  /** A table of given vectors [numEmbeddings, embeddingDim]; training does not change them unless `freeze` is false. */
  static fromPretrained(...args: Arguments<PretrainedArguments, PretrainedOrder>): Embedding {
    const defaults = { freeze: true, paddingIdx: null, ...lookupDefaults };
    const { embeddings, freeze, ...options } = parseArgs<PretrainedArguments>(
      'fromPretrained',
      ['embeddings'],
      defaults,
      args,
      { embeddings: tensor, paddingIdx: orNull(integer), maxNorm: orNull(number) },
    );
    const made = new Embedding({ ...tableSizes('fromPretrained', embeddings), ...options });
    made.weight = new Parameter(embeddings, { requiresGrad: !freeze });
    return made;
  }

  get [inputs]() {
    return ['input'] as const;
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
