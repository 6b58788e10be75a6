// Models as files hold them, beside what onnxruntime computes: numbers in float32, and earlier versions of operators.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { describe, expect, test } from 'vitest';

interface Numbers {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | 'nan' | 'inf' | '-inf')[];
}

interface ModelCase {
  readonly name: string;
  readonly model: string;
  readonly inputs: readonly Numbers[];
  readonly outputs: readonly Numbers[];
}

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/onnx_runtime.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly ModelCase[];
};

/** Types that tensors here hold in a wider one. */
const wider: Readonly<Record<string, torch.DType>> = {
  float64: 'float32',
  int8: 'int32',
  int16: 'int32',
  uint16: 'int32',
};

const special: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };

const numbersOf = ({ data }: Numbers): number[] =>
  data.map((each) => (typeof each === 'string' ? special[each]! : each));

const tensorOf = (numbers: Numbers): torch.Tensor =>
  torch
    .tensor(numbersOf(numbers), { dtype: wider[numbers.dtype] ?? (numbers.dtype as torch.DType) })
    .reshape(numbers.shape);

/** What differs from onnxruntime's outputs; null for nothing. */
async function difference({ model, inputs, outputs }: ModelCase): Promise<string | null> {
  const network = await onnx.load(Uint8Array.from(Buffer.from(model, 'base64')));
  const run = network as unknown as (...given: torch.Tensor[]) => torch.Tensor | torch.Tensor[];
  const result = run(...inputs.map(tensorOf));
  for (const [k, wanted] of outputs.entries()) {
    const got = Array.isArray(result) ? result[k]! : result;
    if (got.shape.join() !== wanted.shape.join()) return `output ${k} has shape [${got.shape}], not [${wanted.shape}]`;
    const numbers = Array.from(await got.data(), Number);
    const bad = numbersOf(wanted).findIndex((number, i) => {
      const near = Math.abs(numbers[i]! - number) <= 1e-5 * Math.max(1, Math.abs(number));
      return !near && !Object.is(numbers[i], number);
    });
    if (bad >= 0) return `output ${k} has ${numbers[bad]} at ${bad}, not ${wanted.data[bad]}`;
  }
  return null;
}

describe('onnxruntime computes the same', () => {
  test.each(cases)('$name', async (one) => expect(await difference(one)).toBeNull());
});
