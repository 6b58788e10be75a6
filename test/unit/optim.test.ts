// Checks what an optimizer refuses before any device is asked for.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface PrintedCase extends FixtureCase {
  readonly kind: string;
  readonly optimizer: 'SGD' | 'Adam' | 'LBFGS';
  readonly text: string;
}

const { cases } = await loadFixture<PrintedCase>('text');
const printed = cases.filter(({ kind }) => kind === 'optimizer');

const parameters = () => new nn.Linear(2, 2).parameters();

/** Without the options that choose among PyTorch's implementations, and without the `.0` that tells its floats from integers. */
const options = (text: string) =>
  text.replaceAll(/ {4}(capturable|differentiable|foreach|fused): .*\n/g, '').replaceAll(/(\d)\.0\b/g, '$1');

describe('optimizers', () => {
  test.each<[string, () => unknown, string]>([
    ['no parameters', () => new optim.SGD([]), 'SGD: got an empty parameter list'],
    ['a tensor', () => new optim.Adam(torch.ones(2) as never), 'Adam: expected params to be an iterable'],
    ['numbers', () => new optim.Adam([1] as never), 'Adam: expected params to be tensors, but one is number'],
    ['a negative rate', () => new optim.Adam(parameters(), { lr: -1 }), 'Adam: expected lr ≥ 0, but got -1'],
    ['a beta of 1', () => new optim.AdamW(parameters(), { betas: [0.9, 1] }), 'AdamW: expected two betas in [0, 1)'],
    [
      'an unknown option',
      () => new optim.Adam(parameters(), { learningRate: 1 } as never),
      "Adam: got an unknown argument 'learningRate'",
    ],
    [
      'a snake_case option',
      () => new optim.SGD(parameters(), { weight_decay: 1 } as never),
      "did you mean 'weightDecay'?",
    ],
    [
      'a negative decay',
      () => new optim.RMSprop(parameters(), { weightDecay: -1 }),
      'RMSprop: expected weightDecay ≥ 0',
    ],
    ['a rho over 1', () => new optim.Adadelta(parameters(), { rho: 2 }), 'Adadelta: expected rho in [0, 1], but got 2'],
    ['one beta', () => new optim.NAdam(parameters(), { betas: [0.9] as never }), 'NAdam: expected two betas in [0, 1)'],
    ['etas about 1', () => new optim.Rprop(parameters(), { etas: [1, 1.2] }), 'Rprop: expected etas with 0 < etas[0]'],
    ['nesterov alone', () => new optim.SGD(parameters(), { nesterov: true }), 'SGD: expected a momentum'],
    ['a non-leaf', () => new optim.SGD([torch.ones(2, { requiresGrad: true }).mul(2)]), 'that an operation made'],
    [
      'integers',
      () => new optim.SGD([torch.ones(2, { dtype: 'int64' })]),
      'SGD: expected floating-point parameters, but got int64',
    ],
    [
      'a parameter twice',
      () => {
        const params = parameters();
        return new optim.SGD([{ params }, { params: params[0]! }]);
      },
      'appear more than once',
    ],
    [
      'an option of a group in another spelling',
      () => new optim.SGD([{ params: parameters(), weight_decay: 1 }]),
      "unknown option 'weight_decay' in a group; did you mean 'weightDecay'?",
    ],
    [
      'a choice of implementation in a group',
      () => new optim.SGD([{ params: parameters(), foreach: false }]),
      "unknown option 'foreach' in a group; there is one way of updating",
    ],
    [
      'a choice of implementation',
      () => new optim.Adam(parameters(), { fused: true } as never),
      "Adam: got an unknown argument 'fused'; all tensors are handled in one dispatch anyway, so leave it out",
    ],
  ])('refuse %s', (_, fn, message) => {
    expect(fn).toThrow(torch.LamplightError);
    expect(fn).toThrow(message);
  });

  test('take options by position, and keep each group’s own', () => {
    const optimizer = new optim.SGD([{ params: parameters(), lr: 0.5 }, { params: parameters() }], 0.1, 0.9);
    expect(optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum])).toEqual([
      [0.5, 0.9],
      [0.1, 0.9],
    ]);
  });

  test('keep what else is in a group, as PyTorch does', () => {
    const param = torch.zeros(2, { requiresGrad: true });
    const make = () => new optim.SGD([{ params: [param], name: 'body', lrMult: 2 }], { lr: 0.1, momentum: 0.9 });
    const optimizer = make();
    const [group] = optimizer.paramGroups;
    expect('name' in group! && group.name).toBe('body');
    expect(String(optimizer)).toBe(options(cases.find(({ kind }) => kind === 'optimizerExtras')!.text));
    const saved = optimizer.stateDict();
    expect(saved.param_groups[0]).toMatchObject({ name: 'body', lr_mult: 2, lr: 0.1 });
    const other = new optim.SGD([param]);
    other.loadStateDict({ ...saved, param_groups: [{ ...saved.param_groups[0]!, foreach: null }] });
    const { params: _, ...loaded } = other.paramGroups[0]!;
    expect(optimizer.paramGroups[0]).toMatchObject(loaded);
    expect(loaded).toMatchObject({ name: 'body', lrMult: 2, lr: 0.1, momentum: 0.9 });
    expect(loaded).not.toHaveProperty('foreach');
  });

  test('refuse a state that does not fit, and stay as they were', () => {
    const optimizer = new optim.Adam(parameters(), { lr: 0.5 });
    const saved = new optim.Adam(parameters(), { lr: 0.25 }).stateDict();
    const [group] = saved.param_groups;
    const wrong = [
      { ...saved, param_groups: [] },
      { ...saved, param_groups: [{ ...group!, params: [0] }] },
      { ...saved, state: { 0: { step: 1, exp_avg: torch.zeros(3) } } },
      { ...saved, state: { 0: { step: 'one' } } },
    ];
    for (const state of wrong) expect(() => optimizer.loadStateDict(state)).toThrow(torch.StateDictError);
    expect(optimizer.paramGroups[0]!.lr).toBe(0.5);
    optimizer.loadStateDict(saved);
    expect(optimizer.paramGroups[0]!.lr).toBe(0.25);
  });

  test('take a number of their state from PyTorch’s tensors without dimensions', () => {
    const optimizer = new optim.NAdam(parameters());
    const { param_groups } = optimizer.stateDict();
    optimizer.loadStateDict({ state: { 0: { step: torch.tensor(3), mu_product: torch.tensor(0.5) } }, param_groups });
    expect(optimizer.stateDict().state).toEqual({ 0: { step: 3, mu_product: 0.5 } });
  });

  test('say that a group’s option is a number to change', () => {
    const optimizer = new optim.AdamW(parameters());
    optimizer.paramGroups[0]!.lr = 1e-4;
    expect(optimizer.paramGroups[0]).toMatchObject({ lr: 1e-4, weightDecay: 0.01, decoupledWeightDecay: true });
  });
});

describe('printed', () => {
  test.each(printed)('$name', ({ optimizer, text }) => {
    const Optimizer: new (params: torch.Tensor[]) => optim.Optimizer = optim[optimizer];
    const made = new Optimizer([torch.zeros(2, { requiresGrad: true })]);
    expect(String(made)).toBe(options(text));
  });

  test('groups', () => {
    const [a, b] = [torch.zeros(2, { requiresGrad: true }), torch.zeros(2, { requiresGrad: true })];
    const made = new optim.SGD([{ params: [a], lr: 1 }, { params: [b] }], { lr: 0.1 });
    expect(String(made)).toBe(options(cases.find(({ kind }) => kind === 'optimizerGroups')!.text));
  });
});
