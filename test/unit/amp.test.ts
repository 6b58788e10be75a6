// Mixed precision as it is recorded: in which types functions compute within autocast, beside PyTorch's for CUDA; and what GradScaler refuses.
import * as torch from 'lamplight';
import { type DType, nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { loadFixture } from '../support/fixtures';

type Spec = readonly [dtype: DType, shape: number[]];

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly op: string;
  readonly inputs: readonly (Spec | readonly Spec[])[];
  readonly extra: readonly unknown[];
  readonly dtype: DType;
}

const F = nn.functional;
const { cases } = await loadFixture<Case>('amp');
const half = (...shape: number[]) => torch.ones(shape, { dtype: torch.float16 });

type Call = (...args: unknown[]) => Tensor;

/** A function of F or torch, or else a method of the first argument. */
function called(op: string, args: readonly unknown[]): Tensor {
  const own = ([F, torch] as unknown as Record<string, Call>[]).find((space) => typeof space[op] === 'function');
  if (own) return own[op]!(...args);
  const [x, ...rest] = args;
  return (x as Record<string, Call>)[op]!(...rest);
}

describe('autocast', () => {
  test('computes in the types that PyTorch computes in', () => {
    const made = (spec: Spec | readonly Spec[]): unknown =>
      typeof spec[0] === 'string'
        ? torch.zeros((spec as Spec)[1], { dtype: (spec as Spec)[0] })
        : (spec as readonly Spec[]).map(made);
    const wrong = cases
      .filter(({ kind }) => kind === 'dtype')
      .flatMap(({ op, inputs, extra, dtype }) => {
        const args = [...inputs.map(made), ...extra];
        const found = torch.autocast(() => called(op, args)).dtype;
        return found === dtype ? [] : [`${op}: ${found}, expected ${dtype}`];
      });
    expect(wrong).toEqual([]);
    expect(torch.isAutocastEnabled()).toBe(false);
  });

  test('is on in generator functions wherever these do not wait', async () => {
    const layer = new nn.Linear(3, 3);
    const x = torch.ones(2, 3);
    const running = torch.autocast({ enabled: true }, function* () {
      const before = layer(x).dtype;
      const rows: number = yield new Promise((resolve) => setTimeout(resolve, 1, 2));
      return [before, layer(torch.ones(rows, 3)).dtype];
    });
    expect(layer(x).dtype).toBe('float32');
    expect(await running).toEqual(['float16', 'float16']);
    expect(torch.isAutocastEnabled()).toBe(false);
  });

  test('holds for modules and methods, by place or by name, and not for what is written in place', () => {
    const x = torch.ones(2, 3);
    const layer = new nn.Linear(3, 3);
    const lstm = new nn.LSTM(3, 4);
    const results = torch.autocast(() => [
      layer(x),
      x.matmul(torch.ones(3, 1)),
      x.matmul({ other: torch.ones(3, 1) }),
      F.softmax(half(2, 3), { dim: 1 }),
      half(2).exp_(),
      lstm(torch.ones(5, 2, 3))[0],
      new nn.BatchNorm1d(3)(layer(x)),
      new nn.MultiheadAttention(4, 2)(torch.ones(3, 4), torch.ones(3, 4), torch.ones(3, 4))[0],
    ]);
    expect(results.map(({ dtype }) => dtype)).toEqual([
      ...['float16', 'float16', 'float16', 'float32', 'float16', 'float16', 'float16', 'float16'],
    ]);
    expect(layer(x).dtype).toBe('float32');
  });

  test('leaves gradients in the types of their parameters, also where backward runs within', () => {
    const layer = new nn.Linear(3, 2);
    torch.autocast(() => F.mseLoss(layer(torch.ones(4, 3)), torch.zeros(4, 2)).backward());
    expect(layer.parameters().map((p) => p.grad!.dtype)).toEqual(['float32', 'float32']);
    class Own extends torch.autograd.Function {
      static forward(_: unknown, x: Tensor) {
        return x.mul(2);
      }
      static backward(_: unknown, dy: Tensor) {
        expect(torch.isAutocastEnabled()).toBe(false);
        return dy.mul(2);
      }
    }
    const x = torch.ones(3, { requiresGrad: true });
    torch.autocast(() => (Own as unknown as { apply(x: Tensor): Tensor }).apply(x).sum().backward());
    expect(x.grad!.dtype).toBe('float32');
  });

  test('holds again where a checkpoint computes again', () => {
    const layer = new nn.Linear(3, 3);
    const seen: DType[] = [];
    const block = (x: Tensor) => {
      const y = layer(x);
      seen.push(y.dtype);
      return y;
    };
    const y = torch.autocast(() => torch.checkpoint(block, torch.ones(2, 3)));
    y.float().sum().backward();
    expect(seen).toEqual(['float16', 'float16']);
  });

  test('is switched off and on within', () => {
    const [a, b] = [torch.ones(2, 2), torch.ones(2, 2)];
    torch.autocast('cuda', { enabled: true, cacheEnabled: false }, () => {
      expect(a.matmul(b).dtype).toBe('float16');
      torch.amp.autocast({ enabled: false }, () => {
        expect(torch.isAutocastEnabled()).toBe(false);
        expect(a.matmul(b).dtype).toBe('float32');
        expect(torch.autocast(() => a.matmul(b)).dtype).toBe('float16');
      });
      expect(torch.isAutocastEnabled()).toBe(true);
    });
    expect(() => torch.autocast(() => a.matmul(torch.ones(3)))).toThrow(torch.ShapeError);
    expect(torch.isAutocastEnabled()).toBe(false);
  });

  test('says what it does not take', () => {
    const x = torch.ones(2);
    expect(() => torch.autocast(() => F.binaryCrossEntropy(x, x))).toThrow(/binaryCrossEntropyWithLogits/);
    expect(() => torch.autocast((async () => x) as never)).toThrow('wrap each part between awaits');
    expect(() => torch.autocast({ dtype: 'bfloat16' as DType }, () => x)).toThrow(torch.DTypeError);
    expect(() => torch.autocast('tpu', () => x)).toThrow("such as 'webgpu'");
    expect(() => torch.autocast(x as never)).toThrow('expected a function');
  });
});

