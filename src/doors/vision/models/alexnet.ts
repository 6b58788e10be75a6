import { nn, type Tensor } from '../../../torch';
import { type Arguments, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions } from './builder';
import { networkKinds } from './network-kinds';

/** Options of `AlexNet`. */
export interface AlexNetOptions extends ClassifierOptions {
  /** Probability of dropout before the first two linear layers. Default: 0.5. */
  dropout?: number;
}

const relu = () => new nn.ReLU({ inplace: true });
const pool = () => new nn.MaxPool2d({ kernelSize: 3, stride: 2 });

/**
 * AlexNet in the one-column form of Krizhevsky 2014 (arXiv:1404.5997): takes images [N, 3, H, W] of 63 pixels or more,
 * usually 224, and returns scores [N, numClasses]. 61,100,840 parameters.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class AlexNet extends Network {
  features = new nn.Sequential(
    ...[new nn.Conv2d(3, 64, { kernelSize: 11, stride: 4, padding: 2 }), relu(), pool()],
    ...[new nn.Conv2d(64, 192, { kernelSize: 5, padding: 2 }), relu(), pool()],
    ...[new nn.Conv2d(192, 384, { kernelSize: 3, padding: 1 }), relu()],
    ...[new nn.Conv2d(384, 256, { kernelSize: 3, padding: 1 }), relu()],
    ...[new nn.Conv2d(256, 256, { kernelSize: 3, padding: 1 }), relu(), pool()],
  );
  avgpool = new nn.AdaptiveAvgPool2d([6, 6]);

  constructor(...args: Arguments<AlexNetOptions, ['numClasses', 'dropout']>) {
    super();
    const defaults = { numClasses: 1000, dropout: 0.5 };
    const { numClasses, dropout } = parseArgs<AlexNetOptions>('AlexNet', [], defaults, args, networkKinds);
    this.classifier = new nn.Sequential(
      ...[new nn.Dropout({ p: dropout }), new nn.Linear(256 * 6 * 6, 4096), relu()],
      ...[new nn.Dropout({ p: dropout }), new nn.Linear(4096, 4096), relu()],
      new nn.Linear(4096, numClasses),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(expectBatch('AlexNet', x))).flatten(1));
  }
}

export interface AlexNet {
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.Dropout, nn.Linear, nn.ReLU, nn.Dropout, nn.Linear, nn.ReLU, nn.Linear]>;
  set classifier(module: nn.UnaryModule);
}

/** AlexNet: see `AlexNet`. */
export const alexnet = builder<AlexNet, AlexNetOptions>('alexnet', {
  defaults: { numClasses: 1000, dropout: 0.5 },
  weights: 'AlexNet_Weights',
  build: (options) => new AlexNet(options),
});
