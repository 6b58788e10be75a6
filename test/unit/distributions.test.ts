// What distributions refuse, what they print, and what stays of them behind a module's call: all without a device.
import * as torch from 'lamplight';
import { nn, Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

const { Bernoulli, Categorical, constraints, Distribution, Independent, Normal, Uniform } = torch.distributions;

type Call = () => unknown;

const wrong = (call: unknown): Call => call as Call;

describe('parameters', () => {
  test.each<[string, Call, string]>([
    [
      'a scale below 0',
      () => new Normal(0, -1),
      'Normal: expected parameter scale of shape [] to satisfy the constraint GreaterThan(lower_bound=0.0), but got -1.0 in Normal(loc: 0.0, scale: -1.0)',
    ],
    [
      'a scale in a tensor',
      () => new Normal(torch.zeros(2), torch.tensor([0.5, 0])),
      'Normal: expected parameter scale of shape [2] to satisfy',
    ],
    [
      'a location that is NaN',
      () => new Normal(Number.NaN, 1),
      'Normal: expected parameter loc of shape [] to satisfy the constraint Real(), but got nan',
    ],
    [
      'a probability above 1',
      () => new Bernoulli({ probs: 1.5 }),
      'Bernoulli: expected parameter probs of shape [] to satisfy the constraint Interval(lower_bound=0.0, upper_bound=1.0), but got 1.5',
    ],
    [
      'bounds the other way round',
      () => new Uniform(2, 1),
      'Uniform: expected parameter low of shape [] to satisfy the constraint LessThan(upper_bound=1.0), but got 2.0',
    ],
    [
      'weights below 0',
      () => new Categorical(torch.tensor([0.5, -0.5])),
      'Categorical: expected probs that are finite and at least 0, but got -0.5',
    ],
    [
      'weights that are all 0',
      () =>
        new Categorical(
          torch.tensor([
            [1, 1],
            [0, 0],
          ]),
        ),
      'Categorical: expected probs that are not all 0, but those of row 1 are',
    ],
    [
      'a logit that is NaN',
      () => new Categorical({ logits: torch.tensor([0.5, Number.NaN]) }),
      'Categorical: expected logits that are numbers below ∞, but got NaN',
    ],
    ['none of two', () => new Categorical(), "Categorical: expected exactly one of 'probs' or 'logits', but got none"],
    [
      'both of two',
      () => new Bernoulli(0.5, 0.5),
      "Bernoulli: expected exactly one of 'probs' or 'logits', but got 'probs' and 'logits'",
    ],
    [
      'a number in the place of weights',
      wrong(() => new Categorical(0.5 as never)),
      'Categorical: expected probs to be a tensor, but got number 0.5',
    ],
    [
      'a text',
      wrong(() => new Normal('foo' as never, 1)),
      'Normal: expected loc to be a tensor or a number, but got a string',
    ],
    ['a promise', wrong(() => new Normal(Promise.resolve(1) as never, 1)), 'a promise; await it first'],
    [
      'null',
      wrong(() => new Uniform(null as never, 1)),
      'Uniform: expected low to be a tensor or a number, but got null',
    ],
    [
      'a scale that is missing',
      wrong(() => new (Normal as never as new (loc: number) => unknown)(0)),
      "Normal: missing 1 required argument: 'scale'",
    ],
    [
      'an option that is misspelt',
      wrong(() => new Normal(0, 1, { validate: true } as never)),
      "Normal: got an unknown argument 'validate'",
    ],
    [
      'one argument too many',
      wrong(() => new Normal(...([0, 1, null, 3] as never as [number, number]))),
      'Normal: expected at most 3 arguments',
    ],
    [
      'whole numbers',
      () => new Normal(torch.tensor([1, 2]), 1),
      'Normal: expected loc of dtype float32, but got int64',
    ],
    ['shapes that do not fit', () => new Normal(torch.zeros(2), torch.ones(3)), 'broadcast'],
    [
      'a switch that is none',
      wrong(() => new Normal(0, 1, { validateArgs: 1 as never })),
      'Normal: expected validateArgs to be a boolean or null, but got 1',
    ],
    [
      'too many dimensions',
      () => new Independent(new Normal(0, 1), 1),
      'Independent: expected reinterpretedBatchNdims from 0 to 0',
    ],
    [
      'no distribution',
      wrong(() => new Independent(3 as never, 1)),
      'Independent: expected baseDistribution to be a distribution, but got number 3',
    ],
    [
      'no bound',
      wrong(() => constraints.greaterThan('a' as never)),
      'greaterThan: expected lowerBound to be a number or a tensor, but got a string',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(torch.LamplightError);
  });

  test('are not checked where that is not wanted', () => {
    expect(String(new Normal(0, -1, { validateArgs: false }))).toBe('Normal(loc: 0.0, scale: -1.0)');
    Distribution.setDefaultValidateArgs(false);
    try {
      expect(() => new Uniform(2, 1).logProb(torch.ones(2))).not.toThrow();
    } finally {
      Distribution.setDefaultValidateArgs(true);
    }
  });
});

describe('values', () => {
  const d = new Normal(torch.zeros(3), 1);
  test.each<[string, Call, string]>([
    [
      'of another shape',
      () => d.logProb(torch.zeros(2)),
      'logProb: expected a value that broadcasts with batchShape + eventShape [3]',
    ],
    [
      'of another event',
      () => new Independent(d, 1).support.check(torch.zeros([])),
      'expected a value of at least 1 dimensions',
    ],
    [
      'outside the support',
      () => new Bernoulli(0.5).logProb(torch.tensor(0.5)),
      'logProb: expected a value of shape [] within the support Boolean() of Bernoulli(probs: 0.5), but got 0.5',
    ],
    [
      'of a category that is none',
      () => new Categorical(torch.ones(3)).logProb(torch.tensor([0, 3])),
      'IntegerInterval(lower_bound=0, upper_bound=2) of Categorical(probs: torch.Size([3])), but got 3',
    ],
    [
      'that are numbers',
      wrong(() => d.logProb(1 as never)),
      'logProb: expected value to be a tensor, but got number 1',
    ],
    ['that are missing', wrong(() => (d.cdf as () => unknown)()), "cdf: missing 1 required argument: 'value'"],
    [
      'and a shape that is none',
      wrong(() => d.sample(3 as never)),
      'sample: expected a size of whole numbers, but got 3',
    ],
    [
      'that nobody knows',
      () => new Bernoulli(0.5).icdf(torch.tensor(0.5)),
      'Bernoulli: icdf is not defined for this distribution',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(torch.LamplightError);
  });
});

describe('transforms', () => {
  const { AffineTransform, ComposeTransform, ExpTransform, IndependentTransform, StackTransform, TanhTransform } =
    torch.distributions.transforms;
  const exp = new ExpTransform();

  test('remember the last pair, and turn back', () => {
    const x = torch.zeros(3);
    const cached = new ExpTransform({ cacheSize: 1 });
    const y = cached(x);
    const again = exp(x);
    expect([cached(x) === y, cached.inv(y) === x, exp(x) === again, exp.withCache(1)(x) === y]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(exp.inv.inv).toBe(exp);
    const both = new ComposeTransform([exp, new AffineTransform(1, 2)]);
    expect(both.inv.inv).toBe(both);
  });

  test('lead to constraints', () => {
    const { bijectTo, transformTo } = torch.distributions;
    const { cat, greaterThan, independent, integerInterval, interval, positive, real, simplex, unitInterval } =
      constraints;
    const texts = [positive, unitInterval, simplex, independent(positive, 1)].map((each) => String(transformTo(each)));
    const affine = 'ComposeTransform(\n    ExpTransform(),\n    AffineTransform()\n)';
    expect(texts).toEqual([affine, 'SigmoidTransform()', 'SoftmaxTransform()', `IndependentTransform(${affine}, 1)`]);
    expect(String(bijectTo(simplex))).toBe('StickBreakingTransform()');
    expect(bijectTo(real)(torch.ones(2)).shape).toEqual([2]);
    expect(transformTo(interval(-1, 3)).equals(transformTo(interval(-1, 3)))).toBe(true);
    expect(transformTo(greaterThan(2)).equals(transformTo(greaterThan(1)))).toBe(false);
    expect(bijectTo(cat([positive, real], -1))(torch.zeros(3, 2)).shape).toEqual([3, 2]);
    expect(() => bijectTo(integerInterval(0, 2))).toThrow('bijectTo: there is no transform to IntegerInterval');
    expect(() => transformTo(3 as never)).toThrow('transformTo: expected a constraint, but got number 3');
  });

  test('are equal where the host knows that they do the same', () => {
    expect(exp.equals(new ExpTransform())).toBe(true);
    expect(exp.equals(new TanhTransform())).toBe(false);
    expect(exp.inv.equals(new ExpTransform().inv)).toBe(true);
    expect(new AffineTransform(0, 2).equals(new AffineTransform(torch.zeros(3), 2))).toBe(true);
    expect(new AffineTransform(0, 2).equals(new AffineTransform(0, 3))).toBe(false);
    expect(new ComposeTransform([exp]).equals(new ComposeTransform([new ExpTransform()]))).toBe(true);
  });

  test('are printed as PyTorch prints them', () => {
    expect(String(new ComposeTransform([exp, exp.inv]))).toBe(
      'ComposeTransform(\n    ExpTransform(),\n    _InverseTransform(ExpTransform())\n)',
    );
    expect(String(new IndependentTransform(exp, 1))).toBe('IndependentTransform(ExpTransform(), 1)');
  });

  test.each<[string, Call, string]>([
    [
      'a cache of two',
      wrong(() => new ExpTransform({ cacheSize: 2 as never })),
      'ExpTransform: expected cacheSize to be 0 or 1, but got 2',
    ],
    ['no tensor', wrong(() => exp(3 as never)), 'ExpTransform: expected x to be a tensor, but got number 3'],
    [
      'one argument too many',
      wrong(() => (exp as never as (...x: unknown[]) => unknown)(torch.ones(1), 2)),
      'ExpTransform: expected at most 1 argument',
    ],
    ['no list', wrong(() => new ComposeTransform(exp as never)), 'ComposeTransform: expected a list of transforms'],
    [
      'slices that are missing',
      () => new StackTransform([exp, exp])(torch.zeros(3)),
      'StackTransform: expected 2 elements in dimension 0, but got shape [3]',
    ],
    [
      'a scale that is none',
      wrong(() => new AffineTransform(0, null as never)),
      'AffineTransform: expected scale to be a tensor or a number, but got null',
    ],
  ])('refuse %s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(torch.LamplightError);
  });
});

describe('klDivergence', () => {
  const { Binomial, Gamma, klDivergence, Poisson, registerKl } = torch.distributions;

  test('refuses pairs that it does not know', () => {
    expect(() => klDivergence(new Poisson(1), new Normal(0, 1))).toThrow(
      'klDivergence: no formula is known for p of class Poisson and q of class Normal; add one with registerKl',
    );
    expect(() => klDivergence(new Normal(0, 1), 3 as never)).toThrow(
      'expected q to be a distribution, but got number 3',
    );
    expect(() => klDivergence(new Binomial(3, 0.5), new Binomial(5, 0.5))).toThrow(
      'klDivergence: expected the totalCount of p to be at least that of q',
    );
  });

  test('takes formulas of users, of the nearest classes', () => {
    class Mine extends Normal {}
    const one = torch.ones(1);
    const two = torch.ones(1);
    registerKl(Mine, Gamma, () => one);
    expect(klDivergence(new Mine(0, 1), new Gamma(1, 1))).toBe(one);
    registerKl(Mine, Gamma, () => two);
    expect(klDivergence(new Mine(0, 1), new Gamma(1, 1))).toBe(two);
    expect(klDivergence(new Mine(0, 1), new Normal(0, 1)).shape).toEqual([]);
    expect(() => registerKl(Tensor as never, Normal, () => one)).toThrow(
      'registerKl: expected typeP to be a subclass of Distribution',
    );
  });
});

test('what is printed', () => {
  expect(String(new torch.distributions.Binomial(10, torch.ones(2).div(2)))).toBe(
    'Binomial(total_count: torch.Size([2]), probs: torch.Size([2]))',
  );
  expect(String(new Normal(0.1, { scale: 2 }))).toBe('Normal(loc: 0.10000000149011612, scale: 2.0)');
  expect(String(new Categorical({ probs: torch.ones(3) }))).toBe('Categorical(probs: torch.Size([3]))');
  expect(String(new Normal(torch.tensor([1.5]), 1))).toBe('Normal(loc: tensor([1.5000]), scale: tensor([1.]))');
  expect(String(new Independent(new Normal(torch.zeros(3), 1), 1))).toBe(
    'Independent(Normal(loc: torch.Size([3]), scale: torch.Size([3])), 1)',
  );
  expect(String(constraints.independent(constraints.positive, 2))).toBe(
    'IndependentConstraint(GreaterThan(lower_bound=0.0), 2)',
  );
});

test('implicit gradients are not differentiated again', async () => {
  const a = torch.tensor([2, 3.5], { requiresGrad: true });
  const drawn = await new torch.distributions.Gamma(a, 1).rsample();
  const [slope] = torch.autograd.grad(drawn.sum(), [a], { createGraph: true });
  expect(() => torch.autograd.grad(slope!.sum(), [a])).toThrow(
    'Gamma: the gradient of its draws cannot be differentiated again, as in PyTorch',
  );
  expect((await new torch.distributions.Gamma(a, 1).sample()).requiresGrad).toBe(false);
});

test('distributions that a module returns keep their tensors', () => {
  class Policy extends nn.Module {
    head = new nn.Linear(3, 2);
    forward(x: Tensor) {
      const d = new Categorical({ logits: this.head(x) });
      return [d, new Independent(new Normal(this.head(x), 1), 1)] as const;
    }
  }
  const [d, other] = new Policy()(torch.zeros(4, 3));
  for (const { storage } of [d.logits, other.mean]) expect(storage.scope.closed).toBe(false);
});

test('expand keeps the class, the parameters and the checks', () => {
  class Mine extends Normal {
    readonly label = 'mine';
  }
  const d = new Mine(torch.zeros(2, 1), 1).expand([3, 2, 4]);
  expect(d).toBeInstanceOf(Mine);
  expect([d.label, d.batchShape, d.loc.shape, d.sample([5]).shape]).toEqual([
    'mine',
    [3, 2, 4],
    [3, 2, 4],
    [5, 3, 2, 4],
  ]);
  expect(new Independent(new Categorical(torch.ones(2, 3)), 1).expand([4]).sample().shape).toEqual([4, 2]);
});
