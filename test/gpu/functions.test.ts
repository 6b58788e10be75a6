// Checks functions of tensors, and the methods of the same name, against PyTorch: outputs and gradients.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { loadFixture } from '../support/fixtures';
import { checkFunction, type FunctionCall } from '../support/function-calls';
import { sampled } from '../support/sample';

const fixture = await loadFixture<FunctionCall>('functions');

/** What the cases of vmap map. */
const mapped = {
  vmapDot: torch.vmap(torch.dot),
  vmapColumns: torch.vmap((x: Tensor, y: Tensor) => x.mul(y.sum()), { inDims: [1, null], outDims: 1 }),
  vmapPairs: torch.vmap((x: Tensor, y: Tensor) => [x.sum(), x.sub(y)], [0, -2], [0, 1]),
  vmapTwice: torch.func.vmap(torch.vmap(torch.dot, { inDims: [null, 0] }), { inDims: [0, null] }),
  vmapGrad: torch.vmap(
    torch.func.grad((w: Tensor, x: Tensor) => w.mul(x).sum().sin()),
    { inDims: [null, 0] },
  ),
};

test.each(sampled(fixture.cases, 5))('$name', (item) => checkFunction(fixture, item, mapped));

describe('misuse', () => {
  const [vector, matrix] = [torch.ones(3), torch.ones(2, 3)];
  const message = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      if (error instanceof torch.LamplightError) return error.message;
      throw error;
    }
    return 'nothing thrown';
  };

  test.each([
    [() => torch.trace(vector), /trace: expected a matrix, but got shape \[3\]/],
    [() => torch.diag(torch.ones(2, 2, 2)), /diag: expected a vector or a matrix, but got shape \[2, 2, 2\]/],
    [() => torch.diagEmbed(vector, 0, 1, -1), /diagEmbed: expected two different dimensions .* got 1 and -1/],
    [() => torch.diagonalScatter(matrix, vector), /diagonalScatter: expected src of shape \[2\] .* got \[3\]/],
    [() => torch.selectScatter(matrix, vector, 0, 2), /selectScatter: index 2 is out of bounds for dimension 0/],
    [() => vector.fillDiagonal_(1), /fillDiagonal_: expected a matrix, .* got shape \[3\]/],
    [() => torch.put(vector, torch.tensor([0]), vector), /put: expected as many indices as elements of source/],
    [() => torch.addmv(vector, matrix, matrix), /mv: expected tensors of 2 and 1 dimensions/],
    [() => torch.inner(matrix, torch.ones(2)), /inner: expected equal last dimensions, .* \[2, 3\] and \[2\]/],
    [() => torch.cross(matrix, matrix, { dim: 0 }), /cross: expected a dimension of size 3/],
    [() => torch.pdist(vector), /pdist: expected a matrix, but got shape \[3\]/],
    [() => torch.renorm(vector, 2, 0, 1), /renorm: expected at least 2 dimensions/],
    [() => torch.cov(torch.ones(2, 2, 2)), /cov: expected a vector or a matrix, but got shape \[2, 2, 2\]/],
    [() => torch.kthvalue(vector, 4), /kthvalue: expected k from 1 to 3 for shape \[3\], but got 4/],
    [() => torch.mode(torch.ones(2, 0)), /mode: expected a dimension with elements, but got shape \[2, 0\]/],
    [() => torch.quantile(vector, 1.5), /quantile: expected q from 0 to 1, but got 1.5/],
    [() => vector.quantile(0.5, { interpolation: 'cubic' as 'linear' }), /an interpolation of linear, .* got 'cubic'/],
    [() => torch.histogram(vector, 0), /histogram: expected bins of at least 1, but got 0/],
    [() => torch.searchsorted(matrix, vector), /searchsorted: expected a sorted vector, .* got \[2, 3\]/],
    [() => torch.searchsorted(vector, 1, { side: 'middle' as 'left' }), /expected side 'left' or 'right'/],
    [() => torch.diff(torch.tensor(1)), /diff: expected at least one dimension, but got shape \[\]/],
    [() => torch.gradient(vector, { edgeOrder: 3 }), /gradient: expected edgeOrder 1 or 2, but got 3/],
    [() => torch.gradient(torch.ones(1)), /gradient: expected at least 2 points for edgeOrder 1, but got 1/],
    [() => torch.trapezoid(vector, torch.ones(2)), /trapezoid: expected 3 coordinates .* got 2/],
    [() => torch.tensorSplit(vector, 0), /tensorSplit: expected at least 1 section, but got 0/],
    [() => torch.hsplit(matrix, 2), /hsplit: expected a number of sections that divides 3/],
    [() => torch.fliplr(vector), /fliplr: expected at least 2 dimensions, but got shape \[3\]/],
    [() => torch.blockDiag(torch.ones(1, 1, 1)), /blockDiag: expected tensors of at most 2 dimensions/],
    [() => matrix.repeatInterleave(torch.tensor([1, 2, 3]), 0), /repeatInterleave: expected 2 counts for dimension 0/],
    [() => matrix.scatter(0, torch.tensor([[0]]), {}), /scatter: missing 1 required argument: 'src'/],
    [() => matrix.norm('nuclear' as 'nuc'), /norm: expected p to be a number, 'fro' or 'nuc', but got "nuclear"/],
    [
      () => matrix.sum({ dims: 1 } as { dim?: number }),
      /sum: got an unknown argument 'dims'; it takes 'dim', 'keepdim'/,
    ],
    [() => matrix.std({ correction: 1, unbiased: true }), /std: expected either correction or unbiased/],
    [() => vector.to('gpu' as 'int32'), /to: expected a dtype of float32, .* but got "gpu"/],
    [() => torch.zeros(2, { device: 'gpu' } as object), /zeros: expected a device such as 'cuda'.* but got 'gpu'/],
    [() => torch.gather(matrix, 0, torch.tensor([[0]]), true as false), /gather: expected sparseGrad false/],
    [() => torch.vmap(torch.dot)(vector, torch.ones(2)), /vmap: expected one size, at least 1, .* got \[3, 2\]/],
    [() => torch.vmap(torch.dot, { inDims: [null, null] })(vector, vector), /vmap: expected at least one argument/],
    [() => torch.vmap(torch.abs, { inDims: [0, 0] })(vector), /vmap: expected inDims for 1 arguments, but got 2/],
  ])('%#', (call, text) => expect(message(call)).toMatch(text));
});
