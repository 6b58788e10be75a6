// The linear models of LIME and TCAV beside scikit-learn's.
import { expect, test } from 'vitest';
import { SgdClassifier } from '../../src/doors/interpret/concept/sgd-classifier';
import { lasso, leastNorm, type Problem, ridge } from '../../src/doors/interpret/surrogate/least-squares';
import { expectNumbers } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Case extends FixtureCase {
  readonly linear?: string;
  readonly svm?: number;
}

const fixture = await loadFixture<Case>('linear_models');

/** Rows that are centred by their weights and multiplied by the roots of these. */
function problemOf(name: string): { problem: Problem; total: number } {
  const [x, y, w] = ['x', 'y', 'w'].map((key) => fixture.tensor(`${name}/${key}`));
  const [n, features] = x!.shape as [number, number];
  const total = Array.from(w!.data).reduce((a, b) => a + b, 0);
  const mean = (of: (i: number) => number): number =>
    Array.from(w!.data).reduce((sum, weight, i) => sum + (weight / total) * of(i), 0);
  const centre = Array.from({ length: features }, (_, f) => mean((i) => x!.data[i * features + f]!));
  const level = mean((i) => y!.data[i]!);
  const root = (i: number): number => Math.sqrt(w!.data[i]!);
  const problem = {
    x: Float64Array.from(x!.data, (value, at) => (value - centre[at % features]!) * root(Math.floor(at / features))),
    y: Float64Array.from(y!.data, (value, i) => (value - level) * root(i)),
    n,
    features,
  };
  return { problem, total };
}

test.each(fixture.cases.filter(({ linear }) => linear))('least squares, $name', ({ name }) => {
  const { problem, total } = problemOf(name);
  const close = { rtol: 1e-6, atol: 1e-8 };
  expectNumbers(leastNorm(problem, 1e-6), fixture.tensor(`${name}/regression`).data, close);
  expectNumbers(ridge(problem, 0.7), fixture.tensor(`${name}/ridge`).data, close);
  const found = lasso(problem, 0.05 * total, { maxIter: 100_000, tol: 1e-12 });
  expectNumbers(found, fixture.tensor(`${name}/lasso`).data, { rtol: 1e-4, atol: 1e-5 });
});

test.each(fixture.cases.filter(({ svm }) => svm))('$name classes', ({ name }) => {
  const x = fixture.tensor(`${name}/x`);
  const labels = Array.from(fixture.tensor(`${name}/labels`).data);
  const features = x.shape[1]!;
  const options = { alpha: 0.01, maxIter: 1000, tol: 1e-3, shuffle: false };
  const machine = new SgdClassifier({ x: x.data as Float32Array, labels, features }, options);
  const close = { rtol: 1e-6, atol: 1e-8 };
  const coefficients = machine.coefficients.flatMap((row) => Array.from(row));
  expectNumbers(coefficients, fixture.tensor(`${name}/coef`).data, close);
  expectNumbers(machine.intercepts, fixture.tensor(`${name}/bias`).data, close);
  const found = labels.map((_, i) => machine.predict(x.data.slice(i * features, (i + 1) * features) as Float32Array));
  expect(found).toEqual(Array.from(fixture.tensor(`${name}/predicted`).data));
});
