// Checks custom functions, checkpoints, anomaly detection and functional transforms.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

type Context = torch.autograd.FunctionContext;

class Cube extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor) {
    ctx.saveForBackward(x);
    return x.pow(3);
  }

  static backward(ctx: Context, dy: Tensor) {
    const [x] = ctx.savedTensors;
    return dy.mul(x!.square().mul(3));
  }
}

/** exp, whose gradient reads the result. */
class Exp extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor) {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }

  static backward(ctx: Context, dy: Tensor) {
    return dy.mul(ctx.savedTensors[0]!);
  }
}

/** [scale · x, x + y, the place of the greatest]. */
class Several extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor, scale: number, y: Tensor) {
    const place = x.argmax();
    ctx.markNonDifferentiable(place);
    ctx.scale = scale;
    return [x.mul(scale), x.add(y), place];
  }

  static backward(ctx: Context, scaled: Tensor, sum: Tensor) {
    return [scaled.mul(ctx.scale as number).add(sum), null, sum];
  }
}

const leaf = (values: number[]) => torch.tensor(values, { dtype: 'float32', requiresGrad: true });
const close = async (x: Tensor, expected: number[]) => expectNumbers(await x.data(), expected);

describe('a custom function', () => {
  test('has the gradient that its backward gives, once and twice', async () => {
    const x = leaf([1, 2, -3]);
    const y = Cube.apply(x);
    expect(y.gradFn).toBe('CubeBackward');
    await close(y, [1, 8, -27]);
    y.sum().backward();
    await close(x.grad!, [3, 12, 27]);
    expect(await torch.autograd.gradcheck((t) => Cube.apply(t), [leaf([0.5, -1.5])])).toBe(true);
    expect(await torch.autograd.gradgradcheck((t) => Cube.apply(t), [leaf([0.5, -1.5])])).toBe(true);
    expect(await torch.autograd.gradgradcheck((t) => Exp.apply(t), [leaf([0.5, -0.5])])).toBe(true);
  });

  test('takes several arguments and gives several results', async () => {
    const [x, y] = [leaf([1, 4, 2]), leaf([1, 1, 1])];
    const [scaled, sum, place] = Several.apply(x, 10, y) as [Tensor, Tensor, Tensor];
    expect(place.requiresGrad).toBe(false);
    expect(await place.item()).toBe(1);
    scaled.sum().add(sum.mul(2).sum()).backward();
    await close(x.grad!, [12, 12, 12]);
    await close(y.grad!, [2, 2, 2]);
    x.grad = null;
    const [only] = Several.apply(x, 10, y) as Tensor[];
    only!.sum().backward();
    await close(x.grad!, [10, 10, 10]);
  });

  test('runs without a graph where no gradient is wanted', async () => {
    const y = torch.noGrad(() => Cube.apply(leaf([2])));
    expect(y.requiresGrad).toBe(false);
    expect(Cube.apply(torch.tensor([2.5])).requiresGrad).toBe(false);
  });

  test('notices changes in place of what it saved, and gradients that are missing', () => {
    const x = leaf([1, 2]);
    const base = x.mul(1);
    const y = Cube.apply(base);
    base.add_(1);
    expect(() => y.sum().backward()).toThrow(/saved tensor of shape \[2\] has been changed by an in-place/);
    class Short extends torch.autograd.Function {
      static forward(_: Context, a: Tensor, b: Tensor) {
        return a.add(b);
      }

      static backward(_: Context, dy: Tensor) {
        return dy;
      }
    }
    expect(() => Short.apply(x, x).sum().backward()).toThrow(
      /Short.backward: expected as many gradients .* 2, but got 1/,
    );
  });

  test('gives gradients of the shape and the dtype of its arguments', async () => {
    let given: unknown = null;
    class Given extends torch.autograd.Function {
      static forward(_: Context, a: Tensor) {
        return a.mul(2);
      }

      static backward(): Tensor {
        return given as Tensor;
      }
    }
    const gradient = (shape: number[], dx: unknown) => {
      given = dx;
      const x = torch.ones(shape, { requiresGrad: true });
      Given.apply(x).sum().backward();
      return x.grad!;
    };
    // Whole numbers, and those of a shape that x was broadcast to, fit, as in PyTorch.
    const whole = gradient([3], torch.tensor([1, 2, 3]));
    expect([whole.dtype, await whole.tolist()]).toEqual(['float32', [1, 2, 3]]);
    await close(gradient([3], torch.ones(2, 3)), [2, 2, 2]);
    await close(gradient([1], torch.tensor([true, true])), [2]);
    for (const [shape, other] of [
      [[3], [2]],
      [[3], []],
      [[3], [1]],
      [[3], [3, 1]],
      [[2, 2], [4]],
    ] as const) {
      expect(() => gradient([...shape], torch.ones([...other]))).toThrow(
        `backward: expected a gradient of shape [${shape.join(', ')}], but a hook or a custom function gave one of shape [${other.join(', ')}]`,
      );
    }
    expect(() => gradient([3], [1])).toThrow('Given.backward: expected tensors or null, but got number');
  });

  test('leaves no trace in the plans of a repeated step', async () => {
    const x = leaf([1, 2, 3]);
    const step = () => {
      x.grad = null;
      Cube.apply(x).sum().backward();
      return x.grad!;
    };
    await step().data();
    await step().data();
    const { pipelinesCreated, plansCompiled } = torch.gpu.stats() as unknown as Record<string, number>;
    await step().data();
    const after = torch.gpu.stats() as unknown as Record<string, number>;
    expect([after.pipelinesCreated, after.plansCompiled]).toEqual([pipelinesCreated, plansCompiled]);
  });
});

