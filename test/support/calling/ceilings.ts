// Owns how many calls of each door still go against the rule; these numbers may only fall.
import type { Fault } from './walk';

export const ceilings: Readonly<Record<string, Readonly<Partial<Record<Fault, number>>>>> = {
  torch: { many: 201, valid: 129, unnamed: 34, taken: 1229, misspelt: 87, fewer: 23, promise: 3, bare: 9 },
  nn: { taken: 1279, unnamed: 145, many: 250, valid: 103, misspelt: 117, fewer: 9 },
  optim: { taken: 246, valid: 14, bare: 4, many: 48, misspelt: 21, unnamed: 8, fewer: 3, promise: 1 },
  data: { taken: 228, misspelt: 22, many: 42, unnamed: 10, promise: 4, fewer: 6, valid: 16, bare: 8 },
  'vision.transforms': { taken: 403, unnamed: 26, misspelt: 76, many: 152, valid: 7, fewer: 21, bare: 8 },
  'vision.datasets': { taken: 735, valid: 4, unnamed: 4, misspelt: 7, many: 14, bare: 1, fewer: 2 },
  'vision.io': { valid: 4, taken: 2 },
  'vision.tvTensors': { valid: 2, unnamed: 6, promise: 4, taken: 32, misspelt: 7, many: 14, bare: 1 },
  'vision.ops': { misspelt: 17, many: 34, valid: 23, unnamed: 7, taken: 35, bare: 19, fewer: 1 },
  'vision.utils': { taken: 48, valid: 3 },
  'vision.detection': { valid: 29, taken: 2, misspelt: 1, many: 2, bare: 3 },
  'vision.models': { valid: 7, taken: 35 },
  vision: { valid: 2 },
  metrics: { valid: 152, promise: 2, taken: 346, unnamed: 34, many: 102, misspelt: 49, fewer: 20, bare: 8 },
  lightning: { valid: 33, misspelt: 33, many: 68, unnamed: 18, taken: 352, fewer: 9, promise: 1, bare: 10 },
  interpret: { misspelt: 15, many: 32, valid: 71, unnamed: 10, taken: 111, fewer: 2, bare: 18 },
  einops: { valid: 10 },
  tensorboard: { taken: 14, misspelt: 4, many: 8, valid: 9 },
  worker: { valid: 3, unnamed: 1, taken: 3, misspelt: 1, many: 2 },
  Tensor: { many: 41, misspelt: 16, valid: 65, taken: 527, promise: 17, bare: 11, unnamed: 7 },
};
