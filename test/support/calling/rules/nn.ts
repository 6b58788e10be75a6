// Owns what the calls of nn, optim may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const nn: Rules = {
  ceilings: {
    nn: { taken: 471, unnamed: 152, many: 257, misspelt: 115, valid: 86, promise: 1, fewer: 3 },
    optim: { taken: 46, valid: 14, many: 46, misspelt: 19, unnamed: 7, bare: 1, promise: 1 },
  },
  reasons: [],
};
