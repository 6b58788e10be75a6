// Bounding boxes: conversion of formats, and how boxes follow the changes of a picture.
import { ArgumentError, cat, stack, type Tensor, tensor } from '../../../../torch';
import { type Arguments, checked, parseArgs, shown } from '../../../../torch/inside';
import { checkCanvasSize } from '../../pictures/canvas-size';
import { BoundingBoxes, type BoundingBoxFormat, boxFormat, type CanvasSize, type ClampingMode } from '../../tv-tensors';

type Corners = readonly [x1: Tensor, y1: Tensor, x2: Tensor, y2: Tensor];

const columnsOf = (boxes: Tensor): Corners => {
  const column = (i: number) => boxes.select(-1, i);
  return [column(0), column(1), column(2), column(3)];
};

/** Half of a sum; whole numbers are rounded down. */
const half = (x: Tensor): Tensor => (x.isFloatingPoint() ? x.div(2) : x.div(2, { roundingMode: 'floor' }));

/** Converts boxes [..., 4] to another format. Whole numbers are converted as floats, and truncated at the end. */
export function converted(boxes: Tensor, from: BoundingBoxFormat, to: BoundingBoxFormat): Tensor {
  if (from === to) return boxes;
  const [a, b, c, d] = columnsOf(boxes);
  if (from === 'XYWH' && to === 'CXCYWH') return stack([a.add(half(c)), b.add(half(d)), c, d], -1);
  const [x1, y1, x2, y2] = from === 'XYXY' ? [a, b, c, d] : cornersOf([a, b, c, d], from);
  if (to === 'XYXY') return stack([x1, y1, x2, y2], -1);
  const [width, height] = [x2.sub(x1), y2.sub(y1)];
  if (to === 'XYWH') return stack([x1, y1, width, height], -1);
  return stack([half(x1.mul(2).add(width)), half(y1.mul(2).add(height)), width, height], -1);
}

function cornersOf([a, b, c, d]: Corners, from: 'XYWH' | 'CXCYWH'): Corners {
  if (from === 'XYWH') return [a, b, a.add(c), b.add(d)];
  const { dtype } = a;
  const [x, y] = [a.float().sub(c.float().div(2)), b.float().sub(d.float().div(2))];
  const corners: Corners = [x, y, x.add(c), y.add(d)];
  return a.isFloatingPoint() ? corners : (corners.map((each) => each.to(dtype)) as unknown as Corners);
}

interface ConvertArguments {
  /** Required for plain tensors, which have no format of their own. */
  oldFormat?: BoundingBoxFormat | Lowercase<BoundingBoxFormat> | null;
  /** The format of the boxes in the result. */
  newFormat?: BoundingBoxFormat | Lowercase<BoundingBoxFormat> | null;
}

/** Converts boxes to another format: `BoundingBoxes`, or tensors [..., 4] with their old format. */
export const convertBoundingBoxFormat = checked(
  'convertBoundingBoxFormat(boxes, ...)',
  <T extends Tensor>(boxes: T, ...args: Arguments<ConvertArguments, ['oldFormat', 'newFormat']>): T => {
    const name = 'convertBoundingBoxFormat';
    const { oldFormat, newFormat } = parseArgs<ConvertArguments>(name, [], { oldFormat: null, newFormat: null }, args);
    if (newFormat === null) throw new ArgumentError(`${name}: missing 1 required argument: 'newFormat'`);
    const format = boxFormat(name, newFormat);
    if (boxes instanceof BoundingBoxes) {
      if (oldFormat !== null)
        throw new ArgumentError(`${name}: expected no oldFormat of BoundingBoxes, which have one`);
      return boxes.wrap(converted(boxes.asTensor(), boxes.format, format), { format }) as Tensor as T;
    }
    if (oldFormat === null) throw new ArgumentError(`${name}: expected oldFormat of a plain tensor, but got none`);
    return converted(boxes, boxFormat(name, oldFormat), format) as T;
  },
);

