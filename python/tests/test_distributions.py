"""`torch.distributions` as packages build on it: constraints and transforms that are classes, parameters that are attributes."""

import copy
import math
import pickle
import unittest

import torch
from torch import nn
from torch.distributions import (
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Cauchy,
    Chi2,
    ContinuousBernoulli,
    Distribution,
    Exponential,
    FisherSnedecor,
    Gamma,
    GeneralizedPareto,
    Gumbel,
    HalfCauchy,
    HalfNormal,
    Independent,
    InverseGamma,
    Kumaraswamy,
    Laplace,
    LKJCholesky,
    LogisticNormal,
    LogNormal,
    LowRankMultivariateNormal,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
    Pareto,
    StudentT,
    TransformedDistribution,
    Uniform,
    VonMises,
    Weibull,
    Wishart,
    biject_to,
    constraints,
    kl_divergence,
    register_kl,
    transform_to,
    transforms,
)
from torch.distributions.utils import _sum_rightmost, broadcast_all, lazy_property, tril_matrix_to_vec, vec_to_tril_matrix


def near(test, got, wanted, places=4):
    torch.testing.assert_close(torch.as_tensor(got, dtype=torch.float32), torch.as_tensor(wanted, dtype=torch.float32), rtol=10**-places, atol=10**-places)


class Constraints(unittest.TestCase):
    def test_checks(self):
        x = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0])
        for constraint, wanted in (
            (constraints.real, [True] * 5),
            (constraints.positive, [False, False, True, True, True]),
            (constraints.nonnegative, [False, True, True, True, True]),
            (constraints.unit_interval, [False, True, True, True, False]),
            (constraints.half_open_interval(0.0, 1.0), [False, True, True, False, False]),
            (constraints.less_than(1.0), [True, True, True, False, False]),
            (constraints.boolean, [False, True, False, True, False]),
            (constraints.nonnegative_integer, [False, True, False, True, True]),
            (constraints.integer_interval(1, 2), [False, False, False, True, True]),
        ):
            with self.subTest(constraint):
                self.assertEqual(constraint.check(x).tolist(), wanted)
        rows = torch.tensor([[0.2, 0.8], [0.5, 0.6], [1.0, 0.0]])
        self.assertEqual(constraints.simplex.check(rows).tolist(), [True, False, True])
        self.assertEqual(constraints.one_hot.check(rows).tolist(), [False, False, True])
        self.assertEqual(constraints.independent(constraints.unit_interval, 1).check(rows * 2).tolist(), [False, False, False])
        self.assertEqual(constraints.multinomial(1).check(rows).tolist(), [True, False, True])
        lower = torch.tensor([[[1.0, 0.0], [0.5, 2.0]], [[1.0, 0.5], [0.5, 2.0]]])
        self.assertEqual(constraints.lower_cholesky.check(lower).tolist(), [True, False])
        self.assertEqual(constraints.lower_triangular.check(lower).tolist(), [True, False])
        self.assertEqual(constraints.symmetric.check(lower).tolist(), [False, True])
        self.assertEqual(constraints.positive_definite.check(lower @ lower.mT).tolist(), [True, True])
        self.assertEqual(constraints.square.check(lower[:, :1]).tolist(), [False, False])
        self.assertEqual(constraints.cat([constraints.positive, constraints.real], lengths=[2, 3]).check(x).tolist(), [False, False, True, True, True])
        self.assertEqual(constraints.stack([constraints.positive, constraints.real]).check(x[:2]).tolist(), [False, True])

    def test_classes(self):
        class Even(constraints.Constraint):
            is_discrete = True

            def check(self, value):
                return value % 2 == 0

        class SoftlyPositive(type(constraints.positive)):
            def __init__(self):
                super().__init__(lower_bound=0.0)

        self.assertEqual(Even().check(torch.tensor([1.0, 2.0])).tolist(), [False, True])
        self.assertEqual((SoftlyPositive().check(torch.tensor(1.0)).item(), Even().event_dim), (True, 0))
        self.assertTrue(constraints.is_dependent(constraints.dependent) and constraints.is_dependent(Uniform.support))
        self.assertFalse(constraints.is_dependent(Normal.support))
        self.assertEqual(constraints.dependent(is_discrete=True, event_dim=1).event_dim, 1)
        with self.assertRaises(NotImplementedError):
            constraints.dependent.event_dim
        for constraint, text in (
            (constraints.positive, "GreaterThan(lower_bound=0.0)"),
            (constraints.interval(-1.0, 2.0), "Interval(lower_bound=-1.0, upper_bound=2.0)"),
            (constraints.real_vector, "IndependentConstraint(Real(), 1)"),
            (constraints.simplex, "Simplex()"),
        ):
            self.assertEqual(repr(constraint), text)

    def test_maps_to_constraints(self):
        x = torch.tensor([-1.0, 0.5])
        for constraint in (constraints.positive, constraints.less_than(2.0), constraints.interval(1.0, 3.0), constraints.unit_interval, constraints.simplex):
            for to in (biject_to, transform_to):
                self.assertTrue(constraint.check(to(constraint)(x)).all())
        self.assertEqual(biject_to(constraints.real), transforms.identity_transform)
        self.assertIsInstance(transform_to(constraints.lower_cholesky), transforms.LowerCholeskyTransform)
        near(self, biject_to(constraints.greater_than(3.0))(torch.zeros(1)), [4.0])

        class Own(constraints.Constraint):
            pass

        with self.assertRaisesRegex(NotImplementedError, "Cannot transform Own constraints"):
            biject_to(Own())
        biject_to.register(Own, lambda constraint: transforms.ExpTransform())
        self.assertIsInstance(biject_to(Own()), transforms.ExpTransform)


