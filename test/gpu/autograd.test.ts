// The meaning of gradients: leaves and their sums, graphs used twice, higher derivatives, hooks, switches, and writes in place.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { describe, expect, test } from 'vitest';

const { grad } = torch.autograd;
const leaf = (data: number[] | number[][]) => torch.tensor(data, { dtype: 'float32', requiresGrad: true });

test('a gradient lands in the leaves and nowhere else', async () => {
  const x = leaf([1, 2, 3]);
  const c = torch.tensor([4.5, 5, 6]);
  const y = x.mul(c);
  y.sum().backward();
  expect(await x.grad!.tolist()).toEqual([4.5, 5, 6]);
  expect([c.grad, y.grad, x.grad!.requiresGrad]).toEqual([null, null, false]);
});

test('gradients of several backwards add up', async () => {
  const x = leaf([1, 2]);
  x.sum().backward();
  x.mul(3).sum().backward();
  expect(await x.grad!.tolist()).toEqual([4, 4]);
  x.grad = null;
  x.mul(2).sum().backward();
  expect(await x.grad!.tolist()).toEqual([2, 2]);
});

test('a tensor used twice gets both gradients, and a broadcast one their sum', async () => {
  const x = leaf([2, 3]);
  x.mul(x).add(x).sum().backward();
  expect(await x.grad!.tolist()).toEqual([5, 7]);
  const row = leaf([1, 2, 3]);
  const column = leaf([[1], [10]]);
  row.mul(column).sum().backward();
  expect(await row.grad!.tolist()).toEqual([11, 11, 11]);
  expect(await column.grad!.tolist()).toEqual([[6], [6]]);
});

test('backward of several elements needs a gradient of their shape', async () => {
  const x = leaf([1, 2]);
  expect(() => x.mul(2).backward()).toThrow(/^backward: expected a single element, but got shape/);
  expect(() => x.mul(2).backward(torch.ones(3))).toThrow(
    /^backward: expected a gradient of shape \[2\], but got \[3\]/,
  );
  x.mul(2).backward(torch.tensor([1, 0.5]));
  expect(await x.grad!.tolist()).toEqual([2, 1]);
});

test('backward without anything to differentiate is an error', () => {
  expect(() => torch.ones(2).sum().backward()).toThrow(torch.AutogradError);
  expect(() => torch.ones(2).sum().backward()).toThrow(/does not require grad/);
});

test('a graph is gone after backward, unless it was retained', async () => {
  const x = leaf([3]);
  const y = x.mul(x).sum();
  y.backward();
  expect(() => y.backward()).toThrow(torch.AutogradError);
  expect(() => y.backward()).toThrow(/retainGraph/);
  const z = x.mul(x).sum();
  z.backward({ retainGraph: true });
  z.backward();
  expect(await x.grad!.tolist()).toEqual([18]);
});

test('a backward after a flush between forward and backward', async () => {
  const x = leaf([0.5, 1]);
  const y = x.exp().mul(x).sum();
  await y.item();
  y.backward();
  const expected = [0.5, 1].map((v) => Math.exp(v) * (1 + v));
  ((await x.grad!.tolist()) as number[]).forEach((g, i) => {
    expect(g).toBeCloseTo(expected[i], 5);
  });
});

test('createGraph gives second and third derivatives', async () => {
  const x = leaf([2, -1]);
  const [first] = grad(x.pow(4).sum(), x, { createGraph: true });
  const [second] = grad(first.sum(), x, { createGraph: true });
  const [third] = grad(second.sum(), x);
  expect(await first.tolist()).toEqual([32, -4]);
  expect(await second.tolist()).toEqual([48, 12]);
  expect(await third.tolist()).toEqual([48, -24]);
  expect([second.requiresGrad, third.requiresGrad, x.grad]).toEqual([true, false, null]);
});

test('backward with createGraph leaves a differentiable gradient', async () => {
  const x = leaf([3]);
  x.pow(3).sum().backward(null, { createGraph: true });
  const penalty = x.grad!.pow(2).sum();
  const [dx] = grad(penalty, x);
  expect(await dx.tolist()).toEqual([2 * 27 * 18]);
});

