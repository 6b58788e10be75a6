"""Variational inference by pyro: a coin's share of heads from its throws."""

import pyro
import pyro.distributions as dist
import torch
from pyro.distributions import constraints
from pyro.infer import SVI, Trace_ELBO
from pyro.optim import Adam


def model(throws):
    share = pyro.sample("share", dist.Normal(torch.tensor(0.0), torch.tensor(1.0)))
    with pyro.plate("throws", len(throws)):
        pyro.sample("seen", dist.Normal(share, 1.0), obs=throws)


def guide(throws):
    center = pyro.param("center", torch.tensor(0.5))
    width = pyro.param("width", torch.tensor(1.0), constraint=constraints.positive)
    pyro.sample("share", dist.Normal(center, width))


def inference():
    pyro.clear_param_store()
    pyro.set_rng_seed(0)
    throws = torch.tensor([1.0, 0.5, 2.0, 1.5])
    svi = SVI(model, guide, Adam({"lr": 0.05}), Trace_ELBO())
    losses = [svi.step(throws) for _ in range(5)]
    return [*losses, pyro.param("center"), pyro.param("width")]


def scores():
    trace = pyro.poutine.trace(pyro.poutine.condition(model, {"share": torch.tensor(0.3)})).get_trace(torch.tensor([1.0, 2.0]))
    return trace.log_prob_sum()


parts = {"inference": inference, "scores": scores}
