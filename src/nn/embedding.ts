// Owns Embedding: a table of vectors, looked up by number.
import { noGrad } from '../autograd/mode';
import { empty } from '../tensor/creation';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { embedding, resolvePadding } from './functional/embedding';
import { normal_ } from './init';
import { Module } from './module';
import { Parameter } from './parameter';
import { wholeNumber } from './sizes';

export interface EmbeddingArguments {
  numEmbeddings: number;
  embeddingDim: number;
  /** The row that starts at 0 and gets no gradient; negative numbers count from the end. */
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
  weight: Parameter;

  constructor(...args: Arguments<EmbeddingArguments, ['numEmbeddings', 'embeddingDim', 'paddingIdx']>) {
    super();
    const required = ['numEmbeddings', 'embeddingDim'] as const;
    const o = parseArgs<EmbeddingArguments>('Embedding', required, { paddingIdx: null }, args);
    this.numEmbeddings = wholeNumber('Embedding', 'numEmbeddings', o.numEmbeddings);
    this.embeddingDim = wholeNumber('Embedding', 'embeddingDim', o.embeddingDim);
    this.paddingIdx = resolvePadding('Embedding', o.paddingIdx, this.numEmbeddings);
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
  static fromPretrained(
    vectors: Tensor,
    { freeze = true, paddingIdx = null }: { freeze?: boolean; paddingIdx?: number | null } = {},
  ): Embedding {
    const [rows, width] = vectors.shape as [number, number];
    const made = new Embedding(rows, width, { paddingIdx });
    made.weight = new Parameter(vectors, { requiresGrad: !freeze });
    return made;
  }

  forward(input: Tensor): Tensor {
    return embedding(input, this.weight, { paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, paddingIdx } = this;
    return `${numEmbeddings}, ${embeddingDim}${paddingIdx === null ? '' : `, padding_idx=${paddingIdx}`}`;
  }
}
