// Power-mean pooling: LPPool1d, LPPool2d, LPPool3d.
import { number } from '../../../engine/core/argument-kinds';
import type { Arguments } from '../../../engine/core/options';
import { keywords } from '../../../engine/core/printing';
import type { Settings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import * as F from '../functional/lp-pooling';
import { type Fields, type LayerTo, unaryLayer } from './layer';
import { type Spatial, sizesOf } from './sizes';

interface LPPoolLayer<N extends Spatial> extends LayerTo<Tensor>, Fields<F.LPPoolArguments<N>> {}

type LPPoolClass<N extends Spatial> = new (...args: Arguments<F.LPPoolArguments<N>, F.LPPoolOrder>) => LPPoolLayer<N>;

/** Makes a layer over n dimensions that calls `pool` and keeps its settings as fields. */
/* @__NO_SIDE_EFFECTS__ */
function lpPoolLayer<N extends Spatial>(name: string, n: N, pool: (x: Tensor, named: never) => Tensor) {
  const settings: Settings<F.LPPoolArguments<Spatial>> = {
    required: ['normType', 'kernelSize'],
    defaults: F.lpPoolDefaults,
    kinds: { normType: number },
    check(_, { kernelSize, stride }) {
      sizesOf<Spatial>(name, 'kernelSize', kernelSize, n, 1);
      if (stride !== null) sizesOf<Spatial>(name, 'stride', stride, n, 1);
    },
  };
  const shown = ['normType', 'kernelSize', 'stride', 'ceilMode'];
  return unaryLayer(name, settings, pool, (layer) => keywords(layer, shown)) as LPPoolClass<N>;
}

/** (Σ xᵖ)^(1/p) of each window, p = normType. Shape: [N, C, L] or [C, L] → [N, C, L'], as AvgPool1d. */
export class LPPool1d extends lpPoolLayer('LPPool1d', 1, F.lpPool1d) {}

/** (Σ xᵖ)^(1/p) of each window, p = normType. Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W'], as AvgPool2d. */
export class LPPool2d extends lpPoolLayer('LPPool2d', 2, F.lpPool2d) {}

/** (Σ xᵖ)^(1/p) of each window, p = normType. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W'], as AvgPool3d. */
export class LPPool3d extends lpPoolLayer('LPPool3d', 3, F.lpPool3d) {}
