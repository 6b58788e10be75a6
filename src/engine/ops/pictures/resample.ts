// Resizes images: nearest, linear or cubic interpolation, or means over adaptive windows (`area`); with the adjoint.
import { f32, input, type Lowering, output } from '../../compiler/ir';
import { gridFor } from '../../compiler/lowering';
import type { Text } from '../../compiler/texts';
import { ShapeError } from '../../core/errors';
import { numel, type Shape, showShape } from '../../core/meta';
import { expectFloat, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { planeParams } from '../shape/planes';

const source: Text = '#resample/resample2d';

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

const WORKGROUP = 64;
const modes = { nearest: 0, linear: 1, area: 2, cubic: 3 };

function resamplePass(entry: 'main' | 'grad', from: Shape, to: Shape, attrs: ResampleAttrs): Lowering {
  const count = numel(entry === 'main' ? to : from);
  const pass = {
    source: [source],
    entry,
    label: entry === 'main' ? 'resample2d' : 'resample2d gradient',
    overrides: { MODE: modes[attrs.mode] },
    reads: [input(0)],
    writes: [output()],
    params: {
      count,
      ...planeParams(from, to),
      scaleRows: f32(attrs.scale[0]),
      scaleCols: f32(attrs.scale[1]),
      center: f32(attrs.center),
      shift: f32(attrs.shift),
    },
    grid: gridFor(count, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] };
}

const resampleOp: Op<ResampleAttrs> = {
  name: 'resample2d',
  remakes: true,
  saves: { inputs: [] },
  infer: ([x], { size }) => [{ shape: [...x!.shape.slice(0, 2), ...size], dtype: 'float32' }],
  lower: ({ inputs: [x], outputs: [y], attrs }) => resamplePass('main', x!.shape, y!.shape, attrs),
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
  lower: ({ inputs: [dy], outputs: [dx], attrs }) => resamplePass('grad', dx!.shape, dy!.shape, attrs),
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
