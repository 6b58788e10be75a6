// Resizes images: nearest, linear or cubic interpolation, or means over adaptive windows (`area`); with the adjoint.
import { kernels } from '../../compiler/texts';
import { ShapeError } from '../../core/errors';
import { showShape } from '../../core/meta';
import { expectFloat, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

/** The kernels, loaded when a plan first needs them. */
const kernel = kernels('resample', () => import('../../kernels/resample'), 'resample');

type Pair = readonly [height: number, width: number];

export interface ResampleAttrs {
  readonly mode: 'nearest' | 'linear' | 'area' | 'cubic';
  readonly size: Pair;
  /** Output o is at input coordinate scale · (o + center) − shift. `area` ignores these three. */
  readonly scale: Pair;
  /**
   * The scale that the user gave, since `scale` is 1 along an axis whose size does not change; null if the user gave
   * sizes.
   */
  readonly by?: Pair | null;
  readonly center: number;
  readonly shift: number;
}

const resampleOp: Op<ResampleAttrs> = {
  name: 'resample2d',
  remakes: true,
  saves: { inputs: [] },
  infer: ([x], { size }) => [{ shape: [...x!.shape.slice(0, 2), ...size], dtype: 'float32' }],
  lower: (context) => kernel().resample(context, 'main'),
  vjp: ([dy], { inputs: [x], attrs }) => {
    const from: Pair = [x!.shape[2]!, x!.shape[3]!];
    return [record(resampleBackwardOp, [dy!], { ...attrs, from })];
  },
};

/** The adjoint, whose result has the images' size before resampling, `from`. */
const resampleBackwardOp: Op<ResampleAttrs & { readonly from: Pair }> = {
  name: 'resample2dBackward',
  saves: { inputs: [] },
  infer: ([dy], { from }) => [{ shape: [...dy!.shape.slice(0, 2), ...from], dtype: 'float32' }],
  lower: (context) => kernel().resample(context, 'grad'),
  vjp: ([g], { attrs: { from: _, ...attrs } }) => [record(resampleOp, [g!], attrs)],
};

/** @throws ShapeError unless x is [N, C, H, W], and both x and the output of `size` have at least one pixel */
export function checkSizes(op: string, x: Value, size: readonly number[]): void {
  const sizes = [...x.shape.slice(2), ...size];
  if (x.shape.length === 4 && sizes.every((each) => Number.isInteger(each) && each > 0)) return;
  throw new ShapeError(
    `${op}: expected input and output sizes greater than 0, but got input of shape ${showShape(x.shape)} and output of size ${showShape(size)}`,
  );
}

/** Resizes x[N, C, H, W] to another height and width. `op` is the name of the caller in errors. */
export function resample2d(op: string, x: Value, attrs: ResampleAttrs): Value {
  expectFloat(op, 'input', x);
  checkSizes(op, x, attrs.size);
  return record(resampleOp, [x], attrs);
}
