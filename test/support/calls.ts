// Owns checking cases of families/calls.py: a function's output, and its gradients by every real input, beside PyTorch's.
import type { Tensor } from 'lamplight';
import { expectClose, fromFixture } from './close';
import type { Fixture, FixtureCase } from './fixtures';

export interface Call extends FixtureCase {
  readonly op: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** How many inputs there are. */
  readonly inputs: number;
  /** The names of arguments that are arrays. */
  readonly arrays: readonly string[];
}

/** The inputs of a case, asking for gradients where PyTorch gave them, and its options with the arrays among them. */
export function argumentsOf(fixture: Fixture<Call>, { name, options, inputs, arrays }: Call) {
  const array = (key: string, requiresGrad = false) => fromFixture(fixture.tensor(`${name}/${key}`), requiresGrad);
  return {
    xs: Array.from({ length: inputs }, (_, i) => array(`x${i}`, fixture.has(`${name}/grad${i}`))),
    options: { ...options, ...Object.fromEntries(arrays.map((key) => [key, array(key)])) },
  };
}

/** Compares `call` of the case's arguments with the output and gradients of PyTorch. */
export async function checkCall(
  fixture: Fixture<Call>,
  item: Call,
  call: (xs: Tensor[], options: Record<string, unknown>) => Tensor,
  tolerance?: Parameters<typeof expectClose>[2],
): Promise<void> {
  const { xs, options } = argumentsOf(fixture, item);
  const output = call(xs, options);
  await expectClose(output, fixture.tensor(`${item.name}/output`), tolerance);
  if (!xs.some((x) => x.requiresGrad)) return;
  output.backward(fromFixture(fixture.tensor(`${item.name}/dy`)));
  for (const [i, x] of xs.entries()) {
    if (x.requiresGrad) await expectClose(x.grad!, fixture.tensor(`${item.name}/grad${i}`), tolerance);
  }
}
