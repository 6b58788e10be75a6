// Owns what the calls of data may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const data: Rules = {
  ceilings: {
    data: { taken: 289, unnamed: 14, misspelt: 20, many: 42, fewer: 10, promise: 4, valid: 16, bare: 5 },
  },
  reasons: [],
};
