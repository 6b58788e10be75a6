// Operators of ONNX: its own node tests, gradients, numbers on the host, and what files may ask for.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { Call, operatorKey } from '../../src/doors/onnx/load/call';
import { noteType } from '../../src/doors/onnx/load/element-type';
import { operators } from '../../src/doors/onnx/load/operators';
import { applied } from '../../src/doors/onnx/load/plan';
import { HostArray, type OnnxValue, type Sequence } from '../../src/doors/onnx/load/values';
import { DATA } from '../../src/doors/onnx/proto/messages';
import type { Tensor } from '../../src/torch/tensor/tensor';
import { type Case, groupedBy, inputsOf, readCases, runCase, weightOf } from '../support/onnx-cases';
import { node } from '../support/onnx-models';
import { isLong, sampled } from '../support/sample';

const cases = readCases(readFileSync(new URL('../fixtures/onnx-operators.bin.gz', import.meta.url)));
const byOperator = groupedBy(cases, ({ node }) => operatorKey(node));

/** What fails of some cases. */
async function failures(chosen: readonly Case[], onHost: boolean): Promise<string[]> {
  const lines: string[] = [];
  for (const one of chosen) {
    const outcome = await runCase(one, onHost);
    if (outcome && 'failed' in outcome) lines.push(`${one.node.opType} ${one.name}: ${outcome.failed}`);
  }
  return lines;
}

describe("ONNX's node tests", async () => {
  await torch.init();
  const claimed = [...byOperator].filter(([name]) => Object.hasOwn(operators, name)).map(([, own]) => own);

  test('are there for most operators', () => expect(claimed.length).toBeGreaterThan(160));

  // The first of one operator in twelve, and of the others one in 120.
  const some = [
    ...sampled(
      claimed.flatMap((own) => own.slice(1)),
      120,
    ),
    ...claimed.flatMap((own, i) => (isLong() || i % 12 === 1 ? [own[0]!] : [])),
  ];

  test.each([
    ['tensors', false],
    ['numbers on the host', true],
  ])('with inputs as %s', async (_, onHost) => expect(await failures(some, onHost)).toEqual([]), 300_000);
});

type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** The outputs of an operator. */
function run(opType: string, inputs: readonly (OnnxValue | null)[], attributes: Attributes = {}, opset = 18) {
  const names = inputs.map((input, i) => (input ? `x${i}` : ''));
  return applied(operators[opType]!, new Call(node(opType, names, ['y'], attributes), opset, inputs, false));
}

const ints = (...numbers: number[]): HostArray => HostArray.of(numbers);

describe('numbers that decide shapes stay on the host', () => {
  test('through the arithmetic of shapes', () => {
    const x = torch.zeros(2, 6, 4) as Tensor;
    const [shape] = run('Shape', [x]);
    const [last] = run('Gather', [shape!, new HostArray([], 'int64', [-1])]);
    const [row] = run('Unsqueeze', [last!, ints(0)]);
    const [half] = run('Div', [row!, ints(3)]);
    const [joined] = run('Concat', [ints(2), half!, ints(-1)], { axis: 0 });
    expect(joined).toEqual(new HostArray([3], 'int64', [2, 1, -1]));
    expect((run('Reshape', [x, joined!])[0] as Tensor).shape).toEqual([2, 1, 24]);
  });

  test('exactly beyond 32 bits', () => {
    const [end] = run('Add', [ints(2 ** 40), ints(3)]);
    expect((end as HostArray).data).toEqual([2 ** 40 + 3]);
    const [part] = run('Slice', [torch.arange(5) as Tensor, ints(1), ints(2 ** 62), ints(0)]);
    expect((part as Tensor).shape).toEqual([4]);
  });

  test('up to 4096 of them', () => {
    expect(
      run(
        'Range',
        [0, 4096, 1].map((n) => new HostArray([], 'int64', [n])),
      )[0],
    ).toBeInstanceOf(HostArray);
    expect(
      run(
        'Range',
        [0, 4097, 1].map((n) => new HostArray([], 'int64', [n])),
      )[0],
    ).not.toBeInstanceOf(HostArray);
  });
});

