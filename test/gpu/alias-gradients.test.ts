// Gradients of tensors that share memory: what is written through one of them, and what each of them makes of it, as in PyTorch.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { describe, expect, test } from 'vitest';

const { functional: F } = nn;
const floats = (values: number[]) => torch.tensor(values, { dtype: 'float32' });
const leaf = (values: number[]) => torch.tensor(values, { dtype: 'float32', requiresGrad: true });

/** Has everything recorded so far run, with the results in memory. */
const settle = () => floats([0]).add(1).item();

describe('detached tensors', () => {
  test('have the gradient of what is written into them, and the tensor they come from does not', async () => {
    const w = leaf([3, 4]);
    const y = torch.ones(2).mul(2);
    const d = y.detach();
    d.add_(w);
    expect([d.requiresGrad, d.gradFn, y.requiresGrad]).toEqual([true, 'AddBackward0', false]);
    d.sum().add(w.sum()).backward();
    const buffer = torch.zeros(4).detach();
    const v = leaf([5]);
    buffer.at('1:2').copy_(v);
    await settle();
    expect([buffer.requiresGrad, buffer.at(0).requiresGrad]).toEqual([true, true]);
    buffer
      .mul(floats([1, 2, 3, 4]))
      .sum()
      .backward();
    expect(await Promise.all([y.tolist(), w.grad!.tolist(), v.grad!.tolist()])).toEqual([[5, 6], [2, 2], [2]]);
  });

  test('each follow their own graph over the same numbers', async () => {
    const [x, w] = [leaf([1, 2]), leaf([10, 20])];
    const y = x.mul(2);
    const d = y.detach();
    d.mul_(w);
    await settle();
    y.add_(1);
    const sums = [y.mul(y).sum(), d.mul(d).sum()];
    sums[0]!.backward();
    expect(await x.grad!.tolist()).toEqual([2 * 2 * 21, 2 * 2 * 81]);
    expect(w.grad).toBeNull();
    sums[1]!.backward();
    expect(await w.grad!.tolist()).toEqual([2 * 2 * 21, 2 * 4 * 81]);
  });

  test('carry a recurrent state from one stretch to the next', async () => {
    const w = leaf([0.5]);
    let h = torch.ones(1);
    const grads: number[] = [];
    for (let step = 0; step < 6; step++) {
      if (step % 2 === 0) h = h.detach();
      h.mul_(w);
      if (step % 2 === 0) continue;
      w.grad = null;
      h.sum().backward();
      grads.push(await w.grad!.item());
    }
    // h = h₀ w², and h₀ is a quarter of what it was.
    expect(grads).toEqual([1, 0.25, 0.0625]);
  });

  test('detach_ leaves the views that there are alone', async () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const view = y.at(0);
    y.detach_();
    expect([y.requiresGrad, y.isLeaf, view.requiresGrad]).toEqual([false, true, true]);
    for (let i = 0; i < 3; i++) y.mul_(2);
    view.backward();
    expect([await y.tolist(), await x.grad!.tolist()]).toEqual([
      [24, 48],
      [3, 0],
    ]);
    expect(() => x.mul(2).at(0).detach_()).toThrow(torch.AutogradError);
  });

  test('a part of a tensor that became a leaf gets gradients through its views', async () => {
    const part = torch.arange(6).to('float32').at('1:4').detach().requiresGrad_();
    part
      .at('1:')
      .mul(floats([2, 3]))
      .sum()
      .backward();
    expect(await part.grad!.tolist()).toEqual([0, 2, 3]);
  });
});