class Transforms(unittest.TestCase):
    def test_inverses_and_determinants(self):
        x = torch.tensor([[-0.7, 0.2, 1.1]])
        for transform in (
            transforms.ExpTransform(),
            transforms.SigmoidTransform(),
            transforms.TanhTransform(),
            transforms.SoftplusTransform(),
            transforms.AffineTransform(1.0, torch.tensor([-2.0])),
            transforms.StickBreakingTransform(),
            transforms.CorrCholeskyTransform(),
            transforms.ComposeTransform([transforms.AffineTransform(0.5, 2.0), transforms.SigmoidTransform()]),
            transforms.ReshapeTransform((3,), (3, 1)),
            transforms.CatTransform([transforms.ExpTransform(), transforms.TanhTransform()], dim=-1, lengths=[1, 2]),
            transforms.StackTransform([transforms.ExpTransform()] * 3, dim=-1),
        ):
            with self.subTest(transform):
                y = transform(x)
                near(self, transform.inv(y), x, 3)
                near(self, transform.inv.log_abs_det_jacobian(y, x), -transform.log_abs_det_jacobian(x, y))
                self.assertEqual(transform.forward_shape(x.shape), y.shape)
                self.assertIs(transform.inv.inv, transform)
        near(self, transforms.PowerTransform(torch.tensor(2.0))(x.abs()), x.square())
        near(self, transforms.SoftmaxTransform()(x).sum(-1), [1.0])
        scale = transforms.AffineTransform(0.0, 2.0, event_dim=1)
        near(self, scale.log_abs_det_jacobian(x, 2 * x), [3 * math.log(2)])
        near(self, transforms.IndependentTransform(transforms.ExpTransform(), 1).log_abs_det_jacobian(x, x.exp()), x.sum(-1))

    def test_subclasses_and_caches(self):
        calls = []

        class Cube(transforms.Transform):
            domain = codomain = constraints.real
            bijective = True
            sign = +1

            def _call(self, x):
                calls.append(1)
                return x**3

            def _inverse(self, y):
                calls.append(-1)
                return y.sign() * y.abs() ** (1 / 3)

            def log_abs_det_jacobian(self, x, y):
                return (3 * x**2).log()

        cube = Cube(cache_size=1)
        x = torch.tensor([1.0, 2.0])
        y = cube(x)
        self.assertIs(cube.inv(y), x)
        self.assertIs(cube(x), y)
        self.assertEqual(calls, [1])
        skewed = TransformedDistribution(Normal(torch.zeros(2), 1.0), [Cube()])
        near(self, skewed.log_prob(y), Normal(0.0, 1.0).log_prob(x) - (3 * x**2).log())
        self.assertEqual((transforms.ExpTransform() == transforms.ExpTransform(), cube == Cube()), (True, False))
        self.assertEqual(str(transforms.ExpTransform().inv), "_InverseTransform(ExpTransform())")

    def test_matrices_and_vectors(self):
        vector = torch.arange(1.0, 7.0)
        matrix = vec_to_tril_matrix(vector)
        self.assertEqual(matrix.tolist(), [[1, 0, 0], [2, 3, 0], [4, 5, 6]])
        self.assertEqual(tril_matrix_to_vec(matrix).tolist(), vector.tolist())
        self.assertEqual(tril_matrix_to_vec(matrix, diag=-1).tolist(), [2, 4, 5])
        self.assertEqual(_sum_rightmost(torch.ones(2, 3, 4), 2).tolist(), [12.0, 12.0])
        self.assertEqual([x.shape for x in broadcast_all(1.0, torch.ones(2, 1), torch.ones(3))], [(2, 3)] * 3)


