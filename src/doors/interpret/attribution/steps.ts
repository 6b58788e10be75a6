// The points at which integrals along a path are evaluated, and their weights.

import { ArgumentError } from '../../../torch';
import { kinds, shown } from '../../../torch/inside';

const METHODS = ['riemann_left', 'riemann_right', 'riemann_middle', 'riemann_trapezoid', 'gausslegendre'] as const;

/** The maximum number of points: their weights take a second to compute. Integrals need only hundreds. */
const MOST_STEPS = 10_000;

/** How an integral is approximated. */
export type IntegrationMethod = (typeof METHODS)[number];

/** Points of the path, from 0 at the baseline to 1 at the input, and the weight of each. */
export interface Steps {
  readonly alphas: readonly number[];
  readonly sizes: readonly number[];
}

/** @throws ArgumentError for other methods, for fewer steps than the method needs, and for more than 10,000 */
export function stepsOf(op: string, method: unknown, n: unknown): Steps {
  if (!METHODS.includes(method as IntegrationMethod)) {
    throw new ArgumentError(`${op}: expected method to be one of ${METHODS.join(', ')}, but got ${shown(method)}`);
  }
  const least = method === 'gausslegendre' ? 1 : 2;
  if (!kinds.whole(least, MOST_STEPS).fits(n)) {
    throw new ArgumentError(
      `${op}: expected nSteps to be a whole number from ${least} to ${MOST_STEPS} for ${method}, but got ${shown(n)}`,
    );
  }
  const count = n as number;
  return method === 'gausslegendre' ? gaussLegendre(count) : riemann(method as string, count);
}

/** Captum's Riemann sums. As in Captum, the weights of the trapezoid rule add up to (n − 1) / n, not to 1. */
function riemann(method: string, n: number): Steps {
  const [first, last] = {
    riemann_left: [0, 1 - 1 / n],
    riemann_right: [1 / n, 1],
    riemann_middle: [1 / (2 * n), 1 - 1 / (2 * n)],
    riemann_trapezoid: [0, 1],
  }[method] as [number, number];
  const alphas = Array.from({ length: n }, (_, i) => first + ((last - first) * i) / (n - 1));
  const halves = method === 'riemann_trapezoid';
  return { alphas, sizes: alphas.map((_, i) => (halves && (i === 0 || i === n - 1) ? 0.5 : 1) / n) };
}

/**
 * Gauss-Legendre quadrature on [0, 1]: the zeros of the Legendre polynomial of degree n, by Newton's method from
 * asymptotic estimates.
 */
function gaussLegendre(n: number): Steps {
  const alphas: number[] = [];
  const sizes: number[] = [];
  for (let i = n; i >= 1; i--) {
    let x = Math.cos((Math.PI * (i - 0.25)) / (n + 0.5));
    let slope = 1;
    for (let round = 0; round < 8; round++) {
      const [value, derivative] = legendre(n, x);
      slope = derivative;
      x -= value / derivative;
    }
    [, slope] = legendre(n, x);
    alphas.push((1 + x) / 2);
    sizes.push(1 / ((1 - x * x) * slope * slope));
  }
  return { alphas, sizes };
}

/** The Legendre polynomial of degree n, and its derivative. */
function legendre(n: number, x: number): [value: number, derivative: number] {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return [value, (n * (before - x * value)) / (1 - x * x)];
}
