// Cases of gradcheck: products of matrices and tensors, and distances.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { any, awayFromZero, distinct, type Gradcheck, uniform } from './inputs';

const F = nn.functional;

const { fft, linalg } = torch;
/** Matrices that are far from singular. */
const regular = (x: Tensor): Tensor => x.mul(0.3).add(torch.eye(x.shape.at(-1)!).mul(2));
const symmetric = (x: Tensor): Tensor =>
  x
    .add(x.mT)
    .mul(0.2)
    .add(torch.diag(torch.arange(1, x.shape.at(-1)! + 1).float()));
/** Vectors whose signs are free. */
const squared = (...xs: Tensor[]): Tensor => xs.map((x) => x.square().cumsum(-1).sum()).reduce((a, b) => a.add(b));

export const products: Gradcheck[] = [
  ['matmul', (a, b) => a.matmul(b), [any(2, 3), any(3, 4)]],
  ['matmul of a transposed', (a, b) => a.t().matmul(b), [any(3, 2), any(3, 4)]],
  ['matmul of vectors', (a, b) => a.matmul(b), [any(4), any(4)]],
  ['matrix times vector', (a, b) => a.matmul(b), [any(2, 3), any(3)]],
  ['vector times matrix', (a, b) => a.matmul(b), [any(2), any(2, 3)]],
  ['bmm', (a, b) => a.bmm(b), [any(2, 2, 3), any(2, 3, 2)]],
  ['matmul, broadcast', (a, b) => a.matmul(b), [any(2, 1, 2, 3), any(2, 3, 2)]],
  ['vector times matrices', (a, b) => a.matmul(b), [any(2), any(2, 2, 3)]],
  ['matrices times a matrix', (a, b) => a.matmul(b), [any(2, 2, 3), any(3, 2)]],
  ['outer', (a, b) => a.outer(b), [any(2), any(3)]],
  ['addmm', (a, b, c) => a.addmm(b, c, { beta: 0.5, alpha: 2 }), [any(2), any(2, 3), any(3, 2)]],
  ['baddbmm', (a, b, c) => a.baddbmm(b, c), [any(2, 2, 2), any(2, 2, 3), any(2, 3, 2)]],
  ['einsum', (a, b) => torch.einsum('bij,bkj->ik', a, b), [any(2, 2, 3), any(2, 2, 3)]],
  ['tensordot', (a, b) => torch.tensordot(a, b, 1), [any(2, 3), any(3, 2)]],
  ['cdist', (a, b) => torch.cdist(a, b), [any(2, 3), uniform([2, 3], 2, 3)]],
  ['linear', (x, w, b) => F.linear(x, w, b), [any(2, 3), any(4, 3), any(4)]],
  ['linear without bias', (x, w) => F.linear(x, w), [any(2, 2, 3), any(2, 3)]],
  ['cdist, norm 1', (a, b) => torch.cdist(a, b, { p: 1 }), [distinct(2, 2), uniform([2, 2], 2, 3)], 'once'],
  ['cdist, norm 3', (a, b) => torch.cdist(a, b, { p: 3 }), [any(2, 2), uniform([2, 2], 2, 3)]],
  ['bilinear', (a, b, w, c) => F.bilinear(a, b, w, c), [any(2, 2), any(2, 3), any(2, 2, 3), any(2)]],
  ['cosineSimilarity', (a, b) => F.cosineSimilarity(a, b), [awayFromZero(2, 3), any(2, 3)]],
  ['pairwiseDistance', (a, b) => F.pairwiseDistance(a, b), [any(2, 3), uniform([2, 3], 2, 3)]],
  ['normalize', (a) => F.normalize(a), [awayFromZero(2, 3)]],
  ['nuclear norm', (a) => a.norm('nuc'), [awayFromZero(2, 3)]],
  ['fft', (a) => fft.fft(a, { n: 6 }), [any(2, 5, 2)]],
  ['rfft', (a) => fft.rfft(a), [any(2, 6)]],
  ['irfft', (a) => fft.irfft(a, 5), [any(2, 4, 2)]],
  ['ihfft2', (a) => fft.ihfft2(a), [any(3, 4)]],
  ['inv', (a) => linalg.inv(regular(a)), [any(2, 3, 3)]],
  ['solve', (a, b) => linalg.solve(regular(a), b), [any(3, 3), any(3, 2)]],
  ['solveTriangular', (a, b) => linalg.solveTriangular(regular(a), b, { upper: true }), [any(3, 3), any(3, 2)]],
  ['det', (a) => linalg.det(regular(a)), [any(2, 3, 3)]],
  ['slogdet', (a) => linalg.slogdet(regular(a)).logabsdet, [any(3, 3)]],
  ['luFactor', (a) => linalg.luFactor(regular(a)).LU, [any(3, 3)]],
  ['cholesky', (a) => linalg.cholesky(symmetric(a).add(torch.eye(3))), [any(3, 3)]],
  ['matrixExp', (a) => linalg.matrixExp(a), [any(3, 3)]],
  [
    'luSolve',
    (a, b) => {
      const { LU, pivots } = linalg.luFactor(regular(a));
      return linalg.luSolve(LU, pivots, b);
    },
    [any(3, 3), any(3, 2)],
  ],
  ['qr', (a) => squared(...linalg.qr(regular(a))), [any(3, 3)]],
  ['eigh', (a) => squared(...linalg.eigh(symmetric(a))), [any(3, 3)]],
  ['svd', (a) => squared(...linalg.svd(symmetric(a), false)), [any(3, 3)]],
  ['pinv', (a) => linalg.pinv(regular(a)), [any(3, 3)]],
];
