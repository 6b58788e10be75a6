// Draws points of objects, and lines between them, on a picture.

import { ArgumentError, cat, ShapeError, stack, type Tensor } from '../../../torch';
import {
  type Arguments,
  tensorKind as aTensor,
  kinds,
  parseArgs,
  PaintedShape as Shape,
  shown,
  showShape,
} from '../../../torch/inside';
import { type ColorLike, parseColors, type Rgb } from './colors';
import { expectPicture, inkOf, MOST_PIXELS, painted, type ShapeHead, shapesOf } from './painting';

interface KeypointArguments<T> {
  /** uint8, or floats from 0 to 1: [3, H, W]. */
  image: T;
  /** Shape [instances, K, 2]: x, y. */
  keypoints: Tensor;
  /** Pairs of points to join by lines. */
  connectivity?: readonly (readonly number[])[] | null;
  /** Colour of the points. With null, only white lines are drawn. */
  colors?: ColorLike | null;
  /** Radius of the points in pixels. Default 2. */
  radius?: number;
  /** Width of the lines. Default 3. */
  width?: number;
  /** Shape [instances, K]: whether a point is visible. Default: all are. */
  visibility?: Tensor | null;
}

const pairsKind: kinds.Kind = {
  ...kinds.listOf(kinds.listOf(kinds.integer, 2)),
  words: 'a list of pairs of points, such as [[0, 1], [1, 2]]',
};

const WHITE: Rgb = [255, 255, 255];

/**
 * Draws the points of objects on a copy of a picture, and lines between the pairs in `connectivity`.
 *
 *     vision.utils.drawKeypoints(image, keypoints, { connectivity: [[0, 1], [1, 2]], colors: 'blue', radius: 4 });
 *
 * @throws ShapeError, DTypeError, ArgumentError if something cannot be drawn
 */
export function drawKeypoints<T extends Tensor>(
  ...args: Arguments<
    KeypointArguments<T>,
    ['image', 'keypoints', 'connectivity', 'colors', 'radius', 'width', 'visibility']
  >
): Tensor {
  const op = 'drawKeypoints';
  const defaults = { connectivity: null, colors: null, radius: 2, width: 3, visibility: null };
  const o = parseArgs<KeypointArguments<T>>(op, ['image', 'keypoints'], defaults, args, {
    keypoints: aTensor,
    connectivity: kinds.orNull(pairsKind),
    radius: kinds.whole(0, MOST_PIXELS),
    width: kinds.whole(0, MOST_PIXELS),
    visibility: kinds.orNull(aTensor),
  });
  const { image, keypoints, radius, width } = o;
  expectPicture(op, image, [3]);
  if (keypoints.shape.length !== 3 || keypoints.shape[2] !== 2) {
    throw new ShapeError(`${op}: expected keypoints [instances, K, 2], but got shape ${showShape(keypoints.shape)}`);
  }
  const [instances, count] = keypoints.shape as [number, number, number];
  const pairs = o.connectivity ?? [];
  const wrong = pairs.find((pair) => !pair.every((at) => at >= 0 && at < count));
  if (wrong) throw new ArgumentError(`${op}: expected pairs of points below ${count}, but got ${shown(wrong)}`);
  if (instances * count === 0) return image;
  const seen = visibleOf(op, o.visibility, instances, count);
  const points = keypoints.detach().to('int32');
  const ink = o.colors === null ? null : inkOf(parseColors(op, o.colors, 1)[0]!);
  const lists: Tensor[] = [];
  const add = (head: ShapeHead, places: Tensor, shown: Tensor | null | undefined): void => {
    const shapes = shapesOf(new Array<ShapeHead>(instances).fill(head), places);
    lists.push(shown ? cat([shapes.narrow(1, 0, 1).mul(shown), shapes.narrow(1, 1, shapes.shape[1]! - 1)], 1) : shapes);
  };
  const point = (at: number): Tensor => points.narrow(1, at, 1).squeeze(1);
  const sight = (at: number): Tensor | undefined => seen?.narrow(1, at, 1);
  // Pillow draws nothing for a circle of radius 0.
  if (ink !== null && radius > 0) {
    for (let at = 0; at < count; at++) {
      const middle = point(at);
      add([Shape.disc, radius, ink], cat([middle, middle], 1), sight(at));
    }
  }
  for (const [a, b] of pairs as readonly (readonly [number, number])[]) {
    const both = seen && sight(a)!.mul(sight(b)!);
    add([Shape.line, width, inkOf(WHITE)], cat([point(a), point(b)], 1), both);
  }
  if (lists.length === 0) return image;
  return painted(op, image, stack(lists, 1).reshape([-1, lists[0]!.shape[1]!]), discRows(radius));
}

/** 1 for points that are visible, int32 [instances, K]; null if all are. */
function visibleOf(op: string, visibility: Tensor | null, instances: number, count: number): Tensor | null {
  if (visibility === null) return null;
  const { shape } = visibility;
  const flat = shape.length === 3 && shape[2] === 1 ? visibility.squeeze(2) : visibility;
  if (flat.shape.length !== 2 || flat.shape[0] !== instances || flat.shape[1] !== count) {
    throw new ShapeError(`${op}: expected visibility [${instances}, ${count}], but got shape ${showShape(shape)}`);
  }
  return flat.to('bool').to('int32');
}

/**
 * How far a disc reaches to each side, by the distance from its middle row. Each step takes the neighbouring point that
 * is nearest to the circle. Source: Pillow, Draw.c, ellipses.
 */
function discRows(radius: number): readonly number[] {
  const size = 2 * radius;
  const away = (x: number, y: number) => Math.abs(size * size * (x * x + y * y - size * size));
  const rows: number[] = [];
  let [x, y] = [size, 0];
  for (;;) {
    rows[y / 2] ??= x / 2;
    if (x <= 0 && y >= size) return rows;
    let [nextX, nextY] = [x, y + 2];
    for (const [otherX, otherY] of x > 1
      ? ([
          [x - 2, y + 2],
          [x - 2, y],
        ] as const)
      : []) {
      if (away(nextX, nextY) > away(otherX, otherY)) [nextX, nextY] = [otherX, otherY];
    }
    [x, y] = [nextX, nextY];
    if (y > size) return rows;
  }
}
