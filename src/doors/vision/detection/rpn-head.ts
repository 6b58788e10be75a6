import { nn, type Tensor } from '../../../torch';
import { type Arguments, expectKind, inputs, kinds, Layer, parseArgs, tensors } from '../../../torch/inside';
import { Conv2dNormActivation } from '../ops/layers';

/** Options of `RPNHead`. */
export interface RPNHeadOptions {
  /** Channels of each feature map. */
  inChannels: number;
  /** Anchors at each place of a map. */
  numAnchors: number;
  /** Number of 3×3 convolutions. Default: 1. */
  convDepth?: number;
}

/**
 * The head of region proposals. For each anchor of each feature map [N, C, H, W] it computes a logit of whether it
 * shows an object, [N, A, H, W], and a correction, [N, 4 A, H, W]. All maps share the 3×3 convolutions and the two 1×1
 * convolutions. Weights are initialized from a normal distribution with a standard deviation of 0.01.
 */
export class RPNHead extends Layer {
  conv: nn.Sequential;
  cls_logits: nn.Conv2d;
  bbox_pred: nn.Conv2d;

  constructor(...args: Arguments<RPNHeadOptions, ['inChannels', 'numAnchors', 'convDepth']>) {
    super();
    const required = ['inChannels', 'numAnchors'] as const;
    const { inChannels, numAnchors, convDepth } = parseArgs<RPNHeadOptions>(
      'RPNHead',
      required,
      { convDepth: 1 },
      args,
      { inChannels: kinds.features, numAnchors: kinds.features, convDepth: kinds.whole(1, 64) },
    );
    const layer = () => new Conv2dNormActivation(inChannels, inChannels, { kernelSize: 3, normLayer: null });
    this.conv = new nn.Sequential(...Array.from({ length: convDepth }, layer));
    this.cls_logits = new nn.Conv2d(inChannels, numAnchors, { kernelSize: 1, stride: 1 });
    this.bbox_pred = new nn.Conv2d(inChannels, numAnchors * 4, { kernelSize: 1, stride: 1 });
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d)) continue;
      nn.init.normal_(module.weight, { std: 0.01 });
      if (module.bias) nn.init.zeros_(module.bias);
    }
  }

  override get [inputs]() {
    return ['maps'] as const;
  }

  override forward(maps: readonly Tensor[]): [logits: Tensor[], boxes: Tensor[]] {
    expectKind('RPNHead', 'maps', maps, tensors);
    const shared = maps.map((map) => this.conv(map));
    return [shared.map((x) => this.cls_logits(x)), shared.map((x) => this.bbox_pred(x))];
  }

  /** Files from before 2022 name the only convolution `conv`. */
  override upgradeState(state: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
    const renamed = (key: string): string => {
      const old = key.startsWith(prefix) ? /^conv\.(weight|bias)$/.exec(key.slice(prefix.length)) : null;
      return old ? `${prefix}conv.0.0.${old[1]}` : key;
    };
    return Object.fromEntries(Object.entries(state).map(([key, tensor]) => [renamed(key), tensor]));
  }
}

/** Rearranges a head's output for a map, [N, A C, H, W], in the order of the anchors: [N, H W A, C]. */
export function boxByBox(x: Tensor, columns: number): Tensor {
  const [n, , h, w] = x.shape as readonly [number, number, number, number];
  return x.view(n, -1, columns, h, w).permute(0, 3, 4, 1, 2).reshape([n, -1, columns]);
}
