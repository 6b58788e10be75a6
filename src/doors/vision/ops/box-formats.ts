// Functions on boxes: conversion of formats, areas, clipping, and removal of small boxes.

import { ArgumentError, empty, ShapeError, stack, type Tensor } from '../../../torch';
import { type Arguments, callable, expectKind, kinds, parseArgs, shown } from '../../../torch/inside';

/** Two corners; or a corner, or the centre, with width and height. */
export type AlignedFormat = 'xyxy' | 'xywh' | 'cxcywh';

/** A corner or the centre, with width, height and degrees counter-clockwise around the centre; or all four corners. */
export type RotatedFormat = 'xywhr' | 'cxcywhr' | 'xyxyxyxy';

export type BoxFormat = AlignedFormat | RotatedFormat;

export const alignedFormats: readonly string[] = ['xyxy', 'xywh', 'cxcywh'];
const rotatedFormats: readonly string[] = ['xywhr', 'cxcywhr', 'xyxyxyxy'];
export const boxFormats: readonly string[] = [...alignedFormats, ...rotatedFormats];

/** Numbers per box in each format. */
const sizes: Readonly<Record<BoxFormat, number>> = { xyxy: 4, xywh: 4, cxcywh: 4, xywhr: 5, cxcywhr: 5, xyxyxyxy: 8 };

/** Throws if boxes do not have as many numbers as the format. */
export function expectBoxes(op: string, name: string, boxes: Tensor, count = 4): void {
  if (boxes.dim() > 0 && boxes.shape.at(-1) === count) return;
  throw new ShapeError(`${op}: expected ${name} [..., ${count}], but got shape [${boxes.shape.join(', ')}]`);
}

/** Throws if the format does not exist. */
export function expectFormat(op: string, name: string, format: unknown, allowed: readonly string[]): void {
  if (allowed.includes(format as string)) return;
  throw new ArgumentError(
    `${op}: expected ${name} ${allowed.map((one) => `'${one}'`).join(', ')}, but got ${shown(format)}`,
  );
}

/** Converts to a dtype whose products do not overflow: float32, or integers of 32 bits. */
export function upcast(x: Tensor): Tensor {
  if (x.isFloatingPoint()) return x.float();
  return x.dtype === 'int32' || x.dtype === 'int64' ? x : x.to('int32');
}

type Convert = (boxes: readonly Tensor[]) => readonly Tensor[];

const radians = (degrees: Tensor): Tensor => degrees.mul(Math.PI).div(180);

const conversions: Readonly<Record<string, Convert>> = {
  'cxcywh xyxy': ([x, y, w, h]) => [x!.sub(w!.mul(0.5)), y!.sub(h!.mul(0.5)), x!.add(w!.mul(0.5)), y!.add(h!.mul(0.5))],
  'xyxy cxcywh': ([x1, y1, x2, y2]) => [x1!.add(x2!).div(2), y1!.add(y2!).div(2), x2!.sub(x1!), y2!.sub(y1!)],
  'xywh xyxy': ([x, y, w, h]) => [x!, y!, x!.add(w!), y!.add(h!)],
  'xyxy xywh': ([x1, y1, x2, y2]) => [x1!, y1!, x2!.sub(x1!), y2!.sub(y1!)],
  'cxcywhr xywhr': ([x, y, w, h, r]) => {
    const [cos, sin] = [radians(r!).cos(), radians(r!).sin()];
    const [halfW, halfH] = [w!.div(2), h!.div(2)];
    return [x!.sub(halfW.mul(cos)).sub(halfH.mul(sin)), y!.sub(halfH.mul(cos)).add(halfW.mul(sin)), w!, h!, r!];
  },
  'xywhr cxcywhr': ([x, y, w, h, r]) => {
    const [cos, sin] = [radians(r!).cos(), radians(r!).sin()];
    const [halfW, halfH] = [w!.div(2), h!.div(2)];
    return [x!.add(halfW.mul(cos)).add(halfH.mul(sin)), y!.sub(halfW.mul(sin)).add(halfH.mul(cos)), w!, h!, r!];
  },
  'xywhr xyxyxyxy': ([x, y, w, h, r]) => {
    const [cos, sin] = [radians(r!).cos(), radians(r!).sin()];
    const [x2, y2] = [x!.add(w!.mul(cos)), y!.sub(w!.mul(sin))];
    const [right, down] = [h!.mul(sin), h!.mul(cos)];
    return [x!, y!, x2, y2, x2.add(right), y2.add(down), x!.add(right), y!.add(down)];
  },
  'xyxyxyxy xywhr': ([x1, y1, x2, y2, x3, y3]) => {
    const r = y1!.sub(y2!).atan2(x2!.sub(x1!)).mul(180).div(Math.PI);
    const w = x2!.sub(x1!).square().add(y1!.sub(y2!).square()).sqrt();
    const h = x3!.sub(x2!).square().add(y3!.sub(y2!).square()).sqrt();
    return [x1!, y1!, w, h, r];
  },
};

