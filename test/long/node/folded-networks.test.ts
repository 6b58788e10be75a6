// Whole networks in eval mode beside the same with each batch norm worked into its convolution by hand: dispatches, on a device that
// computes nothing.
import * as torch from 'lamplight';
import { nn, noGrad } from 'lamplight';
import { models } from 'lamplight/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engine } from '../../../src/engine/compiler/engine';
import { nullDevice } from '../../support/null-device';
import { partOf } from '../../support/sample';

beforeAll(async () => {
  await torch.init({ device: await nullDevice(), kernels: 'software', tuning: false });
});
afterAll(() => engine.forget());

/** Works each batch norm that a module has behind a convolution into that. Gives how many there were. */
function foldByHand(model: nn.Module): number {
  let count = 0;
  for (const parent of model.modules()) {
    let before: [string, nn.Conv2d] | null = null;
    for (const [name, child] of parent.namedChildren()) {
      if (child instanceof nn.BatchNorm2d && before && before[1].outChannels === child.numFeatures) {
        parent.registerModule(before[0], nn.utils.fuseConvBnEval(before[1], child));
        parent.registerModule(name, new nn.Identity());
        count++;
      }
      if (child instanceof nn.Conv2d) before = [name, child];
      else if (child.parameters().length > 0) before = null;
    }
  }
  return count;
}

/** Dispatches of a run behind the first ones, which lay out weights and keep those that were folded. */
async function dispatches(model: nn.UnaryModule): Promise<number> {
  const run = async () => {
    noGrad(() => model(torch.zeros(1, 3, 64, 64)));
    await torch.synchronize();
  };
  await run();
  await run();
  const before = torch.gpu.stats().dispatches;
  await run();
  return torch.gpu.stats().dispatches - before;
}

const networks: [string, () => nn.UnaryModule, number][] = [
  ['ResNet-18', () => models.resnet18(), 20],
  ['DenseNet-121', () => models.densenet121(), 59],
  ['U-Net', () => models.unet({ baseChannels: 16 }), 18],
  ['MobileNetV2', () => models.mobilenetV2(), 52],
];
test.each(partOf(networks, 3))('%s takes as many dispatches as it does by hand', async (_, build, norms) => {
  const [model, folded] = [build().eval(), build().eval()];
  expect(foldByHand(folded)).toBe(norms);
  expect(await dispatches(model)).toBe(await dispatches(folded));
});