describe('writes', () => {
  test('copy_ and fill_ over all that was there give it the gradient 0', async () => {
    for (const into of [(z: torch.Tensor) => z, (z: torch.Tensor) => z.at('...'), (z: torch.Tensor) => z.view(3)]) {
      const [x, y] = [leaf([1, 2, 3]), leaf([4, 5, 6])];
      const z = x.clone();
      into(z).copy_(y);
      const [dx, dy] = torch.autograd.grad(z.sum(), [x, y]);
      expect([await dx!.tolist(), await dy!.tolist()]).toEqual([
        [0, 0, 0],
        [1, 1, 1],
      ]);
    }
  });

  test('what was copied in does not change with its source', async () => {
    const w = leaf([2, 3]);
    const [buffer, batch] = [torch.zeros(2), floats([5, 7]).mul(1)];
    for (let i = 0; i < 3; i++) {
      buffer.copy_(batch);
      const loss = buffer.mul(w).sum();
      if (i > 0) await settle();
      batch.zero_();
      w.grad = null;
      loss.backward();
      expect(await w.grad!.tolist()).toEqual(i === 0 ? [5, 7] : [0, 0]);
    }
  });

  test.each([false, true])('a write to any view counts for what is saved, flushed or not (%s)', async (flushed) => {
    const x = leaf([1, 2]);
    const base = torch.zeros(2, 2).add(1);
    const y = base.at(0).mul(x).sum();
    if (flushed) await settle();
    base.at(1).add_(1);
    expect(() => y.backward()).toThrow(/changed by an in-place operation/);
    const z = base.at(0).mul(x).sum();
    if (flushed) await settle();
    z.backward();
    expect(await x.grad!.tolist()).toEqual([1, 1]);
  });

  test('only what a gradient reads must stay', async () => {
    const x = leaf([3, 4]);
    for (const y of [F.elu(x), F.selu(x), F.celu(x)]) {
      y.mul_(2);
      y.sum().backward();
    }
    const c = floats([4, 3]);
    const y = torch.hypot(c, x.mul(1));
    c.zero_();
    y.sum().backward();
    const acc = x.mul(2);
    const t = floats([1, 2]);
    acc.addcmul_(t, floats([5, 6]));
    t.zero_();
    acc.sum().backward();
    const self = x.mul(1);
    self.addcmul_(self, floats([1, 1]));
    self.sum().backward();
    const [elu, selu] = [2, 2 * 1.0507009873554805];
    const expected = [3 / 5, 4 / 5].map((slope) => 2 * elu + selu + slope + 2 + 2);
    (await x.grad!.data()).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i]!, 4);
    });
  });

  test('an activation in place keeps its result for the gradient', async () => {
    const x = leaf([-1, 2]);
    for (const f of [F.elu_, F.selu_, (y: torch.Tensor) => F.celu_(y, 2)]) {
      f(x.mul(1)).sum().backward();
      const changed = f(x.mul(1));
      changed.mul_(2);
      expect(() => changed.sum().backward()).toThrow(torch.AutogradError);
    }
    const scale = 1.0507009873554805;
    const at = Math.exp(-1) + scale * 1.6732632423543772 * Math.exp(-1) + Math.exp(-0.5);
    const [low, high] = await x.grad!.data();
    expect([low, high]).toEqual([expect.closeTo(at, 4), expect.closeTo(2 + scale, 4)]);
  });

  test('fills reach every element of repeated and overlapping views', async () => {
    const x = torch.arange(8).to('float32');
    x.at('0:2').expand(3, 2).fill_(-1);
    x.unfold(0, 2, 3).narrow(0, 1, 2).zero_();
    const y = torch.zeros(2, 5);
    y.unfold(1, 2, 1)
      .at(1)
      .at('1:3')
      .fill_(floats([7]).at(0));
    const [w, g] = [leaf([1, 2, 3]), leaf([4])];
    const z = w.mul(2);
    z.at('1:').expand(4, 2).fill_(g.at(0));
    z.mul(floats([1, 10, 100]))
      .sum()
      .backward();
    expect(await Promise.all([x.tolist(), y.tolist(), w.grad!.tolist(), g.grad!.tolist()])).toEqual([
      [-1, -1, 2, 0, 0, 5, 0, 0],
      [
        [0, 0, 0, 0, 0],
        [0, 7, 7, 7, 0],
      ],
      [2, 0, 0],
      [110],
    ]);
    expect(() => x.expand(3, 8).add_(1)).toThrow(/distinct/);
  });

  test('pad takes tensors without elements', async () => {
    const x = torch.zeros(0, 2, { requiresGrad: true });
    const y = F.pad(x, [1, 1, 1, 0], 'constant', 3);
    y.sum().backward();
    expect([await y.tolist(), x.grad!.shape]).toEqual([[[3, 3, 3, 3]], [0, 2]]);
  });

  test('a parameter that was stepped, frozen or not, does not change with its neighbours', async () => {
    const [a, b] = [new nn.Parameter(floats([1, 2])), new nn.Parameter(floats([3, 4]))];
    const optimizer = new optim.SGD([a, b], { lr: 0.5 });
    a.mul(b).sum().backward();
    optimizer.step();
    a.requiresGrad_(false);
    class Times extends torch.autograd.Function {
      static forward(ctx: torch.autograd.FunctionContext, x: torch.Tensor, w: torch.Tensor): torch.Tensor {
        ctx.saveForBackward(w);
        return x.mul(w);
      }
      static backward(ctx: torch.autograd.FunctionContext, dy: torch.Tensor): (torch.Tensor | null)[] {
        return [dy.mul(ctx.savedTensors[0]!), null];
      }
    }
    const x = leaf([1, 1]);
    for (const times of [(w: torch.Tensor) => x.mul(w), (w: torch.Tensor) => Times.apply(x, w)]) {
      for (const flushed of [false, true]) {
        const loss = times(a).sum();
        if (flushed) await settle();
        torch.noGrad(() => b.add_(1));
        x.grad = null;
        loss.backward();
        expect(await x.grad!.tolist()).toEqual([-0.5, 0]);
        const changed = times(a).sum();
        torch.noGrad(() => a.add_(0));
        expect(() => changed.backward()).toThrow(torch.AutogradError);
      }
    }
  });
});