/** Clips boxes [..., 4] at the border of a canvas; mode null leaves them unchanged. */
export function clamped(
  boxes: Tensor,
  format: BoundingBoxFormat,
  [height, width]: CanvasSize,
  mode: ClampingMode,
): Tensor {
  if (mode === null) return boxes;
  const floats = boxes.isFloatingPoint() ? boxes : boxes.to('float32');
  const [x1, y1, x2, y2] = columnsOf(converted(floats, format, 'XYXY'));
  const inside = [x1.clamp(0, width), y1.clamp(0, height), x2.clamp(0, width), y2.clamp(0, height)];
  return converted(stack(inside, -1), 'XYXY', format).to(boxes.dtype);
}

interface ClampArguments {
  /** Required for plain tensors, which have no format and size of their own. */
  format?: BoundingBoxFormat | Lowercase<BoundingBoxFormat> | null;
  /** Height and width of the picture that the boxes belong to. */
  canvasSize?: CanvasSize | null;
  /** Default `auto`: the mode of the boxes. */
  clampingMode?: ClampingMode | 'auto';
}

/** Clips boxes at the border of their picture. */
export const clampBoundingBoxes = checked(
  'clampBoundingBoxes(boxes, ...)',
  <T extends Tensor>(boxes: T, ...args: Arguments<ClampArguments, ['format', 'canvasSize', 'clampingMode']>): T => {
    const name = 'clampBoundingBoxes';
    const defaults = { format: null, canvasSize: null, clampingMode: 'auto' } as const;
    const { format, canvasSize, clampingMode } = parseArgs<ClampArguments>(name, [], defaults, args);
    checkClampingMode(name, clampingMode);
    if (boxes instanceof BoundingBoxes) {
      if (format !== null || canvasSize !== null) {
        throw new ArgumentError(`${name}: expected no format and canvasSize of BoundingBoxes, which have them`);
      }
      const mode = clampingMode === 'auto' ? boxes.clampingMode : clampingMode;
      return boxes.wrap(clamped(boxes.asTensor(), boxes.format, boxes.canvasSize, mode)) as Tensor as T;
    }
    if (format === null || canvasSize === null || clampingMode === 'auto') {
      throw new ArgumentError(`${name}: expected format, canvasSize and clampingMode of a plain tensor`);
    }
    checkCanvasSize(name, canvasSize);
    return clamped(boxes, boxFormat(name, format), canvasSize, clampingMode) as T;
  },
);

/** @throws ArgumentError if the mode does not exist */
export function checkClampingMode(op: string, mode: unknown, others: readonly unknown[] = ['auto']): void {
  if (mode === null || mode === 'soft' || mode === 'hard' || others.includes(mode)) return;
  throw new ArgumentError(`${op}: expected clampingMode 'soft', 'hard' or null, but got ${shown(mode)}`);
}

/** New boxes in the same format, on the canvas of the changed picture, and clipped to it. */
function moved(boxes: BoundingBoxes, values: Tensor, canvasSize: CanvasSize): BoundingBoxes {
  return boxes.wrap(clamped(values, boxes.format, canvasSize, boxes.clampingMode), { canvasSize });
}

/** Shifts boxes with their picture, to a canvas of another size. */
export function shiftedBoxes(boxes: BoundingBoxes, right: number, down: number, canvasSize: CanvasSize): BoundingBoxes {
  const shift = boxes.format === 'XYXY' ? [right, down, right, down] : [right, down, 0, 0];
  return moved(boxes, boxes.asTensor().add(tensor(shift, { dtype: boxes.dtype })), canvasSize);
}

/** Scales boxes with their picture to another size. */
export function scaledBoxes(boxes: BoundingBoxes, canvasSize: CanvasSize): BoundingBoxes {
  const [height, width] = boxes.canvasSize;
  if (canvasSize[0] === height && canvasSize[1] === width) return boxes;
  const [down, right] = [canvasSize[0] / height, canvasSize[1] / width];
  const scales = tensor([right, down, right, down], { dtype: 'float32' });
  return boxes.wrap(boxes.asTensor().mul(scales).to(boxes.dtype), { canvasSize });
}

