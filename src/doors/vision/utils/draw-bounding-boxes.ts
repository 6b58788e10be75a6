// Draws boxes and their labels on a picture.

import { ArgumentError, cat, ShapeError, stack, Tensor } from '../../../torch';
import {
  type Arguments,
  tensorKind as aTensor,
  fromHost,
  kinds,
  parseArgs,
  PaintedShape as Shape,
  shown,
  showShape,
  warnOnce,
} from '../../../torch/inside';
import { type ColorLike, parseColors, type Rgb } from './colors';
import { textBitmap } from './font';
import { expectPicture, inkOf, MOST_PIXELS, painted, type ShapeHead, shapesOf } from './painting';

interface DrawBoxesArguments<T> {
  /** uint8, or floats from 0 to 1: [3, H, W] or [1, H, W]. */
  image: T;
  /** Shape [N, 4]: xmin, ymin, xmax, ymax; or [N, 8]: the four corners of rotated boxes. */
  boxes: Tensor;
  /** A text for each box; null for none. */
  labels?: readonly (string | null)[] | null;
  /** One for all boxes, or one for each. Default: a palette. */
  colors?: ColorLike | readonly ColorLike[] | null;
  /** Fill boxes with a translucent colour. Default false. */
  fill?: boolean;
  /** Width of the outline, which grows inwards. Default 1. */
  width?: number;
  /** Only null, because there is only the built-in font. */
  font?: null;
  /** The height of letters in pixels, a multiple of 10. Default 10. */
  fontSize?: number | null;
  /** Colours of the texts. Default: the boxes' colours, or black on a background. */
  labelColors?: ColorLike | readonly ColorLike[] | null;
  /** Colours behind the texts, with `fillLabels`. Default: the boxes' colours. */
  labelBackgroundColors?: ColorLike | readonly ColorLike[] | null;
  /** Paint a background behind texts. Default false. */
  fillLabels?: boolean;
}

const FILL_ALPHA = 100;
const MARGIN = 1;
const LETTER = 10;
/** Upper limit of a letter's height in pixels, because its pixels are a list on the host. */
const MOST_LETTER = 1024;

/**
 * Draws boxes and their labels on a copy of a picture. The pixels are those that Pillow draws for torchvision, except
 * for the letters, which have a small font of their own.
 *
 *     const shown = vision.utils.drawBoundingBoxes(image, boxes, { labels: ['cat', 'dog'], colors: ['red', '#00f'], width: 2 });
 *
 * @throws ShapeError, DTypeError, ArgumentError if something cannot be drawn. Boxes with swapped corners are reported
 * when values are read.
 */
export function drawBoundingBoxes<T extends Tensor>(
  ...args: Arguments<
    DrawBoxesArguments<T>,
    [
      'image',
      'boxes',
      'labels',
      'colors',
      'fill',
      'width',
      'font',
      'fontSize',
      'labelColors',
      'labelBackgroundColors',
      'fillLabels',
    ]
  >
): Tensor {
  const op = 'drawBoundingBoxes';
  const defaults = {
    labels: null,
    colors: null,
    fill: false,
    width: 1,
    font: null,
    fontSize: null,
    labelColors: null,
    labelBackgroundColors: null,
    fillLabels: false,
  };
  const o = parseArgs<DrawBoxesArguments<T>>(op, ['image', 'boxes'], defaults, args, {
    boxes: aTensor,
    labels: kinds.orNull(kinds.listOf(kinds.orNull(kinds.text))),
    width: kinds.whole(1, MOST_PIXELS),
    fontSize: kinds.orNull(kinds.between(1, MOST_LETTER)),
  });
  const { image, labels, fill, width, fillLabels } = o;
  expectPicture(op, image, [1, 3]);
  const [count, numbers] = o.boxes.shape;
  if (o.boxes.shape.length !== 2 || (numbers !== 4 && numbers !== 8)) {
    throw new ShapeError(`${op}: expected boxes [N, 4] or [N, 8], but got shape ${showShape(o.boxes.shape)}`);
  }
  if (o.font !== null) {
    throw new ArgumentError(
      `${op}: expected no font, since there is a built-in one only, but got ${shown(o.font)}; give a fontSize`,
    );
  }
  if (count === 0) {
    warnOnce(`${op}: there are no boxes, so nothing is drawn.`);
    return image;
  }
  if (labels && labels.length !== count) {
    throw new ArgumentError(
      `${op}: expected a label for each of ${count} boxes, but got ${labels.length}; null is for none`,
    );
  }
  const colors = parseColors(op, o.colors, count!);
  const own = (given: ColorLike | readonly ColorLike[] | null) =>
    given === null ? null : parseColors(op, given, count!);
  const [labelColors, labelGrounds] = [own(o.labelColors), own(o.labelBackgroundColors)];
  const boxes = o.boxes.detach().to('int32');
  const outlines = numbers === 4 ? straight(boxes, colors, width, fill) : turned(boxes, colors, width, fill);
  if (!labels) return painted(op, image, joined(outlines), []);
  const inks = labelColors ?? (fillLabels ? parseColors(op, 'black', count!) : colors);
  const texts = lettered(boxes, labels, {
    inks,
    grounds: fillLabels ? (labelGrounds ?? colors) : null,
    margin: width + MARGIN,
    scale: Math.max(1, Math.round((o.fontSize ?? LETTER) / LETTER)),
  });
  return painted(op, image, joined([...outlines, ...texts.shapes]), texts.table);
}

