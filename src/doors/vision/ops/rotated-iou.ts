// Intersection over union of rotated boxes: the intersection of two boxes is a polygon.
import { cat, stack, type Tensor } from '../../../torch';

/**
 * Tolerances: two edges still meet this fraction of their length beyond their ends; a corner still lies inside this
 * fraction of a side beyond it.
 */
const TOLERANCE = 1e-5;
/** Sorts points that do not exist after all others, whose angles are at most π. */
const LAST = 10;

/** Rotated boxes as centres, half sides, and the direction of the sides. */
interface Turned {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly halfW: Tensor;
  readonly halfH: Tensor;
  readonly cos: Tensor;
  readonly sin: Tensor;
}

function turned(boxes: Tensor): Turned {
  const [x, y, w, h, r] = boxes.unbind(-1) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const angle = r.mul(Math.PI / 180);
  return { x, y, halfW: w.div(2), halfH: h.div(2), cos: angle.cos(), sin: angle.sin() };
}

const shaped = (box: Turned, change: (x: Tensor) => Tensor): Turned => ({
  x: change(box.x),
  y: change(box.y),
  halfW: change(box.halfW),
  halfH: change(box.halfH),
  cos: change(box.cos),
  sin: change(box.sin),
});

/** Points, with x and y in separate tensors. */
type Points = readonly [x: Tensor, y: Tensor];

/** The four corners of boxes around their centres, along a new last axis. */
function corners({ x, y, halfW, halfH, cos, sin }: Turned): Points {
  const [wx, wy, hx, hy] = [halfW.mul(cos), halfW.mul(sin).neg(), halfH.mul(sin), halfH.mul(cos)];
  const along = (middle: Tensor, w: Tensor, h: Tensor): Tensor =>
    stack([middle.sub(w).sub(h), middle.add(w).sub(h), middle.add(w).add(h), middle.sub(w).add(h)], -1);
  return [along(x, wx, hx), along(y, wy, hy)];
}

const cross = ([ax, ay]: Points, [bx, by]: Points): Tensor => ax.mul(by).sub(ay.mul(bx));

const minus = ([ax, ay]: Points, [bx, by]: Points): Points => [ax.sub(bx), ay.sub(by)];

const map = ([x, y]: Points, change: (x: Tensor) => Tensor): Points => [change(x), change(y)];

/** Which points lie inside boxes. */
function areInside([px, py]: Points, box: Turned): Tensor {
  const { x, y, halfW, halfH, cos, sin } = shaped(box, (part) => part.unsqueeze(-1));
  const [dx, dy] = [px.sub(x), py.sub(y)];
  const room = (half: Tensor): Tensor => half.mul(1 + TOLERANCE);
  const alongW = dx.mul(cos).sub(dy.mul(sin)).abs().le(room(halfW));
  return alongW.logicalAnd(dx.mul(sin).add(dy.mul(cos)).abs().le(room(halfH)));
}

/** The intersections of two boxes' edges, [..., 16], and which of them exist. */
function meetings(a: Points, b: Points): { points: Points; isThere: Tensor } {
  const edges = (of: Points): Points =>
    minus(
      map(of, (x) => x.roll(-1, -1)),
      of,
    );
  const [from, along] = [map(a, (x) => x.unsqueeze(-1)), map(edges(a), (x) => x.unsqueeze(-1))];
  const [other, across] = [map(b, (x) => x.unsqueeze(-2)), map(edges(b), (x) => x.unsqueeze(-2))];
  const turn = cross(along, across);
  const isCrossing = turn.abs().gt(1e-14);
  const divisor = turn.where(isCrossing, 1);
  const between = minus(other, from);
  const t = cross(between, across).div(divisor);
  const u = cross(between, along).div(divisor);
  const isWithin = (part: Tensor): Tensor => part.ge(-TOLERANCE).logicalAnd(part.le(1 + TOLERANCE));
  const isThere = isCrossing.logicalAnd(isWithin(t)).logicalAnd(isWithin(u));
  const points: Points = [from[0].add(t.mul(along[0])), from[1].add(t.mul(along[1]))];
  return { points: map(points, (x) => x.flatten(-2)), isThere: isThere.flatten(-2) };
}

/**
 * The area of convex polygons. Their corners are the existing ones of [..., P] points, in any order and possibly
 * repeated.
 */
function areaAround(points: Points, isThere: Tensor): Tensor {
  const counts = isThere.to('float32');
  const count = counts.sum(-1, { keepdim: true });
  const kept = map(points, (x) => x.maskedFill(isThere.logicalNot(), 0));
  const middle = map(kept, (x) => x.sum(-1, { keepdim: true }).div(count.clamp({ min: 1 })));
  const arms = minus(kept, middle);
  const order = arms[1].atan2(arms[0]).maskedFill(isThere.logicalNot(), LAST).argsort(-1);
  const isKept = counts.gather(-1, order).ne(0);
  const around = map(arms, (x) => {
    const sorted = x.gather(-1, order);
    return sorted.where(isKept, sorted.narrow(-1, 0, 1));
  });
  const area = cross(
    around,
    map(around, (x) => x.roll(-1, -1)),
  );
  return area.sum(-1).div(2).mul(count.squeeze(-1).gt(2).to('float32'));
}

/**
 * Intersection over union of each box of one list with each box of another; 0 for boxes without area. Shape: [..., N,
 * 5] and [..., M, 5] as (cx, cy, w, h, degrees) → [..., N, M]. It has no gradient.
 */
export function rotatedIou(boxes1: Tensor, boxes2: Tensor): Tensor {
  const one = shaped(turned(boxes1.detach().float()), (x) => x.unsqueeze(-1));
  const two = shaped(turned(boxes2.detach().float()), (x) => x.unsqueeze(-2));
  // Positions are relative to the first box, so that boxes far from the picture's corner keep their precision.
  const first: Turned = { ...one, x: one.x.sub(one.x), y: one.y.sub(one.y) };
  const second: Turned = { ...two, x: two.x.sub(one.x), y: two.y.sub(one.y) };
  const shape = [...second.x.shape, 4];
  const [a, b] = [map(corners(first), (x) => x.expand(shape)), map(corners(second), (x) => x.expand(shape))];
  const { points, isThere } = meetings(a, b);
  const join = (...parts: Tensor[]): Tensor => cat(parts, -1);
  const all: Points = [join(points[0], a[0], b[0]), join(points[1], a[1], b[1])];
  const shared = areaAround(all, join(isThere, areInside(a, second), areInside(b, first)));
  const areaOf = ({ halfW, halfH }: Turned): Tensor => halfW.mul(halfH).mul(4);
  const [area1, area2] = [areaOf(one), areaOf(two)];
  const isEmpty = area1.lt(1e-14).logicalOr(area2.lt(1e-14));
  const union = area1.add(area2).sub(shared);
  return shared.maskedFill(isEmpty, 0).div(union.maskedFill(isEmpty, 1));
}