test('sequences are made, read, changed and joined', async () => {
  const [a, b] = [torch.ones(2, 1) as Tensor, torch.zeros(2, 2) as Tensor];
  const [made] = run('SequenceConstruct', [a, b]);
  expect((run('SequenceLength', [made!])[0] as HostArray).data).toEqual([2]);
  expect(run('SequenceAt', [made!, new HostArray([], 'int64', [-1])])[0] === b).toBe(true);
  expect(() => run('SequenceAt', [made!, new HostArray([], 'int64', [2])])).toThrow('expected a place among 2 items');
  const [joined] = run('ConcatFromSequence', [made!], { axis: 1 });
  expect(await (joined as Tensor).tolist()).toEqual([
    [1, 0, 0],
    [1, 0, 0],
  ]);
  const [shorter] = run('SequenceErase', [made!]);
  const [longer] = run('SequenceInsert', [run('SequenceEmpty', [])[0]!, a]);
  for (const { items } of [shorter, longer] as Sequence[]) expect(items.length === 1 && items[0] === a).toBe(true);
});

test('random numbers have the shape, the mean and the limits that are asked for', async () => {
  const x = torch.zeros(40, 50) as Tensor;
  const normal = run('RandomNormal', [], { shape: [40, 50], mean: 3.5, scale: 0.5 })[0] as Tensor;
  const like = run('RandomNormalLike', [x])[0] as Tensor;
  for (const drawn of [normal, like]) expect(drawn.shape).toEqual([40, 50]);
  expect(Number(await normal.mean().item())).toBeCloseTo(3.5, 1);
  expect(Number(await normal.std().item())).toBeCloseTo(0.5, 1);
  for (const name of ['RandomUniform', 'RandomUniformLike']) {
    const inputs = name === 'RandomUniform' ? [] : [x];
    const drawn = run(name, inputs, { shape: [40, 50], low: 1.5, high: 2.5 })[0] as Tensor;
    expect([Number(await drawn.min().item()) >= 1.5, Number(await drawn.max().item()) <= 2.5]).toEqual([true, true]);
  }
  const classes = run('Multinomial', [torch.tensor([[-100.5, 0, -100]]) as Tensor], { sample_size: 4 })[0] as Tensor;
  expect([classes.dtype, await classes.tolist()]).toEqual(['int32', [[1, 1, 1, 1]]]);
});

test('what numbers ask for is refused before anything is allocated', () => {
  const x = torch.zeros(1, 1, 4, 4) as Tensor;
  const huge = 2 ** 40;
  const asked: readonly [string, readonly (OnnxValue | null)[], Attributes?][] = [
    ['ConstantOfShape', [ints(huge, huge)]],
    ['Expand', [x, ints(huge, 1, 4, 4)]],
    ['Tile', [x, ints(huge, 1, 1, 1)]],
    ['Range', [0, huge, 1].map((n) => new HostArray([], 'int64', [n]))],
    ['Resize', [x, null, null, ints(1, 1, huge, huge)]],
    ['Resize', [x, null, new HostArray([4], 'float32', [1, 1, 1e30, 1])]],
    ['Pad', [x, ints(huge, 0, 0, 0, 0, 0, 0, 0)]],
    ['OneHot', [ints(1, 2), new HostArray([], 'int64', [huge]), ints(0, 1)]],
    ['CenterCropPad', [x, ints(1, 1, huge, 4)]],
    ['MaxPool', [x], { kernel_shape: [huge, huge], pads: [huge, huge, huge, huge] }],
    ['AveragePool', [x], { kernel_shape: [2, 2], pads: [huge, 0, huge, 0] }],
    ['ConvTranspose', [x, torch.zeros(1, 1, 2, 2) as Tensor], { strides: [huge, huge] }],
    ['AffineGrid', [torch.zeros(1, 2, 3) as Tensor, ints(1, 1, huge, huge)]],
    ['HannWindow', [new HostArray([], 'int64', [huge])]],
    ['RandomNormal', [], { shape: [huge, huge] }],
  ];
  for (const [opType, inputs, attributes] of asked) {
    expect(() => run(opType, inputs, attributes), opType).toThrow(/expected .*2\^|expected sizes/);
  }
});

test('the shape of a result that depends on data is refused', () => {
  const x = torch.randn(4).mul(2) as Tensor;
  expect(() => run('NonZero', [x])).toThrow(
    "onnx: node 'the NonZero' (NonZero): how large the result is depends on the numbers of input 0",
  );
  expect(() => run('Reshape', [torch.zeros(4) as Tensor, x])).toThrow('decides a shape');
});

/** Whether a case has floats. */
const isFloating = ({ graph }: Case): boolean =>
  graph.initializers.some(
    ({ name, dataType, dims }) => name.startsWith('given/') && dataType === 1 && !dims.includes(0),
  );

