// Warps: affine maps, rotations, perspective and elastic displacements. Each output pixel is read from another place of
// the picture.

import { ArgumentError, cat, ShapeError, Tensor, tensor } from '../../../../torch';
import {
  type Arguments,
  checked,
  fromHost,
  isFloat,
  kindOf,
  parseArgs,
  readAt,
  shown,
  warpBytes,
  warpPlaces,
} from '../../../../torch/inside';
import { BoundingBoxes, Mask } from '../../tv-tensors';
import {
  checkFill,
  checkFillChannels,
  checkInterpolation,
  checkNumber,
  checkNumbers,
  type Fill,
  type FillArgument,
  type FillKind,
  fillsOf,
  type Interpolation,
  type PictureSize as Size,
} from '../arguments';
import { onBatch } from '../batch';
import { sizesOf, type Window, windowsOf } from '../pictures';
import { mappedBoxes } from './boxes';

/** a, b, c, d, e, f of x' = a x + b y + c, y' = d x + e y + f. */
export type Affine = readonly [number, number, number, number, number, number];

/** a … h of x' = (a x + b y + c) / (g x + h y + 1), y' = (d x + e y + f) / (g x + h y + 1). */
export type Coefficients = readonly [number, number, number, number, number, number, number, number];

/**
 * How to read between pixels, and the colour outside. If the fill is null, pixels are mixed with black at the border.
 */
export interface Sampling {
  readonly interpolation: Interpolation;
  readonly fill: readonly number[] | null;
}

const sampled: readonly Interpolation[] = ['nearest', 'bilinear'];

/** Parses the sampling of a call. @throws ArgumentError if the interpolation or the fill is invalid */
function samplingOf(op: string, { interpolation, fill }: { interpolation: Interpolation; fill: Fill }): Sampling {
  checkInterpolation(op, interpolation, sampled);
  checkFill(op, fill);
  return { interpolation, fill: fill === null ? null : ([fill].flat() as number[]) };
}

/**
 * The sampling of each kind of input, from the options of a transform; masks use the nearest element. @throws
 * ArgumentError as `samplingOf`
 */
export function samplingsOf(
  op: string,
  { interpolation, fill }: { interpolation: Interpolation; fill: FillArgument },
): (kind: FillKind) => Sampling {
  checkInterpolation(op, interpolation, sampled);
  const fills = fillsOf(op, fill);
  return (kind) => ({ interpolation: kind === 'mask' ? 'nearest' : interpolation, fill: fills[kind] });
}

/** Applies `work` to the pictures of an input, with their size; masks use the nearest element. */
function onPixels<T extends Tensor>(
  op: string,
  input: T,
  sampling: Sampling,
  work: (batch: Tensor, sampling: Sampling, size: Size) => Tensor,
): T {
  const how = input instanceof Mask ? { ...sampling, interpolation: 'nearest' as const } : sampling;
  return onBatch(op, input, (batch) => work(batch, how, batch.shape.slice(-2) as [number, number])) as T;
}

/** Reads pictures [N, C, H, W] at places [N, H', W', 2] in pixels, x first. Whole-number dtypes are rounded. */
function atPlaces(op: string, batch: Tensor, places: Tensor, { interpolation, fill }: Sampling): Tensor {
  const [count, channels, height, width] = batch.shape as [number, number, number, number];
  checkFillChannels(op, fill, channels);
  if (interpolation === 'bilinear' && batch.dtype === 'uint8') {
    const colour = Array.from({ length: channels }, (_, c) => fill?.[c % fill.length] ?? 0);
    const filling = fromHost(Float32Array.from(colour), [channels], 'float32');
    return Tensor.of(warpBytes(batch.value, places.value, filling, fill !== null));
  }
  const floats = isFloat(batch.dtype) ? batch : batch.to('float32');
  const mode = interpolation as 'nearest' | 'bilinear';
  const axes = [places.select(-1, 1), places.select(-1, 0)];
  const read = (x: Tensor) => readAt(x, axes, mode, { padding: 'zeros', aligned: false });
  let made: Tensor;
  if (fill === null) made = read(floats);
  else {
    // A channel of ones is read along with the picture. It gives how much of each output pixel lies inside the picture.
    const inside = Tensor.of(
      fromHost(new Float32Array(count * height * width).fill(1), [count, 1, height, width], 'float32'),
    ).to(floats.dtype);
    const both = read(cat([floats, inside], 1));
    const [pixels, share] = [both.narrow(1, 0, channels), both.narrow(1, channels, 1)];
    const colour = tensor([...fill], { dtype: floats.dtype }).reshape([1, -1, 1, 1]);
    made = mode === 'nearest' ? pixels.where(share.ge(0.5), colour) : pixels.sub(colour).mul(share).add(colour);
  }
  return batch.dtype === made.dtype ? made : made.round().to(batch.dtype);
}

