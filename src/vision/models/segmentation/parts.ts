// What networks of segmentation share: a backbone cut after some layers, a head of convolutions, and scores at the size of the image.
import { ArgumentError } from '../../../errors';
import * as nn from '../../../nn';
import { Module, type UnaryModule } from '../../../nn/module';
import type { Tensor } from '../../../tensor/tensor';

/** The layers of a network up to the last that is wanted; a call gives the wanted ones' results, by their new names. */
export class IntermediateLayerGetter extends nn.ModuleDict<UnaryModule> {
  readonly returnLayers: Readonly<Record<string, string>>;

  constructor(model: Module, returnLayers: Readonly<Record<string, string>>) {
    super();
    const wanted = new Set(Object.keys(returnLayers));
    for (const [name, child] of model.namedChildren()) {
      if (wanted.size === 0) break;
      this.addModule(name, child as UnaryModule);
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

/** Scores of each pixel: `out`, and `aux` of the head in the middle where there is one. */
export interface SegmentationOutput {
  readonly out: Tensor;
  readonly aux?: Tensor;
}

/** Images [N, 3, H, W] to scores [N, numClasses, H, W] of each pixel. */
export class SegmentationModel extends Module {
  backbone: IntermediateLayerGetter;
  classifier: UnaryModule;
  aux_classifier: UnaryModule | null;

  constructor(backbone: IntermediateLayerGetter, classifier: UnaryModule, auxClassifier: UnaryModule | null = null) {
    super();
    this.backbone = backbone;
    this.classifier = classifier;
    this.aux_classifier = auxClassifier;
  }

  override forward(images: Tensor): SegmentationOutput {
    const size = images.shape.slice(-2) as [number, number];
    const enlarged = (x: Tensor) => nn.functional.interpolate(x, { size, mode: 'bilinear', alignCorners: false });
    const maps = this.backbone(images);
    const out = enlarged(this.classifier(maps.out!));
    return this.aux_classifier ? { out, aux: enlarged(this.aux_classifier(maps.aux!)) } : { out };
  }
}

/** A 3×3 and a 1×1 convolution. */
export class FCNHead extends nn.Sequential {
  constructor(inChannels: number, channels: number) {
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

export interface SegmentationOptions {
  /** Scores of each pixel, the background's included. Default: 21. */
  numClasses?: number;
  /** One more head, after the third stage. Default: false. */
  auxLoss?: boolean | null;
}
