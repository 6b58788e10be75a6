// Checks printed tensors against PyTorch's text, character by character.
import { expect, test } from 'vitest';
import { asPrintedNow, formatTensor, type PrintOptions, setPrintoptions } from '../../src/engine/storage/print';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface TextCase extends FixtureCase {
  readonly kind: string;
  readonly text: string;
  readonly requiresGrad?: boolean;
  readonly options?: PrintOptions;
}

const fixture = await loadFixture<TextCase>('text');
const leaf = { requiresGrad: false, gradFn: null };

test.each(fixture.cases.filter((one) => one.kind === 'tensor'))('$name', ({ name, text, requiresGrad }) => {
  const { data, shape, dtype } = fixture.tensor(`${name}/value`);
  if (dtype === 'float64') throw new Error('no tensor of the library is float64');
  expect(formatTensor(data, shape, dtype, { requiresGrad: requiresGrad ?? false, gradFn: null })).toBe(text);
});

test.each(fixture.cases.filter((one) => one.kind === 'printOptions'))('$name: $options', ({ name, text, options }) => {
  const { data, shape, dtype } = fixture.tensor(`${name}/value`);
  if (dtype === 'float64') throw new Error('no tensor of the library is float64');
  try {
    setPrintoptions(options);
    expect(formatTensor(data, shape, dtype, leaf)).toBe(text);
  } finally {
    setPrintoptions({ profile: 'default' });
  }
});

test('what is written later is written as it would have been printed', () => {
  const { name, options, text } = fixture.cases.find((one) => one.kind === 'printOptions')!;
  const { data, shape, dtype } = fixture.tensor(`${name}/value`);
  if (dtype === 'float64') throw new Error('no tensor of the library is float64');
  try {
    setPrintoptions(options);
    const asThen = asPrintedNow();
    setPrintoptions({ profile: 'default' });
    expect(asThen(() => formatTensor(data, shape, dtype, leaf))).toBe(text);
    expect(formatTensor([0.5], [1], 'float32', leaf)).toBe('tensor([0.5000])');
  } finally {
    setPrintoptions({ profile: 'default' });
  }
});

test('print options are checked', () => {
  expect(() => setPrintoptions({ profile: 'long' as never })).toThrow(/'default', 'short' or 'full', but got 'long'/);
  expect(() => setPrintoptions({ sci_mode: true } as never)).toThrow(/did you mean 'sciMode'\?/);
});

test('a parameter is introduced as one', () => {
  const { text } = fixture.cases.find((one) => one.kind === 'parameter')!;
  const printed = formatTensor([1, 2.5], [1, 2], 'float32', { requiresGrad: true, gradFn: null });
  expect(`Parameter containing:\n${printed}`).toBe(text);
});

test('the gradient function stands for requires_grad', () => {
  const [matrix, scalar] = fixture.cases.filter((one) => one.kind === 'gradFnText');
  const twos = new Float32Array(6).fill(2);
  expect(formatTensor(twos, [2, 3], 'float32', { requiresGrad: false, gradFn: 'MulBackward0' })).toBe(matrix.text);
  expect(formatTensor([6], [], 'float32', { requiresGrad: true, gradFn: 'SumBackward0' })).toBe(scalar.text);
});

// The values are exact in float32, the text is Python's of the same numbers.
test.each([
  [0.03125, 'tensor(0.0312)'],
  [0.09375, 'tensor(0.0938)'],
  [-0.03125, 'tensor(-0.0312)'],
  [2 ** 27 + 2 ** 26, 'tensor(2.0133e+08)'],
  [103125e10, 'tensor(1.0312e+15)'],
  [-0.00003125, 'tensor(-3.1250e-05)'],
])('a tie goes to the even digit: %d', (value, text) => {
  expect(formatTensor([value], [], 'float32', leaf)).toBe(text);
});

test('zeros keep their sign in each notation', () => {
  expect(formatTensor([-0, 1], [2], 'float32', leaf)).toBe('tensor([-0., 1.])');
  expect(formatTensor([-0, 1.5], [2], 'float32', leaf)).toBe('tensor([-0.0000, 1.5000])');
  expect(formatTensor([-0, 1e-5], [2], 'float32', leaf)).toBe('tensor([-0.0000e+00, 1.0000e-05])');
});
