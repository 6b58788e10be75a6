// Checks deep copies of modules, and full backward hooks.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

class Net extends nn.Module {
  body = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2), new nn.ReLU(), new nn.Flatten());
  head = new nn.LazyLinear(3);
  tied = this.body;
  settings = { names: ['a', 'b'], scale: torch.tensor([2]) };

  forward(x: Tensor): Tensor {
    return this.head(this.body(x)).mul(this.settings.scale);
  }
}

describe('deepcopy of a module', () => {
  test('computes the same, and shares no parameter, buffer or attribute', async () => {
    const net = new Net();
    const x = torch.randn(2, 1, 5, 5);
    net(x).sum().backward();
    const copy = torch.deepcopy(net);
    expect(String(copy)).toBe(String(net));
    expect(Object.keys(copy.stateDict())).toEqual(Object.keys(net.stateDict()));
    expect(copy.tied === copy.body).toBe(true);
    expect(copy.settings === net.settings).toBe(false);
    expect(copy.settings.names).toEqual(['a', 'b']);
    expectNumbers(await copy.head.weight.grad!.data(), await net.head.weight.grad!.data());
    net.eval();
    expect(copy.training).toBe(true);
    copy.eval();
    const before = await copy(x).data();
    expectNumbers(await net(x).data(), before);
    torch.noGrad(() => {
      for (const parameter of net.parameters()) parameter.add_(1);
      for (const buffer of net.buffers()) buffer.zero_();
      net.settings.scale.zero_();
    });
    expectNumbers(await copy(x).data(), before);
  });

  test('trains apart from the original', async () => {
    const layer = new nn.Linear(2, 1);
    const optimizer = new torch.optim.SGD(layer.parameters(), { lr: 0.1 });
    const step = () => {
      optimizer.zeroGrad();
      layer(torch.ones(1, 2)).sum().backward();
      optimizer.step();
    };
    step();
    const copy = torch.deepcopy(layer);
    const before = await copy.weight.tolist();
    step();
    expect(await copy.weight.tolist()).toEqual(before);
    expect(await layer.weight.tolist()).not.toEqual(before);
  });

  test('copies layers of every kind', async () => {
    const layers: [nn.Module, Tensor][] = [
      [new nn.LSTM(3, 4, { bidirectional: true }), torch.randn(2, 1, 3)],
      [new nn.TransformerEncoderLayer(4, 2, { dropout: 0 }), torch.randn(3, 1, 4)],
      [new nn.Conv2d(1, 2, 3, { padding: 1, paddingMode: 'reflect' }), torch.randn(1, 1, 4, 4)],
      [new nn.ConvTranspose2d(1, 2, 3), torch.randn(1, 1, 4, 4)],
      [new nn.ModuleList([new nn.Linear(2, 2)])[0]!, torch.randn(1, 2)],
    ];
    for (const [layer, x] of layers) {
      const [expected, actual] = [layer(x), torch.deepcopy(layer)(x)].map(
        (y) => (Array.isArray(y) ? y[0] : y) as Tensor,
      );
      expectNumbers(await actual!.data(), await expected!.data());
    }
    const lazy = torch.deepcopy(new nn.LazyLinear(2));
    expect(lazy(torch.ones(1, 5)).shape).toEqual([1, 2]);
  });

  test('of tensors and structures', async () => {
    const x = torch.ones(2, { requiresGrad: true });
    const copy = torch.deepcopy({ x, list: [x, 1, 'a'] });
    expect(copy.list[0] === copy.x).toBe(true);
    expect(copy.x === x).toBe(false);
    expect(copy.x.requiresGrad).toBe(true);
    expect(await copy.x.tolist()).toEqual([1, 1]);
    x.mul(3).sum().backward();
    const later = torch.deepcopy(x);
    later.grad!.mul_(2);
    expect([await later.grad!.tolist(), await x.grad!.tolist()]).toEqual([
      [6, 6],
      [3, 3],
    ]);
  });
});

describe('full backward hooks', () => {
  test('see the gradients of arguments and results', async () => {
    const layer = new nn.Linear(2, 1, { bias: false });
    torch.noGrad(() => layer.weight.copy_(torch.tensor([[2, 3]])));
    const seen: (Tensor | null)[][] = [];
    const handle = layer.registerFullBackwardHook((module, gradInput, gradOutput) => {
      expect(module).toBe(layer);
      seen.push([...gradInput, ...gradOutput]);
      return undefined;
    });
    const x = torch.ones(1, 2, { requiresGrad: true });
    layer(x).mul(5).sum().backward();
    expect(seen).toHaveLength(1);
    expect(await seen[0]![0]!.tolist()).toEqual([[10, 15]]);
    expect(await seen[0]![1]!.tolist()).toEqual([[5]]);
    expect(await x.grad!.tolist()).toEqual([[10, 15]]);
    handle.remove();
    layer(x).sum().backward();
    expect(seen).toHaveLength(1);
  });

  test('replace gradients', async () => {
    const layer = new nn.Linear(2, 1);
    layer.registerFullBackwardHook((_, gradInput) => gradInput.map((g) => g?.mul(0).abs() ?? null));
    const x = torch.ones(1, 2, { requiresGrad: true });
    layer(x).sum().backward();
    expect(await x.grad!.tolist()).toEqual([[0, 0]]);
    expect(await layer.weight.grad!.tolist()).toEqual([[1, 1]]);
    layer.zeroGrad();
    layer.registerFullBackwardPreHook((_, gradOutput) => gradOutput.map((g) => g?.mul(3) ?? null));
    layer(x).sum().backward();
    expect(await layer.weight.grad!.tolist()).toEqual([[3, 3]]);
  });

  test('are called in their order, with null where an argument wants no gradient', () => {
    const layer = new nn.Linear(2, 1);
    const order: string[] = [];
    layer.registerFullBackwardHook(() => void order.push('hook 1'));
    layer.registerFullBackwardHook(() => void order.push('hook 0'), { prepend: true });
    layer.registerFullBackwardPreHook(() => void order.push('pre 1'));
    layer.registerFullBackwardPreHook(() => void order.push('pre 0'), true);
    const inputs: unknown[] = [];
    layer.registerFullBackwardHook((_, gradInput) => {
      inputs.push(...gradInput);
      return undefined;
    });
    layer(torch.ones(1, 2)).sum().backward();
    expect(inputs).toEqual([null]);
    expect(order).toEqual(['pre 0', 'pre 1', 'hook 0', 'hook 1']);
  });
});
