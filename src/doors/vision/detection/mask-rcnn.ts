import { ArgumentError, nn, type Tensor } from '../../../torch';
import { type Arguments, type CarriedPromise, kindOf, kinds, parseArgs } from '../../../torch/inside';
import { Conv2dNormActivation, type NormMaker } from '../ops/layers';
import { MultiScaleRoIAlign } from '../ops/multi-scale-roi-align';
import {
  checkBackbone,
  type DetectionBackbone,
  FasterRCNN,
  type FasterRCNNOptions,
  fasterRCNNDefaults,
} from './faster-rcnn';
import type { RCNNLosses } from './generalized-rcnn';
import type { DetectionTarget } from './host';
import type { RoIHeads } from './roi-heads';
import type { Detection } from './transform';

/** Options of a Mask R-CNN, all but its backbone. */
export interface MaskRCNNOptions extends FasterRCNNOptions {
  /** Number of classes, including the background 0; null if both a `boxPredictor` and a `maskPredictor` are given. */
  numClasses?: number | null;
  /** Crops boxes for the masks. Default: 14×14 crops of maps '0' to '3'. */
  maskRoiPool?: MultiScaleRoIAlign | null;
  /** Default: `MaskRCNNHeads` of four convolutions of 256 channels. */
  maskHead?: nn.UnaryModule | null;
  /** Default: a `MaskRCNNPredictor` for 256 channels. */
  maskPredictor?: nn.UnaryModule | null;
}

/** The defaults of `MaskRCNN`. */
export const maskRCNNDefaults: Required<MaskRCNNOptions> = {
  ...fasterRCNNDefaults,
  maskRoiPool: null,
  maskHead: null,
  maskPredictor: null,
};

/** A detection of Mask R-CNN, with a mask of each object: the probability of every pixel (float32 [N, 1, H, W]). */
export interface MaskDetection extends Detection {
  masks: Tensor;
}

/** The heads of a Mask R-CNN. `maskPredictor` can be replaced by another module. */
export interface MaskRoIHeads extends RoIHeads {
  get maskPredictor(): MaskRCNNPredictor;
  set maskPredictor(predictor: nn.UnaryModule | null);
}

const CHANNELS = 256;

/**
 * Mask R-CNN (He et al. 2017, arXiv:1703.06870): Faster R-CNN with a branch that computes each object's mask. Targets
 * are `{ boxes, labels, masks }` with masks [N, H, W] of the pictures' size; training also returns the loss `lossMask`,
 * and detections also have `masks` [N, 1, H, W], the probability of every pixel.
 *
 *     const model = detection.maskrcnnResnet50Fpn({ numClasses: 2 });
 *     const { lossClassifier, lossBoxReg, lossMask, lossObjectness, lossRpnBoxReg } = await model(images, targets);
 *     const [{ boxes, labels, scores, masks }] = await torch.noGrad(() => model.eval()(images));
 *     model.roiHeads.maskPredictor = new detection.MaskRCNNPredictor(model.roiHeads.maskPredictor.conv5Mask.inChannels, 256, 3);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export class MaskRCNN extends FasterRCNN {
  constructor(backbone: DetectionBackbone, options?: MaskRCNNOptions);
  constructor(backbone: DetectionBackbone, numClasses: number | null, options?: MaskRCNNOptions);
  constructor(...args: unknown[]) {
    const name = 'MaskRCNN';
    type Given = MaskRCNNOptions & { backbone: DetectionBackbone };
    const o = parseArgs<Given>(name, ['backbone'], maskRCNNDefaults, args);
    const { backbone, maskRoiPool, maskHead, maskPredictor, ...options } = o;
    checkBackbone(name, backbone);
    if (maskRoiPool !== null && !(maskRoiPool instanceof MultiScaleRoIAlign)) {
      throw new ArgumentError(
        `${name}: expected maskRoiPool to be an instance of MultiScaleRoIAlign, but got ${kindOf(maskRoiPool)}`,
      );
    }
    if ((options.numClasses === null) === (maskPredictor === null)) {
      throw new ArgumentError(
        `${name}: expected either numClasses or maskPredictor, but got ${maskPredictor === null ? 'neither' : 'both'}`,
      );
    }
    const pool = maskRoiPool ?? new MultiScaleRoIAlign(['0', '1', '2', '3'], 14, 2);
    const head = maskHead ?? new MaskRCNNHeads(backbone.outChannels, Array<number>(4).fill(CHANNELS), 1);
    const predictor = maskPredictor ?? new MaskRCNNPredictor(CHANNELS, CHANNELS, options.numClasses!);
    super(backbone, options);
    this.roi_heads.maskRoiPool = pool;
    this.roi_heads.maskHead = head;
    this.roi_heads.maskPredictor = predictor;
  }

  override get roiHeads(): MaskRoIHeads {
    return this.roi_heads as MaskRoIHeads;
  }

  override set roiHeads(heads: RoIHeads) {
    this.roi_heads = heads;
  }
}

export interface MaskRCNN {
  /** In training mode: the losses. */
  (
    images: readonly Tensor[] | Tensor,
    targets: readonly (DetectionTarget & { masks: Tensor })[],
  ): CarriedPromise<RCNNLosses & { lossMask: Tensor }>;
  /** In evaluation mode: the detections of each picture. */
  (images: readonly Tensor[] | Tensor): CarriedPromise<MaskDetection[]>;
}