describe('checkpoint', () => {
  test('gives the gradients of the function itself, with dropout too', async () => {
    torch.manualSeed(3);
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(8, 3));
    const x = torch.randn(5, 4, { requiresGrad: true });
    const gradients = async (run: () => Tensor) => {
      model.zeroGrad();
      x.grad = null;
      torch.manualSeed(7);
      run().square().sum().backward();
      return [x.grad!, ...model.parameters().map((p) => p.grad!)].map((g) => g.clone());
    };
    const plain = await gradients(() => model(x));
    const again = await gradients(() => torch.checkpoint((t: Tensor) => model(t), x));
    for (const [i, g] of plain.entries()) expectNumbers(await again[i]!.data(), await g.data());
  });

  test('gives parameters their gradients where no argument wants one', async () => {
    const layer = new nn.Linear(2, 1);
    torch
      .checkpoint((t: Tensor) => layer(t), torch.ones(3, 2))
      .sum()
      .backward();
    await close(layer.weight.grad!, [3, 3]);
  });
});

describe('detectAnomaly', () => {
  test('names the function that made the first NaN', async () => {
    const x = leaf([0, 1]);
    const loss = () => x.sqrt().mul(0).sum();
    await expect(torch.autograd.detectAnomaly(() => loss().backward())).rejects.toThrow(
      /'SqrtBackward0' returned nan values in its 0th output/,
    );
    expect(await torch.autograd.detectAnomaly(async () => x.square().sum().backward())).toBeUndefined();
  });
});

