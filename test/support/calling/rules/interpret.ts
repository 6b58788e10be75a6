// Owns what the calls of interpret may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const interpret: Rules = {
  ceilings: {
    interpret: { misspelt: 48, many: 102, unnamed: 49, taken: 354, fewer: 4, promise: 8, valid: 10 },
  },
  reasons: [],
};