class Families(unittest.TestCase):
    def test_densities(self):
        x = torch.tensor([0.3, 0.6])
        for made, wanted in DENSITIES:
            with self.subTest(made):
                near(self, made().log_prob(x), wanted)

    def test_parameters_are_attributes(self):
        normal = Normal(torch.zeros(2), 1.0)
        self.assertEqual((normal.scale.tolist(), normal.batch_shape, normal.event_shape), ([1.0, 1.0], (2,), ()))
        self.assertEqual(set(normal.__dict__) & {"loc", "scale"}, {"loc", "scale"})
        normal.loc = torch.ones(2)
        near(self, normal.log_prob(torch.ones(2)), [-0.9189, -0.9189])
        self.assertEqual(normal.mean.tolist(), [1.0, 1.0])
        self.assertEqual(normal.expand((3, 2)).scale.shape, (3, 2))
        self.assertEqual(Normal.arg_constraints, {"loc": constraints.real, "scale": constraints.positive})
        self.assertIs(Normal.support, constraints.real)
        self.assertEqual((Normal.has_rsample, Bernoulli.has_rsample, Categorical.has_enumerate_support), (True, False, True))
        near(self, Bernoulli(torch.tensor(0.25)).logits, -1.0986)
        near(self, Categorical(logits=torch.zeros(4)).probs, [0.25] * 4)
        self.assertEqual(repr(Categorical(torch.ones(2, 3)).support), "IntegerInterval(lower_bound=0, upper_bound=2)")
        self.assertEqual(Binomial(4, torch.tensor(0.5)).enumerate_support().tolist(), [0, 1, 2, 3, 4])
        for other in (copy.deepcopy(normal), pickle.loads(pickle.dumps(normal))):
            self.assertEqual(other.mean.tolist(), [1.0, 1.0])
        with self.assertRaises(ValueError):
            Bernoulli()
        with self.assertRaises(ValueError):
            Normal(0.0, -1.0)
        with self.assertRaises(TypeError):
            Normal(0.0)
        with self.assertRaises(NotImplementedError):
            StudentT(3.0).cdf(torch.tensor(0.0))

    def test_subclasses(self):
        class Prior(Normal, nn.Module):
            """As GPyTorch's priors: a distribution whose parameters are buffers."""

            def __init__(self, loc, scale):
                nn.Module.__init__(self)
                Normal.__init__(self, loc=loc, scale=scale)
                for name in ("loc", "scale"):
                    value = getattr(self, name)
                    delattr(self, name)
                    self.register_buffer(name, value)

            def expand(self, batch_shape):
                return Prior(self.loc.expand(batch_shape), self.scale.expand(batch_shape))

        prior = Prior(torch.zeros(1), torch.ones(1))
        self.assertEqual(set(prior.state_dict()), {"loc", "scale"})
        prior.load_state_dict({"loc": torch.ones(1), "scale": torch.ones(1)})
        near(self, prior.log_prob(torch.ones(1)), [-0.9189])
        self.assertEqual(prior.expand((3,)).log_prob(torch.ones(3)).shape, (3,))

        class Point(Distribution):
            arg_constraints = {"v": constraints.real}
            support = constraints.real
            has_rsample = True

            def __init__(self, v, validate_args=None):
                self.v = v
                super().__init__(v.shape, validate_args=validate_args)

            def rsample(self, sample_shape=torch.Size()):
                return self.v.expand(self._extended_shape(sample_shape))

            def log_prob(self, value):
                if self._validate_args:
                    self._validate_sample(value)
                return (value == self.v).float().log()

            @property
            def mean(self):
                return self.v

        point = Point(torch.tensor([1.0, 2.0]))
        self.assertEqual(point.sample((3,)).shape, (3, 2))
        self.assertEqual(Independent(point, 1).log_prob(torch.tensor([1.0, 2.0])).item(), 0.0)
        self.assertEqual(repr(point), "Point(v: torch.Size([2]))")
        with self.assertRaises(ValueError):
            point.log_prob(torch.tensor([math.nan, 1.0]))
        with self.assertRaises(ValueError):
            Point(torch.tensor(math.nan))
        with self.assertRaises(NotImplementedError):
            kl_divergence(point, point)
        register_kl(Point, Normal)(lambda p, q: -q.log_prob(p.mean))
        near(self, kl_divergence(point, Normal(torch.zeros(2), 1.0)), [1.4189, 2.9189])

        class Factorised(MultivariateNormal):
            """As GPyTorch's: the covariance is worked out when it is asked for."""

            def __init__(self, mean, scale):
                self.loc = mean
                self._scale = scale
                super(MultivariateNormal, self).__init__(mean.shape[:-1], mean.shape[-1:], validate_args=False)

            @property
            def _unbroadcasted_scale_tril(self):
                return self._scale.diag_embed()

            @lazy_property
            def covariance_matrix(self):
                return self._scale.square().diag_embed()

        made = Factorised(torch.zeros(2), torch.tensor([1.0, 2.0]))
        near(self, made.log_prob(torch.ones(2)), -3.1560)
        self.assertEqual((made.mean.tolist(), made.variance.tolist()), ([0.0, 0.0], [1.0, 4.0]))
        self.assertEqual(made.covariance_matrix.tolist(), [[1.0, 0.0], [0.0, 4.0]])

    def test_compositions(self):
        x = torch.tensor([0.5, 1.5])
        near(self, LogNormal(0.0, 1.0).log_prob(x), [-0.4660, -1.4066])
        near(self, LogNormal(0.0, 0.5).mean, 1.1331)
        near(self, HalfNormal(2.0).log_prob(x), [-0.9502, -1.2002])
        near(self, HalfCauchy(1.0).cdf(x), [0.2952, 0.6257])
        near(self, InverseGamma(torch.tensor(3.0), torch.tensor(2.0)).log_prob(x), [0.1589, -1.5689])
        self.assertIsInstance(HalfNormal(1.0), TransformedDistribution)
        self.assertEqual(HalfNormal(torch.ones(1)).expand((4,)).scale.shape, (4,))
        whole = Independent(Normal(torch.zeros(3, 2), 1.0), 1)
        self.assertEqual((whole.batch_shape, whole.event_shape, whole.log_prob(torch.zeros(3, 2)).shape), ((3,), (2,), (3,)))
        self.assertEqual(whole.expand((5, 3)).sample().shape, (5, 3, 2))
        mixture = MixtureSameFamily(Categorical(torch.tensor([0.25, 0.75])), Normal(torch.tensor([0.0, 2.0]), torch.tensor([1.0, 0.5])))
        near(self, mixture.mean, 1.5)
        near(self, mixture.variance, 1.1875)
        near(self, mixture.log_prob(x), [-2.3574, -0.9280])
        self.assertEqual(mixture.sample((4,)).shape, (4,))
        near(self, TransformedDistribution(Normal(0.0, 1.0), transforms.AffineTransform(0.0, -2.0)).cdf(torch.tensor(1.0)), 0.6915)
        near(self, TransformedDistribution(Normal(0.0, 1.0), transforms.ExpTransform()).icdf(torch.tensor(0.5)), 1.0)

    def test_vectors(self):
        covariance = torch.tensor([[2.0, 0.5], [0.5, 1.0]])
        x = torch.tensor([[1.0, -1.0], [0.5, 0.5]])
        made = MultivariateNormal(torch.zeros(2), covariance)
        for other in (made, MultivariateNormal(torch.zeros(2), precision_matrix=covariance.inverse()), MultivariateNormal(torch.zeros(2), scale_tril=torch.linalg.cholesky(covariance))):
            near(self, other.log_prob(x), [-3.2605, -2.2605])
            near(self, other.variance, [2.0, 1.0])
            near(self, other.entropy(), 3.1177)
            near(self, other.covariance_matrix, covariance)
        near(self, made.precision_matrix @ covariance, torch.eye(2))
        near(self, kl_divergence(made, MultivariateNormal(torch.ones(2), torch.eye(2))), 1.2202)
        self.assertEqual(made.expand((3,)).rsample((4,)).shape, (4, 3, 2))
        low = LowRankMultivariateNormal(torch.zeros(2), torch.tensor([[1.0], [0.5]]), torch.tensor([1.0, 0.75]))
        near(self, low.log_prob(x), [-3.2605, -2.2605])
        near(self, low.covariance_matrix, covariance)
        near(self, low.precision_matrix @ covariance, torch.eye(2))
        near(self, low.entropy(), 3.1177)
        scatter = Wishart(torch.tensor(4.0), covariance_matrix=covariance)
        near(self, scatter.log_prob(covariance), -5.0636)
        near(self, scatter.entropy(), 7.1408)
        near(self, scatter.variance, [[32.0, 9.0], [9.0, 8.0]])
        near(self, LKJCholesky(2, 1.5).log_prob(torch.tensor([[1.0, 0.0], [0.6, 0.8]])), -0.6747)
        self.assertEqual(VonMises(torch.zeros(3), torch.ones(3)).sample((2,)).abs().le(3.1416).all().item(), True)

    def test_draws(self):
        for name, made in DRAWN.items():
            with self.subTest(name):
                torch.manual_seed(0)
                near(self, made[0]().sample((2,)), made[1], 3)

    def test_gradients(self):
        loc, scale = torch.zeros(2, requires_grad=True), torch.ones(2, requires_grad=True)
        Normal(loc, scale).log_prob(torch.tensor([1.0, 2.0])).sum().backward()
        near(self, loc.grad, [1.0, 2.0])
        near(self, scale.grad, [0.0, 3.0])
        factor = torch.eye(2, requires_grad=True)
        MultivariateNormal(torch.zeros(2), scale_tril=factor).rsample((3,)).sum().backward()
        self.assertTrue(factor.grad.abs().sum().item() > 0)
        logits = torch.zeros(3, requires_grad=True)
        kl_divergence(Categorical(logits=logits), Categorical(torch.tensor([0.2, 0.3, 0.5]))).backward()
        near(self, logits.grad.sum(), 0.0)