test('grad: several outputs and inputs, weights, non-leaves, and unused inputs', async () => {
  const x = leaf([1, 2]);
  const y = leaf([3, 4]);
  const h = x.mul(y);
  const [dx, dy, dh] = grad([h, x.mul(2)], [x, y, h], [torch.tensor([1, 10]), torch.tensor([1, 1])]);
  expect(await dx.tolist()).toEqual([5, 42]);
  expect(await dy.tolist()).toEqual([1, 20]);
  expect(await dh.tolist()).toEqual([1, 10]);
  expect(() => grad(x.sum(), y)).toThrow(/input 0 was not used/);
  expect(grad(x.sum(), [y], { allowUnused: true })).toEqual([null]);
  const [zeros] = grad(x.sum(), [y], { materializeGrads: true });
  expect(await zeros.tolist()).toEqual([0, 0]);
  expect(() => grad(x.sum(), y, { allowUnused: false, materializeGrads: true })).toThrow(
    /allowUnused to be true or left out/,
  );
  expect(() => grad(x.mul(2), x)).toThrow(/pass gradOutputs/);
  expect(() => grad(x.sum(), torch.ones(2))).toThrow(/input 0 does not require grad/);
  expect(() => grad(torch.ones(1).sum(), x)).toThrow(/output 0 does not require grad/);
});

test('autograd.backward: several tensors at once, weights, and chosen leaves', async () => {
  const { backward } = torch.autograd;
  const x = leaf([1, 2]);
  const y = leaf([3, 4]);
  const h = x.mul(y);
  backward([h, h.sum()], [torch.tensor([1, 10]), null]);
  expect([await x.grad!.tolist(), await y.grad!.tolist()]).toEqual([
    [6, 44],
    [2, 22],
  ]);
  backward(x.mul(y), { gradTensors: torch.tensor([1, 1]), inputs: y });
  expect([await x.grad!.tolist(), await y.grad!.tolist()]).toEqual([
    [6, 44],
    [3, 24],
  ]);
  expect(() => backward([h, h], [torch.tensor([1, 10])])).toThrow(/backward: expected 2 gradTensors, one an output/);
  expect(() => backward(x.mul(2))).toThrow(/backward: .* output 0 has shape \[2\]; pass gradTensors/);
  expect(() => backward(x.mul(y).sum(), { inputs: h })).toThrow(/expected inputs to be leaves/);
});

test('hooks see the gradient, and may replace it', async () => {
  const x = leaf([1, 2]);
  const h = x.mul(3);
  const seen: torch.Tensor[] = [];
  h.registerHook((g) => {
    seen.push(g);
  });
  const doubled = x.registerHook((g) => g.mul(2));
  h.sum().backward();
  expect(await seen[0].tolist()).toEqual([1, 1]);
  expect(await x.grad!.tolist()).toEqual([6, 6]);
  doubled.remove();
  x.grad = null;
  // What they give is of the gradient's shape, and becomes of its dtype.
  for (const [from, name] of [
    [x, 'a leaf'],
    [x.mul(1), 'a result'],
  ] as const) {
    const wrong = from.registerHook(() => torch.ones(3));
    expect(() => from.mul(3).sum().backward(), name).toThrow(/gradient of shape \[2\], but a hook .* of shape \[3\]/);
    wrong.remove();
  }
  expect(x.grad).toBe(null);
  const whole = x.registerHook(() => torch.tensor([1, 2]));
  x.mul(3).sum().backward();
  expect([x.grad!.dtype, await x.grad!.tolist()]).toEqual(['float32', [1, 2]]);
  whole.remove();
  x.grad = null;
  x.mul(3).sum().backward();
  expect(await x.grad!.tolist()).toEqual([3, 3]);
  // Hooks of leaves whose gradient nobody asked for are not called.
  const other = leaf([1, 2]);
  other.registerHook((g) => {
    seen.push(g);
  });
  x.mul(other).sum().backward({ inputs: x });
  torch.autograd.grad(x.mul(other).sum(), x);
  expect(seen.length).toBe(1);
  x.mul(other)
    .sum()
    .backward({ inputs: [other] });
  expect(seen.length).toBe(2);
});

test('retainGrad keeps the gradient of a non-leaf', async () => {
  const x = leaf([1, 2]);
  const h = x.mul(2);
  h.retainGrad();
  h.mul(h).sum().backward();
  expect(await h.grad!.tolist()).toEqual([4, 8]);
  expect(await x.grad!.tolist()).toEqual([8, 16]);
});

