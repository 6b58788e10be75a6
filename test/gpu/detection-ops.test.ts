// vision.ops beside torchvision.ops: values, and gradients by every real input.
import type * as torch from 'lamplight';
import { ops } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

type Argument = { readonly tensor: string } | { readonly tensors: readonly string[] } | { readonly value: unknown };

interface Call extends FixtureCase {
  readonly op: keyof typeof ops;
  readonly args: readonly Argument[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly arrays: readonly string[];
  /** Arguments that an earlier case has, too: where. */
  readonly same: Readonly<Record<string, string>>;
}

const fixture = await loadFixture<Call>('detection_ops');

test.each([...Map.groupBy(fixture.cases, ({ op }) => op)])('%s', async (op, group) => {
  const compared: { at: string; actual: torch.Tensor; key: string }[] = [];
  for (const { name, args, options, arrays, same } of sampled(group, 12)) {
    const leaves = new Map<string, torch.Tensor>();
    const leaf = (key: string): torch.Tensor => {
      const x = fromFixture(fixture.tensor(same[key] ?? `${name}/${key}`), fixture.has(`${name}/grad-${key}`));
      leaves.set(key, x);
      return x;
    };
    const given = args.map((arg) =>
      'tensor' in arg ? leaf(arg.tensor) : 'tensors' in arg ? arg.tensors.map(leaf) : arg.value,
    );
    const named = { ...options, ...Object.fromEntries(arrays.map((key) => [key, leaf(key)])) };
    const called = ops[op] as unknown as (...args: unknown[]) => torch.Tensor | Promise<torch.Tensor>;
    const output = await called(...given, ...(Object.keys(named).length > 0 ? [named] : []));
    compared.push({ at: name, actual: output, key: 'output' });
    if (!fixture.has(`${name}/dy`)) continue;
    output.backward(fromFixture(fixture.tensor(`${name}/dy`)));
    for (const [key, x] of leaves) {
      if (fixture.has(`${name}/grad-${key}`)) compared.push({ at: name, actual: x.grad!, key: `grad-${key}` });
    }
  }
  const wrong: string[] = [];
  for (const { at, actual, key } of compared) {
    const expected = fixture.tensor(`${at}/${key}`);
    expect([at, key, actual.shape, actual.dtype]).toEqual([at, key, expected.shape, expected.dtype]);
    try {
      expectNumbers(await actual.data(), expected.data, { rtol: 1e-4, atol: 1e-5 });
    } catch (error) {
      wrong.push(`${at}/${key}: ${(error as Error).message}`);
    }
  }
  expect(wrong).toEqual([]);
});