/** Reads pictures [N, C, H, W] at places of a grid [N, H', W', 2] from −1 to 1. */
function atGrid(op: string, batch: Tensor, grid: Tensor, sampling: Sampling): Tensor {
  const [height, width] = batch.shape.slice(-2) as [number, number];
  const halves = tensor([width / 2, height / 2], { dtype: 'float32' });
  return atPlaces(op, batch, grid.add(1).mul(halves).sub(0.5), sampling);
}

// ── Affine maps ──

/** The changes that `affine` makes to a picture. */
export interface AffineChange {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Degrees along x and y. */
  readonly shear: readonly [number, number];
}

const radians = (degrees: number): number => degrees * (Math.PI / 180);

/**
 * The matrix M = T C R(angle) S(scale) Hy Hx C⁻¹, or its inverse (the default): T moves by `translate`, C to the
 * `center`, and the shears are Hx = [1, -tan sx; 0, 1] and Hy = [1, 0; -tan sy, 1].
 */
export function affineMatrix(
  [cx, cy]: readonly [number, number],
  { angle, translate: [tx, ty], scale, shear }: AffineChange,
  inverted = true,
): Affine {
  const rotation = radians(angle);
  const [sx, sy] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(rotation - sy) / Math.cos(sy);
  const b = -(a * Math.tan(sx) + Math.sin(rotation));
  const c = Math.sin(rotation - sy) / Math.cos(sy);
  const d = Math.cos(rotation) - c * Math.tan(sx);
  if (inverted) {
    const [p, q, r, s] = [d / scale, -b / scale, -c / scale, a / scale];
    return [p, q, cx - p * (cx + tx) - q * (cy + ty), r, s, cy - r * (cx + tx) - s * (cy + ty)];
  }
  const [p, q, r, s] = [a * scale, b * scale, c * scale, d * scale];
  return [p, q, cx + tx - p * cx - q * cy, r, s, cy + ty - r * cx - s * cy];
}

/**
 * Warps pictures [N, C, H, W], each by its own affine map. The matrices lead from places in the result to places in the
 * picture.
 */
export function warpedAffine(
  op: string,
  batch: Tensor,
  matrices: readonly Affine[],
  sampling: Sampling,
  out?: Size,
): Tensor {
  const size = batch.shape.slice(-2) as [number, number];
  const places = warpPlaces(matrices, { out: out ?? size, size, perspective: false });
  return atPlaces(op, batch, Tensor.of(places), sampling);
}

interface AffineArguments {
  /** The angle in degrees: clockwise in `affine`, the other way in `rotate`. */
  angle: number;
  /** The shift to the right and down, in pixels. */
  translate: readonly number[];
  scale: number;
  /** The angles of the shear, in degrees. */
  shear: number | readonly number[];
  /** `nearest` (default) or `bilinear`. */
  interpolation?: Interpolation;
  fill?: Fill;
  /** x and y, counted from the corner of the picture; default: its middle. */
  center?: readonly number[] | null;
}

type AffineOrder = ['angle', 'translate', 'scale', 'shear', 'interpolation', 'fill', 'center'];

/** The centre in x and y from the middle of a picture; `center` counts from its corner. */
export const fromMiddle = (center: readonly number[] | null, [height, width]: Size): readonly [number, number] =>
  center ? [center[0]! - width * 0.5, center[1]! - height * 0.5] : [0, 0];

/** The centre in x and y from the corner of a picture. */
export const fromCorner = (center: readonly number[] | null, [height, width]: Size): readonly [number, number] =>
  center ? [center[0]!, center[1]!] : [width * 0.5, height * 0.5];

