// SSDLite: the parts of SSD with depthwise convolutions, on a MobileNetV3.
import { ArgumentError, nn, type Tensor } from '../../../torch';
import { Module, shown } from '../../../torch/inside';
import type { MobileNetV3 } from '../models/mobilenetv3';
import { Conv2dNormActivation, type ConvNormActivationOptions, type NormMaker } from '../ops/layers';
import { stagesOf } from './backbones';
import { type SSDOutputs, SSDScoringHead } from './ssd';

/** The norm with which torchvision trained SSDLite. */
export const ssdliteNorm: NormMaker = (channels: number) =>
  new nn.BatchNorm2d(channels, { eps: 0.001, momentum: 0.03 });

/**
 * Initializes every convolution of the module from a normal distribution with a standard deviation of 0.03; biases are
 * 0.
 */
export function normalInit(module: Module): void {
  for (const layer of module.modules()) {
    if (!(layer instanceof nn.Conv2d)) continue;
    nn.init.normal_(layer.weight, 0, 0.03);
    if (layer.bias) nn.init.zeros_(layer.bias);
  }
}

const active = (normLayer: NormMaker, options: ConvNormActivationOptions): ConvNormActivationOptions => ({
  normLayer,
  activationLayer: nn.ReLU6,
  ...options,
});

/** A depthwise 3×3 convolution, then a 1×1 convolution to the outputs. */
const predictionBlock = (inChannels: number, outChannels: number, normLayer: NormMaker): nn.Sequential =>
  new nn.Sequential(
    new Conv2dNormActivation(inChannels, inChannels, active(normLayer, { kernelSize: 3, groups: inChannels })),
    new nn.Conv2d(inChannels, outChannels, 1),
  );

/** A 1×1 convolution to half of the channels, a depthwise convolution that halves the map, and a 1×1 convolution. */
function extraBlock(inChannels: number, outChannels: number, normLayer: NormMaker): nn.Sequential {
  const between = outChannels / 2;
  return new nn.Sequential(
    new Conv2dNormActivation(inChannels, between, active(normLayer, { kernelSize: 1 })),
    new Conv2dNormActivation(between, between, active(normLayer, { kernelSize: 3, stride: 2, groups: between })),
    new Conv2dNormActivation(between, outChannels, active(normLayer, { kernelSize: 1 })),
  );
}

/**
 * One prediction block per map. All blocks are initialized again once they exist, in the order in which torchvision
 * draws its weights.
 */
function blocks(inChannels: readonly number[], outChannels: readonly number[], normLayer: NormMaker): nn.Sequential[] {
  const made = inChannels.map((channels, i) => predictionBlock(channels, outChannels[i]!, normLayer));
  made.forEach(normalInit);
  return made;
}

export class SSDLiteClassificationHead extends SSDScoringHead<nn.Sequential> {
  constructor(inChannels: readonly number[], numAnchors: readonly number[], numClasses: number, normLayer: NormMaker) {
    const columns = numAnchors.map((anchors) => numClasses * anchors);
    super(blocks(inChannels, columns, normLayer), numClasses);
  }
}

export class SSDLiteRegressionHead extends SSDScoringHead<nn.Sequential> {
  constructor(inChannels: readonly number[], numAnchors: readonly number[], normLayer: NormMaker) {
    const columns = numAnchors.map((anchors) => 4 * anchors);
    super(blocks(inChannels, columns, normLayer), 4);
  }
}

/** The two heads of SSDLite (Sandler et al. 2018, arXiv:1801.04381, section 6.2) side by side. */
export class SSDLiteHead extends Module {
  classification_head: SSDScoringHead<nn.Sequential>;
  regression_head: SSDScoringHead<nn.Sequential>;

  constructor(
    inChannels: readonly number[],
    numAnchors: readonly number[],
    numClasses: number,
    normLayer: NormMaker = ssdliteNorm,
  ) {
    super();
    this.classification_head = new SSDLiteClassificationHead(inChannels, numAnchors, numClasses, normLayer);
    this.regression_head = new SSDLiteRegressionHead(inChannels, numAnchors, normLayer);
  }

  override forward(maps: readonly Tensor[]): SSDOutputs {
    return { bboxRegression: this.regression_head(maps), clsLogits: this.classification_head(maps) };
  }
}

type Block = nn.UnaryModule & { readonly outChannels: number; readonly block: nn.Sequential };

/** A MobileNetV3 cut in the middle of its last stage (Howard et al. 2019, arXiv:1905.02244, section 6.3), and four smaller maps. */
export class SSDLiteFeatureExtractorMobileNet extends Module {
  features: nn.Sequential;
  extra: nn.ModuleList<nn.UnaryModule>;

  constructor(layers: readonly Block[], cut: number, normLayer: NormMaker) {
    super();
    const [expansion, ...rest] = [...layers[cut]!.block] as nn.UnaryModule[];
    // These layers keep their indices in the whole block, as a slice of a Sequential does in PyTorch.
    const behind = Object.fromEntries(rest.map((layer, i) => [String(i + 1), layer]));
    this.features = new nn.Sequential(
      new nn.Sequential(...layers.slice(0, cut), expansion!),
      new nn.Sequential(new nn.Sequential(behind), ...layers.slice(cut + 1)),
    );
    const widths = [layers.at(-1)!.outChannels, 512, 256, 256, 128];
    const extra = widths.slice(1).map((width, i) => extraBlock(widths[i]!, width, normLayer));
    extra.forEach(normalInit);
    this.extra = new nn.ModuleList<nn.UnaryModule>(extra);
  }

  override forward(x: Tensor): Record<string, Tensor> {
    let map = x;
    const maps = [...this.features, ...this.extra].map((block) => {
      map = (block as nn.UnaryModule)(map);
      return map;
    });
    return Object.fromEntries(maps.map((each, i) => [String(i), each]));
  }
}

/** A MobileNetV3's convolutions as SSDLite uses them. All but the last `trainableLayers` stages are frozen. */
export function ssdliteExtractor(
  mobilenet: MobileNetV3,
  trainableLayers: number,
  normLayer: NormMaker = ssdliteNorm,
): SSDLiteFeatureExtractorMobileNet {
  const layers = [...mobilenet.features] as unknown as Block[];
  const stages = stagesOf(layers);
  if (!(Number.isInteger(trainableLayers) && trainableLayers >= 0 && trainableLayers <= stages.length)) {
    throw new ArgumentError(`expected trainableLayers from 0 to ${stages.length}, but got ${shown(trainableLayers)}`);
  }
  const fixed = trainableLayers === 0 ? layers.length : stages[stages.length - trainableLayers]!;
  for (const layer of layers.slice(0, fixed)) layer.requiresGrad_(false);
  return new SSDLiteFeatureExtractorMobileNet(layers, stages.at(-2)!, normLayer);
}
