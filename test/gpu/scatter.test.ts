// Checks reductions by index, and reading and writing through index tensors and masks, against PyTorch.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type Call, checkCall } from '../support/calls';
import { expectClose, fromFixture } from '../support/close';
import { loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface ScatterCall extends Call {
  readonly parts?: readonly unknown[];
}

type Kind = 'prod' | 'mean' | 'amax' | 'amin';

const fixture = await loadFixture<ScatterCall>('scatter');
const array = (name: string, key: string, requiresGrad = false) =>
  fromFixture(fixture.tensor(`${name}/${key}`), requiresGrad);

describe('reductions by index', () => {
  test.each(
    sampled(
      fixture.cases.filter(({ op }) => op !== 'at'),
      3,
    ),
  )('$name', async (item) => {
    const index = array(item.name, 'index');
    await checkCall(fixture, item, ([x, src], { dim, reduce, includeSelf }) => {
      const options = { includeSelf: includeSelf as boolean };
      return item.op === 'scatterReduce'
        ? x!.scatterReduce(dim as number, index, src!, reduce as Kind, options)
        : torch.indexReduce(x!, dim as number, index, src!, reduce as Kind, options);
    });
  });

  test('of whole numbers, where a mean is rounded down, and in place', async () => {
    const x = torch.tensor([-1, 4, 7]);
    x.scatterReduce_(0, torch.tensor([0, 0, 1]), torch.tensor([-2, -1, 2]), 'mean');
    expect(await x.tolist()).toEqual([-2, 3, 7]);
    expect(() => x.scatterReduce(0, torch.tensor([0]), torch.tensor([1]), 'max' as 'amax')).toThrow(
      /expected a reduction of sum, prod, mean, amax, amin, but got 'max'/,
    );
  });

  test('NaN is the greatest and the least', async () => {
    const x = torch.zeros(2).scatterReduce(0, torch.tensor([0, 0, 1]), torch.tensor([Number.NaN, 1, 5]), 'amax');
    expect(await x.tolist()).toEqual([Number.NaN, 5]);
  });
});

describe('at', () => {
  const cases = fixture.cases.filter(({ op }) => op === 'at');
  const indicesOf = ({ name, parts }: ScatterCall) =>
    parts!.map((part) => {
      const { tensor } = (part ?? {}) as { tensor?: number };
      return tensor === undefined ? part : array(name, `t${tensor}`);
    }) as Parameters<Tensor['at']>;

  test.each(sampled(cases, 8))('reads $name', async (item) => {
    const x = array(item.name, 'x0', true);
    const output = await x.at(...indicesOf(item));
    await expectClose(output, fixture.tensor(`${item.name}/output`));
    output.backward(array(item.name, 'dy'));
    await expectClose(x.grad!, fixture.tensor(`${item.name}/grad0`));
  });

  test.each(sampled(cases, 8))('writes $name', async (item) => {
    const { name } = item;
    const [x, source] = [array(name, 'x0', true), array(name, 'source', true)];
    const y = x.mul(1);
    y.at(...indicesOf(item)).copy_(source);
    await expectClose(y, fixture.tensor(`${name}/written`));
    y.backward(array(name, 'weights'));
    await expectClose(x.grad!, fixture.tensor(`${name}/own`));
    await expectClose(source.grad!, fixture.tensor(`${name}/given`));
    const scaled = array(name, 'x0');
    scaled.at(...indicesOf(item)).mul_(array(name, 'source'));
    await expectClose(scaled, fixture.tensor(`${name}/scaled`));
  });

  test('lists of numbers and of booleans', async () => {
    const x = torch.arange(6).reshape(2, 3);
    expect(await x.at([1, 0], [2, -3]).tolist()).toEqual([5, 0]);
    expect(await x.at(':', [true, false, true]).tolist()).toEqual([
      [0, 2],
      [3, 5],
    ]);
    x.at([
      [true, false, false],
      [false, true, true],
    ]).fill_(9);
    expect(await x.tolist()).toEqual([
      [9, 1, 2],
      [3, 9, 9],
    ]);
  });

  test('numbers where a mask holds, one write after another', async () => {
    const x = torch.tensor([-1, 2, -3, 4]);
    x.at(x.lt(0)).fill_(0).add_(10).mul_(2);
    expect(await x.tolist()).toEqual([20, 2, 20, 4]);
    expect(await x.at(x.gt(3)).tolist()).toEqual([20, 20, 4]);
    torch.noGrad(() => x.at(x.gt(3)).zero_());
    expect(await x.tolist()).toEqual([0, 2, 0, 0]);
  });

  test('a copy of what was picked stands alone', async () => {
    const x = torch.zeros(3);
    x.at([0, 1]).clone().fill_(5);
    expect(await x.tolist()).toEqual([0, 0, 0]);
  });

  test('indices out of range and misuse are errors', async () => {
    const x = torch.zeros(2, 3);
    await expect(x.at([0], [3]).data()).rejects.toThrow(/from -3 to 2, but got 3/);
    const mask = torch.tensor([true, false]);
    expect(() => x.at(mask).shape).toThrow(/'shape' needs await first: \(await x.at\(mask\)\).shape/);
    expect(() => x.at(mask, torch.tensor([true, false, true])).fill_(1)).toThrow(/one mask among the indices to write/);
    expect(await x.at(mask, torch.tensor([false, true, false])).tolist()).toEqual([0]);
    expect(() => x.at(torch.tensor([true]))).toThrow(
      /shape of the mask \[1\] does not match .* \[2\] of shape \[2, 3\]/,
    );
    expect(() => x.at(torch.ones(2))).toThrow(/index tensors of dtype int64 or bool, but got float32/);
    expect(() => new nn.Linear(2, 2).weight.at([0]).fill_(1)).toThrow(/leaf tensor that requires grad/);
  });
});

describe('many terms', () => {
  test('sum to the same numbers as a few at a time do', async () => {
    const [n, m, width] = [300, 5000, 8];
    const table = torch.randn(n, width).requiresGrad_();
    const index = torch.randint(0, n, [m]);
    const dy = torch.randint(-9, 9, [m, width]).float();
    table.at(index).backward(dy);
    const expected = new Float32Array(n * width);
    const [places, terms] = [await index.data(), await dy.data()];
    for (let j = 0; j < m; j++)
      for (let k = 0; k < width; k++) expected[places[j]! * width + k]! += terms[j * width + k]!;
    expect(await table.grad!.data()).toEqual(expected);
    const columns = torch.zeros(n, 4).scatterAdd(0, index.unsqueeze(1).expand(m, 4), dy.at(':', ':4'));
    expect(await columns.data()).toEqual(await table.grad!.at(':', ':4').data());
    const last = torch.zeros(n).scatter(0, index, torch.arange(m).float());
    const latest = new Float32Array(n);
    places.forEach((place, j) => {
      latest[place] = j;
    });
    expect(await last.data()).toEqual(latest);
  });

  test('indexReduce takes tensors without dimensions', async () => {
    const reduce = (kind: 'prod' | 'mean' | 'amax', includeSelf = true) =>
      torch.tensor(3.5).indexReduce(0, torch.tensor(0), torch.tensor(2.5), kind, { includeSelf });
    expect(await torch.stack([reduce('prod'), reduce('mean'), reduce('amax', false)]).tolist()).toEqual([8.75, 3, 2.5]);
    expect(() => torch.tensor(3.5).indexReduce(0, torch.tensor([0]), torch.tensor([2.5]), 'prod')).toThrow(
      /indexReduce: expected source without dimensions, as input is, but got \[1\]/,
    );
  });

  test('an index out of range among many is reported', async () => {
    const index = torch.cat([torch.zeros(5000, { dtype: 'int64' }), torch.tensor([300])]);
    await expect(torch.zeros(300, 4).indexAdd(0, index, torch.ones(5001, 4)).data()).rejects.toThrow(
      /from 0 to 299, but got 300/,
    );
  });
});