test('gradients go through quantisation as if nothing had been rounded, within the range', async () => {
  const x = torch.tensor([-9, 0.26, 0.74, 9], { requiresGrad: true }) as Tensor;
  const [scale, zero] = [new HostArray([], 'float32', [0.5]), noteType(new HostArray([], 'int32', [0]), DATA.int4)];
  const [whole] = run('QuantizeLinear', [x, scale, zero], {}, 21);
  expect(await (whole as Tensor).tolist()).toEqual([-8, 1, 1, 7]);
  const [y] = run('DequantizeLinear', [whole!, scale, zero], {}, 21);
  (y as Tensor).sum().backward();
  expect(await x.grad!.tolist()).toEqual([0, 1, 1, 0]);
});

/** Operators without a gradient: of whole numbers, of choices, and of steps. */
const flat = new Set(
  (
    'ArgMax ArgMin Bernoulli BitShift Ceil ConvInteger DynamicQuantizeLinear EyeLike Equal Floor Greater GreaterOrEqual Hardmax ' +
    'IsInf IsNaN Less LessOrEqual MatMulInteger NonMaxSuppression NonZero QLinearConv QLinearMatMul QuantizeLinear Round Shape Sign ' +
    'Size Unique Range ConstantOfShape com.microsoft.QuantizeLinear com.microsoft.QGemm com.microsoft.QLinearAdd Cast CastLike Dropout MelWeightMatrix'
  ).split(' '),
);

/** The inputs that are moved where others are settings, statistics, or lie at kinks. */
const moved: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [0, 1, 2],
  DeformConv: [0, 1],
  OneHot: [2],
  Resize: [0],
  RoiAlign: [0],
  Upsample: [0],
};

describe('gradients', async () => {
  await torch.init();
  const names = [...byOperator.keys()].filter((name) => Object.hasOwn(operators, name) && !flat.has(name));

  /** ⟨∇f, d⟩ beside (f(x + h d) − f(x − h d)) / 2h, of f the sum of an output by fixed numbers. */
  async function slopes(one: Case): Promise<string | null> {
    const given = inputsOf(one, false) as (Tensor | null)[];
    const places = given.flatMap((x, i) =>
      x?.dtype === 'float32' && (moved[one.node.opType] ?? [i]).includes(i) ? [i] : [],
    );
    if (places.length === 0) return null;
    const directions = new Map(places.map((i) => [i, torch.randn([...given[i]!.shape], { generator }) as Tensor]));
    const at = (h: number) =>
      given.map((x, i) => (directions.has(i) ? (x!.add(directions.get(i)!.mul(h)) as Tensor) : x));
    const value = (inputs: readonly (Tensor | null)[]) => {
      const [y] = applied(operators[operatorKey(one.node)]!, new Call(one.node, one.opset, inputs, false)) as Tensor[];
      return y?.dtype === 'float32' ? (y.mul(weightOf(y)).sum() as Tensor) : null;
    };
    const leaves = given.map((x, i) => (directions.has(i) ? (x!.clone().requiresGrad_() as Tensor) : x));
    const f = value(leaves);
    if (!f?.requiresGrad) return f ? `${one.name}: without a gradient` : null;
    f.backward();
    const grads = places.map((i) => leaves[i]!.grad?.mul(directions.get(i)!).sum() ?? torch.tensor(0));
    const slope = await (torch.stack(grads as never).sum() as Tensor).item();
    const h = 2e-3;
    const expected = await value(at(h))!
      .sub(value(at(-h))!)
      .div(2 * h)
      .item();
    const size = Math.max(1, Math.abs(Number(expected)), Math.abs(Number(await f.item())) * 1e-2);
    const isClose = Math.abs(Number(slope) - Number(expected)) < 0.05 * size;
    return isClose || Number.isNaN(Number(expected)) ? null : `${one.name}: ${slope} for ${expected}`;
  }

  const generator = new torch.Generator().manualSeed(1);
  test('agree with differences', async () => {
    const lines: string[] = [];
    for (const name of sampled(names, 24)) {
      const one = byOperator.get(name)!.find(isFloating);
      if (!one) continue;
      const line = await slopes(one).catch((error: Error) => `${name} ${one.name}: ${error.message}`);
      if (line) lines.push(`${name} ${line}`);
    }
    expect(lines).toEqual([]);
  }, 300_000);
});
