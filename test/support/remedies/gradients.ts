// Rows of what gradients, their functions and the switches around them refuse.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { converts, does, options, type Row, typed, warned } from './row';

const { autograd } = torch;
const leaf = (...shape: number[]): Tensor => torch.ones(shape, { requiresGrad: true });
const floats = torch.ones(2);
const model = new nn.Linear(2, 1);

class Square extends autograd.Function {
  static forward(_: unknown, x: Tensor): Tensor {
    return x.square();
  }
  static backward(_: unknown, dy: Tensor): Tensor {
    return dy;
  }
}

/** A function whose backward reads what it saved. */
class Saves extends autograd.Function {
  static forward(ctx: { saveForBackward(x: Tensor): void }, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.mul(1);
  }
  static backward(ctx: { savedTensors: Tensor[] }, dy: Tensor): Tensor {
    return dy.mul(ctx.savedTensors[0]!);
  }
}

const changed = (clone: (x: Tensor) => Tensor): void => {
  const x = leaf(2).mul(1);
  const y = Saves.apply(x) as Tensor;
  clone(x).add_(1);
  y.sum().backward();
};

const usedAfter = (clone: (x: Tensor) => Tensor): void => {
  const x = leaf(2).mul(1);
  const y = x.square();
  clone(x).add_(1);
  y.sum().backward();
};

/** A gradient that is given by hand. */
function given(x: Tensor, grad: Tensor): void {
  x.grad = grad;
}

const halves = (x: Tensor): Tensor => x.chunk(2)[0]!;
const twice = (options: object): void => {
  const y = leaf(1).square();
  y.backward(options);
  y.backward();
};

