// Combines padded values, for `assemble` and `cat`.
import { contiguousStrides, type Shape } from '../core/meta';
import type { Roomy, Value } from '../graph/value';
import type { AssembleAttrs } from '../ops/shape/assemble';
import type { Axis } from '../ops/shape/shape';
import { lib } from './lib';
import { filledPast, rowsThen } from './room';
import { scatterInRoom } from './views';

/** The maximum number of padded windows to add up one by one. */
const MAX_SUMMED = 8;

/** The maximum number of padded values to concatenate one by one. */
const MAX_JOINED = 4;

/**
 * Writes each window into a separate padded value of the result's shape, and adds these values up. Null if there are
 * too many windows, or if one of them cannot be written.
 */
export function summed(
  { inputs, attrs, scalars, counts }: Pick<Roomy<AssembleAttrs>, 'inputs' | 'attrs' | 'scalars' | 'counts'>,
  shape: Shape,
  of: Shape,
): readonly Value[] | null {
  if (inputs.length > MAX_SUMMED) return null;
  const terms = lib.windowsOf(attrs).map((axes, k) => {
    const strides = stridesIn(axes, counts[k]!);
    const view = strides && { shape: counts[k]!, strides, offset: scalars[k]! * attrs.lanes };
    return view && scatterInRoom(filledPast(inputs[k]!, counts[k]!, 0), view, { shape, of });
  });
  return terms.includes(null) ? null : [(terms as Value[]).reduce((total, term) => lib.add(total, term))];
}

/**
 * The strides of the dimensions of a shape, given axes that may each merge several neighbouring dimensions. Null if the
 * axes do not match the shape.
 */
function stridesIn(axes: readonly Axis[], shape: Shape): number[] | null {
  const strides: number[] = [];
  let at = axes.length - 1;
  let walked = 1;
  for (const size of shape.toReversed()) {
    while (at > 0 && walked === axes[at]!.size && size > 1) {
      at--;
      walked = 1;
    }
    strides.unshift(at < 0 ? 1 : axes[at]!.stride * walked);
    walked *= size;
    if (at >= 0 && axes[at]!.size % walked !== 0) return null;
  }
  return at <= 0 && walked === (axes[0]?.size ?? 1) ? strides : null;
}

/**
 * Concatenates padded values into a padded result of `shape`, whose real part has shape `of`. Null if there are too
 * many values.
 */
export function joinedRows(
  inputs: readonly Value[],
  dim: number,
  counts: readonly Shape[],
  { shape, of }: { readonly shape: Shape; readonly of: Shape },
): Value | null {
  if (inputs.length > MAX_JOINED) return null;
  let joined: Value | null = null;
  let first = 0;
  for (const [i, x] of inputs.entries()) {
    const strides = contiguousStrides(of);
    const view = { shape: counts[i]!, strides, offset: first * strides[dim]! };
    const moved = scatterInRoom(x, view, { shape, of });
    if (!moved) return null;
    joined = joined ? rowsThen(joined, dim, first, moved) : moved;
    first += counts[i]![dim]!;
  }
  return joined;
}
