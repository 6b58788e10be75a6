// The tests whose kernels differ between processors and GPUs once more, with the kernels that are chosen on a GPU, whatever the adapter is.
import * as torch from 'lamplight';
import { beforeAll, expect, test } from 'vitest';
import '../support/as-long';
import { partOf } from '../support/sample';

const files = import.meta.glob(
  '../gpu/{attention,channel-norm,conv,loss,matmul,norm,pool,pooled-conv,reduce,rows}.test.ts',
);
for (const load of partOf(Object.values(files), 10)) await load();

beforeAll(() => torch.init({ kernels: 'gpu' }));

test('the kernels are those of a GPU', () => {
  expect(torch.gpu.adapterInfo()?.kind).toBe('gpu');
});
