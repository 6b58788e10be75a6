// Cases of gradcheck: products of matrices and tensors, and distances.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { any, awayFromZero, distinct, type Gradcheck, uniform } from './inputs';

const F = nn.functional;

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
];
