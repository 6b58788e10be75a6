// Tests of the kernels once more, with the kernels that are chosen on a GPU, whatever the adapter is.
import * as torch from 'lamplight';
import { beforeAll, expect, test } from 'vitest';
import '../../support/sample-few';
import '../../support/kernel-tests';

beforeAll(() => torch.init({ kernels: 'gpu' }));

test('the kernels are those of a GPU', () => {
  expect(torch.gpu.adapterInfo()?.kind).toBe('gpu');
});
