// Networks that a GPU computes by operations of its own are exported as on any other device.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { expect, test } from 'vitest';
import { called, expectEqual } from '../../support/onnx/round-trip';

const networks = {
  'attention of queries, keys and values': () => new nn.TransformerEncoderLayer(64, 4, 64, { batchFirst: true }),
  'RMS norm': () => new nn.RMSNorm([64]),
};

test.each(Object.entries(networks))('%s', async (_, made) => {
  torch.manualSeed(1);
  const [model, x] = [made().eval(), torch.rand(2, 16, 64)];
  await torch.init({ kernels: 'gpu' });
  expect(torch.gpu.adapterInfo()?.kind).toBe('gpu');
  const bytes = await onnx.export(model, [x]);
  await torch.init({ kernels: 'software' });
  await expectEqual(called(model, [x]), called(await onnx.load(bytes), [x]));
});
