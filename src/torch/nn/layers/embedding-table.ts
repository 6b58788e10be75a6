// What Embedding and EmbeddingBag share: a table of vectors, how it starts, and the options of a lookup.

import { ShapeError } from '../../../engine/core/errors';
import { noGrad } from '../../../engine/storage/mode';
import { empty } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { type LookupOptions, refuseSparse, resolvePadding } from '../functional/embedding';
import { normal_ } from '../init';
import { Parameter } from '../module/parameter';
import { Layer } from './layer';
import { wholeNumber } from './sizes';

export interface TableArguments extends LookupOptions {
  /** The number of rows. */
  numEmbeddings: number;
  /** The number of elements of each row. */
  embeddingDim: number;
  /** The row that starts at 0 and gets no gradient; negative numbers count from the end. */
  paddingIdx?: number | null;
}

/** A table `weight` [numEmbeddings, embeddingDim] of vectors, initially standard normal; the row `paddingIdx` is 0. */
export abstract class EmbeddingTable extends Layer {
  numEmbeddings: number;
  embeddingDim: number;
  paddingIdx: number | null;
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  weight!: Parameter;

  constructor(name: string, o: Required<TableArguments>) {
    super();
    refuseSparse(name, o.sparse);
    this.numEmbeddings = wholeNumber(name, 'numEmbeddings', o.numEmbeddings);
    this.embeddingDim = wholeNumber(name, 'embeddingDim', o.embeddingDim);
    this.paddingIdx = resolvePadding(name, o.paddingIdx, this.numEmbeddings);
    this.maxNorm = o.maxNorm;
    this.normType = o.normType;
    this.scaleGradByFreq = o.scaleGradByFreq;
    this.registerParameter('weight', new Parameter(empty([this.numEmbeddings, this.embeddingDim])));
    this.resetParameters();
  }

  /** Draws a new weight; the row `paddingIdx` is set to 0. */
  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) noGrad(() => this.weight.select(0, paddingIdx).zero_());
  }
}

/** The sizes of the table that holds given vectors, which must be [numEmbeddings, embeddingDim]. */
export function tableSizes(name: string, vectors: Tensor): { numEmbeddings: number; embeddingDim: number } {
  if (vectors.dim() !== 2) {
    throw new ShapeError(
      `${name}: expected embeddings [numEmbeddings, embeddingDim], but got shape [${vectors.shape.join(', ')}]`,
    );
  }
  const [numEmbeddings, embeddingDim] = vectors.shape as [number, number];
  return { numEmbeddings, embeddingDim };
}
