// Backbones of detectors: classification networks, cut to the layers that make feature maps, with a feature pyramid on
// top.

import { ArgumentError, nn, type Tensor } from '../../../torch';
import { type Arguments, isPlainObject, kinds, Module, objectAt, parseArgs, shown } from '../../../torch/inside';
import type { MobileNetV3 } from '../models/mobilenetv3';
import * as resnets from '../models/resnet';
import { IntermediateLayerGetter } from '../models/segmentation/parts';
import { Network } from '../network';
import { ExtraFPNBlock, FeaturePyramidNetwork, LastLevelMaxPool } from '../ops/feature-pyramid';
import { FrozenBatchNorm2d } from '../ops/frozen-batch-norm';
import type { NormMaker } from '../ops/layers';

export interface PyramidOptions {
  /** Adds further levels to the pyramid. Default: `LastLevelMaxPool`. */
  extraBlocks?: ExtraFPNBlock | null;
  /** Makes the norm layers of the pyramid's convolutions. Default: none. */
  normLayer?: NormMaker | null;
}

interface BackboneArguments extends PyramidOptions {
  backbone: Module;
  /** Maps the name of each layer to the name of its feature map. */
  returnLayers: Readonly<Record<string, string>>;
  /** Channels of each of these layers' outputs. */
  inChannelsList: readonly number[];
  outChannels: number;
}

type PyramidOrder = ['backbone', 'returnLayers', 'inChannelsList', 'outChannels', 'extraBlocks', 'normLayer'];

const layerNames: kinds.Kind = {
  words: 'an object of new names by those of layers, at least one',
  fits: (value) =>
    isPlainObject(value) &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((name) => typeof name === 'string'),
};

const pyramidKinds = {
  extraBlocks: kinds.orNull(kinds.instance(ExtraFPNBlock, 'an ExtraFPNBlock')),
  normLayer: kinds.orNull(kinds.callback),
};

/**
 * A network cut after some of its layers, whose outputs go through a feature pyramid of `outChannels` channels. Takes
 * pictures and returns a dictionary of maps.
 */
export class BackboneWithFPN extends Network {
  body: IntermediateLayerGetter;
  fpn: FeaturePyramidNetwork;
  readonly outChannels: number;

  constructor(...args: Arguments<BackboneArguments, PyramidOrder>) {
    super();
    const name = 'BackboneWithFPN';
    const order = ['backbone', 'returnLayers', 'inChannelsList', 'outChannels'] as const;
    const { backbone, returnLayers, inChannelsList, outChannels, extraBlocks, normLayer } =
      parseArgs<BackboneArguments>(
        name,
        order,
        { extraBlocks: null, normLayer: null },
        objectAt(name, order, 1, args),
        {
          backbone: kinds.instance(Module, 'a module'),
          returnLayers: layerNames,
          ...pyramidKinds,
        },
      );
    this.body = new IntermediateLayerGetter(backbone, returnLayers);
    this.fpn = new FeaturePyramidNetwork(inChannelsList, outChannels, {
      extraBlocks: extraBlocks ?? new LastLevelMaxPool(),
      normLayer,
    });
    this.outChannels = outChannels;
  }

  override forward(x: Tensor): Record<string, Tensor> {
    return this.fpn(this.body(x));
  }
}

const PYRAMID_CHANNELS = 256;

interface ExtractorOptions extends PyramidOptions {
  /** How many layers train, counted from the last. */
  trainableLayers: number;
  /** Layers whose maps are returned. */
  returnedLayers?: readonly number[] | null;
}

const expectWithin = (name: string, value: number, most: number): void => {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new ArgumentError(`expected ${name} from 0 to ${most}, but got ${shown(value)}`);
};

/** A ResNet's stages with a feature pyramid. All but the last `trainableLayers` layers are frozen. */
export function resnetFpnExtractor(resnet: resnets.ResNet, options: ExtractorOptions): BackboneWithFPN {
  const { trainableLayers, extraBlocks = null, normLayer = null } = options;
  expectWithin('trainableLayers', trainableLayers, 5);
  const training = ['layer4', 'layer3', 'layer2', 'layer1', 'conv1'].slice(0, trainableLayers);
  if (trainableLayers === 5) training.push('bn1');
  for (const [name, parameter] of resnet.namedParameters()) {
    if (!training.some((layer) => name.startsWith(layer))) parameter.requiresGrad_(false);
  }
  const returned = options.returnedLayers ?? [1, 2, 3, 4];
  if (returned.length === 0 || !returned.every((layer) => [1, 2, 3, 4].includes(layer))) {
    throw new ArgumentError(`expected returnedLayers from 1 to 4, but got ${shown(returned)}`);
  }
  const layers = Object.fromEntries(returned.map((layer, i) => [`layer${layer}`, String(i)]));
  const last = [...resnet.layer4].at(-1) as unknown as resnets.BasicBlock | resnets.Bottleneck;
  const widest = (last instanceof resnets.Bottleneck ? last.conv3 : last.conv2).outChannels;
  const channels = returned.map((layer) => (widest / 8) * 2 ** (layer - 1));
  return new BackboneWithFPN(resnet, layers, channels, PYRAMID_CHANNELS, { extraBlocks, normLayer });
}

