// A worker that tunes a product and posts how many kernels it measured and whether they were kept.
import * as torch from 'lamplight';

async function tune(): Promise<{ measured: number; saved: boolean }> {
  await torch.init({ kernels: 'gpu', tuning: 'lamplight-worker' });
  const product = () => torch.ones(1, 160).matmul(torch.ones(160, 20)).sum().item();
  const { choices, saved } = await torch.gpu.tune(product);
  return { measured: choices.length, saved };
}

tune().then(
  (result) => self.postMessage(result),
  (error: Error) => self.postMessage({ error: error.message }),
);
