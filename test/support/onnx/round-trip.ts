// What `onnx.export` writes is read by `onnx.load`, and computes the same.
import * as torch from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { expect } from 'vitest';
import type { Example } from './small-networks';

const tensorsIn = (value: unknown): torch.Tensor[] => {
  if (value instanceof torch.Tensor) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsIn) : [];
};

export const called = (model: torch.nn.Module, inputs: readonly unknown[]): torch.Tensor[] =>
  torch.noGrad(() => tensorsIn((model as unknown as (...given: unknown[]) => unknown)(...inputs)));

/** Holds each output within 1e-4 of its largest number. */
export async function expectEqual(expected: readonly torch.Tensor[], theirs: readonly torch.Tensor[]): Promise<void> {
  expect(theirs.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [i, y] of expected.entries()) {
    if (y.numel() === 0) continue;
    const [a, b] = [y, theirs[i]!].map((tensor) => tensor.to('float32').data() as unknown as Promise<Float32Array>);
    const [ours, there] = [Array.from(await a!), Array.from(await b!)];
    const largest = Math.max(1e-12, ...ours.filter(Number.isFinite).map(Math.abs));
    const error = Math.max(0, ...ours.map((n, k) => (Object.is(n, there[k]) ? 0 : Math.abs(n - there[k]!))));
    expect(error / largest, `output ${i}`).toBeLessThan(1e-4);
  }
}

/** Exports, loads and holds what both give, for the inputs of the example and others. */
export async function expectRound(
  { model, inputs }: Example,
  options: onnx.OnnxExportOptions = {},
  others: readonly Example['inputs'][] = [],
): Promise<void> {
  model.eval();
  const loaded = await onnx.load(await onnx.export(model, inputs, options));
  for (const given of [inputs, ...others])
    await expectEqual(called(model, given), called(loaded, given.flatMap(tensorsIn)));
}
