// Paints shapes over a picture: frames, blocks, discs, lines, polygons, bitmaps.
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import { fault, gridFor, input, type Lowering, output } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { faultOp } from '../../gpu/fault-errors';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const paintSource: Text = '#pictures/paint';

const WORKGROUP = 64;

/**
 * How many numbers describe a shape: its kind, size, colour (0xAABBGGRR), index into the table, and two coordinates for
 * each of four corners.
 */
export const SHAPE_FIELDS = 12;

/** The kinds of shapes. */
export const Shape = { none: 0, frame: 1, block: 2, disc: 3, line: 4, dashes: 5, polygon: 6, bitmap: 7 } as const;

const paintOp: Op<{ readonly asked: string }> = {
  name: 'paint',
  infer([x, shapes, table]) {
    const fits = x!.shape.length === 3 && x!.shape[0] === 3 && x!.dtype === 'uint8';
    invariant(
      fits && shapes!.shape[1] === SHAPE_FIELDS && table!.shape[0]! > 0,
      'a picture of bytes, shapes and a table',
    );
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower({ inputs: [x, shapes, table], attrs: { asked } }): Lowering {
    const [, height, width] = x!.shape as [number, number, number];
    const pass = {
      source: [faultLib, paintSource],
      label: 'paint',
      overrides: { FAULT_OP: faultOp(asked) },
      reads: [input(0), input(1), input(2)],
      writes: [output(), fault],
      params: { pixels: height * width, width, count: shapes!.shape[0]!, tableSize: table!.shape[0]! },
      grid: gridFor(height * width, WORKGROUP),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

/**
 * Bytes x[3, H, W] with shapes[count, 12] of int32 painted over them, the last on top. The table of int32 must not be
 * empty. `asked` is the name of the user's function in errors.
 */
export const paint = (x: Value, shapes: Value, table: Value, asked: string): Value =>
  record(paintOp, [x, shapes, table], { asked });