/** Turns pictures, tensors, masks or boxes clockwise by an angle in degrees, and moves, scales and shears them. */
export const affine = checked(
  'affine(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<AffineArguments, AffineOrder>): T => {
    const required = ['angle', 'translate', 'scale', 'shear'] as const;
    const defaults = { interpolation: 'nearest', fill: null, center: null } as const;
    const parsed = parseArgs<AffineArguments>('affine', required, defaults, args);
    const { angle, scale, center } = parsed;
    const sampling = samplingOf('affine', parsed);
    checkNumber('affine', 'angle', angle);
    if (typeof scale !== 'number' || !(scale > 0)) {
      throw new ArgumentError(`affine: expected scale to be positive, but got ${kindOf(scale)}`);
    }
    const [tx, ty] = checkNumbers('affine', 'translate', parsed.translate, [2]) as [number, number];
    const shears =
      typeof parsed.shear === 'number'
        ? [...checkNumbers('affine', 'shear', [parsed.shear], [1]), 0]
        : checkNumbers('affine', 'shear', parsed.shear, [1, 2]);
    const change: AffineChange = { angle, translate: [tx, ty], scale, shear: [shears[0]!, shears[1] ?? shears[0]!] };
    if (center !== null) checkNumbers('affine', 'center', center, [2]);
    return changed('affine', input, change, sampling, center);
  },
);

/** `affine` after parsing its arguments. */
export function changed<T extends Tensor>(
  op: string,
  input: T,
  change: AffineChange,
  sampling: Sampling,
  center: readonly number[] | null,
): T {
  if (input instanceof BoundingBoxes) return affineBoxes(input, change, center) as Tensor as T;
  return onPixels(op, input, sampling, (batch, how, size) => {
    const matrix = affineMatrix(fromMiddle(center, size), change);
    return warpedAffine(op, batch, new Array<Affine>(batch.shape[0]!).fill(matrix), how);
  });
}

/** The smallest boxes around the boxes of a picture after an affine map, on a canvas that may grow. */
export function affineBoxes(
  boxes: BoundingBoxes,
  change: AffineChange,
  center: readonly number[] | null,
  expand = false,
): BoundingBoxes {
  const { canvasSize } = boxes;
  const middle = fromCorner(center, canvasSize);
  const matrix = affineMatrix(middle, change, false);
  const to = expand ? affineOutput(affineMatrix(middle, change), canvasSize) : canvasSize;
  const shift = expand ? smallestCorner(matrix, canvasSize) : [0, 0];
  const [a, b, c, d, e, f] = matrix;
  const turned = tensor([a, d, b, e], { dtype: 'float32' }).reshape([2, 2]);
  const moved = tensor([c - shift[0]!, f - shift[1]!], { dtype: 'float32' });
  return mappedBoxes(boxes, (points) => points.matmul(turned).add(moved), to);
}

function cornersUnder([a, b, c, d, e, f]: Affine, xs: readonly number[], ys: readonly number[]) {
  const points = xs.flatMap((x) => ys.map((y) => [a * x + b * y + c, d * x + e * y + f] as const));
  return { xs: points.map(([x]) => x), ys: points.map(([, y]) => y) };
}

function smallestCorner(matrix: Affine, [height, width]: Size): readonly number[] {
  const { xs, ys } = cornersUnder(matrix, [0, width], [0, height]);
  return [Math.min(...xs), Math.min(...ys)];
}

/** The size that holds a whole picture after a map, rounded as torchvision does. */
export function affineOutput(matrix: Affine, [height, width]: Size): Size {
  const [halfWidth, halfHeight] = [0.5 * width, 0.5 * height];
  const { xs, ys } = cornersUnder(matrix, [-halfWidth, halfWidth], [-halfHeight, halfHeight]);
  // Truncated to a multiple of 10⁻⁴, so that an almost whole number becomes whole.
  const cut = (x: number) => Math.fround(Math.trunc(Math.fround(Math.fround(x) * 1e4)) * Math.fround(1e-4));
  const along = (values: readonly number[], half: number) =>
    Math.ceil(cut(Math.max(...values) + half)) - Math.floor(cut(Math.min(...values) + half));
  return [along(ys, halfHeight), along(xs, halfWidth)];
}

