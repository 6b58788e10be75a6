// Checks picking elements and rows by index tensors, and that indices out of range are reported.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { describe, expect, test } from 'vitest';

const x = () => torch.arange(12).to(torch.float32).reshape(3, 4).requiresGrad_();

describe('rows by an index tensor', () => {
  test('picks them, negative ones from the end, and adds their gradients up', async () => {
    const input = x();
    const rows = input.at(torch.tensor([2, 0, -1]));
    expect(await rows.tolist()).toEqual([
      [8, 9, 10, 11],
      [0, 1, 2, 3],
      [8, 9, 10, 11],
    ]);
    rows.sum().backward();
    expect(await input.grad!.tolist()).toEqual([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [2, 2, 2, 2],
    ]);
  });

  test('of any dimension, by an index of any shape', async () => {
    const columns = x().at(
      ':',
      torch.tensor([
        [3, 0],
        [1, 1],
      ]),
    );
    expect(columns.shape).toEqual([3, 2, 2]);
    expect(await columns.at(1).tolist()).toEqual([
      [7, 4],
      [5, 5],
    ]);
  });
});

describe('a place that only the device knows', () => {
  const zero = () => torch.zeros(4, 3);

  test('is where a part begins, or the index that is taken, and writing to the part writes to the tensor', async () => {
    const input = x();
    const parts = [
      input.narrow(1, torch.tensor(1), 2),
      torch.narrow(input, 0, torch.tensor(-2), 2),
      input.narrow(0, torch.tensor(3), 0),
      input.select(1, torch.tensor(-1)),
      input.select(0, torch.tensor(2, { dtype: torch.uint8 })),
    ];
    expect(parts.map((part) => String(part.gradFn))).toEqual([
      ...new Array<string>(3).fill('SliceBackward0'),
      ...new Array<string>(2).fill('SelectBackward0'),
    ]);
    const written = zero();
    written.narrow(1, torch.tensor(-2), 2).add_(5);
    written.select(0, torch.tensor(2)).fill_(7);
    parts[0]!.sum().backward();
    // As PyTorch 2.15 has them.
    expect(await Promise.all([...parts, input.grad!, written].map((y) => y.tolist()))).toEqual([
      [
        [1, 2],
        [5, 6],
        [9, 10],
      ],
      [
        [4, 5, 6, 7],
        [8, 9, 10, 11],
      ],
      [],
      [3, 7, 11],
      [8, 9, 10, 11],
      new Array(3).fill([0, 1, 1, 0]),
      [
        [0, 5, 5],
        [0, 5, 5],
        [7, 7, 7],
        [0, 5, 5],
      ],
    ]);
  });

  test('is refused at once where it is no whole number, and at the next read where it is out of range', async () => {
    for (const place of [torch.tensor([1]), torch.tensor(1.5), torch.tensor(true)]) {
      expect(() => zero().narrow(0, place, 1)).toThrow(/^narrow: expected an integer tensor of no dimensions/);
      expect(() => zero().select(0, place)).toThrow(/^select: expected an integer tensor of no dimensions/);
    }
    expect(() => zero().narrow(0, torch.tensor(0), 5)).toThrow('narrow: expected a range within dimension 0 of size 4');
    await expect(zero().narrow(0, torch.tensor(3), 2).data()).rejects.toThrow(/^narrow: index out of range.* got 4/);
    await expect(zero().narrow(0, torch.tensor(-5), 2).data()).rejects.toThrow(/^narrow: index out of range.* got -5/);
    await expect(zero().select(0, torch.tensor(4)).data()).rejects.toThrow(/^select: index out of range.* got 4/);
  });
});

describe('gather', () => {
  const index = torch.tensor([
    [2, 0],
    [1, 1],
  ]);

  test('takes an index smaller than its input, whose other elements get no gradient', async () => {
    const input = x();
    const y = input.gather(0, index);
    expect(await y.tolist()).toEqual([
      [8, 1],
      [4, 5],
    ]);
    y.sum().backward();
    expect(await input.grad!.tolist()).toEqual([
      [0, 1, 0, 0],
      [1, 1, 0, 0],
      [1, 0, 0, 0],
    ]);
  });

  test('says what it expects', () => {
    expect(() => x().gather(0, torch.zeros(2, 2))).toThrow(/gather: expected index of dtype int64, but got float32/);
    expect(() => x().gather(0, torch.tensor([1]))).toThrow(/gather: .*\[3, 4\] apart from dimension 0, but got \[1\]/);
    expect(() => x().indexSelect(0, index)).toThrow(
      /indexSelect: expected an index of rank 0 or 1, but got shape \[2, 2\]/,
    );
  });
});