test('noGrad and enableGrad switch recording, and refuse promises', async () => {
  const x = leaf([1]);
  const outside = torch.noGrad(() => {
    expect(torch.isGradEnabled()).toBe(false);
    expect(torch.enableGrad(() => x.mul(2)).requiresGrad).toBe(true);
    return x.mul(2);
  });
  expect([outside.requiresGrad, torch.isGradEnabled()]).toEqual([false, true]);
  // @ts-expect-error the switch cannot follow an await
  expect(() => torch.noGrad(async () => x)).toThrow(torch.ArgumentError);
  // @ts-expect-error the switch cannot follow an await
  expect(() => torch.enableGrad(async () => x)).toThrow(/enableGrad: expected a synchronous function/);
  expect(() =>
    torch.noGrad(() => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(torch.isGradEnabled()).toBe(true);
});

test('a leaf that requires grad changes in place only under noGrad', async () => {
  const x = leaf([1, 2]);
  expect(() => x.add_(1)).toThrow(/leaf/);
  expect(() => x.at(0).mul_(2)).toThrow(torch.AutogradError);
  torch.noGrad(() => {
    x.add_(1);
    x.at(0).mul_(10);
  });
  expect(await x.tolist()).toEqual([20, 3]);
  expect([x.requiresGrad, x.isLeaf]).toEqual([true, true]);
  x.mul(x).sum().backward();
  expect(await x.grad!.tolist()).toEqual([40, 6]);
});

test('a saved tensor that was overwritten is an error, one that is not needed is fine', async () => {
  const x = leaf([1, 2]);
  const y = x.exp();
  const total = y.sum();
  y.detach().add_(1);
  expect(() => total.backward()).toThrow(/in-place/);

  const a = x.mul(2);
  const product = a.mul(a).sum();
  a.add_(1);
  expect(() => product.backward()).toThrow(torch.AutogradError);

  const b = x.mul(2);
  const sum = b.add(1).sum();
  b.zero_();
  sum.backward();
  expect(await x.grad!.tolist()).toEqual([2, 2]);
});

test('an operation in place keeps what its own gradient needs, also across a flush', async () => {
  const x = leaf([1, 2]);
  const factor = leaf([3, 4]);
  const y = x.mul(2);
  await y.data();
  y.mul_(factor);
  await y.data();
  y.pow_(2);
  expect(await y.tolist()).toEqual([36, 256]);
  y.sum().backward();
  expect(await x.grad!.tolist()).toEqual([72, 256]);
  expect(await factor.grad!.tolist()).toEqual([24, 128]);
  const z = x.mul(2);
  z.mul_(z);
  expect(() => z.sum().backward()).toThrow(torch.AutogradError);
});

test('writes in place are differentiated', async () => {
  const x = leaf([1, 2, 3]);
  const y = x.mul(2);
  y.mul_(3);
  y.at(0).fill_(100);
  y.sum().backward();
  expect(await y.tolist()).toEqual([100, 12, 18]);
  expect(await x.grad!.tolist()).toEqual([0, 6, 6]);
});

test('copying a differentiable tensor into a part passes its gradient on', async () => {
  const x = leaf([1, 2]);
  const buffer = torch.zeros(4);
  buffer.at('1:3').copy_(x.mul(5));
  expect(buffer.requiresGrad).toBe(true);
  buffer
    .mul(torch.tensor([1, 2, 3, 4.5]))
    .sum()
    .backward();
  expect(await x.grad!.tolist()).toEqual([10, 15]);
});

test('views see writes through their base and the other way round', async () => {
  const base = torch.arange(6, { dtype: 'float32' });
  const matrix = base.view(2, 3);
  const column = matrix.at(':', 1);
  const transposed = matrix.t();
  base.add_(10);
  expect(await column.tolist()).toEqual([11, 14]);
  column.zero_();
  expect(await base.tolist()).toEqual([10, 0, 12, 13, 0, 15]);
  expect(await transposed.tolist()).toEqual([
    [10, 13],
    [0, 0],
    [12, 15],
  ]);
  transposed.at(2).mul_(2);
  expect(await matrix.tolist()).toEqual([
    [10, 0, 24],
    [13, 0, 30],
  ]);
});

test('gradients flow through views', async () => {
  const x = leaf([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  x.t().at('1:', 0).mul(10).sum().backward();
  expect(await x.grad!.tolist()).toEqual([
    [0, 10, 10],
    [0, 0, 0],
  ]);
});

test('detach shares memory, clone does not', async () => {
  const x = torch.tensor([1, 2.5]);
  const [shared, apart] = [x.detach(), x.clone()];
  shared.mul_(2);
  expect(await x.tolist()).toEqual([2, 5]);
  expect(await apart.tolist()).toEqual([1, 2.5]);
  const y = leaf([1]).mul(2).detach();
  expect([y.requiresGrad, y.isLeaf, y.gradFn]).toEqual([false, true, null]);
});

test('requiresGrad can be switched on leaves of floats only', () => {
  const x = torch.ones(2);
  expect(x.requiresGrad).toBe(false);
  x.requiresGrad = true;
  expect(x.mul(2).requiresGrad).toBe(true);
  expect(x.requiresGrad_(false).mul(2).requiresGrad).toBe(false);
  expect(() => torch.arange(3).requiresGrad_()).toThrow(torch.DTypeError);
  expect(() => x.requiresGrad_().mul(2).requiresGrad_(false)).toThrow(torch.AutogradError);
  expect(x.eq(1).requiresGrad).toBe(false);
});

test('a sum over many steps does not keep their graphs', async () => {
  const x = leaf([1]);
  let total: torch.Tensor = torch.tensor(0);
  for (let step = 1; step <= 5; step++) {
    const loss = x.mul(step).sum();
    loss.backward();
    total = total.add(loss);
  }
  expect(await total.item()).toBe(15);
  expect(await x.grad!.tolist()).toEqual([15]);
  expect(() => total.backward()).toThrow(torch.AutogradError);
});

test('gradcheck finds a wrong gradient, and names where', async () => {
  const x = leaf([1, 2, 3]);
  expect(await torch.autograd.gradcheck((t) => t.sin(), x)).toBe(true);
  const wrong = (t: torch.Tensor) => t.mul(t.detach());
  await expect(torch.autograd.gradcheck(wrong, [x])).rejects.toThrow(/^gradcheck: the gradient by input 0 at \[0\] is/);
  await expect(torch.autograd.gradcheck(wrong, [x])).rejects.toThrow(torch.AutogradError);
  expect(await torch.autograd.gradcheck((t) => t.sin(), x, { fastMode: true })).toBe(true);
  await expect(torch.autograd.gradcheck(wrong, [x], { fastMode: true })).rejects.toThrow(
    /by input 0 in a random direction/,
  );
  await expect(torch.autograd.gradcheck((t) => t, torch.ones(2))).rejects.toThrow(torch.ArgumentError);
  // x²/2 with the right first derivative and none behind it.
  const half = (t: torch.Tensor) => t.mul(t.detach()).sub(t.detach().pow(2).mul(0.5));
  expect(await torch.autograd.gradcheck(half, [x])).toBe(true);
  await expect(torch.autograd.gradgradcheck(half, [x])).rejects.toThrow(/^gradgradcheck: the gradient by input 0/);
});

test('backward takes its arguments by name or by place, and gives gradients to the chosen leaves alone', async () => {
  const [a, b] = [leaf([1, 2]), leaf([3, 4])];
  const y = a.mul(b);
  y.backward({ gradient: torch.ones(2), retainGraph: true, inputs: [a] });
  expect(await a.grad!.tolist()).toEqual([3, 4]);
  expect(b.grad).toBeNull();
  y.backward(torch.ones(2), true, { inputs: b });
  expect(await b.grad!.tolist()).toEqual([1, 2]);
  expect(() => y.backward(torch.ones(2), { retain: true } as never)).toThrow(/backward: got an unknown/);
  expect(() => y.backward(torch.ones(2), { inputs: a.mul(2) })).toThrow(/backward: expected inputs to be leaves/);
});

describe('a retained graph after an optimizer has changed what it saved', () => {
  const steps = (count: number) => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const x = torch.ones(4, 2);
    for (let step = 0; step < count; step++) {
      optimizer.zeroGrad();
      model(x).sum().backward();
      optimizer.step();
    }
    return { model, optimizer, loss: model(x).sum() };
  };

  test.each([0, 1, 2])('is an error, also when %i steps went before', async (count) => {
    for (const read of [false, true]) {
      const { optimizer, loss } = steps(count);
      loss.backward({ retainGraph: true });
      if (read) await loss.item();
      optimizer.step();
      expect(() => loss.backward()).toThrow(/needs has been changed by an in-place operation/);
    }
  });

  test('can be walked where nothing that it needs was changed', async () => {
    const { model, optimizer, loss } = steps(1);
    loss.backward({ retainGraph: true });
    loss.backward({ retainGraph: true });
    torch.noGrad(() => (model[0] as nn.Linear).weight.mul_(2)); // Next to the other weight, but only its input is needed.
    loss.backward({ retainGraph: true });
    torch.noGrad(() => (model[2] as nn.Linear).weight.mul_(2));
    expect(() => loss.backward({ retainGraph: true })).toThrow(/\[1, 3\] that the gradient of matmul needs/);
    optimizer.zeroGrad();
    const single = new nn.Linear(2, 1);
    const y = single(torch.ones(4, 2)).sum();
    const other = new optim.SGD(single.parameters(), { lr: 0.1 });
    y.backward({ retainGraph: true });
    other.step();
    y.backward();
    expect(await single.weight.grad!.tolist()).toEqual([[8, 8]]);
  });
});
