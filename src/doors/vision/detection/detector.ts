// The base class of detectors: a call gives losses in training, and detections in evaluation.

import type { Tensor } from '../../../torch';
import { type CarriedPromise, inputs, Module } from '../../../torch/inside';
import { inParts, type RecordedPart } from './steps';

/** Pictures [C, H, W], or [N, C, H, W] of one size. */
export type Images = readonly Tensor[] | Tensor;

/** A module that takes pictures and, in training, a target for each picture. */
export abstract class Detector<Target, Losses, Found> extends Module {
  override get [inputs]() {
    return ['images', 'targets?'] as const;
  }

  override forward(
    images: readonly Tensor[] | Tensor,
    targets: readonly Target[] | null = null,
  ): CarriedPromise<Losses | Found[]> {
    return inParts<Losses | Found[]>((part) =>
      this.training ? this.losses(images, targets, part) : this.detect(images, part),
    );
  }

  protected abstract losses(images: Images, targets: readonly Target[] | null, part: RecordedPart): Promise<Losses>;

  /** The detections in each picture. */
  protected abstract detect(images: Images, part: RecordedPart): Promise<Found[]>;
}
