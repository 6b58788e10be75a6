// All operations that have a form in ONNX, by their names in recorded nodes.
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

/** Tries the layers that may end in an operation, before the operation itself. */
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

/** Operations whose attributes may hang on sizes: they look at those of every trace. */
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

/** Operations whose numbers may be sizes. */
export const numbered: ReadonlySet<string> = new Set([...sized, ...Object.keys(elementwise)]);
