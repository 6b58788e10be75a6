// Owns what the calls of lightning may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const lightning: Rules = {
  ceilings: {
    lightning: { valid: 32, unnamed: 18, taken: 375, misspelt: 33, many: 70, fewer: 9, promise: 1, bare: 9 },
  },
  reasons: [],
};
