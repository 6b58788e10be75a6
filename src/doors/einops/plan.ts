// Turns a pattern into a reshape, a reduction, a permutation, an expansion and a reshape, for tensors of one rank.

import { ArgumentError, ShapeError } from '../../torch';
import { showShape } from '../../torch/inside';
import {
  type Axis,
  ELLIPSIS,
  type Expression,
  hasEllipsis,
  holdsEllipsis,
  listed,
  namesIn,
  parseExpression,
  sidesOf,
} from './pattern';

/** How the axes of the sides may differ: not at all, some reduced, or some added. */
export type Kind = 'rearrange' | 'reduce' | 'repeat';

/** Sizes of axes by name. */
export type AxesLengths = Readonly<Record<string, number>>;

export interface Plan {
  /** The dimensions of the input, each a group of axes. */
  readonly input: readonly (readonly Axis[])[];
  /** The indices of the reduced axes among the input's axes. */
  readonly reduced: readonly number[];
  /** For each axis of the result that comes from the input: its index among the kept axes. */
  readonly order: readonly number[];
  /** The dimensions of the result, each a group of axes. */
  readonly result: readonly (readonly Axis[])[];
  /** The names of the axes that only the result has. */
  readonly added: ReadonlySet<string>;
}

const MOST_PLANS = 256;
const plans = new Map<string, Plan>();

/** The plan of a pattern for tensors of `rank` dimensions. `given` names the axes whose sizes are given. */
export function planOf(op: string, kind: Kind, pattern: string, rank: number, given: readonly string[]): Plan {
  const key = JSON.stringify([kind, pattern, rank, given]);
  const known = plans.get(key);
  if (known) return known;
  const plan = makePlan(op, kind, pattern, rank, given);
  if (plans.size === MOST_PLANS) plans.delete(plans.keys().next().value!);
  plans.set(key, plan);
  return plan;
}

/** Checks a pattern without a tensor. */
export function checkPattern(op: string, kind: Kind, pattern: string, given: readonly string[]): void {
  const [left] = sidesOf(op, pattern);
  planOf(op, kind, pattern, parseExpression(op, left).groups.length, given);
}

function makePlan(op: string, kind: Kind, pattern: string, rank: number, given: readonly string[]): Plan {
  const [left, right] = sidesOf(op, pattern).map((side, i) =>
    parseExpression(op, side, i === 0 ? {} : { mark: '>' }),
  ) as [Expression, Expression];
  checkSides(op, kind, pattern, left, right, given);
  const unnamed = rank - (left.groups.length - 1);
  const fits = hasEllipsis(left) ? unnamed >= 0 : rank === left.groups.length;
  if (!fits) {
    const expected = hasEllipsis(left) ? `at least ${left.groups.length - 1}` : left.groups.length;
    throw new ShapeError(`${op}: expected a tensor of ${expected} dimensions for '${pattern}', but got ${rank}`);
  }
  const others = Array.from(
    { length: Math.max(unnamed, 0) },
    (_, i): Axis => ({ name: `${ELLIPSIS}${i}`, size: null }),
  );
  const input = left.groups.flatMap((group) => (holdsEllipsis(group) ? others.map((axis) => [axis]) : [group]));
  const result = right.groups.flatMap((group) => {
    if (!holdsEllipsis(group)) return [group];
    if (!right.joinsEllipsis) return others.map((axis) => [axis]);
    return [group.flatMap((axis) => (axis.name === ELLIPSIS ? others : [axis]))];
  });
  const from = input.flat().map(({ name }) => name);
  const to = result.flat().map(({ name }) => name);
  for (const group of input) {
    const open = group.filter(({ name, size }) => size === null && !given.includes(name)).map(({ name }) => name);
    if (open.length > 1) {
      throw new ArgumentError(`${op}: expected sizes for all but one of the axes ${listed(open)} of '${pattern}'`);
    }
  }
  const kept = from.filter((name) => to.includes(name));
  return {
    input,
    reduced: from.flatMap((name, i) => (to.includes(name) ? [] : [i])),
    order: to.filter((name) => kept.includes(name)).map((name) => kept.indexOf(name)),
    result,
    added: new Set(to.filter((name) => !from.includes(name))),
  };
}

function checkSides(
  op: string,
  kind: Kind,
  pattern: string,
  left: Expression,
  right: Expression,
  given: readonly string[],
): void {
  const fail = (why: string) => new ArgumentError(`${op}: ${why} in '${pattern}'`);
  const [from, to] = [namesIn(left), namesIn(right)];
  if (!hasEllipsis(left) && hasEllipsis(right)) throw fail('expected ... on the left as well as on the right');
  if (left.joinsEllipsis) throw fail('expected no ... within parentheses on the left');
  const gone = from.filter((name) => !to.includes(name));
  const come = to.filter((name) => !from.includes(name));
  if (kind === 'rearrange' && gone.length + come.length > 0) {
    throw fail(`expected the same axes on both sides, but only one has ${listed([...gone, ...come])}`);
  }
  if (kind === 'repeat' && gone.length > 0) throw fail(`expected the right side to have ${listed(gone)}`);
  if (kind === 'reduce' && come.length > 0) throw fail(`expected the left side to have ${listed(come)}`);
  const sized = right.groups
    .flat()
    .filter(({ size }) => size !== null)
    .map(({ name }) => name);
  const open = come.filter((name) => !given.includes(name) && !sized.includes(name));
  if (open.length > 0) throw fail(`expected the sizes of the new axes ${listed(open)}`);
  for (const name of given) {
    if (!NAMED.test(name) || !(from.includes(name) || to.includes(name))) {
      throw fail(`got a size for '${name}', which is no axis`);
    }
  }
}

/** Sizes may be given only for names, not for numbers or the ellipsis. */
const NAMED = /^[^\d.]/u;

/** The sizes of all axes for an input of this shape. @throws ShapeError if the shape does not fit */
export function sizesOf(
  op: string,
  pattern: string,
  { input, result }: Plan,
  shape: readonly number[],
  lengths: AxesLengths,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, size } of [...input, ...result].flat()) {
    const known = size ?? (Object.hasOwn(lengths, name) ? lengths[name] : undefined);
    if (known !== undefined) sizes.set(name, known);
  }
  input.forEach((group, d) => {
    const open = group.find(({ name }) => !sizes.has(name));
    const product = group.reduce((n, { name }) => n * (sizes.get(name) ?? 1), 1);
    const size = shape[d]!;
    if (open && product > 0 && size % product === 0) sizes.set(open.name, size / product);
    else if (open || product !== size) {
      const expected = open ? `a multiple of ${product}` : `${product}`;
      throw new ShapeError(
        `${op}: expected dimension ${d} to be ${expected} by '${pattern}', but got ${size} of shape ${showShape(shape)}`,
      );
    }
  });
  return sizes;
}
