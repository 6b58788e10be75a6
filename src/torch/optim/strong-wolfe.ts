// A line search for the strong Wolfe conditions, as in PyTorch (after Schmidt's minFunc).

/** The function at a point on the line: its value, and its slope along the line. */
export interface LinePoint {
  readonly loss: number;
  readonly slope: number;
}

/** A point at distance t along the line. */
type Placed<P> = P & { readonly t: number };

interface Search {
  /** The first distance to try. */
  readonly t: number;
  /** The largest absolute value in the direction. */
  readonly reach: number;
  readonly toleranceChange: number;
  readonly maxEvaluations: number;
}

/** The constants of sufficient decrease and curvature (Nocedal & Wright 2006, section 3.1). */
const DECREASE = 1e-4;
const CURVATURE = 0.9;

/** The minimum of the cubic through two points with their slopes, clamped to the bounds. */
function cubicMinimum(a: Placed<LinePoint>, b: Placed<LinePoint>, bounds?: readonly [number, number]): number {
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const [least, most] = bounds ?? [left.t, right.t];
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const t = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Math.min(Math.max(t, least), most);
}

/** A point on the line from `start` at which both conditions hold, or the best one found, and the number of evaluations. */
export async function strongWolfe<P extends LinePoint>(
  start: P,
  evaluate: (t: number) => Promise<P>,
  { t: first, reach, toleranceChange, maxEvaluations }: Search,
): Promise<{ point: P; t: number; evaluations: number }> {
  const at = async (t: number): Promise<Placed<P>> => ({ ...(await evaluate(t)), t });
  const rises = (point: Placed<P>) => point.loss > start.loss + DECREASE * point.t * start.slope;
  const isFlat = (point: P) => Math.abs(point.slope) <= -CURVATURE * start.slope;
  const origin: Placed<P> = { ...start, t: 0 };
  const result = (point: Placed<P>, evaluations: number) => ({ point, t: point.t, evaluations });

  let before = origin;
  let point = await at(first);
  let iterations = 0;
  let bracket: [Placed<P>, Placed<P>] | undefined;
  while (iterations < maxEvaluations && !bracket) {
    if (rises(point) || (iterations > 1 && point.loss >= before.loss)) bracket = [before, point];
    else if (isFlat(point)) return result(point, iterations + 1);
    else if (point.slope >= 0) bracket = [before, point];
    else {
      const t = cubicMinimum(before, point, [point.t + 0.01 * (point.t - before.t), point.t * 10]);
      before = point;
      point = await at(t);
      iterations++;
    }
  }
  let [low, high] = sorted(bracket ?? [origin, point]);
  let stuck = false;
  while (iterations < maxEvaluations && Math.abs(high.t - low.t) * reach >= toleranceChange) {
    const inner = insideBracket(cubicMinimum(low, high), low.t, high.t, stuck);
    stuck = inner.stuck;
    point = await at(inner.t);
    iterations++;
    if (rises(point) || point.loss >= low.loss) {
      [low, high] = sorted([low, point]);
      continue;
    }
    if (isFlat(point)) return result(point, iterations + 1);
    if (point.slope * (high.t - low.t) >= 0) high = low;
    low = point;
  }
  return result(low, iterations + 1);
}

const sorted = <P extends LinePoint>([a, b]: readonly [P, P]): [P, P] => (a.loss <= b.loss ? [a, b] : [b, a]);

/** If t is close to an end of the bracket twice in a row, moves it away from that end, so that the bracket shrinks. */
function insideBracket(t: number, a: number, b: number, stuck: boolean): { t: number; stuck: boolean } {
  const [least, most] = [Math.min(a, b), Math.max(a, b)];
  const margin = 0.1 * (most - least);
  if (Math.min(most - t, t - least) >= margin) return { t, stuck: false };
  if (!stuck && t < most && t > least) return { t, stuck: true };
  return { t: Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin, stuck: false };
}
