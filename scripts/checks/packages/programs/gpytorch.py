"""A Gaussian process: its marginal likelihood and a prediction."""

import gpytorch
import torch


class Process(gpytorch.models.ExactGP):
    def __init__(self, x, y, likelihood):
        super().__init__(x, y, likelihood)
        self.mean_module = gpytorch.means.ConstantMean()
        self.covar_module = gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel())

    def forward(self, x):
        return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))


def fitted():
    x = torch.linspace(0, 1, 6)
    y = torch.sin(6 * x)
    likelihood = gpytorch.likelihoods.GaussianLikelihood()
    process = Process(x, y, likelihood)
    loss = -gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, process)(process(x), y)
    loss.backward()
    process.eval(), likelihood.eval()
    with torch.no_grad():
        return [loss, process.covar_module.raw_outputscale.grad, likelihood(process(torch.tensor([0.3, 0.7]))).mean]


parts = {"fitted": fitted}
