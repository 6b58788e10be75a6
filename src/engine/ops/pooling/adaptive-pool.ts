// Pooling to a given output size (adaptive maximum and mean), and maxUnpool, which undoes max pooling.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import { clearPass } from '../../compiler/clear-pass';
import { fault, gridFor, input, output, type Pass } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { DTypeError, ShapeError } from '../../core/errors';
import { numel, type Shape, sameShape, showShape } from '../../core/meta';
import { faultOp } from '../../gpu/fault-errors';
import { expectFloat, named, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { gather } from '../indexing/indexing';
import { resample2d } from '../pictures/resample';
import { mean } from '../reduction/reduce';
import { reshape } from '../shape/cast';
import { planeParams } from '../shape/planes';
import { avgPool2d, maxPool2d } from './pool';

const adaptiveSource: Text = '#poolMore/adaptiveMaxPool2d';
const unpoolSource: Text = '#poolMore/maxUnpool2d';

type Pair = readonly [height: number, width: number];

const WORKGROUP = 64;

/**
 * The index, within its plane, of the maximum of each window. Indices have no gradient; the values are gathered by
 * them.
 */
const adaptivePlacesOp: Op<{ readonly size: Pair }> = {
  name: 'adaptiveMaxPool2d',
  infer: ([x], { size }) => [{ shape: [...x!.shape.slice(0, 2), ...size], dtype: 'int64' }],
  lower({ inputs: [x], outputs: [indices] }) {
    const count = numel(indices!.shape);
    const pass: Pass = {
      source: [adaptiveSource],
      label: 'adaptiveMaxPool2d',
      reads: [input(0)],
      writes: [output()],
      params: { count, ...planeParams(x!.shape, indices!.shape) },
      grid: gridFor(count, WORKGROUP),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

/** x[N, C, H, W] as [N · C planes, H · W elements]. */
const planes = (x: Value): Value => reshape(x, [x.shape[0]! * x.shape[1]!, x.shape[2]! * x.shape[3]!]);

function checkSizes(op: string, x: Value, size: Pair): void {
  expectFloat(op, 'input', x);
  if (x.shape.length !== 4 || x.shape.slice(1).includes(0)) {
    throw new ShapeError(
      `${op}: expected input [N, C, H, W] whose C, H and W are not 0, but got ${showShape(x.shape)}`,
    );
  }
  if (!size.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(`${op}: expected output sizes of whole numbers, but got ${showShape(size)}`);
  }
}

/** If the output size divides the input size, the equal windows that cover x; else null. */
function evenWindows(x: Value, size: Pair) {
  const kernel = [x.shape[2]! / size[0], x.shape[3]! / size[1]] as const;
  if (!kernel.every(Number.isInteger)) return null;
  return { kernel, stride: kernel, padding: [0, 0] as const, ceilMode: false };
}

const within = (x: Value, size: Pair): Shape => [...x.shape.slice(0, 2), ...size];

/**
 * The means of h × w = `size` windows that cover x[N, C, H, W]: window i has rows ⌊i·H/h⌋ to ⌈(i+1)·H/h⌉, columns
 * likewise.
 */
export function adaptiveAvgPool2d(x: Value, size: Pair): Value {
  checkSizes('adaptiveAvgPool2d', x, size);
  if (sameShape(within(x, size), x.shape)) return x;
  if (size[0] === 1 && size[1] === 1) return named(mean(x, [2, 3], true), 'MeanBackward1');
  const even = evenWindows(x, size);
  const scale = [x.shape[2]! / size[0], x.shape[3]! / size[1]] as const;
  const y = even
    ? avgPool2d(x, { ...even, countIncludePad: true, divisorOverride: null })
    : resample2d('adaptiveAvgPool2d', x, { mode: 'area', size, scale, center: 0, shift: 0 });
  return named(y, 'AdaptiveAvgPool2DBackward0');
}

/** The maxima of the same windows, and their indices r·W + c as int64. */
export function adaptiveMaxPool2d(x: Value, size: Pair): [values: Value, indices: Value] {
  checkSizes('adaptiveMaxPool2d', x, size);
  const even = evenWindows(x, size);
  if (even) return maxPool2d(x, { ...even, dilation: [1, 1] });
  const indices = record(adaptivePlacesOp, [x], { size });
  return [reshape(gather(planes(x), 1, planes(indices)), indices.shape), indices];
}

/** Inputs: x and indices, [planes, length]. Output: [planes, size]. */
const unpoolOp: Op<{ readonly asked: string; readonly size: number }> = {
  name: 'maxUnpool2d',
  saves: { inputs: [1] },
  infer: ([x], { size }) => [{ shape: [x!.shape[0]!, size], dtype: 'float32' }],
  lower({ inputs: [x], outputs: [y], attrs: { asked, size } }) {
    const count = numel(x!.shape);
    const write: Pass = {
      source: [faultLib, unpoolSource],
      label: 'maxUnpool2d',
      overrides: { FAULT_OP: faultOp(asked) },
      reads: [input(0), input(1)],
      writes: [output(), fault],
      params: { count, length: x!.shape[1]!, size },
      grid: gridFor(count, WORKGROUP),
    };
    return { kind: 'passes', passes: [clearPass('maxUnpool2d fill', numel(y!.shape)), write] };
  },
  vjp: ([dy], { inputs: [, indices] }) => [gather(dy!, 1, indices!), null],
};

/**
 * Zeros of shape [...lead, ...size] with the elements of x[...lead, ...spatial] written to `indices`, which are flat
 * indices into the dimensions `size`.
 */
export function maxUnpool(op: string, x: Value, indices: Value, size: readonly number[]): Value {
  if (indices.dtype !== 'int64') {
    throw new DTypeError(
      `${op}: expected indices of dtype int64, but got ${indices.dtype}; take those of a max pooling with returnIndices`,
    );
  }
  if (!sameShape(x.shape, indices.shape)) {
    throw new ShapeError(
      `${op}: expected indices of the input's shape ${showShape(x.shape)}, but got ${showShape(indices.shape)}`,
    );
  }
  const lead = x.shape.slice(0, -size.length);
  const lines = [numel(lead), numel(x.shape.slice(-size.length))];
  const y = record(unpoolOp, [reshape(x, lines), reshape(indices, lines)], { asked: op, size: numel(size) });
  return reshape(y, [...lead, ...size]);
}
