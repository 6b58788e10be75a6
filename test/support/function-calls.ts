// Owns checking cases of families/functions.py: a call as it is written, its outputs, and its gradients, beside PyTorch's.
import * as torch from 'lamplight';
import { Tensor } from 'lamplight';
import { expect } from 'vitest';
import { expectClose, fromFixture, type Tolerance } from './close';
import { type Fixture, type FixtureCase, type FixtureNumber, fixtureNumber } from './fixtures';

/** JSON in which `{ tensor: i }` stands for a tensor, and the names of numbers for those that JSON has not. */
type Written = null | boolean | number | string | { readonly tensor: number } | readonly Written[];

export interface FunctionCall extends FixtureCase {
  readonly op: string;
  readonly args: readonly Written[];
  readonly options: Readonly<Record<string, Written>>;
  /** How many tensors are among the arguments. */
  readonly tensors: number;
  readonly outputs: number;
  /** PyTorch's name of the function that made the first output. */
  readonly gradFn?: string;
}

type Callee = (...args: readonly unknown[]) => unknown;

function read(value: Written, tensors: readonly Tensor[]): unknown {
  if (Array.isArray(value)) return value.map((item: Written) => read(item, tensors));
  if (typeof value === 'object' && value !== null) return tensors[(value as { tensor: number }).tensor];
  return ['nan', 'inf', '-inf'].includes(value as string) ? fixtureNumber(value as FixtureNumber) : value;
}

/** The tensors of a result, those in lists within it too. */
const listOf = (result: unknown): Tensor[] => [result].flat(2) as Tensor[];

/** Calls the function (of `more`, or the library's), and where there is one the method, with the case's arguments. */
export async function checkFunction(
  fixture: Fixture<FunctionCall>,
  item: FunctionCall,
  more: Readonly<Record<string, unknown>> = {},
  tolerance: Tolerance = {},
): Promise<void> {
  const { name, op, outputs } = item;
  const array = (key: string) => fixture.tensor(`${name}/${key}`);
  const xs = Array.from({ length: item.tensors }, (_, i) =>
    fromFixture(array(`x${i}`), fixture.has(`${name}/grad${i}`)),
  );
  const args = read(item.args, xs) as unknown[];
  const named = Object.fromEntries(Object.entries(item.options).map(([key, value]) => [key, read(value, xs)]));
  const given = Object.keys(named).length > 0 ? [...args, named] : args;
  // What is written in place is written once.
  const space: Readonly<Record<string, unknown>> = op.endsWith('_') ? more : { ...torch, ...more };
  const call = space[op] as Callee | undefined;
  const ys = listOf(await (call ? call(...given) : methodOf(given, op)!()));
  expect(ys.length).toBe(outputs);
  for (const [i, y] of ys.entries()) await expectClose(y, array(`y${i}`), tolerance);
  if (item.gradFn) expect(ys[0]!.gradFn).toBe(item.gradFn);
  await checkGradients(fixture, name, xs, ys, tolerance);
  const method = call && methodOf(given, op);
  // torch.repeatInterleave(counts) and torch.where(condition) are no methods of these.
  if (!method || (['repeatInterleave', 'where'].includes(op) && given.length === 1)) return;
  for (const [i, y] of listOf(await method()).entries()) await expectClose(y, array(`y${i}`), tolerance);
}

/** The call of the first argument's method with the others. */
function methodOf([self, ...rest]: readonly unknown[], op: string): (() => unknown) | undefined {
  const method = self instanceof Tensor ? (self as unknown as Record<string, Callee | undefined>)[op] : undefined;
  return method && (() => method.apply(self, rest));
}

async function checkGradients(
  fixture: Fixture<FunctionCall>,
  name: string,
  xs: readonly Tensor[],
  ys: readonly Tensor[],
  tolerance: Tolerance,
): Promise<void> {
  const weighed = ys.flatMap((y, i) => {
    const key = `${name}/dy${i}`;
    return fixture.has(key) ? [y.mul(fromFixture(fixture.tensor(key))).sum()] : [];
  });
  if (weighed.length === 0 || !xs.some((x) => x.requiresGrad)) return;
  weighed.reduce((a, b) => a.add(b)).backward();
  for (const [i, x] of xs.entries()) {
    if (fixture.has(`${name}/grad${i}`)) {
      await expectClose(x.grad!, fixture.tensor(`${name}/grad${i}`), tolerance);
    }
  }
}
