// Shared by segmentation networks: a backbone cut after some layers, a head of convolutions, and scores at the size of
// the image.

import { ArgumentError, nn, type Tensor } from '../../../../torch';
import {
  type Args,
  type Arguments,
  expectTensors,
  isPlainObject,
  kinds,
  Module,
  noteCalls,
  parseArgs,
  takes,
} from '../../../../torch/inside';
import { Network } from '../../network';
import { expectBatch } from '../batches';
import {
  builder,
  type CompletedWeights,
  expectClasses,
  expectOption,
  type GivenWeights,
  type NetworkBuilder,
  type Spelled,
  type WeightsName,
  type WeightsSource,
  type WithoutWeights,
  type WithWeights,
} from '../builder';
import type { ResNet, ResNetOptions } from '../resnet';

interface GetterArguments {
  model: Module;
  /** Maps names of layers to the names of their outputs. */
  returnLayers: Readonly<Record<string, string>>;
}

const namesKind: kinds.Kind = {
  words: 'an object of new names by those of layers',
  fits: (value) => isPlainObject(value) && Object.values(value).every((name) => typeof name === 'string'),
};

/**
 * The layers of a network up to the last wanted one. A call returns the outputs of the wanted layers under their new
 * names.
 */
export class IntermediateLayerGetter extends nn.ModuleDict<nn.UnaryModule> {
  returnLayers: Readonly<Record<string, string>>;

  constructor(...args: Arguments<GetterArguments, ['model', 'returnLayers']>) {
    super();
    const name = 'IntermediateLayerGetter';
    // `returnLayers` is a plain object, so it must be kept from being taken for named parameters.
    const given = args.length === 2 ? [{ model: args[0], returnLayers: args[1] }] : args;
    const { model, returnLayers } = parseArgs<GetterArguments>(name, ['model', 'returnLayers'], {}, given, {
      model: kinds.instance(Module, 'a module'),
      returnLayers: namesKind,
    });
    const wanted = new Set(Object.keys(returnLayers));
    for (const [name, child] of model.namedChildren()) {
      if (wanted.size === 0) break;
      this.addModule(name, child as nn.UnaryModule);
      wanted.delete(name);
    }
    if (wanted.size > 0) {
      throw new ArgumentError(
        `IntermediateLayerGetter: expected layers of the model, but got ${[...wanted].join(', ')}`,
      );
    }
    this.returnLayers = returnLayers;
  }

  override forward(x: Tensor): Record<string, Tensor> {
    const out: Record<string, Tensor> = {};
    let y = x;
    for (const [name, layer] of this.items()) {
      y = layer(y);
      const given = this.returnLayers[name];
      if (given !== undefined) out[given] = y;
    }
    return out;
  }
}

/** Scores of each pixel: `out`, and `aux` of the auxiliary head if there is one. */
export interface SegmentationOutput {
  readonly out: Tensor;
  readonly aux?: Tensor;
}

/** Turns images [N, 3, H, W] into scores [N, numClasses, H, W] of each pixel. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
// biome-ignore lint/correctness/noUnusedVariables: declarations of one name have the same parameters.
export class SegmentationModel<Head extends nn.UnaryModule = nn.UnaryModule> extends Network {
  backbone: IntermediateLayerGetter;

  constructor(
    backbone: IntermediateLayerGetter,
    /** The head that gives classes. */
    classifier: nn.UnaryModule,
    /** The head on an earlier layer, for training; null without one. */
    auxClassifier: nn.UnaryModule | null = null,
  ) {
    super();
    this.backbone = backbone;
    this.classifier = classifier;
    this.aux_classifier = auxClassifier;
  }

  override forward(images: Tensor): SegmentationOutput {
    expectTensors(this.constructor.name, images);
    expectBatch(this.constructor.name, images);
    noteCalls('getattr', 'getitem');
    const size = images.shape.slice(-2) as [number, number];
    const enlarged = (x: Tensor) => nn.functional.interpolate(x, { size, mode: 'bilinear', alignCorners: false });
    const maps = this.backbone(images);
    const out = enlarged(this.classifier(maps.out!));
    return this.aux_classifier ? { out, aux: enlarged(this.aux_classifier(maps.aux!)) } : { out };
  }
}

export interface SegmentationModel<Head extends nn.UnaryModule = nn.UnaryModule> {
  /** Computes scores from the maps; it can be replaced by any module with one input. */
  get classifier(): Head;
  set classifier(module: nn.UnaryModule);
  /** The auxiliary head, or null. */
  get aux_classifier(): FCNHead | null;
  set aux_classifier(module: nn.UnaryModule | null);
}

