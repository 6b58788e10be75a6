import { ArgumentError, full, nn, type Tensor } from '../../../torch';
import { Module, shown } from '../../../torch/inside';
import type { VGG } from '../models/vgg';
import { xavier } from './ssd';

/** A 1×1 convolution, then one that makes the map smaller, each with a ReLU. */
const extraBlock = (inChannels: number, between: number, outChannels: number, stride: number): nn.Sequential =>
  new nn.Sequential(
    new nn.Conv2d(inChannels, between, { kernelSize: 1 }),
    new nn.ReLU({ inplace: true }),
    new nn.Conv2d(between, outChannels, { kernelSize: 3, padding: stride === 2 ? 1 : 0, stride }),
    new nn.ReLU({ inplace: true }),
  );

/**
 * The VGG of SSD (figure 2 of the paper). It turns pictures of 300 pixels into six maps. The first is normalized to
 * unit length at each place, then multiplied by a learned scale.
 */
export class SSDFeatureExtractorVGG extends Module {
  scale_weight = new nn.Parameter(full([512], 20, { dtype: 'float32' }));
  features: nn.Sequential;
  extra: nn.ModuleList<nn.UnaryModule>;

  constructor(layers: readonly nn.UnaryModule[]) {
    super();
    const pools = layers.flatMap((layer, i) => (layer instanceof nn.MaxPool2d ? [i] : []));
    if (pools.length !== 5) {
      throw new ArgumentError(
        `SSDFeatureExtractorVGG: expected the layers of a VGG, with 5 poolings, but got ${pools.length}`,
      );
    }
    const [, , third, fourth] = pools as [number, number, number, number];
    // The paper's third map is 38², so this pooling rounds up; rounding down would give 37².
    const isCut = (i: number) => i === third;
    const patched = layers.map((layer, i) =>
      isCut(i) ? new nn.MaxPool2d({ kernelSize: 2, stride: 2, ceilMode: true }) : layer,
    );
    this.features = new nn.Sequential(...patched.slice(0, fourth));
    const blocks = [
      extraBlock(1024, 256, 512, 2),
      extraBlock(512, 128, 256, 2),
      extraBlock(256, 128, 256, 1),
      extraBlock(256, 128, 256, 1),
    ];
    for (const block of blocks) xavier(block);
    const fc = new nn.Sequential(
      new nn.MaxPool2d({ kernelSize: 3, stride: 1, padding: 1, ceilMode: false }),
      new nn.Conv2d(512, 1024, { kernelSize: 3, padding: 6, dilation: 6 }),
      new nn.ReLU({ inplace: true }),
      new nn.Conv2d(1024, 1024, { kernelSize: 1 }),
      new nn.ReLU({ inplace: true }),
    );
    xavier(fc);
    this.extra = new nn.ModuleList<nn.UnaryModule>([new nn.Sequential(...patched.slice(fourth, -1), fc), ...blocks]);
  }

  override forward(x: Tensor): Record<string, Tensor> {
    let map = this.features(x);
    const maps = [nn.functional.normalize(map).mul(this.scale_weight.view(1, -1, 1, 1))];
    for (const block of this.extra) {
      map = block(map);
      maps.push(map);
    }
    return Object.fromEntries(maps.map((each, i) => [String(i), each]));
  }
}

/** A VGG's convolutions as SSD uses them. All but the last `trainableLayers` stages are frozen. */
export function vggExtractor(vgg: VGG, trainableLayers: number): SSDFeatureExtractorVGG {
  const layers = [...vgg.features] as nn.UnaryModule[];
  const stages = [0, ...layers.flatMap((layer, i) => (layer instanceof nn.MaxPool2d ? [i] : [])).slice(0, -1)];
  if (!(Number.isInteger(trainableLayers) && trainableLayers >= 0 && trainableLayers <= stages.length)) {
    throw new ArgumentError(`expected trainableLayers from 0 to ${stages.length}, but got ${shown(trainableLayers)}`);
  }
  const fixed = trainableLayers === 0 ? layers.length : stages[stages.length - trainableLayers]!;
  for (const layer of layers.slice(0, fixed)) layer.requiresGrad_(false);
  return new SSDFeatureExtractorVGG(layers);
}
