// Owns what the calls of metrics may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const metrics: Rules = {
  ceilings: {
    metrics: { valid: 151, taken: 316, unnamed: 31, many: 96, misspelt: 46, fewer: 19, promise: 2 },
  },
  reasons: [],
};
