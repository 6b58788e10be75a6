// Every case of torch.linalg, and singular vectors of matrices that are so large that they are found by blocks.
import '../support/as-long';
import '../gpu/linalg.test';
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { distance } from '../support/close';

test('eigenvectors of large matrices are found by blocks, alone and many at a time', async () => {
  const random = torch.randn(140, 140, { generator: new torch.Generator().manualSeed(140) });
  // In the second, many eigenvalues are one; of the third, nothing is to be turned. Only the upper triangle is read.
  const low = random.narrow(1, 0, 3).matmul(random.narrow(1, 0, 3).mT);
  const diagonal = torch.eye(140).mul(torch.arange(140).to('float32').sub(70));
  const A = torch.stack([random.add(random.mT), low, diagonal]);
  const [w, V] = torch.linalg.eigh(A.triu().add(A.mul(7).tril(-1)), 'U');
  expect(await distance(V.mul(w.unsqueeze(-2)).matmul(V.mT), A)).toBeLessThan(3e-5);
  expect(await distance(V.mT.matmul(V), torch.eye(140))).toBeLessThan(1e-5);
  expect(await w.diff(1, -1).min().item()).toBeGreaterThanOrEqual(0);
  expect(await w.at(2).tolist()).toEqual(Array.from({ length: 140 }, (_, i) => i - 70));
});

test.each([1, 1e15])(
  'singular vectors of large matrices are found by blocks, also of low rank, in units of %d',
  async (unit) => {
    const random = torch.randn(2, 280, 260, { generator: new torch.Generator().manualSeed(260) });
    const low = random.at(1, '...', ':5').matmul(random.at(1, ':5'));
    const A = torch.stack([random.at(0), low]).mul(unit);
    const [U, S, Vh] = torch.linalg.svd(A, false);
    const greatest = S.amax(-1).reshape([2, 1, 1]);
    const share = async (x: torch.Tensor) => Number(await x.abs().max().item());
    expect(await share(U.mul(S.unsqueeze(-2)).matmul(Vh).sub(A).div(greatest))).toBeLessThan(1e-5);
    expect(await share(U.mT.matmul(U).sub(torch.eye(260)))).toBeLessThan(2e-5);
    expect(await share(Vh.matmul(Vh.mT).sub(torch.eye(260)))).toBeLessThan(2e-5);
    expect(await share(S.at(1, '5:').div(greatest.at(1)))).toBeLessThan(1e-5);
  },
);
