// What `onnx.export` writes of each small network, at other sizes and in other versions, computes the same when `onnx.load` has read it.
import * as torch from 'lamplight';
import { test } from 'vitest';
import { expectRound } from '../../support/onnx/round-trip';
import { families, named } from '../../support/onnx/small-networks';

const { nn } = torch;

for (const [name, example] of Object.entries({ ...named, ...families })) {
  test(name, async () => {
    torch.manualSeed(3);
    await expectRound(example());
  });
}

test('for batches and pictures of other sizes', async () => {
  torch.manualSeed(3);
  const layers = [new nn.Conv2d(3, 4, 3, { stride: 2 }), new nn.BatchNorm2d(4), new nn.GroupNorm(2, 4), new nn.ReLU()];
  const end = [new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(4, 2)];
  const model = new nn.Sequential(...layers, new nn.Upsample({ scaleFactor: 2 }), ...end);
  const axes = { input: { 0: 'batch', 2: 'height', 3: 'width' } };
  await expectRound({ model, inputs: [torch.rand(1, 3, 9, 8)] }, { dynamicAxes: axes }, [[torch.rand(3, 3, 12, 17)]]);
  const other = [torch.randint(0, 50, [2, 9])];
  await expectRound(named.lstm!(), { dynamicAxes: { input: [0, 1] } }, [other]);
  await expectRound(named.transformer!(), { dynamicAxes: { input: { 0: 'batch', 1: 'time' } } }, [
    [torch.rand(3, 9, 16)],
  ]);
  await expectRound(families.views!(), { dynamicAxes: { input: [0] } }, [[torch.randn(5, 4, 6)]]);
});

test('by older and newer versions of the operators', async () => {
  torch.manualSeed(3);
  for (const opsetVersion of [13, 16, 20, 21]) {
    await expectRound(named.transformer!(), { opsetVersion });
    await expectRound(families.activations!(), { opsetVersion });
    await expectRound(families.norms!(), { opsetVersion });
  }
});