type ResNetName = {
  [K in keyof typeof resnets]: (typeof resnets)[K] extends typeof resnets.resnet50 ? K : never;
}[keyof typeof resnets];

/** Options of `resnetFpnBackbone`. */
export interface ResnetFpnOptions extends PyramidOptions {
  /** Such as 'resnet50'. */
  backboneName: ResNetName;
  /** Makes the norm layers of the ResNet. Default: `FrozenBatchNorm2d`. */
  normLayer?: NormMaker | null;
  /** How many stages train, counted from the last; 5 is all. Default: 3. */
  trainableLayers?: number;
  /** Stages whose maps are returned, from 1 to 4. Default: all. */
  returnedLayers?: readonly number[] | null;
}

type ResnetFpnOrder = ['backboneName', 'normLayer', 'trainableLayers', 'returnedLayers', 'extraBlocks'];

/**
 * A ResNet with a feature pyramid of 256 channels, for detectors.
 *
 *     const backbone = detection.resnetFpnBackbone({ backboneName: 'resnet50' });
 *     backbone(torch.rand(1, 3, 64, 64));   // maps 0 to 3 and pool, of 16², 8², 4², 2² and 1
 */
export function resnetFpnBackbone(...args: Arguments<ResnetFpnOptions, ResnetFpnOrder>): BackboneWithFPN {
  const defaults = { normLayer: null, trainableLayers: 3, returnedLayers: null, extraBlocks: null };
  const { backboneName, normLayer, trainableLayers, returnedLayers, extraBlocks } = parseArgs<ResnetFpnOptions>(
    'resnetFpnBackbone',
    ['backboneName'],
    defaults,
    args,
    {
      backboneName: kinds.text,
      trainableLayers: kinds.whole(0, 5),
      returnedLayers: kinds.orNull(kinds.nonEmpty(kinds.whole(1, 4))),
      ...pyramidKinds,
    },
  );
  const build: unknown = Reflect.get(resnets, backboneName);
  if (typeof build !== 'function') {
    throw new ArgumentError(
      `resnetFpnBackbone: expected backboneName such as 'resnet50', but got ${shown(backboneName)}`,
    );
  }
  const resnet = (build as typeof resnets.resnet50)({ normLayer: normLayer ?? (FrozenBatchNorm2d as NormMaker) });
  return resnetFpnExtractor(resnet, { trainableLayers, returnedLayers, extraBlocks });
}

/**
 * The indices at which the stages of a MobileNetV3 start: the first block, each block that halves the map, and the last
 * block.
 */
export const stagesOf = (blocks: readonly Module[]): number[] => [
  0,
  ...blocks.flatMap((block, i) => (halves(block) ? [i] : [])),
  blocks.length - 1,
];

/** Whether an inverted residual has a stride greater than 1. */
const halves = (block: Module): boolean =>
  'skips' in block &&
  block.modules().some((layer) => layer instanceof nn.Conv2d && [layer.stride].flat().some((step) => Number(step) > 1));

/** A MobileNetV3's last two stages with a feature pyramid. All but the last `trainableLayers` stages are frozen. */
export function mobilenetFpnExtractor(mobilenet: MobileNetV3, { trainableLayers }: ExtractorOptions): BackboneWithFPN {
  const blocks = [...mobilenet.features] as (nn.UnaryModule & { readonly outChannels: number })[];
  const stages = stagesOf(blocks);
  expectWithin('trainableLayers', trainableLayers, stages.length);
  const fixed = trainableLayers === 0 ? blocks.length : stages[stages.length - trainableLayers]!;
  for (const block of blocks.slice(0, fixed)) block.requiresGrad_(false);
  const returned = [stages.at(-2)!, stages.at(-1)!];
  const layers = Object.fromEntries(returned.map((stage, i) => [String(stage), String(i)]));
  const channels = returned.map((stage) => blocks[stage]!.outChannels);
  return new BackboneWithFPN(mobilenet.features, layers, channels, PYRAMID_CHANNELS);
}