const fcnHeadTable = takes('FCNHead', {
  inChannels: kinds.whole(4, kinds.MOST_FEATURES),
  /** The number of channels. */
  channels: kinds.features,
});

/** A 3×3 and a 1×1 convolution. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class FCNHead extends nn.Sequential {
  constructor(...args: Args<typeof fcnHeadTable, ['inChannels', 'channels']>) {
    const o = fcnHeadTable.read(args);
    const { inChannels, channels } = o;
    const inner = Math.floor(inChannels / 4);
    super(
      new nn.Conv2d(inChannels, inner, { kernelSize: 3, padding: 1, bias: false }),
      new nn.BatchNorm2d(inner),
      new nn.ReLU(),
      new nn.Dropout({ p: 0.1 }),
      new nn.Conv2d(inner, channels, { kernelSize: 1 }),
    );
  }
}

export interface FCNHead {
  /** The convolution that computes the scores; it can be replaced by any module with one input. */
  get 4(): nn.Conv2d;
  set 4(layer: nn.UnaryModule);
}

/** Options of the networks of `models.segmentation`. */
export interface SegmentationOptions {
  /** Number of classes, including the background. Default: 21. */
  numClasses?: number | null;
  /** Add an auxiliary head after the third stage. Default: true if the given weights have one, else false. */
  auxLoss?: boolean | null;
}

type Backbone = {
  /** Published weights of the backbone; null for none. */
  weightsBackbone?: WeightsSource | null;
};

/**
 * The function that builds a segmentation network. With random weights it returns the network at once. With weights
 * from a file it returns a promise: `weights` are for the whole network, `weightsBackbone` for its classification
 * backbone.
 */
export interface SegmentationBuilder<M extends SegmentationModel> {
  <W extends GivenWeights>(options: SegmentationOptions & Backbone & WithWeights<W>): Promise<M>;
  <W extends GivenWeights>(
    options: SegmentationOptions & WithoutWeights & { weightsBackbone: W & Spelled<W> },
  ): Promise<M>;
  (options?: SegmentationOptions & WithoutWeights & { weightsBackbone?: null }): M;
  (
    options: SegmentationOptions & { weights?: CompletedWeights | null; weightsBackbone?: CompletedWeights | null },
  ): Promise<M>;
}

type BackboneBuilder = NetworkBuilder<ResNet, ResNetOptions>;

/** Makes the function of a network on a ResNet whose last two stages dilate instead of halving the map. */
export function segmentationBuilder<M extends SegmentationModel>(
  name: string,
  weights: WeightsName,
  backbone: BackboneBuilder,
  Head: new (channels: number, numClasses: number) => nn.UnaryModule,
  Model: new (maps: IntermediateLayerGetter, head: nn.UnaryModule, aux: nn.UnaryModule | null) => M,
): SegmentationBuilder<M> {
  const assembled = (trunk: ResNet, numClasses: number, auxLoss: boolean): M => {
    const maps = new IntermediateLayerGetter(trunk, { layer4: 'out', ...(auxLoss && { layer3: 'aux' }) });
    const aux = auxLoss ? new FCNHead(1024, numClasses) : null;
    return new Model(maps, new Head(2048, numClasses), aux);
  };
  return builder<M, SegmentationOptions & Backbone>(name, {
    defaults: { numClasses: null, auxLoss: null, weightsBackbone: null },
    weights,
    check(options, given) {
      expectClasses(options, given);
      if (options.auxLoss !== null) expectOption('auxLoss', options.auxLoss, true);
    },
    build({ numClasses, auxLoss, weightsBackbone }, given) {
      const classes = numClasses ?? 21;
      const replaceStrideWithDilation = [false, true, true] as const;
      const hasAux = given ? auxLoss === true || given.has('aux_classifier.0.weight') : auxLoss === true;
      if (given || weightsBackbone === null) return assembled(backbone({ replaceStrideWithDilation }), classes, hasAux);
      const trunk = backbone({ replaceStrideWithDilation, weights: weightsBackbone });
      return trunk.then((loaded) => assembled(loaded, classes, hasAux));
    },
    finish(made, { auxLoss }) {
      if (auxLoss !== false) return;
      made.aux_classifier = null;
      made.backbone.returnLayers = { layer4: 'out' };
    },
  }) as SegmentationBuilder<M>;
}
