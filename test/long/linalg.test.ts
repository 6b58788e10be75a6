// Every case of torch.linalg, and singular vectors of matrices that are so large that they are found by blocks.
import '../support/sample-all';
import '../gpu/linalg.test';
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

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
