// Tensor methods of the products in linear-algebra.ts.

import * as products from './linear-algebra';
import { StatisticsMethods } from './statistics-methods';
import type { Tensor } from './tensor';

export abstract class LinearAlgebraMethods extends StatisticsMethods {
  /** This matrix times a vector. */
  mv(vec: Tensor): Tensor {
    return products.mv(this.self, vec);
  }

  /** Σ this · other of two vectors. */
  dot(other: Tensor): Tensor {
    return products.dot(this.self, other);
  }

  /** Every product of an element of this vector and one of another. */
  outer(vec2: Tensor): Tensor {
    return products.outer(this.self, vec2);
  }

  /** beta · this + alpha · (mat1 mat2). */
  addmm(mat1: Tensor, mat2: Tensor, factors: products.ProductFactors = {}): Tensor {
    return products.addmm(this.self, mat1, mat2, factors);
  }

  /** beta · this + alpha · (batch1 batch2). */
  baddbmm(batch1: Tensor, batch2: Tensor, factors: products.ProductFactors = {}): Tensor {
    return products.baddbmm(this.self, batch1, batch2, factors);
  }

  addmm_(mat1: Tensor, mat2: Tensor, factors: products.ProductFactors = {}): this {
    return this.replace('addmm_', this.addmm(mat1, mat2, factors).value);
  }

  baddbmm_(batch1: Tensor, batch2: Tensor, factors: products.ProductFactors = {}): this {
    return this.replace('baddbmm_', this.baddbmm(batch1, batch2, factors).value);
  }

  private get self(): Tensor {
    return this as unknown as Tensor;
  }
}
