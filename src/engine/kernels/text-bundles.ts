// The WGSL texts of kernels, in bundles that load when a program needs them. Texts of kernels that run together share a
// bundle; a text that few programs need goes into a bundle of its own.

import { LatePart } from '../core/late';

/** The bundles by name. */
export const textBundles = {
  bessel: new LatePart('bessel', () => import('./texts/bessel')),
  conv: new LatePart('conv', () => import('./texts/conv')),
  convGrad: new LatePart('convGrad', () => import('./texts/conv-grad')),
  convWorkgroup: new LatePart('convWorkgroup', () => import('./texts/conv-workgroup')),
  crossEntropy: new LatePart('crossEntropy', () => import('./texts/cross-entropy')),
  depthwise: new LatePart('depthwise', () => import('./texts/depthwise')),
  fft: new LatePart('fft', () => import('./texts/fft')),
  functions: new LatePart('functions', () => import('./texts/functions')),
  indexing: new LatePart('indexing', () => import('./texts/indexing')),
  joins: new LatePart('joins', () => import('./texts/joins')),
  linalg: new LatePart('linalg', () => import('./texts/linalg')),
  math: new LatePart('math', () => import('./texts/math')),
  matmul: new LatePart('matmul', () => import('./texts/matmul')),
  norm: new LatePart('norm', () => import('./texts/norm')),
  optim: new LatePart('optim', () => import('./texts/optim')),
  optimMore: new LatePart('optimMore', () => import('./texts/optim-more')),
  pictures: new LatePart('pictures', () => import('./texts/pictures')),
  pool: new LatePart('pool', () => import('./texts/pool')),
  poolMore: new LatePart('poolMore', () => import('./texts/pool-more')),
  random: new LatePart('random', () => import('./texts/random')),
  recurrent: new LatePart('recurrent', () => import('./texts/recurrent')),
  regions: new LatePart('regions', () => import('./texts/regions')),
  resample: new LatePart('resample', () => import('./texts/resample')),
  rowParts: new LatePart('rowParts', () => import('./texts/row-parts')),
  scan: new LatePart('scan', () => import('./texts/scan')),
  scatter: new LatePart('scatter', () => import('./texts/scatter')),
  sgd: new LatePart('sgd', () => import('./texts/sgd')),
  softmax: new LatePart('softmax', () => import('./texts/softmax')),
  sort: new LatePart('sort', () => import('./texts/sort')),
  special: new LatePart('special', () => import('./texts/special')),
  winograd: new LatePart('winograd', () => import('./texts/winograd')),
};
