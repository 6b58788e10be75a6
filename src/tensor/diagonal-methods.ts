// Tensor methods of the functions in diagonals.ts.

import { either, flag, real } from '../core/argument-kinds';
import type { Shape } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { fillDiagonal } from '../ops/rearrange';
import * as diagonals from './diagonals';
import { DistributionMethods } from './distribution-methods';
import type { DiagonalArgs } from './rearrange-methods';
import type { Tensor } from './tensor';

interface FillDiagonal {
  fillValue: number;
  wrap?: boolean;
}

export abstract class DiagonalMethods extends DistributionMethods {
  /** The sum of the diagonal of this matrix. */
  trace(): Tensor {
    return diagonals.trace(this.tensor);
  }

  /** This vector as the diagonal of a matrix, or the diagonal of this matrix. */
  diag(...args: diagonals.DiagArgs): Tensor {
    return diagonals.diag(this.tensor, ...args);
  }

  /** The last dimension as diagonals of matrices of zeros. */
  diagEmbed(...args: DiagonalArgs): Tensor {
    return diagonals.diagEmbed(this.tensor, ...args);
  }

  /** The elements as the diagonal of a matrix of zeros. */
  diagflat(...args: Arguments<{ offset?: number }, ['offset']>): Tensor {
    return diagonals.diagflat(this.tensor, ...args);
  }

  /** A copy with `src` in the place of a diagonal. */
  diagonalScatter(src: Tensor, ...args: DiagonalArgs): Tensor {
    return diagonals.diagonalScatter(this.tensor, src, ...args);
  }

  /** A copy with `src` in the place of one index of a dimension. */
  selectScatter(src: Tensor, dim: number, index: number): Tensor {
    return diagonals.selectScatter(this.tensor, src, dim, index);
  }

  /** A copy with `src` in the place of a slice of a dimension. */
  sliceScatter(src: Tensor, ...args: diagonals.SliceScatterArgs): Tensor {
    return diagonals.sliceScatter(this.tensor, src, ...args);
  }

  /** A copy with `src` in the elements that a size, strides and an offset reach. */
  asStridedScatter(src: Tensor, size: Shape, stride: readonly number[], storageOffset = 0): Tensor {
    return diagonals.asStridedScatter(this.tensor, src, size, stride, storageOffset);
  }

  /** Puts a number where all indices are equal; with `wrap`, a tall matrix has it again below. */
  fillDiagonal_(...args: Arguments<FillDiagonal, ['fillValue', 'wrap']>): this {
    const { fillValue, wrap } = parseArgs<FillDiagonal>('fillDiagonal_', ['fillValue'], { wrap: false }, args, {
      fillValue: either(real, flag),
    });
    return this.replace('fillDiagonal_', fillDiagonal(this.value, fillValue, wrap));
  }

  /** A copy with elements of `source` put in, or added to, places of the flattened tensor. */
  put(index: Tensor, source: Tensor, ...args: diagonals.PutArgs): Tensor {
    return diagonals.put(this.tensor, index, source, ...args);
  }

  /** `put`, in place. */
  put_(index: Tensor, source: Tensor, ...args: diagonals.PutArgs): this {
    return this.replace('put_', this.put(index, source, ...args).value);
  }

  private get tensor(): Tensor {
    return this as unknown as Tensor;
  }
}
