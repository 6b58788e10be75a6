// Tensor methods of the functions in distribution.ts, differences.ts and splits.ts.

import * as differences from './differences';
import * as distribution from './distribution';
import { histogram } from './histogram';
import type { HistEdges, MinMax, ValuesIndices } from './named-results';
import type { Dims, ReduceArgs, SumOptions } from './reduce-args';
import type { ChunkArgs, SplitArgs } from './shape-methods';
import * as splits from './splits';
import { StatisticsMethods } from './statistics-methods';
import type { Tensor } from './tensor';

/** The arguments of a function after its first. */
type Rest<F> = F extends (input: never, ...rest: infer R) => unknown ? R : never;

export abstract class DistributionMethods extends StatisticsMethods {
  /** `[min, max]` of all elements, or along `dim`. */
  aminmax(...args: Rest<typeof distribution.aminmax>): MinMax {
    return distribution.aminmax(this.own, ...args);
  }

  /** The mean of the elements that are not NaN. */
  nanmean(...args: ReduceArgs<Dims, SumOptions>): Tensor {
    return distribution.nanmean(this.own, ...args);
  }

  /** `[values, indices]` of the k-th least element of a dimension, counted from 1. */
  kthvalue(...args: Rest<typeof distribution.kthvalue>): ValuesIndices {
    return distribution.kthvalue(this.own, ...args);
  }

  /** `[values, indices]` of the most frequent element of a dimension. */
  mode(...args: distribution.PlaceArgs): ValuesIndices {
    return distribution.mode(this.own, ...args);
  }

  /** The q-th quantiles of a dimension, or of all elements. */
  quantile(...args: distribution.QuantileArgs): Tensor {
    return distribution.quantile(this.own, ...args);
  }

  /** `quantile` of the elements that are not NaN. */
  nanquantile(...args: distribution.QuantileArgs): Tensor {
    return distribution.nanquantile(this.own, ...args);
  }

  /** The covariances of the variables in the rows of this matrix. */
  cov(...args: Rest<typeof distribution.cov>): Tensor {
    return distribution.cov(this.own, ...args);
  }

  /** The correlations of the variables in the rows of this matrix. */
  corrcoef(): Tensor {
    return distribution.corrcoef(this.own);
  }

  /** `[hist, binEdges]`: how many elements lie in each bin, and its edges. */
  histogram(...args: Rest<typeof histogram>): HistEdges {
    return histogram(this.own, ...args);
  }

  /** x_{i+1} - x_i along a dimension, n times. */
  diff(...args: differences.DiffArgs): Tensor {
    return differences.diff(this.own, ...args);
  }

  /** Pieces along a dimension: so many, or cut at the given indices; views. */
  tensorSplit(...args: splits.TensorSplitArgs): Tensor[] {
    return splits.tensorSplit(this.own, ...args);
  }

  /** Parts side by side: along dimension 1, or along 0 of a vector. */
  hsplit(indicesOrSections: splits.Sections): Tensor[] {
    return splits.hsplit(this.own, indicesOrSections);
  }

  /** Parts one above the other: along dimension 0. */
  vsplit(indicesOrSections: splits.Sections): Tensor[] {
    return splits.vsplit(this.own, indicesOrSections);
  }

  /** Parts one behind the other: along dimension 2. */
  dsplit(indicesOrSections: splits.Sections): Tensor[] {
    return splits.dsplit(this.own, indicesOrSections);
  }

  /** Parts of the given sizes along a dimension: views. */
  splitWithSizes(splitSizes: readonly number[], dim = 0): Tensor[] {
    return splits.splitWithSizes(this.own, splitSizes, dim);
  }

  /** `split` by another name. */
  unsafeSplit(...args: SplitArgs): Tensor[] {
    return this.split(...args);
  }

  /** `chunk` by another name. */
  unsafeChunk(...args: ChunkArgs): Tensor[] {
    return this.chunk(...args);
  }

  /** `splitWithSizes` by another name. */
  unsafeSplitWithSizes(splitSizes: readonly number[], dim = 0): Tensor[] {
    return this.splitWithSizes(splitSizes, dim);
  }

  /** The columns in reverse order; a copy. */
  fliplr(): Tensor {
    return splits.fliplr(this.own);
  }

  /** The rows in reverse order; a copy. */
  flipud(): Tensor {
    return splits.flipud(this.own);
  }

  private get own(): Tensor {
    return this as unknown as Tensor;
  }
}