// ── Rotations ──

export interface RotationHow extends Sampling {
  readonly expand: boolean;
  readonly center: readonly number[] | null;
}

interface RotateArguments {
  /** The angle in degrees: clockwise in `affine`, the other way in `rotate`. */
  angle: number;
  /** `nearest` (default) or `bilinear`. */
  interpolation?: Interpolation;
  /** Enlarge the result so that it holds the whole picture. Default: false. */
  expand?: boolean;
  /** x and y, counted from the corner of the picture; default: its middle. */
  center?: readonly number[] | null;
  fill?: Fill;
}

/** Turns pictures, tensors, masks or boxes counter-clockwise by an angle in degrees. */
export const rotate = checked(
  'rotate(input, ...)',
  <T extends Tensor>(
    input: T,
    ...args: Arguments<RotateArguments, ['angle', 'interpolation', 'expand', 'center', 'fill']>
  ): T => {
    const defaults = { interpolation: 'nearest', expand: false, center: null, fill: null } as const;
    const parsed = parseArgs<RotateArguments>('rotate', ['angle'], defaults, args);
    const { angle, expand, center } = parsed;
    checkNumber('rotate', 'angle', angle);
    const sampling = samplingOf('rotate', parsed);
    if (center !== null) checkNumbers('rotate', 'center', center, [2]);
    return turned('rotate', input, angle, { ...sampling, expand, center });
  },
);

const turning = (angle: number): AffineChange => ({ angle: -angle, translate: [0, 0], scale: 1, shear: [0, 0] });

/** `rotate` after parsing its arguments. */
export function turned<T extends Tensor>(op: string, input: T, angle: number, how: RotationHow): T {
  const { expand, center } = how;
  if (input instanceof BoundingBoxes) return affineBoxes(input, turning(angle), center, expand) as Tensor as T;
  return onPixels(op, input, how, (batch, sampling, size) => {
    const quarters = quartersOf(angle, size, how);
    if (quarters !== null) return quarterTurned(batch, quarters);
    const matrix = rotationMatrix(angle, size, center);
    const out = expand ? affineOutput(matrix, size) : size;
    return warpedAffine(op, batch, new Array<Affine>(batch.shape[0]!).fill(matrix), sampling, out);
  });
}

/** The matrix that leads from places in the rotated picture to those in the original. */
export const rotationMatrix = (angle: number, size: Size, center: readonly number[] | null): Affine =>
  affineMatrix(fromMiddle(center, size), turning(modulo(angle)));

const modulo = (angle: number): number => ((angle % 360) + 360) % 360;

/** The number of exact quarter turns of an angle, if they keep the size or `expand` allows another size; else null. */
export function quartersOf(angle: number, [height, width]: Size, { expand, center }: RotationHow): number | null {
  const positive = modulo(angle);
  if (center !== null || positive % 90 !== 0) return null;
  return positive % 180 === 0 || expand || height === width ? positive / 90 : null;
}

/** Turns pictures counter-clockwise by quarter turns. */
function quarterTurned(batch: Tensor, quarters: number): Tensor {
  const sizes = sizesOf(batch);
  const [height, width] = sizes[0]!;
  const windows: readonly Window[] = [
    [0, 1, 0, 0, 0, 1],
    [0, 0, 1, width - 1, -1, 0],
    [height - 1, -1, 0, width - 1, 0, -1],
    [height - 1, 0, -1, 0, 1, 0],
  ];
  const out: Size = quarters % 2 === 0 ? [height, width] : [width, height];
  return windowsOf(
    batch,
    sizes.map(() => windows[quarters]!),
    { out },
  );
}

// ── Perspective ──

type Points = readonly (readonly number[])[];

interface PerspectiveArguments {
  /** x and y of the corners, clockwise from the top left. */
  startpoints: Points | null;
  /** The new positions of these corners. */
  endpoints: Points | null;
  /** `bilinear` (default) or `nearest`. */
  interpolation?: Interpolation;
  fill?: Fill;
  /** Instead of the points. */
  coefficients?: readonly number[] | null;
}

type PerspectiveOrder = ['startpoints', 'endpoints', 'interpolation', 'fill', 'coefficients'];