# By PyTorch 2.15.
DENSITIES = (
    (lambda: Beta(2.0, 3.0), [0.5676, 0.1415]),
    (lambda: Chi2(torch.tensor(3.0)), [-1.6709, -1.4744]),
    (lambda: Exponential(2.0), [0.0931, -0.5069]),
    (lambda: Gamma(2.0, 3.0), [0.0933, -0.1136]),
    (lambda: Laplace(0.0, 2.0), [-1.5363, -1.6863]),
    (lambda: Normal(0.0, 2.0), [-1.6233, -1.6571]),
    (lambda: Pareto(0.2, 2.0), [1.0862, -0.9933]),
    (lambda: StudentT(3.0, 0.0, 2.0), [-1.709, -1.7532]),
    (lambda: Uniform(0.0, 2.0), [-0.6931, -0.6931]),
    (lambda: Gumbel(0.0, 2.0), [-1.7039, -1.734]),
    (lambda: Weibull(2.0, 3.0), [-3.3921, -2.0295]),
    (lambda: Cauchy(0.0, 2.0), [-1.8601, -1.9241]),
    (lambda: FisherSnedecor(3.0, 4.0), [-0.422, -0.6657]),
    (lambda: Kumaraswamy(2.0, 3.0), [0.3992, 0.3884]),
    (lambda: ContinuousBernoulli(torch.tensor([0.2, 0.5])), [0.1984, 0.0]),
    (lambda: GeneralizedPareto(0.0, 2.0, 0.5), [-0.9101, -1.1124]),
    (lambda: VonMises(torch.tensor(0.5), torch.tensor(2.0)), [-0.7017, -0.6719]),
)
DRAWN = {
    "Normal": (lambda: Normal(torch.zeros(2), 1.0), [[1.541, -0.2934], [-2.1788, 0.5684]]),
    "Gamma": (lambda: Gamma(torch.tensor([0.5, 2.0]), 1.0), [[0.0008, 0.6315], [0.0724, 2.9995]]),
    "Categorical": (lambda: Categorical(torch.ones(4)), [3, 2]),
    "MultivariateNormal": (lambda: MultivariateNormal(torch.zeros(2), torch.eye(2)), [[1.541, -0.2934], [-2.1788, 0.5684]]),
    "LogNormal": (lambda: LogNormal(0.0, torch.ones(2)), [[4.6692, 0.7457], [0.1132, 1.7655]]),
    "MixtureSameFamily": (lambda: MixtureSameFamily(Categorical(torch.ones(2)), Normal(torch.tensor([0.0, 9.0]), 1.0)), [9.5684, 7.6014]),
    "Independent": (lambda: Independent(Bernoulli(torch.full((3,), 0.5)), 1), [[1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]),
    "LKJCholesky": (lambda: LKJCholesky(2, 1.0), [[[1.0, 0.0], [0.2073, 0.9783]], [[1.0, 0.0], [-0.4091, 0.9125]]]),
    "FisherSnedecor": (lambda: FisherSnedecor(torch.tensor([3.0]), 4.0), [[8.0344], [2.6922]]),
    "Kumaraswamy": (lambda: Kumaraswamy(torch.tensor([2.0]), 3.0), [[0.4564], [0.2901]]),
    "LogisticNormal": (lambda: LogisticNormal(torch.zeros(2), torch.ones(2)), [[0.7001, 0.1281, 0.1718], [0.0536, 0.6042, 0.3422]]),
    "LowRankMultivariateNormal": (lambda: LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2)), [[-0.6378, 2.1094], [-1.378, -1.692]]),
}

if __name__ == "__main__":
    unittest.main()
