// Owns checking one fixture case of a differentiable function: its output, and the gradient of Σ dy ⊙ output by every input.
import { autograd, type Tensor } from 'lamplight';
import { expectClose, fromFixture, type Tolerance } from './close';
import type { Fixture, FixtureCase } from './fixtures';

/** The fixture holds `<case>/<input>`, `<case>/output`, `<case>/dy` and `<case>/grad_<input>`; inputs may be absent. */
export async function expectCase<Case extends FixtureCase>(
  fixture: Fixture<Case>,
  name: string,
  inputs: readonly string[],
  call: (inputs: Record<string, Tensor | undefined>) => Tensor,
  tolerance: Tolerance = {},
): Promise<void> {
  const present = inputs.filter((key) => fixture.has(`${name}/${key}`));
  const leaves = new Map(present.map((key) => [key, fromFixture(fixture.tensor(`${name}/${key}`), true)]));
  const output = call(Object.fromEntries(leaves));
  await expectClose(output, fixture.tensor(`${name}/output`), tolerance);
  const dy = fromFixture(fixture.tensor(`${name}/dy`));
  const gradients = autograd.grad(output, [...leaves.values()], dy);
  for (const [i, key] of present.entries()) {
    await expectClose(gradients[i]!, fixture.tensor(`${name}/grad_${key}`), tolerance);
  }
}