/** Formats without a direct conversion are converted through a third format. */
const detours: Readonly<Record<string, BoxFormat>> = {
  'xywh cxcywh': 'xyxy',
  'cxcywh xywh': 'xyxy',
  'cxcywhr xyxyxyxy': 'xywhr',
  'xyxyxyxy cxcywhr': 'xywhr',
};

function converted(boxes: Tensor, from: BoxFormat, to: BoxFormat): Tensor {
  const detour = detours[`${from} ${to}`];
  if (detour !== undefined) return converted(converted(boxes, from, detour), detour, to);
  const convert = conversions[`${from} ${to}`];
  if (!convert) {
    throw new ArgumentError(
      `boxConvert: expected formats that both have a rotation, or neither, but got '${from}' and '${to}'`,
    );
  }
  const made = stack([...convert(boxes.unbind(-1))], -1);
  // Whole numbers with a rotation are rounded to whole numbers again.
  const whole = rotatedFormats.includes(from) && !boxes.isFloatingPoint();
  return whole ? made.round().to(boxes.dtype) : made;
}

/**
 * Converts boxes to another format: `'xyxy'` (two corners), `'xywh'` (corner, width, height), `'cxcywh'` (centre,
 * width, height), or, rotated by r degrees counter-clockwise, `'xywhr'`, `'cxcywhr'` and `'xyxyxyxy'` (top left, top
 * right, bottom right, bottom left). Shape: [..., 4], [..., 5] or [..., 8], depending on the format.
 *
 * @throws ArgumentError if a format does not exist, or if only one of the two is rotated; ShapeError
 */
export const boxConvert = callable(
  'boxConvert(boxes, inFmt: value, outFmt: value)',
  (
    boxes: Tensor,
    /** The format of the boxes that come in. */ inFmt: BoxFormat,
    /** The format of the boxes in the result. */ outFmt: BoxFormat,
  ): Tensor => {
    const name = 'boxConvert';
    expectFormat(name, 'inFmt', inFmt, boxFormats);
    expectFormat(name, 'outFmt', outFmt, boxFormats);
    expectBoxes(name, 'boxes', boxes, sizes[inFmt]);
    return inFmt === outFmt ? boxes.clone() : converted(boxes, inFmt, outFmt);
  },
);

interface BoxFormatArguments {
  /** Default: 'xyxy'. */
  fmt?: AlignedFormat;
}

/**
 * The areas of boxes: width · height. Shape: [..., 4] → [...]. If either x2 < x1 or y2 < y1, the area is negative.
 *
 * @throws ArgumentError if the format does not exist; ShapeError
 */