describe('oneHot', () => {
  const { oneHot } = nn.functional;
  test('marks the labels', async () => {
    const marks = oneHot(torch.tensor([[1], [0]]), 3);
    expect(marks.shape).toEqual([2, 1, 3]);
    expect(await marks.tolist()).toEqual([[[0, 1, 0]], [[1, 0, 0]]]);
  });

  test('has as many classes as the greatest label asks for', async () => {
    expect(await (await oneHot(torch.tensor([1, 0, 3]))).tolist()).toEqual([
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ]);
    expect((await oneHot(torch.zeros(2, 1, { dtype: 'int64' }), { numClasses: -1 })).shape).toEqual([2, 1, 1]);
    await expect(oneHot(torch.zeros(0, { dtype: 'int64' }))).rejects.toThrow(/oneHot: expected numClasses for empty/);
    await expect((await oneHot(torch.tensor([-1]))).data()).rejects.toThrow(torch.IndexError);
  });

  test('reports a label that no class has', async () => {
    await expect(oneHot(torch.tensor([3]), 3).data()).rejects.toThrow(torch.IndexError);
    expect(() => oneHot(torch.tensor([0]), 0)).toThrow(/oneHot: expected a positive number of classes, but got 0/);
  });
});

describe('an index out of range', () => {
  test.each([3, -4])('%i is reported by the next read-back', async (bad) => {
    const picked = x().at(torch.tensor([0, bad]));
    await expect(picked.tolist()).rejects.toThrow(torch.IndexError);
    expect(await x().sum().item()).toBe(66);
  });

  test('says what was found and what may be', async () => {
    await expect(
      x()
        .at(torch.tensor([7]))
        .data(),
    ).rejects.toThrow(/index out of range: .*-3 to 2, but got 7/);
  });

  // As in PyTorch, which counts from the end in some functions and not in others.
  const last = torch.tensor([-1]);
  const lasts = torch.tensor([[-1, 0, 0, 0]]);
  const row = () => torch.ones(1, 4);
  test.each<[string, () => torch.Tensor]>([
    ['indexSelect', () => x().indexSelect(0, last)],
    ['gather', () => x().gather(0, lasts)],
    ['scatter', () => x().scatter(0, lasts, row())],
    ['scatterAdd', () => x().scatterAdd(0, lasts, row())],
    ['scatterReduce', () => x().scatterReduce(0, lasts, row(), 'amax')],
    ['indexAdd', () => x().indexAdd(0, last, row())],
    ['indexCopy', () => x().indexCopy(0, last, row())],
    ['indexReduce', () => x().indexReduce(0, last, row(), 'amax')],
    ['embedding', () => nn.functional.embedding(last, x())],
    ['maxUnpool1d', () => nn.functional.maxUnpool1d(row().unsqueeze(0), lasts.unsqueeze(0), 2)],
  ])('%s takes no -1', async (_, make) => {
    await expect(make().data()).rejects.toThrow(/index out of range: expected indices from 0 to \d+, but got -1/);
  });

  test.each<[string, () => torch.Tensor, number]>([
    ['at', () => x().at(last).sum(), 38],
    ['take', () => x().take(last).sum(), 11],
    ['takeAlongDim', () => x().takeAlongDim(lasts, 0).sum(), 14],
    ['takeAlongDim of all', () => x().takeAlongDim(last).sum(), 11],
    [
      'put',
      () =>
        x()
          .put(last, torch.tensor([7]))
          .sum(),
      62,
    ],
    ['indexFill', () => x().indexFill(0, last, 5).sum(), 48],
    [
      'indexPut',
      () =>
        x()
          .indexPut([last], torch.tensor(7, { dtype: 'float32' }))
          .sum(),
      56,
    ],
  ])('%s counts -1 from the end', async (_, make, sum) => {
    expect(await make().item()).toBe(sum);
  });
});

describe('masks', () => {
  test('select elements, with their gradient', async () => {
    const input = x();
    const chosen = await input.maskedSelect(torch.tensor([true, false, false, true]));
    expect(await chosen.tolist()).toEqual([0, 3, 4, 7, 8, 11]);
    chosen.square().sum().backward();
    expect(await input.grad!.at(1).tolist()).toEqual([8, 0, 0, 14]);
    expect((await torch.maskedSelect(input, input.lt(0))).shape).toEqual([0]);
  });

  test('give the places of what is not zero', async () => {
    const places = await torch.nonzero(
      torch.tensor([
        [0, 2, 0],
        [3, 0, -1],
      ]),
    );
    expect(await places.tolist()).toEqual([
      [0, 1],
      [1, 0],
      [1, 2],
    ]);
    const [rows, columns] = await torch.tensor([[0.5, Number.NaN]]).nonzero({ asTuple: true });
    expect(await rows!.tolist()).toEqual([0, 0]);
    expect(await columns!.tolist()).toEqual([0, 1]);
  });

  test('choose between numbers', async () => {
    const mask = torch.tensor([true, false]);
    const whole = torch.where(mask, 1, 0);
    expect(whole.dtype).toBe('int64');
    expect(await whole.tolist()).toEqual([1, 0]);
    expect(await torch.where(mask, 0.5, torch.tensor([3, 4])).tolist()).toEqual([0.5, 4]);
  });
});
