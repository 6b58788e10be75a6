// Networks by their options and parts: which norms begin at 0, which networks a namespace lists, heads of one's own, and what is refused.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { models } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';

describe('zeroInitResidual', () => {
  // torchvision: sums of models.ResNet(Bottleneck, [1, 1, 1, 1], num_classes=2, zero_init_residual=True, norm_layer=lambda c: nn.GroupNorm(2, c)).
  const normLayer = (channels: number) => new nn.GroupNorm(2, channels);
  const silent = (options: models.ResNetOptions) => {
    const net = new models.ResNet(models.Bottleneck, [1, 1, 1, 1], { numClasses: 2, ...options });
    return Promise.all(
      [net.layer1, net.layer4].flatMap((stage) => {
        const block = stage[0] as models.Bottleneck;
        return [block.bn2, block.bn3].map((norm) => (norm as nn.GroupNorm).weight!.sum().item());
      }),
    );
  };

  test('clears the last norm of a block, whatever makes the norms', async () => {
    expect(await silent({ normLayer, zeroInitResidual: true })).toEqual([64, 0, 512, 0]);
    expect(await silent({ zeroInitResidual: true })).toEqual([64, 0, 512, 0]);
    expect(await silent({ normLayer })).toEqual([64, 256, 512, 2048]);
  });

  test('leaves norms without weights alone', () => {
    const normLayer = () => new nn.Identity();
    const net = new models.ResNet(models.BasicBlock, [1, 1, 1, 1], { normLayer, zeroInitResidual: true });
    expect(String((net.layer1[0] as models.BasicBlock).bn2)).toBe('Identity()');
  });
});

describe('listModels', () => {
  const detectors = models.listModels({ module: 'detection' });
  const segmenters = ['deeplabv3_resnet101', 'deeplabv3_resnet50', 'fcn_resnet101', 'fcn_resnet50'];

  test('takes a namespace by position', () => {
    expect(detectors).toContain('ssd300_vgg16');
    expect(models.listModels(models.detection)).toEqual(detectors);
    expect(models.listModels(models.segmentation)).toEqual(segmenters);
    expect(models.listModels(models)).toEqual(models.listModels({ module: 'models' }));
    expect(models.listModels(models.segmentation, 'fcn*')).toEqual(segmenters.slice(2));
    expect(models.listModels(models.segmentation, { exclude: 'fcn*' })).toEqual(segmenters.slice(0, 2));
  });

  test('still refuses options that there are not', () => {
    expect(() => models.listModels({ includes: 'vgg*' } as never)).toThrow("got an unknown argument 'includes'");
  });
});

test('networks of segmentation take a backbone and heads of one’s own', async () => {
  const { DeepLabHead, DeepLabV3, FCNHead, IntermediateLayerGetter } = models.segmentation;
  torch.manualSeed(0);
  const backbone = new IntermediateLayerGetter(models.resnet18(), { layer1: 'aux', layer2: 'out' });
  const net = new DeepLabV3(backbone, new DeepLabHead(128, 2, [2, 4]), new FCNHead(64, 2)).eval();
  expect(Object.keys(net.stateDict())).toHaveLength(106);
  const ramp = torch.arange(40).div(40).expand(1, 3, 24, 40);
  const { out, aux } = torch.noGrad(() => net(ramp));
  // torchvision 0.29: sums and an element of the same from the same seed.
  const figures = (x: Tensor) => Promise.all([x.sum().item(), x.at(0, 1, 5, 7).item()]);
  expect([out.shape, aux!.shape]).toEqual([
    [1, 2, 24, 40],
    [1, 2, 24, 40],
  ]);
  expect(await figures(out)).toEqual([expect.closeTo(-100.46326, 2), expect.closeTo(-0.0475935, 5)]);
  expect(await figures(aux!)).toEqual([expect.closeTo(-130.92279, 2), expect.closeTo(-0.2447447, 5)]);
});

test('a version of SqueezeNet that there is not is refused', () => {
  const make = () => new models.SqueezeNet('2_0' as never);
  expect(make).toThrow(torch.ArgumentError);
  expect(make).toThrow(`SqueezeNet: expected version to be '1_0' or '1_1', but got "2_0"`);
});
