// Checks views, indexing, padding and joining, with their gradients, against PyTorch and by properties.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface ShapeCase extends FixtureCase {
  readonly op: string;
  readonly args?: readonly unknown[];
  readonly options?: object;
  readonly inputs?: readonly string[];
  readonly dim?: number;
}

const fixture = await loadFixture<ShapeCase>('shape');

/** Operations of one tensor that the library has, by method name. */
const methods = new Set([
  'at',
  'indexSelect',
  'gather',
  'permute',
  'transpose',
  't',
  'expand',
  'reshape',
  'view',
  'flatten',
  'squeeze',
  'unsqueeze',
  'narrow',
  'select',
  'flip',
  'split',
  'chunk',
  'unbind',
  'movedim',
  'swapaxes',
  'repeat',
  'tile',
  'repeatInterleave',
  'roll',
  'rot90',
  'tril',
  'triu',
  'diagonal',
  'scatter',
  'scatterAdd',
  'indexAdd',
  'indexCopy',
  'takeAlongDim',
  'take',
]);

/** Its size is known only after reading; test/gpu/scatter.test.ts waits for it. */
const awaited = new Set(['at-mask']);

const cases = fixture.cases.filter(
  ({ name, op }) =>
    !awaited.has(name) && (methods.has(op) || ['pad', 'cat', 'stack', 'hstack', 'vstack', 'meshgrid'].includes(op)),
);

/** An argument, or the index tensor or input that it names. */
function argument(name: string, arg: unknown, inputs: readonly Tensor[]): unknown {
  const named = arg as { tensor?: string; leaf?: number } | null;
  if (named?.leaf) return inputs[named.leaf];
  return named?.tensor ? fromFixture(fixture.tensor(`${name}/${named.tensor}`)) : arg;
}

function run({ name, op, args = [], options = {}, dim }: ShapeCase, inputs: readonly Tensor[]): Tensor | Tensor[] {
  if (op === 'cat') return torch.cat(inputs, dim);
  if (op === 'stack') return torch.stack(inputs, dim);
  if (op === 'hstack') return torch.hstack(inputs);
  if (op === 'vstack') return torch.vstack(inputs);
  if (op === 'meshgrid') return torch.meshgrid(inputs, options);
  const [x] = inputs;
  if (op === 'pad') return nn.functional.pad(x!, args[0] as number[], options);
  const method = x![op as 'permute'] as (...args: unknown[]) => Tensor | Tensor[];
  return method.apply(
    x,
    args.map((arg) => argument(name, arg, inputs)),
  );
}

describe('against PyTorch', () => {
  test('most cases are of operations that exist', () => expect(cases.length).toBeGreaterThan(120));

  test.each(cases)('$name', async (c) => {
    const key = (part: string) => `${c.name}/${part}`;
    const names = c.inputs ?? ['x'];
    const inputs = names.map((name) => fromFixture(fixture.tensor(key(name)), true));
    const result = run(c, inputs);
    const outputs = Array.isArray(result) ? result : [result];
    const suffixes = Array.isArray(result) ? outputs.map((_, i) => `_${i}`) : [''];
    const weighted = outputs.map((y, i) => y.mul(fromFixture(fixture.tensor(key(`dy${suffixes[i]}`)))).sum());
    weighted.reduce((a, b) => a.add(b)).backward();
    for (const [i, y] of outputs.entries()) {
      await expectClose(y, fixture.tensor(key(`output${suffixes[i]}`)), { rtol: 0, atol: 0 });
    }
    for (const [i, name] of names.entries()) {
      await expectClose(inputs[i]!.grad!, fixture.tensor(key(`grad_${name}`)));
    }
  });
});

