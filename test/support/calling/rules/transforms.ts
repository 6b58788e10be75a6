// Owns what the calls of vision.transforms, vision.io, vision.tvTensors, vision.utils may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const transforms: Rules = {
  ceilings: {
    'vision.transforms': { taken: 403, unnamed: 26, misspelt: 74, many: 148, valid: 5, fewer: 21, bare: 8 },
    'vision.io': { valid: 4, taken: 2 },
    'vision.tvTensors': { valid: 2, unnamed: 6, promise: 4, taken: 32, misspelt: 7, many: 14, bare: 1 },
    'vision.utils': { taken: 48, valid: 3 },
  },
  reasons: [],
};
