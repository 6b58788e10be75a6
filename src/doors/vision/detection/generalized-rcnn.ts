// The call of every R-CNN, whatever its parts are: pictures in, losses or detections out.

import type { Tensor } from '../../../torch';
import type { CarriedPromise, Module } from '../../../torch/inside';
import { Detector, type Images } from './detector';
import { checkedTargets, type DetectionTarget, type GivenTarget, resizedBoxes, tensorOf } from './host';
import { type FeatureMaps, mapsOf, sizeOf } from './maps';
import { pasteOnHost } from './masks';
import { detected } from './postprocess';
import type { RoIHeads, RoILosses } from './roi-heads';
import { packedProposals, type RegionProposalLosses, type RegionProposalNetwork, unpackedProposals } from './rpn';
import type { RecordedPart } from './steps';
import { type Detection, type GeneralizedRCNNTransform, listOfPictures } from './transform';

/** The losses of a detector in training, as scalars: those of its proposals and those of its boxes. */
export type RCNNLosses = RoILosses & RegionProposalLosses;

/**
 * A detector of two stages: a backbone makes feature maps, a region proposal network finds where objects may be, and
 * the heads classify these regions. See `FasterRCNN`.
 *
 * A call returns a promise, because it waits for the proposals in training and for the detections in evaluation.
 * `noGrad` holds for the whole call, also after it has waited: `await torch.noGrad(() => detector(images))`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export class GeneralizedRCNN extends Detector<DetectionTarget, RCNNLosses, Detection> {
  transform: GeneralizedRCNNTransform;
  backbone: Module;
  rpn: RegionProposalNetwork;
  roi_heads: RoIHeads;

  constructor(
    backbone: Module,
    /** The network that proposes boxes. */ rpn: RegionProposalNetwork,
    /** The heads that classify and refine the proposals. */ roiHeads: RoIHeads,
    /** The transform that resizes and normalises the pictures, and scales the results back. */ transform: GeneralizedRCNNTransform,
  ) {
    super();
    this.transform = transform;
    this.backbone = backbone;
    this.rpn = rpn;
    this.roi_heads = roiHeads;
  }

  get roiHeads(): RoIHeads {
    return this.roi_heads;
  }

  set roiHeads(heads: RoIHeads) {
    this.roi_heads = heads;
  }

  private features(images: Tensor): FeatureMaps {
    return mapsOf((this.backbone as unknown as (x: Tensor) => unknown)(images));
  }

  protected override async losses(
    images: Images,
    targets: readonly DetectionTarget[] | null,
    part: RecordedPart,
  ): Promise<RCNNLosses> {
    const name = this.constructor.name;
    const pictures = listOfPictures(name, images);
    const given = await checkedTargets(name, targets, pictures.length);
    const { imageSizes, features, predictions, packed } = part(() => {
      const [images] = this.transform(pictures);
      const { imageSizes } = images;
      const features = this.features(images.tensors);
      const predictions = this.rpn.predict(images, features);
      return { imageSizes, features, predictions, packed: packedProposals(this.rpn.propose(predictions, imageSizes)) };
    });
    const read = packed.data();
    const sizes = pictures.map((picture, i) => [sizeOf(picture), imageSizes[i]!] as const);
    const resized = given.map(({ boxes, labels }, i) => ({
      boxes: resizedBoxes(boxes, sizeOf(pictures[i]!), imageSizes[i]!),
      labels,
    }));
    // The anchors are matched while the device computes the proposals.
    const [proposalLosses, numbers, masks] = await Promise.all([
      this.rpn.lossesOf(predictions, resized, part),
      read,
      this.roi_heads.wantedMasks(name, targets as readonly DetectionTarget[], sizes),
    ]);
    const proposals = unpackedProposals(numbers, pictures.length);
    const wanted = resized.map((target, i) => ({ ...target, ...(masks && { masks: masks[i]! }) }));
    const shapes = { imageShapes: imageSizes, targets: wanted };
    return { ...this.roi_heads.lossesOf(features, proposals, shapes, part, packed.shape[1]!), ...proposalLosses };
  }

  protected override async detect(images: Images, part: RecordedPart): Promise<Detection[]> {
    const pictures = listOfPictures(this.constructor.name, images);
    const { answers, counts, imageSizes, seen } = part(() => {
      const [images] = this.transform(pictures);
      const features = this.features(images.tensors);
      const proposals = this.rpn.propose(this.rpn.predict(images, features), images.imageSizes);
      const answers = this.roi_heads.answersTo(
        features,
        proposals.boxes.unbind(0),
        images.imageSizes,
        proposals.scores,
      );
      return {
        answers,
        counts: pictures.map(() => proposals.scores.shape[1]!),
        imageSizes: images.imageSizes,
        seen: this.roi_heads.hasMask() ? { features, imageShapes: images.imageSizes } : null,
      };
    });
    const found = this.roi_heads.detections(await answers.data(), counts, imageSizes);
    const masks = seen && (await this.roi_heads.foundMasks(found, seen, part));
    return found.map((each, i) => {
      const [from, to] = [imageSizes[i]!, sizeOf(pictures[i]!)];
      const detection = detected(each, from, to);
      if (!masks) return detection;
      const pasted = pasteOnHost(masks.numbers[i]!, resizedBoxes(each.boxes, from, to), masks.side, to);
      return { ...detection, masks: tensorOf(pasted, [each.labels.length, 1, ...to], 'float32') };
    });
  }
}

export interface GeneralizedRCNN {
  /** In training mode: the losses. */
  (images: readonly Tensor[] | Tensor, targets: readonly GivenTarget[]): CarriedPromise<RCNNLosses>;
  /** In evaluation mode: the detections of each picture. */
  (images: readonly Tensor[] | Tensor): CarriedPromise<Detection[]>;
}
