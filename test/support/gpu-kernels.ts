// Small programs whose kernels a GPU takes for large work alone, by names.
import * as torch from 'lamplight';
import { autograd, nn, type Tensor } from 'lamplight';

export const ofLargeWork: Readonly<Record<string, () => readonly Tensor[]>> = {
  'few long rows': () => [torch.rand(16, 40_000).softmax(1), torch.rand(20_000).cumsum(0)],
  'pictures of many channels that are resized': () => {
    const x = torch.rand(2, 64, 16, 16, { requiresGrad: true });
    const larger = nn.functional.interpolate(x, { scaleFactor: 2, mode: 'bilinear' });
    return [larger, ...autograd.grad(larger.square().sum(), [x])];
  },
  'patches that do not overlap': () => {
    const x = torch.rand(1, 3, 32, 32, { requiresGrad: true });
    return autograd.grad(nn.functional.conv2d(x, torch.rand(8, 3, 16, 16), { stride: 16 }).sum(), [x]);
  },
};
