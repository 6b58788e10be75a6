// Checks L-BFGS against PyTorch's runs, that it resumes, and that a closure that fails leaves the parameters.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface LbfgsCase extends FixtureCase {
  readonly options: Partial<optim.LBFGSOptions>;
  readonly losses: number[];
  /** Calls of the closure in all steps. */
  readonly evaluations: number;
}

const fixture = await loadFixture<LbfgsCase>('lbfgs');

const input = (key: string): Tensor => {
  const { data, shape } = fixture.tensor(`inputs/${key}`);
  return torch.tensor(Float32Array.from(data)).reshape([...shape]);
};

function problem(options: Partial<optim.LBFGSOptions>) {
  const [a, b] = [input('a').clone().requiresGrad_(), input('b').clone().requiresGrad_()];
  const [x, y] = [input('x'), input('y')];
  const optimizer = new optim.LBFGS([a, b], options);
  const closure = async () => {
    optimizer.zeroGrad();
    const fit = x.matmul(a).tanh().sub(y).square().mean();
    const loss = fit.add(b.mul(b).sub(2).square().mean());
    loss.backward();
    return loss;
  };
  return { a, b, optimizer, closure };
}

describe('L-BFGS', () => {
  test.each([...fixture.cases])('$name', async ({ name, options, losses, evaluations }) => {
    const { a, b, optimizer, closure } = problem(options);
    for (const [step, expected] of losses.entries()) {
      const loss = await (await optimizer.step(closure)).item();
      expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * Math.abs(expected) + 1e-6);
      for (const [key, parameter] of Object.entries({ a, b })) {
        const data = await parameter.data();
        const target = fixture.tensor(`${name}/${key}`).data;
        data.forEach((value, i) => {
          // Forty iterations that divide by differences of gradients magnify the last digits of tanh and of sums.
          expect(Math.abs(value - target[step * data.length + i]!)).toBeLessThan(3e-3);
        });
      }
    }
    expect((optimizer.stateDict().state[0] as { func_evals: number }).func_evals).toBe(evaluations);
  });

  test('resumes exactly', async () => {
    const options = { maxIter: 4, lineSearchFn: 'strong_wolfe' } as const;
    const [first, second] = [problem(options), problem(options)];
    await first.optimizer.step(first.closure);
    torch.noGrad(() => {
      second.a.copy_(first.a);
      second.b.copy_(first.b);
    });
    second.optimizer.loadStateDict(first.optimizer.stateDict());
    for (const { optimizer, closure } of [first, second]) await optimizer.step(closure);
    expect(await second.a.data()).toEqual(await first.a.data());
  });

  test('takes one closure as the other optimizers do, synchronous or not', async () => {
    const run = async (optimizer: optim.Optimizer<never>, x: Tensor, wait: boolean): Promise<number> => {
      const closure = (): Tensor => {
        optimizer.zeroGrad();
        const loss = x.sub(1).square().sum();
        loss.backward();
        return loss;
      };
      const first = await (
        await optimizer.step<Tensor | Promise<Tensor>>(wait ? async () => closure() : closure)
      ).item();
      return first - (await closure().item());
    };
    const leaf = () => torch.full([1], 3, { dtype: 'float32', requiresGrad: true });
    for (const wait of [false, true]) {
      const [a, b] = [leaf(), leaf()];
      expect(await run(new optim.LBFGS([a], { lineSearchFn: 'strong_wolfe' }) as never, a, wait)).toBeCloseTo(4, 4);
      expect(await run(new optim.SGD([b], { lr: 0.25 }) as never, b, wait)).toBeCloseTo(3, 4);
    }
  });

  test('ascends with maximize', async () => {
    const x = torch.full([1], 3, { dtype: 'float32', requiresGrad: true });
    const optimizer = new optim.LBFGS([x], { maximize: true, lineSearchFn: 'strong_wolfe' });
    await optimizer.step(async () => {
      optimizer.zeroGrad();
      const loss = x.sub(1).square().neg().sum();
      loss.backward();
      return loss;
    });
    expect(await x.item()).toBeCloseTo(1, 4);
  });

  test.each([null, 'strong_wolfe'] as const)(
    'leaves the parameters where a label is wrong, with %s',
    async (search) => {
      torch.manualSeed(0);
      const model = new nn.Linear(2, 3);
      const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: search });
      let calls = 0;
      const step = (failing: number) =>
        optimizer.step(async () => {
          optimizer.zeroGrad();
          const label = ++calls === failing ? 3 : 1;
          const loss = nn.functional.crossEntropy(model(torch.ones(1, 2)), torch.tensor([label]));
          loss.backward();
          return loss;
        });
      const before = await model.weight.data();
      await expect(step(1)).rejects.toThrow(torch.IndexError);
      expect(await model.weight.data()).toEqual(before);
      await expect(step(3)).rejects.toThrow(torch.IndexError);
      expect(await model.weight.data()).toEqual(before);
      const loss = await (await step(0)).item();
      expect(await (await step(0)).item()).toBeLessThan(loss);
    },
  );

  test('refuses groups, an unknown line search, and a closure that gives no loss', async () => {
    const x = torch.ones(1, { requiresGrad: true });
    expect(() => new optim.LBFGS([{ params: x }, { params: torch.ones(1) }])).toThrow(
      "doesn't support parameter groups",
    );
    expect(() => new optim.LBFGS([x], { lineSearchFn: 'armijo' as never })).toThrow(
      "expected lineSearchFn 'strong_wolfe'",
    );
    const optimizer = new optim.LBFGS([x]);
    expect(() => optimizer.step()).toThrow('expected a closure');
    await expect(optimizer.step(() => undefined)).rejects.toThrow('a closure that returns the loss');
    await expect(optimizer.step(async () => undefined)).rejects.toThrow('a closure that returns the loss');
  });
});