function initialized(layers: nn.SequentialModule): void {
  for (const layer of layers.modules()) {
    if (!(layer instanceof nn.Conv2d)) continue;
    nn.init.kaimingNormal_(layer.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    if (layer.bias) nn.init.zeros_(layer.bias);
  }
}

interface MaskHeadsArguments {
  inChannels: number;
  /** Channels of each convolution. */
  layers: readonly number[];
  /** The spacing between the elements of the window. */
  dilation: number;
  /** Makes the norm for a number of channels. Default: none. */
  normLayer?: NormMaker | null;
}

interface MaskPredictorArguments {
  inChannels: number;
  /** The channels between the two convolutions. */
  dimReduced: number;
  numClasses: number;
}

/** Turns crops [K, C, S, S] into maps [K, C', S, S], by a 3×3 convolution with a ReLU for each of `layers`. */
export class MaskRCNNHeads extends nn.Sequential {
  constructor(...args: Arguments<MaskHeadsArguments, ['inChannels', 'layers', 'dilation', 'normLayer']>) {
    const required = ['inChannels', 'layers', 'dilation'] as const;
    const o = parseArgs<MaskHeadsArguments>('MaskRCNNHeads', required, { normLayer: null }, args, {
      inChannels: kinds.features,
      layers: kinds.nonEmpty(kinds.features),
      dilation: kinds.whole(1),
      normLayer: kinds.orNull(kinds.callback),
    });
    const { inChannels, layers, dilation, normLayer } = o;
    let last = inChannels;
    const blocks = layers.map((next) => {
      const block = new Conv2dNormActivation(last, next, {
        kernelSize: 3,
        stride: 1,
        padding: dilation,
        dilation,
        normLayer,
      });
      last = next;
      return block;
    });
    super(...blocks);
    initialized(this);
  }

  /** Files from before 2022 name the convolutions `mask_fcn1` and so on. */
  override upgradeState(state: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
    const renamed = (key: string): string => {
      const old = key.startsWith(prefix) ? /^mask_fcn(\d+)\.(weight|bias)$/.exec(key.slice(prefix.length)) : null;
      return old ? `${prefix}${Number(old[1]) - 1}.0.${old[2]}` : key;
    };
    return Object.fromEntries(Object.entries(state).map(([key, tensor]) => [renamed(key), tensor]));
  }
}

/**
 * Turns maps [K, C, S, S] into the logits of each class's mask [K, numClasses, 2 S, 2 S], by a transposed convolution,
 * a ReLU and a 1×1 convolution.
 */
export class MaskRCNNPredictor extends nn.Sequential {
  declare conv5_mask: nn.ConvTranspose2d;
  declare mask_fcn_logits: nn.Conv2d;

  constructor(...args: Arguments<MaskPredictorArguments, ['inChannels', 'dimReduced', 'numClasses']>) {
    const required = ['inChannels', 'dimReduced', 'numClasses'] as const;
    const o = parseArgs<MaskPredictorArguments>('MaskRCNNPredictor', required, {}, args, {
      inChannels: kinds.features,
      dimReduced: kinds.features,
      numClasses: kinds.features,
    });
    const { inChannels, dimReduced, numClasses } = o;
    super({
      conv5_mask: new nn.ConvTranspose2d(inChannels, dimReduced, 2, { stride: 2, padding: 0 }),
      relu: new nn.ReLU({ inplace: true }),
      mask_fcn_logits: new nn.Conv2d(dimReduced, numClasses, 1, { stride: 1, padding: 0 }),
    } as Record<string, nn.UnaryModule>);
    for (const layer of [this.conv5_mask, this.mask_fcn_logits]) {
      nn.init.kaimingNormal_(layer.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    }
  }

  get conv5Mask(): nn.ConvTranspose2d {
    return this.conv5_mask;
  }

  get maskFcnLogits(): nn.Conv2d {
    return this.mask_fcn_logits;
  }
}