describe('views', () => {
  test('unfold is one: strides, writes through, versions and gradients', async () => {
    const x = torch.arange(6).to('float32');
    const windows = x.unfold(0, 2, 2);
    const steps = x.view(2, 3).unfold(1, 2, 1);
    expect([windows.stride(), steps.shape, steps.stride()]).toEqual([
      [2, 1],
      [2, 2, 2],
      [3, 1, 1],
    ]);
    windows.at(1).mul_(10);
    expect(await steps.tolist()).toEqual([
      [
        [0, 1],
        [1, 20],
      ],
      [
        [30, 4],
        [4, 5],
      ],
    ]);
    const w = leaf([1, 2, 3]);
    const y = w.mul(1);
    const pairs = y.unfold(0, 2, 1);
    y.mul_(2);
    pairs
      .mul(
        torch.tensor([
          [1, 2],
          [3, 4],
        ]),
      )
      .sum()
      .backward();
    const square = w
      .unfold(0, 2, 1)
      .mul(w.unfold(0, 2, 1))
      .sum();
    torch.noGrad(() => w.unfold(0, 3, 1).add_(1));
    expect(() => square.backward()).toThrow(/in-place/);
    expect(await w.grad!.tolist()).toEqual([2, 10, 8]);
    const scalar = torch.tensor(2.5, { requiresGrad: true });
    const one = scalar.unfold(0, 1, 1);
    one.mul(3).sum().backward();
    expect([one.shape, await one.tolist(), await scalar.grad!.item()]).toEqual([[1], [2.5], 3]);
    expect(() => scalar.unfold(0, 2, 1)).toThrow(torch.ShapeError);
  });

  test('a view has the same gradient wherever it is looked at first', async () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const view = y.at(0);
    y.mul_(3);
    expect(await torch.noGrad(() => view.add(0)).item()).toBe(6);
    view.backward();
    expect(await x.grad!.tolist()).toEqual([6, 0]);
  });

  test('some cannot be changed where gradients count', async () => {
    const x = leaf([1, 2, 3, 4]);
    const several = (y: torch.Tensor) => [y.unbind(0)[0]!, y.split(2)[0]!, y.chunk(2)[1]!, [...y][0]!];
    for (const view of several(x.mul(2))) expect(() => view.add_(1)).toThrow(/one of several/);
    for (const view of several(torch.ones(4))) view.add_(1);
    const y = x.mul(2);
    const [first] = y.unbind(0);
    const quiet = torch.noGrad(() => y.at(0));
    expect([quiet.requiresGrad, quiet.isLeaf]).toEqual([true, true]);
    expect(() => quiet.add_(1)).toThrow(/noGrad mode/);
    y.add_(1);
    expect(() => first!.mul(2)).toThrow(/its gradient is not defined/);
    expect([await first!.item(), await quiet.item()]).toEqual([3, 3]);
    expect(await torch.tensorSplit(x.mul(2), 2)[0]!.add_(1).tolist()).toEqual([3, 5]);
  });

  test('retainGrad follows changes in place', async () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.retainGrad();
    y.mul_(5);
    y.mul(3).sum().backward();
    expect([await y.grad!.tolist(), await x.grad!.tolist()]).toEqual([
      [3, 3],
      [30, 30],
    ]);
  });
});

describe('changes through x.data', () => {
  /** Whether what was recorded before the change has run by then. */
  for (const ran of [false, true]) {
    const between = async () => {
      if (ran) await settle();
    };
    const when = ran ? ', once the results are in memory' : '';

    test(`gradients read what is there then${when}`, async () => {
      const [x, w] = [leaf([1, 2]), leaf([3, 4])];
      const product = x.mul(w).sum();
      await between();
      w.data.mul_(2);
      product.backward();
      expect([await x.grad!.tolist(), await w.grad!.tolist()]).toEqual([
        [6, 8],
        [1, 2],
      ]);
      const v = leaf([0, 1]);
      const result = v.exp();
      await between();
      result.data.mul_(10);
      result.sum().backward();
      expect((await v.grad!.tolist<number[]>()).map((one) => one.toFixed(4))).toEqual(['10.0000', '27.1828']);
    });

    test(`they do so by views of it${when}`, async () => {
      const [x, w] = [leaf([1, 2]), leaf([3, 4])];
      const outer = x.mul(w.view(2, 1)).sum();
      await between();
      w.data.at('1:2').fill_(7);
      outer.backward();
      expect([await x.grad!.tolist(), await w.grad!.tolist()]).toEqual([
        [10, 10],
        [3, 3],
      ]);
      const rows = torch.tensor([
        [3.5, 4],
        [5, 6],
      ]);
      const v = leaf([1, 2]);
      const inner = v.mul(rows.at(1)).sum();
      await between();
      rows.data.at(1, 0).fill_(7);
      inner.backward();
      expect(await v.grad!.tolist()).toEqual([7, 6]);
    });
  }

  test('second derivatives go through the tensor', async () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const y = x.mul(x).mul(w).sum();
    w.data.mul_(2);
    const [first] = torch.autograd.grad(y, x, { createGraph: true });
    const [second] = torch.autograd.grad(first!.sum(), w);
    expect([await first!.tolist(), await second!.tolist()]).toEqual([
      [12, 32],
      [2, 4],
    ]);
  });

  test('changes by another way are an error still', () => {
    const y = leaf([1, 2]).sigmoid();
    y.data.add_(1);
    y.detach().add_(1);
    expect(() => y.sum().backward()).toThrow(/changed by an in-place operation/);
  });
});
