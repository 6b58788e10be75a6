// Every differentiable operation against finite differences, and its gradient against those of its own.
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { gradchecks, inputsOf } from '../support/gradchecks';

const { gradcheck, gradgradcheck } = torch.autograd;

// Cases run side by side, so that the kernels of several are compiled at once.
for (const [family, cases] of Object.entries(gradchecks)) {
  describe.concurrent(family, () => {
    test.each(cases)('%s', async (...one) => {
      const [, fn, , once] = one;
      const inputs = inputsOf(one);
      expect(await gradcheck(fn, inputs)).toBe(true);
      if (once !== 'once') expect(await gradgradcheck(fn, inputs, { atol: 0.002, fastMode: true })).toBe(true);
    });
  });
}