/**
 * Joins lists of shapes with one shape per box, so that all shapes of the first box come first, then those of the
 * second, and so on.
 */
const joined = (lists: readonly Tensor[]): Tensor => stack(lists, 1).reshape([-1, lists[0]!.shape[1]!]);

function straight(boxes: Tensor, colors: readonly Rgb[], width: number, fill: boolean): Tensor[] {
  const frames = shapesOf(
    colors.map((color): ShapeHead => [Shape.frame, width, inkOf(color)]),
    boxes,
  );
  if (!fill) return [frames];
  return [
    shapesOf(
      colors.map((color): ShapeHead => [Shape.block, 0, inkOf(color, FILL_ALPHA)]),
      boxes,
    ),
    frames,
  ];
}

/** Draws rotated boxes. Their first edge is dashed, so that the orientation is visible. */
function turned(boxes: Tensor, colors: readonly Rgb[], width: number, fill: boolean): Tensor[] {
  const edges = [0, 1, 2, 3].map((edge) => {
    const next = edge === 3 ? boxes.narrow(1, 0, 2) : boxes.narrow(1, 2 * edge + 2, 2);
    const places = cat([boxes.narrow(1, 2 * edge, 2), next], 1);
    const kind = edge === 0 ? Shape.dashes : Shape.line;
    return shapesOf(
      colors.map((color): ShapeHead => [kind, width, inkOf(color)]),
      places,
    );
  });
  if (!fill) return edges;
  return [
    ...edges,
    shapesOf(
      colors.map((color): ShapeHead => [Shape.polygon, 0, inkOf(color, FILL_ALPHA)]),
      boxes,
    ),
  ];
}

interface Lettering {
  readonly inks: readonly Rgb[];
  readonly grounds: readonly Rgb[] | null;
  readonly margin: number;
  readonly scale: number;
}

function lettered(boxes: Tensor, labels: readonly (string | null)[], how: Lettering) {
  const { inks, grounds, margin, scale } = how;
  const bitmaps = labels.map((label) => (label === null ? null : textBitmap(String(label), scale)));
  const table: number[] = [];
  const heads = bitmaps.map((bitmap, i): ShapeHead => {
    const start = table.length;
    for (const pixel of bitmap?.pixels ?? []) table.push(pixel);
    return [bitmap ? Shape.bitmap : Shape.none, 0, inkOf(inks[i]!), start];
  });
  const corner = boxes.narrow(1, 0, 2).add(margin);
  const size = Int32Array.from(bitmaps.flatMap((bitmap) => (bitmap ? [bitmap.width, bitmap.height] : [0, 0])));
  const sizes = Tensor.of(fromHost(size, [labels.length, 2], 'int32'));
  const shapes = [shapesOf(heads, cat([corner, sizes], 1))];
  if (grounds) {
    const kinds = bitmaps.map((bitmap, i): ShapeHead => [bitmap ? Shape.block : Shape.none, 0, inkOf(grounds[i]!)]);
    shapes.unshift(shapesOf(kinds, cat([corner.sub(MARGIN), corner.add(sizes).add(MARGIN - 1)], 1)));
  }
  return { shapes, table };
}