/** Moves the corners of pictures, tensors, masks or boxes. */
export const perspective = checked(
  'perspective(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<PerspectiveArguments, PerspectiveOrder>): T => {
    const name = 'perspective';
    const defaults = { interpolation: 'bilinear', fill: null, coefficients: null } as const;
    const parsed = parseArgs<PerspectiveArguments>(name, ['startpoints', 'endpoints'], defaults, args);
    const { startpoints, endpoints } = parsed;
    const how = samplingOf(name, parsed);
    if (parsed.coefficients !== null) {
      if (startpoints !== null && endpoints !== null) {
        throw new ArgumentError(`${name}: expected points or coefficients, but got both`);
      }
      const given = checkNumbers(name, 'coefficients', parsed.coefficients, [8]);
      return projected(name, input, given as unknown as Coefficients, how);
    }
    if (startpoints === null || endpoints === null) {
      throw new ArgumentError(`${name}: expected startpoints and endpoints, or coefficients, but got neither`);
    }
    return projected(name, input, perspectiveCoefficients(name, startpoints, endpoints), how);
  },
);

/** `perspective` after parsing its arguments. */
export function projected<T extends Tensor>(op: string, input: T, coefficients: Coefficients, sampling: Sampling): T {
  if (input instanceof BoundingBoxes) return projectedBoxes(op, input, coefficients) as Tensor as T;
  return onPixels(op, input, sampling, (batch, how) =>
    warpedPerspective(op, batch, new Array<Coefficients>(batch.shape[0]!).fill(coefficients), how),
  );
}

/** Warps pictures [N, C, H, W] in perspective, each by its own coefficients. */
export function warpedPerspective(op: string, batch: Tensor, all: readonly Coefficients[], sampling: Sampling): Tensor {
  const size = batch.shape.slice(-2) as [number, number];
  const places = warpPlaces(all, { out: size, size, perspective: true });
  return atPlaces(op, batch, Tensor.of(places), sampling);
}

const isPoint = (point: unknown): boolean => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);

/** The coefficients that lead from places in the result to places in the original. */
export function perspectiveCoefficients(op: string, startpoints: Points, endpoints: Points): Coefficients {
  for (const points of [startpoints, endpoints]) {
    if (Array.isArray(points) && points.length === 4 && points.every(isPoint)) continue;
    throw new ArgumentError(`${op}: expected four corners [x, y], but got ${shown(points)}`);
  }
  const rows = endpoints.flatMap(([x, y], i) => {
    const [u, v] = startpoints[i] as [number, number];
    return [
      [x!, y!, 1, 0, 0, 0, -u * x!, -u * y!, u],
      [0, 0, 0, x!, y!, 1, -v * x!, -v * y!, v],
    ];
  });
  return solved(op, rows).map(Math.fround) as unknown as Coefficients;
}

/** Solves n linear equations, each row followed by its right side, by Gaussian elimination with pivoting. */
function solved(op: string, rows: readonly (readonly number[])[]): number[] {
  const n = rows.length;
  const m = rows.map((row) => [...row]);
  for (let k = 0; k < n; k++) {
    const pivot = m.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(m[best]![k]!) ? k + i : best), k);
    [m[k], m[pivot]] = [m[pivot]!, m[k]!];
    if (m[k]![k] === 0) throw new ArgumentError(`${op}: expected corners of which no three lie on a line`);
    for (let i = k + 1; i < n; i++) {
      const factor = m[i]![k]! / m[k]![k]!;
      for (let j = k; j <= n; j++) m[i]![j]! -= factor * m[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const known = x.reduce((sum, each, j) => (j > k ? sum + m[k]![j]! * each : sum), 0);
    x[k] = (m[k]![n]! - known) / m[k]![k]!;
  }
  return x;
}

