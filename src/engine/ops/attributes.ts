// Lists the attributes of recorded operations, for exporters, which write them out.
import type { ConvAttrs } from './conv/conv-shape';
import type { MatmulAttrs } from './linalg/matmul-sizes';
import type { CrossEntropyAttrs } from './loss/cross-entropy';
import type { ResampleAttrs as PictureResampleAttrs } from './pictures/pictures';
import type { ResampleAttrs } from './pictures/resample';
import type { AvgPoolAttrs, MaxPoolAttrs } from './pooling/pool';
import type { WindowAttrs } from './pooling/window-attrs';
import type { RecurrentAttrs } from './recurrent/recurrent-steps';
import type { LayerNormAttrs } from './reduction/norm';

/** The attributes of a node, by the family of its operation. */
export interface OpAttrs {
  avgPool: AvgPoolAttrs;
  conv: ConvAttrs;
  crossEntropy: CrossEntropyAttrs;
  layerNorm: LayerNormAttrs;
  matmul: MatmulAttrs;
  maxPool: MaxPoolAttrs;
  pictureResample: PictureResampleAttrs;
  recurrent: RecurrentAttrs;
  resample: ResampleAttrs;
  windows: WindowAttrs;
}
