// Owns how many calls of each door still go against the rule; these numbers may only fall.
import type { Fault } from './walk';

export const ceilings: Readonly<Record<string, Readonly<Partial<Record<Fault, number>>>>> = {
  torch: { many: 169, valid: 124, misspelt: 71, taken: 850, promise: 3, unnamed: 26, bare: 4, fewer: 17 },
  nn: { taken: 1555, unnamed: 150, many: 248, valid: 103, misspelt: 116, fewer: 14 },
  optim: { taken: 221, valid: 14, bare: 3, many: 46, misspelt: 20, unnamed: 7, fewer: 2, promise: 1 },
  data: { taken: 228, misspelt: 22, many: 42, unnamed: 10, promise: 4, fewer: 6, valid: 16, bare: 8 },
  'vision.transforms': { taken: 403, unnamed: 26, misspelt: 74, many: 148, valid: 5, fewer: 21, bare: 8 },
  'vision.datasets': { taken: 735, valid: 4, unnamed: 4, misspelt: 7, many: 14, bare: 1, fewer: 2 },
  'vision.io': { valid: 4, taken: 2 },
  'vision.tvTensors': { valid: 2, unnamed: 6, promise: 4, taken: 32, misspelt: 7, many: 14, bare: 1 },
  'vision.ops': { unnamed: 8, taken: 142, misspelt: 12, many: 24, fewer: 2, valid: 23, bare: 18 },
  'vision.utils': { taken: 48, valid: 3 },
  'vision.detection': { valid: 29, taken: 2, misspelt: 1, many: 2, bare: 3 },
  'vision.models': { valid: 7, taken: 35 },
  vision: { valid: 2 },
  metrics: { valid: 151, promise: 2, taken: 316, unnamed: 31, many: 96, misspelt: 46, fewer: 19 },
  lightning: { valid: 33, misspelt: 33, many: 68, unnamed: 19, taken: 416, fewer: 10, promise: 1, bare: 10 },
  interpret: { unnamed: 49, taken: 418, misspelt: 47, many: 100, fewer: 5, promise: 8, valid: 9 },
  einops: { valid: 10 },
  tensorboard: { taken: 14, misspelt: 4, many: 8, valid: 9 },
  worker: { valid: 3, unnamed: 1, taken: 3, misspelt: 1, many: 2 },
  Tensor: { unnamed: 6, taken: 321, valid: 65, promise: 17, bare: 7, many: 39, misspelt: 15 },
};