/** The smallest boxes around the boxes of a picture after a perspective map. */
function projectedBoxes(op: string, boxes: BoundingBoxes, [a, b, c, d, e, f, g, h]: Coefficients): BoundingBoxes {
  const denominator = a * e - b * d;
  if (denominator === 0)
    throw new ArgumentError(`${op}: expected coefficients that can be inverted, but got a e - b d = 0`);
  const inverse = [
    [e - f * h, -d + f * g],
    [-b + c * h, a - c * g],
    [b * f - c * e, -a * f + c * d],
  ].flat();
  const below = [-e * g + d * h, -a * h + b * g];
  const table = (values: readonly number[], rows: number) =>
    tensor(
      values.map((each) => each / denominator),
      { dtype: 'float32' },
    ).reshape([rows, -1]);
  const [matrix, shift] = [table(inverse.slice(0, 4), 2), table(inverse.slice(4), 1)];
  const weight = table(below, 2);
  return mappedBoxes(boxes, (points) => points.matmul(matrix).add(shift).div(points.matmul(weight).add(1)));
}

// ── Elastic displacements ──

interface ElasticArguments {
  /** By how much each element's place is displaced, [1, H, W, 2], in halves of the size, x first. */
  displacement: Tensor;
  /** `bilinear` (default) or `nearest`. */
  interpolation?: Interpolation;
  fill?: Fill;
}

/** Displaces the elements of pictures, tensors, masks or boxes. */
export const elastic = checked(
  'elastic(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<ElasticArguments, ['displacement', 'interpolation', 'fill']>): T => {
    const defaults = { interpolation: 'bilinear', fill: null } as const;
    const parsed = parseArgs<ElasticArguments>('elastic', ['displacement'], defaults, args);
    const { displacement } = parsed;
    const sampling = samplingOf('elastic', parsed);
    if (!(displacement instanceof Tensor)) {
      throw new ArgumentError(`elastic: expected displacement to be a tensor, but got ${kindOf(displacement)}`);
    }
    return displaced('elastic', input, displacement, sampling);
  },
);

/** The undisplaced places of the elements, [1, H, W, 2]. */
function identityGrid([height, width]: Size): Tensor {
  const middle = (i: number, size: number) => (2 * i + 1 - size) / size;
  const places = Array.from({ length: height * width }, (_, i) => [
    middle(i % width, width),
    middle(Math.floor(i / width), height),
  ]);
  return Tensor.of(fromHost(Float32Array.from(places.flat()), [1, height, width, 2], 'float32'));
}

/** `elastic` after parsing its arguments. */
export function displaced<T extends Tensor>(op: string, input: T, displacement: Tensor, sampling: Sampling): T {
  if (input instanceof BoundingBoxes) return displacedBoxes(op, input, displacement) as Tensor as T;
  return onPixels(op, input, sampling, (batch, how, size) => {
    checkDisplacement(op, displacement, size);
    const grid = identityGrid(size).add(displacement.to('float32'));
    return atGrid(op, batch, grid.expand([batch.shape[0]!, ...size, 2]), how);
  });
}

/** Warps pictures [N, C, H, W] by displacements [N, H, W, 2]. */
export function warpedElastic(op: string, batch: Tensor, displacements: Tensor, sampling: Sampling): Tensor {
  return atGrid(op, batch, identityGrid(batch.shape.slice(-2) as [number, number]).add(displacements), sampling);
}

function checkDisplacement(op: string, { shape }: Tensor, [height, width]: Size): void {
  if (shape.join() === [1, height, width, 2].join()) return;
  throw new ShapeError(
    `${op}: expected a displacement [1, ${height}, ${width}, 2], but got shape [${shape.join(', ')}]`,
  );
}

/** Displaces boxes. As torchvision, this subtracts the displacement read at each corner, rounded up. */
function displacedBoxes(op: string, boxes: BoundingBoxes, displacement: Tensor): BoundingBoxes {
  const [height, width] = boxes.canvasSize;
  checkDisplacement(op, displacement, [height, width]);
  const back = identityGrid([height, width])
    .sub(displacement.to('float32'))
    .reshape([height * width, 2]);
  const sizes = tensor([width * 0.5, height * 0.5], { dtype: 'float32' });
  return mappedBoxes(boxes, (points) => {
    const whole = points.ceil();
    const x = whole.select(1, 0).clamp(0, width - 1);
    const y = whole.select(1, 1).clamp(0, height - 1);
    const at = back.indexSelect(0, y.mul(width).add(x).to('int64'));
    return at.add(1).mul(sizes).sub(0.5);
  });
}
