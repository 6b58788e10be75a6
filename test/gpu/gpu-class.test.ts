// The tests of the kernels once more, with the kernels that are chosen on a GPU, whatever the adapter is.
import * as torch from 'lamplight';
import { beforeAll, expect, test } from 'vitest';
// Conv and rows run whole: what tells their kernels apart are the cases themselves.
import '../support/sample-every-third';
import './channel-norm.test';
import './conv.test';
import './loss.test';
import './matmul.test';
import './norm.test';
import './pool.test';
import './pooled-conv.test';
import './reduce.test';
import './rows.test';

beforeAll(() => torch.init({ kernels: 'gpu' }));

test('the kernels are those of a GPU', () => {
  expect(torch.gpu.adapterInfo()?.kind).toBe('gpu');
});
