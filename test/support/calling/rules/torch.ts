// Owns what the calls of torch, einops, tensorboard, worker, Tensor may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const torch: Rules = {
  ceilings: {
    torch: { many: 183, valid: 73, misspelt: 79, taken: 496, promise: 8, unnamed: 23, fewer: 13 },
    einops: { valid: 10 },
    tensorboard: { taken: 14, misspelt: 4, many: 8, valid: 9 },
    worker: { valid: 3, unnamed: 1, taken: 3, misspelt: 1, many: 2 },
    Tensor: { unnamed: 6, taken: 130, valid: 56, promise: 17, many: 39, fewer: 2, misspelt: 14 },
  },
  reasons: [],
};
