// Differentiable operations, in test/long all of them, against finite differences, and the gradients of some against those of their own.
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { gradchecks, inputsOf } from '../support/gradchecks';
import { sampled } from '../support/sample';

const { gradcheck, gradgradcheck } = torch.autograd;

// Cases run side by side, so that the kernels of several are compiled at once.
for (const [family, cases] of Object.entries(gradchecks)) {
  const twice = new Set(sampled(cases, 128).map(([name]) => name));
  describe.concurrent(family, () => {
    test.each(sampled(cases, 64))('%s', async (...one) => {
      const [name, fn, , once] = one;
      const inputs = inputsOf(one);
      expect(await gradcheck(fn, inputs)).toBe(true);
      if (once !== 'once' && twice.has(name))
        expect(await gradgradcheck(fn, inputs, { atol: 0.002, fastMode: true })).toBe(true);
    });
  });
}