export const gradients: readonly Row[] = [
  converts(
    'autograd.functional.jacobian',
    (x) => autograd.functional.jacobian(torch.exp, x as Tensor),
    torch.arange(2),
  ),
  typed(
    'apply',
    () => {
      const { apply } = Square as { apply: (x: Tensor) => Tensor };
      return apply(floats);
    },
    '(x) => Square.apply(x)',
    { Square },
    (f) => f(floats),
  ),
  does(
    'backward',
    () => changed((x) => x),
    'clone() it before changing it',
    () => changed((x) => x.clone()),
  ),
  does(
    'backward',
    () => usedAfter((x) => x),
    'clone() before changing it',
    () => usedAfter((x) => x.clone()),
  ),
  does(
    'backward',
    () => usedAfter((x) => x),
    'use the operation that returns a new tensor',
    () => leaf(2).mul(1).square().add(1).sum().backward(),
  ),
  typed(
    'grad',
    () => autograd.grad(leaf(1), leaf(1), { onlyInputs: false } as never),
    'torch.autograd.backward(outputs)',
    { outputs: leaf(1).mul(2) },
  ),
  does(
    'grad',
    () => autograd.grad(leaf(1).mul(2), torch.ones(1)),
    'call requiresGrad_() before using it',
    () => {
      const x = torch.ones(1).requiresGrad_();
      return autograd.grad(x.mul(2), x);
    },
  ),
  options('grad', (o) => autograd.grad(leaf(1).mul(2), leaf(1), o)),
  options('backward', twice),
  does(
    'backward',
    () => leaf(2).mul(2).backward(),
    'call .sum() first',
    () => leaf(2).mul(2).sum().backward(),
  ),
  does(
    'backward',
    () => leaf(2).mul(2).backward(),
    'pass a gradient',
    () => leaf(2).mul(2).backward(floats),
  ),
  does(
    'backward',
    () => floats.sum().backward(),
    'check requiresGrad of the inputs',
    () => leaf(2).sum().backward(),
  ),
  does(
    'grad',
    () => autograd.grad(leaf(2).mul(2), leaf(2)),
    'pass gradOutputs',
    () => {
      const x = leaf(2);
      return autograd.grad(x.mul(2), x, { gradOutputs: floats });
    },
  ),
  typed(
    'requiresGrad_',
    () => leaf(1).mul(2).requiresGrad_(false),
    'detach()',
    { detach: () => leaf(1).mul(2).detach() },
    (x) => {
      if (x.requiresGrad) throw new Error('still');
    },
  ),
  does(
    'grad',
    () => given(torch.ones(1), torch.ones(1)),
    'detach().requiresGrad_() first',
    () => given(torch.ones(1).detach().requiresGrad_(), torch.ones(1)),
  ),
  does(
    'grad',
    () => given(leaf(1).mul(2), torch.ones(1)),
    'detach().requiresGrad_()',
    () => given(leaf(1).mul(2).detach().requiresGrad_(), torch.ones(1)),
  ),
  converts('grad', (x) => given(leaf(1), x), torch.ones(1, { dtype: 'float16' })),
  does(
    'backward',
    () =>
      leaf(1)
        .mul(2)
        .backward({ inputs: [leaf(1).mul(2)] }),
    'use autograd.grad for other tensors',
    () => {
      const x = leaf(1).mul(2);
      return autograd.grad(x.mul(2), x);
    },
  ),
  does(
    'registerPostAccumulateGradHook',
    () =>
      leaf(1)
        .mul(2)
        .registerPostAccumulateGradHook(() => {}),
    'use registerHook',
    () =>
      leaf(1)
        .mul(2)
        .registerHook(() => {}),
  ),
  does(
    'detach_',
    () => leaf(2).at(0).detach_(),
    'use detach()',
    () => leaf(2).at(0).detach(),
  ),
  does(
    'add_',
    () => leaf(2).add_(1),
    'wrap the change in torch.noGrad(() => …)',
    () => torch.noGrad(() => leaf(2).add_(1)),
  ),
  does(
    'add_',
    () => halves(leaf(2).mul(1)).add_(1),
    'as at() and narrow() give it',
    () => leaf(2).mul(1).narrow(0, 0, 1).add_(1),
  ),
  does(
    'mul',
    () => {
      const x = leaf(2).mul(1);
      const v = torch.noGrad(() => x.at(0));
      x.add_(1);
      return v.mul(1);
    },
    'take the view after the change',
    () => {
      const x = leaf(2).mul(1);
      x.add_(1);
      return x.at(0).mul(1);
    },
  ),
  typed('noGrad', () => torch.noGrad((async () => 1) as never), 'noGrad(() => model(x))', {
    noGrad: torch.noGrad,
    model,
    x: floats,
  }),
  does(
    'grad',
    () =>
      warned(() => {
        const x = leaf(1).mul(2);
        return x.grad;
      }),
    'call x.retainGrad() before backward',
    async () => {
      const x = leaf(1).mul(2);
      x.retainGrad();
      x.sum().backward();
      const said = await warned(() => x.grad);
      if (said || !x.grad) throw new Error(said || 'no gradient');
    },
  ),
  does(
    'vmap',
    () => torch.vmap((x: Tensor, y: Tensor) => x.add(y))(floats, torch.tensor(1)),
    'give it null in inDims',
    () => torch.vmap((x: Tensor, y: Tensor) => x.add(y), { inDims: [0, null] })(floats, torch.tensor(1)),
  ),
  does(
    'vmap',
    () => torch.vmap((x: Tensor, y: number) => x.add(y))(floats, 1 as never),
    'give it null in inDims',
    () => torch.vmap((x: Tensor, y: number) => x.add(y), { inDims: [0, null] })(floats, 1 as never),
  ),
  does(
    'binaryCrossEntropy',
    () => torch.autocast(() => nn.functional.binaryCrossEntropy(floats, floats)),
    'use binaryCrossEntropyWithLogits',
    () => torch.autocast(() => nn.functional.binaryCrossEntropyWithLogits(floats, floats)),
  ),
  does(
    'binaryCrossEntropy',
    () => torch.autocast(() => nn.functional.binaryCrossEntropy(floats, floats)),
    'call it within torch.autocast({ enabled: false }, …)',
    () =>
      torch.autocast(() => torch.autocast({ enabled: false }, () => nn.functional.binaryCrossEntropy(floats, floats))),
  ),
  does(
    'igamma',
    () => torch.special.gammainc(leaf(2), leaf(2)).sum().backward(),
    'detach() it',
    () => torch.special.gammainc(leaf(2).detach(), leaf(2)).sum().backward(),
  ),
];
