// Tensor methods of the functions in linear-algebra.ts and distances.ts.

import type { Arguments } from '../core/options';
import { DiagonalMethods } from './diagonal-methods';
import * as distances from './distances';
import * as products from './linear-algebra';
import type { Tensor } from './tensor';

export abstract class LinearAlgebraMethods extends DiagonalMethods {
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

  /** `addmm`, in place. */
  addmm_(mat1: Tensor, mat2: Tensor, factors: products.ProductFactors = {}): this {
    return this.replace('addmm_', this.addmm(mat1, mat2, factors).value);
  }

  /** `baddbmm`, in place. */
  baddbmm_(batch1: Tensor, batch2: Tensor, factors: products.ProductFactors = {}): this {
    return this.replace('baddbmm_', this.baddbmm(batch1, batch2, factors).value);
  }

  /** beta · this + alpha · (mat vec). */
  addmv(mat: Tensor, vec: Tensor, factors: products.ProductFactors = {}): Tensor {
    return products.addmv(this.self, mat, vec, factors);
  }

  /** beta · this + alpha · (vec1 ⊗ vec2). */
  addr(vec1: Tensor, vec2: Tensor, factors: products.ProductFactors = {}): Tensor {
    return products.addr(this.self, vec1, vec2, factors);
  }

  /** beta · this + alpha · Σ over the batch of (batch1 batch2). */
  addbmm(batch1: Tensor, batch2: Tensor, factors: products.ProductFactors = {}): Tensor {
    return products.addbmm(this.self, batch1, batch2, factors);
  }

  /** `addmv`, in place. */
  addmv_(mat: Tensor, vec: Tensor, factors: products.ProductFactors = {}): this {
    return this.replace('addmv_', this.addmv(mat, vec, factors).value);
  }

  /** `addr`, in place. */
  addr_(vec1: Tensor, vec2: Tensor, factors: products.ProductFactors = {}): this {
    return this.replace('addr_', this.addr(vec1, vec2, factors).value);
  }

  /** `addbmm`, in place. */
  addbmm_(batch1: Tensor, batch2: Tensor, factors: products.ProductFactors = {}): this {
    return this.replace('addbmm_', this.addbmm(batch1, batch2, factors).value);
  }

  /** Σ this · other of two vectors. */
  vdot(other: Tensor): Tensor {
    return this.dot(other);
  }

  /** Σ over the last dimension of both. */
  inner(other: Tensor): Tensor {
    return products.inner(this.self, other);
  }

  /** The Kronecker product. */
  kron(other: Tensor): Tensor {
    return products.kron(this.self, other);
  }

  /** The cross product of vectors of three elements. */
  cross(other: Tensor, ...args: Arguments<{ dim?: number | null }, ['dim']>): Tensor {
    return products.cross(this.self, other, ...args);
  }

  /** The p-norm of the difference. */
  dist(other: Tensor, ...args: Arguments<{ p?: number }, ['p']>): Tensor {
    return distances.dist(this.self, other, ...args);
  }

  /** Every slice along `dim` whose p-norm is greater than `maxnorm` made that long. */
  renorm(p: number, dim: number, maxnorm: number): Tensor {
    return distances.renorm(this.self, p, dim, maxnorm);
  }

  /** `renorm`, in place. */
  renorm_(p: number, dim: number, maxnorm: number): this {
    return this.replace('renorm_', this.before().renorm(p, dim, maxnorm).value);
  }

  private get self(): Tensor {
    return this as unknown as Tensor;
  }
}