describe('properties', () => {
  const shapeAndOrder = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      order: fc.shuffledSubarray(
        shape.map((_, d) => d),
        { minLength: shape.length },
      ),
      start: fc.nat({ max: 2 }),
      step: fc.integer({ min: 1, max: 3 }),
    }),
  );

  test('permuting, slicing and copying agrees with indexing on the host', async () => {
    await fc.assert(
      fc.asyncProperty(shapeAndOrder, async ({ shape, order, start, step }) => {
        const count = shape.reduce((n, size) => n * size, 1);
        const x = torch.arange(count).to(torch.float32).reshape(shape).requiresGrad_();
        const y = x.permute(order).at(`${start}::${step}`).contiguous();
        y.square().sum().backward();
        const strides = shape.map((_, d) => shape.slice(d + 1).reduce((n, size) => n * size, 1));
        const turned = order.map((d) => shape[d]!);
        const expected: number[] = [];
        const grad = new Float32Array(count);
        const total = turned.reduce((n, size) => n * size, 1);
        const rest = total / turned[0]!;
        for (let i = 0; i < total; i++) {
          const lead = Math.floor(i / rest);
          if (lead < start || (lead - start) % step !== 0) continue;
          let left = i;
          let at = 0;
          for (let d = turned.length - 1; d >= 0; d--) {
            at += (left % turned[d]!) * strides[order[d]!]!;
            left = Math.floor(left / turned[d]!);
          }
          expected.push(at);
          grad[at] = 2 * at;
        }
        expectNumbers(await y.data(), expected);
        expectNumbers(await x.grad!.data(), grad);
      }),
      { numRuns: 25 },
    );
  });

  test('writing through a view changes those elements of its base and no others', async () => {
    await fc.assert(
      fc.asyncProperty(shapeAndOrder, async ({ shape, order, start, step }) => {
        const x = torch.zeros(shape);
        x.permute(order).at(`${start}::${step}`).fill_(1);
        const marked = torch.zeros(shape).permute(order).clone();
        const picked = marked.at(`${start}::${step}`);
        expect(await x.sum().item()).toBe(picked.numel());
        expectNumbers(
          await x.permute(order).at(`${start}::${step}`).contiguous().data(),
          new Array(picked.numel()).fill(1),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('writing through a diagonal changes those elements, of a transposed part too', async () => {
    const x = torch.zeros(3, 4);
    x.t().at('1:').diagonal(1).fill_(5);
    expect(await x.tolist()).toEqual([
      [0, 0, 0, 0],
      [0, 5, 0, 0],
      [0, 0, 5, 0],
    ]);
    expect(await torch.ones(2, 2).triu_(1).tolist()).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });

  test('split undoes cat', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 0, max: 2 }), async (lengths, dim) => {
        const parts = lengths.map((length, i) => torch.full([2, 3, 2].toSpliced(dim, 1, length), i));
        const whole = torch.cat(parts, dim);
        for (const [i, part] of torch.split(whole, lengths, dim).entries()) {
          expect(part.shape).toEqual(parts[i]!.shape);
          expectNumbers(await part.data(), await parts[i]!.data());
        }
      }),
      { numRuns: 15 },
    );
  });
});

test('arange takes bools as the numbers that they are', async () => {
  const call = torch.arange as unknown as (...bounds: unknown[]) => torch.Tensor;
  expect(await call(false, true).tolist()).toEqual([0]);
  expect(await call(0, 3, true).tolist()).toEqual([0, 1, 2]);
  expect(call(true).dtype).toBe(torch.int64);
  expect(() => call('3')).toThrow(/arange: expected end to be a number or a boolean, but got "3"/);
});

describe('errors', () => {
  test('of shapes', () => {
    const x = torch.zeros(2, 3);
    expect(() => x.permute(0, 0)).toThrow(/permute/);
    expect(() => x.narrow(1, 2, 2)).toThrow(/narrow/);
    expect(() => torch.cat([x, torch.zeros(3, 3)], 1)).toThrow(
      /cat: expected shapes that agree except in dimension 1, but got \[2, 3\] and \[3, 3\]/,
    );
    expect(() => torch.stack([x, torch.zeros(3)])).toThrow(
      /stack: expected tensors of one shape, but got \[2, 3\] and \[3\]/,
    );
    expect(() => x.reshape(4, 2)).toThrow(/\[4, 2\]/);
  });
});