/** The smallest boxes [N, 4] around the corners of these boxes after a map of points [M, 2]. */
export function mappedBoxes(
  boxes: BoundingBoxes,
  map: (points: Tensor) => Tensor,
  canvasSize: CanvasSize = boxes.canvasSize,
): BoundingBoxes {
  if (boxes.numel() === 0) return boxes;
  const values = boxes.asTensor();
  const floats = values.isFloatingPoint() ? values : values.to('float32');
  const [x1, y1, x2, y2] = columnsOf(converted(floats, boxes.format, 'XYXY'));
  const points = stack([stack([x1, y1], -1), stack([x2, y1], -1), stack([x2, y2], -1), stack([x1, y2], -1)], 1);
  const to = map(points.reshape([-1, 2])).reshape([-1, 4, 2]);
  const around = clamped(cat([to.amin(1), to.amax(1)], 1), 'XYXY', canvasSize, boxes.clampingMode);
  return boxes.wrap(converted(around, 'XYXY', boxes.format).to(values.dtype), { canvasSize });
}

/** Which boxes are large enough and lie inside their picture, [N] of bools. */
export function validBoxes(boxes: BoundingBoxes, minSize: number, minArea: number): Tensor {
  return validOf(boxes.asTensor(), boxes.format, boxes.canvasSize, minSize, minArea);
}

function validOf(
  boxes: Tensor,
  format: BoundingBoxFormat,
  [height, width]: CanvasSize,
  minSize: number,
  minArea: number,
): Tensor {
  const [x1, y1, x2, y2] = columnsOf(converted(boxes, format, 'XYXY'));
  const [w, h] = [x2.sub(x1), y2.sub(y1)];
  const large = w.ge(minSize).logicalAnd(h.ge(minSize)).logicalAnd(w.mul(h).ge(minArea));
  const along = (from: Tensor, to: Tensor, size: number) =>
    from.ge(0).logicalAnd(to.ge(0)).logicalAnd(from.le(size)).logicalAnd(to.le(size));
  return large.logicalAnd(along(x1, x2, width)).logicalAnd(along(y1, y2, height));
}

interface SanitizeArguments {
  /** Required for plain tensors, which have no format and size of their own. */
  format?: BoundingBoxFormat | Lowercase<BoundingBoxFormat> | null;
  /** Height and width of the picture that the boxes belong to. */
  canvasSize?: CanvasSize | null;
  /** Boxes with a smaller width or height are removed. Default: 1. */
  minSize?: number;
  /** Boxes with a smaller area are removed. Default: 1. */
  minArea?: number;
}

type SanitizeOrder = ['format', 'canvasSize', 'minSize', 'minArea'];

/** Keeps the boxes that are large enough and lie inside their picture. Returns them, and a mask of which were kept. */
export async function sanitizeBoundingBoxes<T extends Tensor>(
  boxes: T,
  ...args: Arguments<SanitizeArguments, SanitizeOrder>
): Promise<[boxes: T, valid: Tensor]> {
  return sanitized(boxes, ...args);
}

const sanitized = checked(
  'sanitizeBoundingBoxes(boxes, ...)',
  async <T extends Tensor>(
    boxes: T,
    ...args: Arguments<SanitizeArguments, SanitizeOrder>
  ): Promise<[boxes: T, valid: Tensor]> => {
    const name = 'sanitizeBoundingBoxes';
    const defaults = { format: null, canvasSize: null, minSize: 1, minArea: 1 };
    const { format, canvasSize, minSize, minArea } = parseArgs<SanitizeArguments>(name, [], defaults, args);
    if (boxes instanceof BoundingBoxes) {
      if (format !== null || canvasSize !== null) {
        throw new ArgumentError(`${name}: expected no format and canvasSize of BoundingBoxes, which have them`);
      }
      const valid = validBoxes(boxes, minSize, minArea);
      const kept = (await valid.nonzero()).reshape([-1]);
      return [boxes.wrap(boxes.asTensor().indexSelect(0, kept)) as Tensor as T, valid];
    }
    if (format === null || canvasSize === null) {
      throw new ArgumentError(`${name}: expected format and canvasSize of a plain tensor`);
    }
    checkCanvasSize(name, canvasSize);
    const valid = validOf(boxes, boxFormat(name, format), canvasSize, minSize, minArea);
    return [boxes.indexSelect(0, (await valid.nonzero()).reshape([-1])) as T, valid];
  },
);