export const boxArea = callable(
  'boxArea(boxes, ...)',
  (boxes: Tensor, ...args: Arguments<BoxFormatArguments, ['fmt']>): Tensor => {
    const { fmt } = parseArgs<BoxFormatArguments>('boxArea', [], { fmt: 'xyxy' }, args);
    expectFormat('boxArea', 'fmt', fmt, alignedFormats);
    expectBoxes('boxArea', 'boxes', boxes);
    return areaOf(boxes, fmt);
  },
);

/** See `boxArea`. */
export function areaOf(boxes: Tensor, fmt: AlignedFormat): Tensor {
  const [x, y, z, w] = columns(upcast(boxes));
  return fmt === 'xyxy' ? z.sub(x).mul(w.sub(y)) : z.mul(w);
}

/** Splits boxes into their four numbers. */
export function columns(boxes: Tensor): readonly [Tensor, Tensor, Tensor, Tensor] {
  const column = (i: number): Tensor => boxes.select(-1, i);
  return [column(0), column(1), column(2), column(3)];
}

const pictureSize = { ...kinds.listOf(kinds.number, 2), words: 'a list [height, width]' };

/**
 * Clips boxes at the border of a picture of size (height, width). Shape: [..., 4] as (x1, y1, x2, y2) → the same.
 *
 * @throws ShapeError, ArgumentError
 */
export const clipBoxesToImage = callable(
  'clipBoxesToImage(boxes, size: list)',
  (boxes: Tensor, size: readonly number[]): Tensor => {
    const name = 'clipBoxesToImage';
    expectBoxes(name, 'boxes', boxes);
    expectKind(name, 'size', size, pictureSize);
    const [height, width] = size;
    const [x1, y1, x2, y2] = columns(boxes);
    return stack([x1.clamp(0, width), y1.clamp(0, height), x2.clamp(0, width), y2.clamp(0, height)], -1);
  },
);

/**
 * The indices of the boxes whose sides are both at least `minSize`. Shape: [N, 4] as (x1, y1, x2, y2) → int64 [K]. Only
 * the device knows how many there are, so this is a promise.
 *
 * @throws ShapeError
 */
export const removeSmallBoxes = callable(
  'removeSmallBoxes(boxes, minSize: number)',
  async (
    boxes: Tensor,
    /** The shortest side of a box that stays, or of a picture. */ minSize: number,
  ): Promise<Tensor> => {
    expectKind('removeSmallBoxes', 'minSize', minSize, kinds.number);
    expectBoxes('removeSmallBoxes', 'boxes', boxes);
    const [x1, y1, x2, y2] = columns(boxes.detach());
    const large = x2.sub(x1).ge(minSize).logicalAnd(y2.sub(y1).ge(minSize));
    return (await large.nonzero({ asTuple: true }))[0]!;
  },
);

/**
 * The smallest boxes around the nonzero elements of masks: (x1, y1, x2, y2) are the first and last column and row.
 * Shape: [N, H, W] → float32 [N, 4]; a mask of zeros gives zeros.
 *
 * @throws ShapeError
 */
export const masksToBoxes = callable('masksToBoxes(masks)', (/** The masks. */ masks: Tensor): Tensor => {
  if (masks.numel() === 0) return empty([0, 4]);
  if (masks.dim() !== 3) {
    throw new ShapeError(`masksToBoxes: expected masks [N, H, W], but got shape [${masks.shape.join(', ')}]`);
  }
  const on = masks.detach().bool();
  const ends = (along: Tensor): readonly [first: Tensor, last: Tensor] => {
    const flags = along.to('int32');
    return [
      flags.argmax(1),
      flags
        .flip([1])
        .argmax(1)
        .neg()
        .add(along.shape[1]! - 1),
    ];
  };
  const [rows, cols] = [on.any(2), on.any(1)];
  const [y1, y2] = ends(rows);
  const [x1, x2] = ends(cols);
  return stack([x1, y1, x2, y2], 1).float().maskedFill(rows.any(1).logicalNot().unsqueeze(-1), 0);
});
