// Owns how many calls of each door still go against the rule. These numbers may only fall, but where calls are walked that were not before.
import type { Fault } from './walk';

export const ceilings: Readonly<Record<string, Readonly<Partial<Record<Fault, number>>>>> = {
  torch: { many: 183, valid: 73, misspelt: 79, taken: 496, promise: 8, unnamed: 23, fewer: 13 },
  nn: { taken: 471, unnamed: 152, many: 257, misspelt: 115, valid: 86, promise: 1, fewer: 3 },
  optim: { taken: 46, valid: 14, many: 46, misspelt: 19, unnamed: 7, bare: 1, promise: 1 },
  data: { taken: 289, unnamed: 14, misspelt: 20, many: 42, fewer: 10, promise: 4, valid: 16, bare: 5 },
  'vision.transforms': { taken: 403, unnamed: 26, misspelt: 74, many: 148, valid: 5, fewer: 21, bare: 8 },
  'vision.datasets': { taken: 745, valid: 4, unnamed: 4, misspelt: 7, many: 14, bare: 1, fewer: 2 },
  'vision.io': { valid: 4, taken: 2 },
  'vision.tvTensors': { valid: 2, unnamed: 6, promise: 4, taken: 32, misspelt: 7, many: 14, bare: 1 },
  'vision.ops': { misspelt: 12, many: 24, valid: 23, unnamed: 6, taken: 12, bare: 18 },
  'vision.utils': { taken: 48, valid: 3 },
  'vision.detection': { valid: 29, taken: 2, misspelt: 1, many: 2, bare: 3 },
  'vision.models': { valid: 7, taken: 35 },
  vision: { valid: 2 },
  metrics: { valid: 151, taken: 316, unnamed: 31, many: 96, misspelt: 46, fewer: 19, promise: 2 },
  lightning: { valid: 32, unnamed: 18, taken: 375, misspelt: 33, many: 70, fewer: 9, promise: 1, bare: 9 },
  interpret: { misspelt: 48, many: 102, unnamed: 49, taken: 354, fewer: 4, promise: 8, valid: 10 },
  einops: { valid: 10 },
  tensorboard: { taken: 14, misspelt: 4, many: 8, valid: 9 },
  worker: { valid: 3, unnamed: 1, taken: 3, misspelt: 1, many: 2 },
  Tensor: { unnamed: 6, taken: 130, valid: 56, promise: 17, many: 39, fewer: 2, misspelt: 14 },
};
