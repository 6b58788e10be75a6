// Transforms of vectors: to probability vectors, to triangular matrices with a positive diagonal, and to Cholesky
// factors of correlation matrices.

import { eye, finfo, nn, type Shape, ShapeError, type Tensor, tensor, zeros } from '../../../torch';
import { showShape } from '../../../torch/inside';
import { clippedSigmoid } from '../clipped-sigmoid';
import {
  type Constraint,
  corrCholesky,
  independent,
  lowerCholesky,
  real,
  realVector,
  simplex,
} from '../constraints/constraints';
import { expectRank, Transform } from './transform';

/** Base class of transforms of vectors. */
abstract class OfVectors extends Transform {
  get domain(): Constraint {
    return realVector;
  }

  override equals(other: unknown): boolean {
    return other instanceof Transform && other.constructor === this.constructor;
  }
}

/**
 * Maps vectors to probability vectors with softmax(x). Not bijective: adding a constant to x does not change the
 * result.
 */
export class SoftmaxTransform extends OfVectors {
  get codomain(): Constraint {
    return simplex;
  }

  protected forward(x: Tensor): Tensor {
    return x.softmax(-1);
  }

  protected override inverse(y: Tensor): Tensor {
    return y.log();
  }

  protected override shapeOf(shape: Shape): Shape {
    expectRank('SoftmaxTransform', shape, 1);
    return shape;
  }
}

/**
 * Maps n numbers to a probability vector of n + 1 elements. Each number x breaks the fraction sigmoid(x) off the rest
 * of a stick of length 1.
 */
export class StickBreakingTransform extends OfVectors {
  get codomain(): Constraint {
    return simplex;
  }

  override get bijective(): boolean {
    return true;
  }

  /** ln n, ln(n - 1), …, ln 1. With these offsets, the zero vector is mapped to equal probabilities. */
  private offset(n: number, like: Tensor): Tensor {
    return tensor(Float32Array.from({ length: n }, (_, i) => Math.log(n - i))).to(like.dtype);
  }

  protected forward(x: Tensor): Tensor {
    const z = clippedSigmoid(x.sub(this.offset(x.shape.at(-1)!, x)));
    const left = z.neg().add(1).cumprod(-1);
    return nn.functional.pad(z, [0, 1], { value: 1 }).mul(nn.functional.pad(left, [1, 0], { value: 1 }));
  }

  protected override inverse(y: Tensor): Tensor {
    const n = y.shape.at(-1)! - 1;
    const cropped = y.narrow(-1, 0, n);
    const left = cropped
      .cumsum(-1)
      .neg()
      .add(1)
      .clamp({ min: finfo(y.dtype).tiny });
    return cropped.log().sub(left.log()).add(this.offset(n, y));
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    const n = x.shape.at(-1)!;
    const moved = x.sub(this.offset(n, x));
    return nn.functional
      .logsigmoid(moved)
      .sub(moved)
      .add(y.narrow(-1, 0, n).log())
      .sum(-1);
  }

  protected override shapeOf(shape: Shape): Shape {
    expectRank('StickBreakingTransform', shape, 1);
    return [...shape.slice(0, -1), shape.at(-1)! + 1];
  }

  protected override shapeBack(shape: Shape): Shape {
    expectRank('StickBreakingTransform', shape, 1);
    return [...shape.slice(0, -1), shape.at(-1)! - 1];
  }
}

/**
 * Lower triangular matrices with a positive diagonal, which is given as its logarithms. Elements above the diagonal are
 * ignored.
 */
export class LowerCholeskyTransform extends OfVectors {
  override get domain(): Constraint {
    return independent(real, 2);
  }

  get codomain(): Constraint {
    return lowerCholesky;
  }

  protected forward(x: Tensor): Tensor {
    return x.tril(-1).add(x.diagonal(0, -2, -1).exp().diagEmbed());
  }

  protected override inverse(y: Tensor): Tensor {
    return y.tril(-1).add(y.diagonal(0, -2, -1).log().diagEmbed());
  }
}

/**
 * The flat indices, row by row, of a matrix's elements up to diagonal `offset` (0 includes the main diagonal, -1 does
 * not).
 */
function placesBelow(n: number, offset: number): Int32Array {
  const places: number[] = [];
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row + offset; column++) places.push(row * n + column);
  }
  return Int32Array.from(places);
}

/** The elements of matrices up to diagonal `offset` as a vector, row by row. */
function vectorOf(matrix: Tensor, offset: number): Tensor {
  const places = tensor(placesBelow(matrix.shape.at(-1)!, offset), { dtype: 'int64' });
  return matrix.flatten(-2).indexSelect(-1, places);
}

/** The side of a square matrix that has `count` elements below its diagonal. */
function sideOf(count: number): number {
  const side = Math.round(Math.sqrt(0.25 + 2 * count) + 0.5);
  if ((side * (side - 1)) / 2 === count) return side;
  throw new ShapeError(
    `CorrCholeskyTransform: expected n (n - 1) / 2 numbers, those below the diagonal of a matrix, but got ${count}`,
  );
}

/**
 * Cholesky factors of correlation matrices, from n (n - 1) / 2 numbers, whose tanh are the canonical partial
 * correlations. Source: Lewandowski, Kurowicka and Joe 2009, "Generating random correlation matrices based on vines and
 * extended onion method".
 */
export class CorrCholeskyTransform extends OfVectors {
  get codomain(): Constraint {
    return corrCholesky;
  }

  override get bijective(): boolean {
    return true;
  }

  protected forward(x: Tensor): Tensor {
    const n = sideOf(x.shape.at(-1)!);
    const { eps } = finfo(x.dtype);
    const correlations = x.tanh().clamp(-1 + eps, 1 - eps);
    const places = tensor(placesBelow(n, -1), { dtype: 'int64' }).expand(x.shape);
    const batch = x.shape.slice(0, -1);
    const r = zeros([...batch, n * n], { dtype: x.dtype })
      .scatter(-1, places, correlations)
      .reshape([...batch, n, n]);
    const left = r.square().neg().add(1).sqrt().cumprod(-1);
    return r.add(eye(n, { dtype: x.dtype })).mul(nn.functional.pad(left.narrow(-1, 0, n - 1), [1, 0], { value: 1 }));
  }

  protected override inverse(y: Tensor): Tensor {
    const n = y.shape.at(-1)!;
    const left = y
      .square()
      .cumsum(-1)
      .neg()
      .add(1)
      .narrow(-1, 0, n - 1);
    const t = vectorOf(y, -1).div(vectorOf(nn.functional.pad(left, [1, 0], { value: 1 }), -1).sqrt());
    return t.log1p().sub(t.neg().log1p()).div(2);
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    const left = vectorOf(y.square().cumsum(-1).neg().add(1), -2);
    const ofTanh = x
      .add(nn.functional.softplus(x.mul(-2)))
      .sub(Math.LN2)
      .sum(-1)
      .mul(-2);
    return left.log().sum(-1).mul(0.5).add(ofTanh);
  }

  protected override shapeOf(shape: Shape): Shape {
    expectRank('CorrCholeskyTransform', shape, 1);
    const side = sideOf(shape.at(-1)!);
    return [...shape.slice(0, -1), side, side];
  }

  protected override shapeBack(shape: Shape): Shape {
    expectRank('CorrCholeskyTransform', shape, 2);
    const side = shape.at(-1)!;
    if (shape.at(-2) !== side) {
      throw new ShapeError(`CorrCholeskyTransform: expected square matrices, but got shape ${showShape(shape)}`);
    }
    return [...shape.slice(0, -2), (side * (side - 1)) / 2];
  }
}
