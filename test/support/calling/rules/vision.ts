// Owns what the calls of vision.ops, vision.detection, vision.models, vision may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const vision: Rules = {
  ceilings: {
    'vision.ops': { misspelt: 12, many: 24, valid: 23, unnamed: 6, taken: 12, bare: 18 },
    'vision.detection': { valid: 29, taken: 2, misspelt: 1, many: 2, bare: 3 },
    'vision.models': { valid: 7, taken: 35 },
    vision: { valid: 2 },
  },
  reasons: [],
};
