// All operations that can be written in ONNX, by their names in recorded nodes.
import type { Site, Translator, Translators } from '../site';
import { activation } from './activation';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { affineGroups, globalMean, lineLayer, plainGroups, volumeConvolution, volumeTransposed } from './layers';
import { losses } from './losses';
import { products } from './products';
import { recurrents } from './recurrent';
import { reduce } from './reduce';
import { resizing } from './resize';
import { shape } from './shape';

const plain: Translators = {
  ...elementwise,
  ...activation,
  ...shape,
  ...reduce,
  ...products,
  ...recurrents,
  ...indexing,
  ...resizing,
  ...losses,
};

/**
 * Some layers are recorded as several nodes, and are recognised at the last one. These are tried before the operation
 * itself.
 */
const ending =
  (op: string, ...layers: readonly ((site: Site) => ReturnType<Translator> | null)[]): Translator =>
  (site) => {
    for (const layer of layers) {
      const found = layer(site);
      if (found) return found;
    }
    return plain[op]!(site);
  };

export const translators: Translators = {
  ...plain,
  add: ending('add', affineGroups),
  mean: ending('mean', globalMean),
  overlapAdd: ending('overlapAdd', volumeTransposed),
  permute: ending('permute', volumeConvolution),
  reshape: ending('reshape', lineLayer, plainGroups),
};

/** Operations whose attributes may depend on dynamic sizes: their translators read the attributes of every trace. */
export const sized: ReadonlySet<string> = new Set([
  ...['reshape', 'expand', 'full', 'slice', 'asStrided', 'flip', 'stridedScatter', 'unfold', 'overlapAdd', 'window'],
  ...[
    'convTranspose2d',
    'resample2d',
    'pictureResample',
    'maxUnpool2d',
    'scatterSum',
    'nativeDropout',
    'wrapIndex',
    'within',
    'withinRange',
  ],
]);

/** Operations whose scalar arguments may be sizes. */
export const numbered: ReadonlySet<string> = new Set([...sized, ...Object.keys(elementwise)]);
