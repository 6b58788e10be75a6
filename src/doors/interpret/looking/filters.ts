// Filters as pictures: the weights of a layer, scaled to 0…1.

import { ArgumentError, noGrad, ShapeError, scope, Tensor } from '../../../torch';
import { type Arguments, className, kinds, type Module, parseArgs, shown } from '../../../torch/inside';
import { type Layer, moduleOf } from './layers';

/** 'each' scales every picture by its own minimum and maximum; 'together' scales all by the same. */
export type PictureScale = 'each' | 'together' | null;

/** The options of `filters`. */
export interface FilterOptions {
  /** 'each' (the default) or 'together'; null leaves the weights as they are. */
  normalize?: PictureScale;
  /** Show three input channels as the colours of one picture. Default: true if there are three. */
  color?: boolean | null;
}

interface FilterArguments extends FilterOptions {
  model: Module;
  /** Omit it if `model` is itself the layer. */
  layer?: Layer;
}

/**
 * Scales values to 0…1, for each picture of the first dimension or for all alike. Pictures of equal values become 0.
 */
export function scaled(op: string, pictures: Tensor, normalize: PictureScale): Tensor {
  if (normalize === null) return pictures;
  if (normalize !== 'each' && normalize !== 'together') {
    throw new ArgumentError(`${op}: expected normalize 'each', 'together' or null, but got ${shown(normalize)}`);
  }
  const dims = pictures.shape.map((_, i) => i).slice(normalize === 'each' ? 1 : 0);
  const low = pictures.amin(dims, { keepdim: true });
  const high = pictures.amax(dims, { keepdim: true });
  const range = high.sub(low);
  return pictures.sub(low).div(range.add(range.eq(0).to('float32')));
}

/**
 * The filters of a convolution as pictures for `utils.makeGrid`: [out, 3, h, w] if there are three input channels, one
 * colour each, else [out · in, 1, h, w], a picture for each pair of channels. A linear layer gives [1, 1, out, in], the
 * picture of its matrix.
 *
 *     const grid = utils.makeGrid(filters(alexNet, 'features.0'), { nrow: 8 });
 *
 * @throws ArgumentError for a layer without weights
 */
export function filters(...args: Arguments<FilterArguments, ['model', 'layer', 'normalize', 'color']>): Tensor {
  const o = parseArgs<FilterArguments>('filters', ['model'], { layer: '', normalize: 'each', color: null }, args, {
    color: kinds.orNull(kinds.flag),
  });
  const module = moduleOf('filters', o.model, o.layer);
  const weight: unknown = Reflect.get(module, 'weight');
  if (!(weight instanceof Tensor)) {
    throw new ArgumentError(`filters: expected a layer with weights, but got ${className(module)}`);
  }
  return scope(() => noGrad(() => scaled('filters', asPictures(weight.detach(), o.color), o.normalize)));
}

function asPictures(weight: Tensor, color: boolean | null): Tensor {
  const { shape } = weight;
  if (shape.length === 2) return weight.reshape([1, 1, shape[0]!, shape[1]!]);
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ShapeError(
      `filters: expected weights of two dimensions, or of a convolution over one or two, but got [${shape.join(', ')}]`,
    );
  }
  const [out, channels, ...sizes] = shape as [number, number, ...number[]];
  const [height, width] = sizes.length === 1 ? [1, sizes[0]!] : [sizes[0]!, sizes[1]!];
  const colored = color ?? channels === 3;
  if (colored && channels !== 3) {
    throw new ShapeError(`filters: expected three input channels for colours, but got ${channels}`);
  }
  return weight.reshape(colored ? [out, 3, height, width] : [out * channels, 1, height, width]);
}