describe('torch.func', () => {
  let x: Tensor;
  beforeEach(() => {
    x = torch.tensor([0.5, -1, 2]);
  });

  test('grad, nested', async () => {
    const cube = (t: Tensor) => t.pow(3).sum();
    const first = torch.func.grad(cube)(x);
    expect(first.requiresGrad).toBe(false);
    await close(first, [0.75, 3, 12]);
    const second = torch.func.grad((t: Tensor) => torch.func.grad(cube)(t).sum())(x);
    await close(second, [3, -6, 12]);
    const [gradients, value] = torch.func.gradAndValue((a: Tensor, b: Tensor) => a.mul(b).sum(), { argnums: [0, 1] })(
      x,
      x,
    );
    await close(gradients[1]!, [0.5, -1, 2]);
    const [, byPlace] = torch.func.grad((a: Tensor, b: Tensor) => a.mul(b).sum(), [0, 1])(x, x);
    await close(byPlace!, [0.5, -1, 2]);
    expect(await torch.autograd.gradcheck(cube, x.requiresGrad_())).toBe(true);
    const wrong = (t: Tensor) => cube(t.detach()).add(t.sum());
    expect(await torch.autograd.gradcheck(wrong, x, { raiseException: false })).toBe(false);
    expect(() => torch.func.grad(cube, { hasAxu: true } as never)).toThrow(/unknown argument 'hasAxu'/);
    expect(await value.item()).toBeCloseTo(5.25, 6);
  });

  test('give back what a function gives beside its output', async () => {
    const x = torch.tensor([1, 2, 3], { dtype: 'float32' });
    const both = (t: Tensor) => [t.square().sum(), { twice: t.mul(2), word: 'aux' }] as const;
    const [gradient, aux] = torch.func.grad(both, { hasAux: true })(x);
    expect(await gradient.tolist()).toEqual([2, 4, 6]);
    expect([await aux.twice.tolist(), aux.word, aux.twice.requiresGrad]).toEqual([[2, 4, 6], 'aux', false]);
    const [same, [value, beside]] = torch.func.gradAndValue(both, 0, true)(x);
    expect(await torch.stack([same, beside.twice]).tolist()).toEqual([
      [2, 4, 6],
      [2, 4, 6],
    ]);
    expect(await value.item()).toBe(14);
    const squares = (t: Tensor) => [t.square(), t.sum()] as const;
    const [output, product, sum] = torch.func.vjp(squares, x, { hasAux: true });
    expect([await output.tolist(), await sum.item()]).toEqual([[1, 4, 9], 6]);
    expect(await product(torch.ones(3))[0]!.tolist()).toEqual([2, 4, 6]);
    const [, tangent, again] = torch.func.jvp(squares, [x], [torch.ones(3)], { hasAux: true });
    expect([await tangent.tolist(), await again.item()]).toEqual([[2, 4, 6], 6]);
    const [jacobian, total] = torch.func.jacrev(squares, { hasAux: true })(x);
    expect(await jacobian.diagonal().tolist()).toEqual([2, 4, 6]);
    expect(await total.item()).toBe(6);
    // A second derivative passes through what stands beside.
    const outer = (t: Tensor) =>
      torch.func
        .grad((u: Tensor) => [u.pow(3).sum(), u.square()] as const, { hasAux: true })(t)[1]
        .sum();
    expect(await torch.func.grad(outer)(x).tolist()).toEqual([2, 4, 6]);
    const plain = (t: Tensor) => t.sum();
    expect(() => torch.func.grad(plain as never, { hasAux: true })(x)).toThrow(
      /expected the result of func to be \[output, aux\] with hasAux/,
    );
    expect(() => torch.func.vjp(squares as never, x)).toThrow(/expected the result of func to be a tensor/);
  });

  test('vjp and jvp', async () => {
    const f = (t: Tensor) => t.square().mul(2);
    const [y, product] = torch.func.vjp(f, x);
    await close(y, [0.5, 2, 8]);
    await close(product(torch.tensor([1, 1, 0.5]))[0]!, [2, -4, 4]);
    const [value, tangent] = torch.func.jvp(f, [x], [torch.tensor([1, 2, 3])]);
    await close(value, [0.5, 2, 8]);
    await close(tangent, [2, -8, 24]);
  });

  test('jacobian and hessian', async () => {
    const f = (t: Tensor) => torch.stack([t.sum(), t.square().sum()]);
    const jacobian = torch.func.jacobian(f, x);
    expect(jacobian.shape).toEqual([2, 3]);
    await close(jacobian, [1, 1, 1, 1, -2, 4]);
    const [da, db] = torch.func.jacobian((a: Tensor, b: Tensor) => a.mul(b), [x, x.mul(2)]) as [Tensor, Tensor];
    await close(da.diagonal(), [1, -2, 4]);
    await close(db, [0.5, 0, 0, 0, -1, 0, 0, 0, 2]);
    const g = (t: Tensor) =>
      t
        .pow(3)
        .sum()
        .add(t.at(0).mul(t.at(1)));
    await close(torch.func.hessian(g, x), [3, 1, 0, 1, -6, 0, 0, 0, 12]);
    await close(torch.func.hessian(g)(x), [3, 1, 0, 1, -6, 0, 0, 0, 12]);
  });

  // The Jacobians are PyTorch's, of torch.func.jacfwd and torch.func.jacrev alike.
  test.each(['jacfwd', 'jacrev'] as const)('%s', async (name) => {
    const make = torch.func[name] as typeof torch.func.jacfwd;
    const [v, w] = [torch.tensor([1, 2, 3], { dtype: torch.float32 }), torch.tensor([2.5])];
    const several = ((t: Tensor) => ({ a: t.sum(), b: [t.mul(2), t.prod()] })) as unknown as (t: Tensor) => Tensor;
    const nested = make(several)(v) as unknown as { a: Tensor; b: [Tensor, Tensor] };
    await close(nested.a, [1, 1, 1]);
    await close(nested.b[0], [2, 0, 0, 0, 2, 0, 0, 0, 2]);
    await close(nested.b[1], [6, 3, 2]);
    const two = ((a: Tensor, b: Tensor) => [a.mul(b), a.add(b).sum()]) as unknown as (a: Tensor, b: Tensor) => Tensor;
    const [[da, db], [sa, sb]] = make(two, { argnums: [0, 1] })(v, w) as unknown as [Tensor, Tensor][];
    expect([da!, db!, sa!, sb!].map(({ shape }) => shape)).toEqual([[3, 3], [3, 1], [3], [1]]);
    await close(da!, [2.5, 0, 0, 0, 2.5, 0, 0, 0, 2.5]);
    await close(db!, [1, 2, 3]);
    await close(sa!, [1, 1, 1]);
    await close(sb!, [3]);
    expect((make((a: Tensor, b: Tensor) => a.mul(b), [1])(v, w) as unknown as Tensor[])[0]!.shape).toEqual([3, 1]);
    const named = make((d: { w: Tensor; b: Tensor }) => d.w.mul(d.b))({ w: v, b: w });
    expect([named.w.shape, named.b.shape]).toEqual([
      [3, 3],
      [3, 1],
    ]);
    await close(named.b, [1, 2, 3]);
    const [jacobian, aux] = make((t: Tensor) => [t.square(), t.sum()] as const, { hasAux: true })(v);
    await close(jacobian.diagonal(), [2, 4, 6]);
    expect([await aux.item(), aux.requiresGrad, jacobian.requiresGrad]).toEqual([6, false, false]);
    const constant = make((_: Tensor) => torch.ones(2))(v);
    expect(await constant.tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(make((t: Tensor) => t.narrow(0, 0, 0))(v).shape).toEqual([0, 3]);
    expect(make((t: Tensor) => t.sum().add(torch.ones(2)))(v.narrow(0, 0, 0)).shape).toEqual([2, 0]);
    // d³(x³)/dx³: by each through the other, and beside what belongs to a graph.
    await close(make(torch.func.jacrev((t: Tensor) => t.pow(3).sum()))(v).diagonal(), [6, 12, 18]);
    await close(
      torch.func
        .jacrev(make((t: Tensor) => t.pow(3).sum()))(v)
        .diagonal(),
      [6, 12, 18],
    );
    const leaf = v.clone().requiresGrad_();
    make((t: Tensor) => t.pow(3))(leaf)
      .sum()
      .backward();
    await close(leaf.grad!, [6, 12, 18]);
  });

  test('chunkSize computes a Jacobian by and by', async () => {
    const runs = () => torch.gpu.stats().runs;
    const v = torch.randn(7);
    const f = (t: Tensor) => t.sin().outer(t);
    const whole = torch.func.jacrev(f)(v);
    await whole.sum().item();
    const before = runs();
    const parts = torch.func.jacrev(f, { chunkSize: 20 })(v);
    expect(await parts.equal(whole)).toBe(true);
    expect(runs() - before).toBe(3);
    expect(() => torch.func.jacrev(f, { chunkSize: 0 })).toThrow(/chunkSize/);
    expect(() => torch.func.jacfwd(f, { chunkSize: 2 } as object)).toThrow(/chunkSize/);
  });

  test('jacfwd calls the function once, and leaves out results without a derivative', async () => {
    let calls = 0;
    const f = ((t: Tensor) => {
      calls++;
      return [t.mul(2), t.argmax()];
    }) as unknown as (t: Tensor) => Tensor;
    const [first, second] = torch.func.jacfwd(f)(x) as unknown as [Tensor, Tensor];
    expect([calls, second.dtype, await second.tolist()]).toEqual([1, 'int64', [0, 0, 0]]);
    await close(first.diagonal(), [2, 2, 2]);
    const [value, tangent] = torch.func.jvp((_: Tensor) => torch.ones(2), [x], [x]);
    expect([await value.tolist(), await tangent.tolist()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test('takes the function by the name that it has in PyTorch', async () => {
    const func = (t: Tensor) => t.pow(2).sum();
    const byName = (transform: unknown) => (transform as (named: object) => (t: Tensor) => Tensor)({ func })(x);
    expect(await byName(torch.func.grad).equal(x.mul(2))).toBe(true);
    expect(await byName(torch.func.jacrev).equal(x.mul(2))).toBe(true);
    const linear = new torch.nn.Linear(3, 1);
    const parametersAndBuffers = { weight: torch.ones(1, 3), bias: torch.zeros(1) };
    const placed = torch.func.functionalCall(linear, parametersAndBuffers, [x]);
    const named = torch.func.functionalCall({ module: linear, parametersAndBuffers, args: [x] });
    const mixed = Reflect.apply(torch.func.functionalCall, null, [linear, { parametersAndBuffers, args: [x] }]);
    expect(await placed.equal(x.sum().reshape(1))).toBe(true);
    expect([await named.equal(placed), await (mixed as Tensor).equal(placed)]).toEqual([true, true]);
  });

  test('says what is wrong', () => {
    expect(() => torch.func.grad((t: Tensor) => t)(x)).toThrow(
      /a function of one element, but its result has shape \[3\]/,
    );
    for (const transform of [torch.func.grad, torch.func.jacrev, torch.func.jacfwd, torch.func.hessian]) {
      expect(() => (transform as typeof torch.func.jacrev)((() => 3) as never)(x)).toThrow(
        /^func\.\w+: expected the result of func to be a tensor\b.*, but got /,
      );
    }
    expect(() => torch.func.functionalCall(null as never, {}, x)).toThrow(
      /^functionalCall: expected module to be a module, but got null$/,
    );
    expect(() => torch.func.jvp((t: Tensor) => t, [x], [])).toThrow(/as many tangents as primals, 1, but got 0/);
  });
});