describe('GradScaler', () => {
  const scaler = () => new torch.amp.GradScaler({ initScale: 8, growthInterval: 3 });

  test('scales tensors, also in lists, and passes everything where it is not enabled', async () => {
    const made = scaler();
    const [a, [b]] = made.scale([torch.ones(2), [torch.ones(1)]] as [Tensor, Tensor[]]);
    expect([a.shape, b!.shape, made.scale(half(1)).dtype]).toEqual([[2], [1], 'float16']);
    const off = new torch.GradScaler('cuda', { enabled: false });
    const loss = torch.ones(1, { requiresGrad: true });
    expect(off.scale(loss)).toBe(loss);
    const adam = new optim.SGD([loss], { lr: 1 });
    off.unscale_(adam);
    await off.step(adam);
    off.update();
    expect([off.isEnabled(), off.getScale(), off.stateDict()]).toEqual([false, 1, {}]);
  });

  test('is saved and loaded under the names that PyTorch has', () => {
    const made = scaler();
    const saved = { scale: 8, growth_factor: 2, backoff_factor: 0.5, growth_interval: 3, _growth_tracker: 0 };
    expect(made.stateDict()).toEqual(saved);
    made.loadStateDict({ ...saved, scale: 4, _growth_tracker: 2 });
    made.setGrowthFactor(3);
    made.setBackoffFactor(0.25);
    made.setGrowthInterval(7);
    expect([made.getScale(), made.getGrowthFactor(), made.getBackoffFactor(), made.getGrowthInterval()]).toEqual([
      4, 3, 0.25, 7,
    ]);
    expect(() => made.loadStateDict({})).toThrow(torch.StateDictError);
    expect(() => made.loadStateDict({ ...saved, scale: 'x' })).toThrow('expected scale to be a number');
  });

  test('names what comes out of order', async () => {
    const p = torch.ones(2, { requiresGrad: true });
    const sgd = new optim.SGD([p], { lr: 1 });
    const made = scaler();
    expect(() => made.update()).toThrow('scale() was not called');
    await expect(made.step(sgd)).rejects.toThrow('scale() was not called');
    const loss = made.scale(p.sum());
    expect(() => made.unscale_(sgd)).toThrow('expected parameters with gradients');
    expect(() => made.update()).toThrow('expected a step since the last update()');
    loss.backward();
    made.unscale_(sgd);
    expect(() => made.unscale_(sgd)).toThrow('was called already since the last update()');
    await expect(made.step(sgd, () => p.sum())).rejects.toThrow('expected no closure');
    const narrow = half(2).requiresGrad_();
    const other = new optim.SGD([narrow], { lr: 1 });
    scaler();
    narrow.sum().backward();
    expect(() => made.unscale_(other)).toThrow(torch.DTypeError);
    const wrong = (options: object) => () => new torch.amp.GradScaler(options);
    expect(wrong({ growthFactor: 1 })).toThrow('growthFactor > 1');
    expect(wrong({ backoffFactor: 1 })).toThrow('backoffFactor < 1');
    expect(wrong({ device: 'tpu' })).toThrow("such as 'webgpu'");
    expect(() => made.scale(3 as never)).toThrow('expected a tensor or a list of tensors');
  });
});
