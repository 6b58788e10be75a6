"""Optimizers whose steps gradients go back through, for `differentiable=True`: the rules are PyTorch's, written with operations on tensors."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import _lamplight_optim as js

from .. import _bridge
from .._names import snake
from .._tensor import Tensor
from ._options import like, number
from .optimizer import Optimizer, given_groups

_State = dict[str, Any]
_Options = dict[str, Any]


def _moment(state: _State, name: str, like: Tensor, start: float = 0.0) -> Tensor:
    if name not in state:
        from .. import full_like

        state[name] = full_like(like, start)
    return state[name]


def _mixed(state: _State, name: str, value: Tensor, share: float, like: Tensor) -> Tensor:
    """A running mean, of which `share` is what it was."""
    state[name] = _moment(state, name, like) * share + value * (1 - share)
    return state[name]


def _count(state: _State) -> float:
    from .. import tensor

    state["step"] = state.get("step", tensor(0.0)) + 1
    return float(state["step"])


def _decayed(p: Tensor, grad: Tensor, o: _Options, apart: bool = False) -> Tensor:
    """The gradient with the decay of weights, or as it was, if that is apart and shrinks the parameter itself."""
    if apart or o.get("decoupled_weight_decay"):
        p.mul_(1 - o["lr"] * o["weight_decay"])
        return grad
    return grad.add(p, alpha=o["weight_decay"]) if o["weight_decay"] else grad


def _sgd(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    grad = _decayed(p, grad, o)
    if o["momentum"]:
        before = state.get("momentum_buffer")
        buffer = grad.detach().clone() if before is None else before * o["momentum"] + grad * (1 - o["dampening"])
        state["momentum_buffer"] = buffer
        grad = grad.add(buffer, alpha=o["momentum"]) if o["nesterov"] else buffer
    p.add_(grad, alpha=-o["lr"])


def _adam(p: Tensor, grad: Tensor, state: _State, o: _Options, apart: bool = False) -> None:
    (beta1, beta2), count = o["betas"], _count(state)
    grad = _decayed(p, grad, o, apart)
    mean = _mixed(state, "exp_avg", grad, beta1, p)
    square = _mixed(state, "exp_avg_sq", grad * grad, beta2, p)
    if o["amsgrad"]:
        square = state["max_exp_avg_sq"] = _moment(state, "max_exp_avg_sq", p).maximum(square)
    spread = square.sqrt() / math.sqrt(1 - beta2**count) + o["eps"]
    p.add_(mean / spread, alpha=-o["lr"] / (1 - beta1**count))


def _adamw(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    _adam(p, grad, state, o, apart=True)


def _nadam(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    (beta1, beta2), count = o["betas"], _count(state)
    grad = _decayed(p, grad, o)
    now, then = (beta1 * (1 - 0.5 * 0.96 ** (n * o["momentum_decay"])) for n in (count, count + 1))
    product = state["mu_product"] = _moment(state, "mu_product", p.sum().detach(), 1.0) * now
    mean = _mixed(state, "exp_avg", grad, beta1, p)
    spread = (_mixed(state, "exp_avg_sq", grad * grad, beta2, p) / (1 - beta2**count)).sqrt() + o["eps"]
    p.add_(grad / spread * (-o["lr"] * (1 - now) / (1 - product)))
    p.add_(mean / spread * (-o["lr"] * then / (1 - product * then)))


def _radam(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    (beta1, beta2), count = o["betas"], _count(state)
    grad = _decayed(p, grad, o)
    mean = _mixed(state, "exp_avg", grad, beta1, p) / (1 - beta1**count)
    square = _mixed(state, "exp_avg_sq", grad * grad, beta2, p)
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * count * beta2**count / (1 - beta2**count)
    if length > 5:
        rect = math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        mean = mean * rect * math.sqrt(1 - beta2**count) / (square.sqrt() + o["eps"])
    p.add_(mean, alpha=-o["lr"])


def _adagrad(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    count = _count(state)
    grad = _decayed(p, grad, o)
    total = state["sum"] = _moment(state, "sum", p, o["initial_accumulator_value"]) + grad * grad
    p.add_(grad / (total.sqrt() + o["eps"]), alpha=-o["lr"] / (1 + (count - 1) * o["lr_decay"]))


def _adadelta(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    _count(state)
    grad = _decayed(p, grad, o)
    square = _mixed(state, "square_avg", grad * grad, o["rho"], p)
    delta = (_moment(state, "acc_delta", p) + o["eps"]).sqrt() / (square + o["eps"]).sqrt() * grad
    _mixed(state, "acc_delta", delta * delta, o["rho"], p)
    p.add_(delta, alpha=-o["lr"])


def _adamax(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    (beta1, beta2), count = o["betas"], _count(state)
    grad = _decayed(p, grad, o)
    mean = _mixed(state, "exp_avg", grad, beta1, p)
    largest = state["exp_inf"] = (_moment(state, "exp_inf", p) * beta2).maximum(grad.abs() + o["eps"])
    p.add_(mean / largest, alpha=-o["lr"] / (1 - beta1**count))


def _asgd(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    from .. import tensor

    eta, mu = float(state.get("eta", o["lr"])), float(state.get("mu", 1.0))
    count = _count(state)
    grad = _decayed(p, grad, o)
    p.mul_(1 - o["lambd"] * eta)
    p.add_(grad, alpha=-eta)
    mean = _moment(state, "ax", p.detach())
    state["ax"] = p.clone() if mu == 1 else mean + (p - mean) * mu
    state["eta"] = tensor(o["lr"] / (1 + o["lambd"] * o["lr"] * count) ** o["alpha"])
    state["mu"] = tensor(1 / max(1, count - o["t0"]))


def _rmsprop(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    _count(state)
    grad = _decayed(p, grad, o)
    square = _mixed(state, "square_avg", grad * grad, o["alpha"], p)
    if o["centered"]:
        mean = _mixed(state, "grad_avg", grad, o["alpha"], p)
        square = square - mean * mean
    scaled = grad / (square.sqrt() + o["eps"])
    if o["momentum"] > 0:
        scaled = state["momentum_buffer"] = _moment(state, "momentum_buffer", p) * o["momentum"] + scaled
    p.add_(scaled, alpha=-o["lr"])


def _rprop(p: Tensor, grad: Tensor, state: _State, o: _Options) -> None:
    from .. import where

    _count(state)
    (less, more), (least, most) = o["etas"], o["step_sizes"]
    sign = (grad.detach() * _moment(state, "prev", p).detach()).sign()
    factor = where(sign > 0, more, where(sign < 0, less, 1.0))
    size = state["step_size"] = (_moment(state, "step_size", p.detach(), o["lr"]) * factor).clamp(least, most)
    grad = state["prev"] = where(sign < 0, 0.0, grad)
    p.add_(grad.sign() * size * -1)


_RULES: dict[str, Callable[[Tensor, Tensor, _State, _Options], None]] = {
    "SGD": _sgd,
    "Adam": _adam,
    "AdamW": _adamw,
    "NAdam": _nadam,
    "RAdam": _radam,
    "Adagrad": _adagrad,
    "Adadelta": _adadelta,
    "Adamax": _adamax,
    "ASGD": _asgd,
    "RMSprop": _rmsprop,
    "Rprop": _rprop,
}


class Differentiable(Optimizer):
    """An optimizer whose parameters may have been computed, and whose step is recorded."""

    # What the library's optimizers compute; here it is kept.
    state: Any = None
    _takes_results = True

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates all parameters that have a gradient; a closure is called first, and its result given back."""
        loss = None if closure is None else closure()
        rule = _RULES[type(self).__name__]
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    rule(p, -p.grad if group.get("maximize") else p.grad, self.state[p], group)
        return loss

    add_param_group = Optimizer.add_param_group
    zero_grad = Optimizer.zero_grad
    state_dict = Optimizer.state_dict
    load_state_dict = Optimizer.load_state_dict
    __reduce_ex__ = object.__reduce_ex__


_classes: dict[type, type] = {}


def begin(self: Any, made: Any, params: Any, args: Any, options: dict[str, Any]) -> None:
    """Makes an optimizer of the library one whose step is recorded."""
    from .. import zeros

    native = type(self)
    if native.__name__ not in _RULES:
        raise NotImplementedError(f"{native.__name__}: a differentiable step is not in this library")
    # The library's own checks the options, and knows what those are that are left out.
    given = _bridge.call(made, ([zeros(1, requires_grad=True)], *map(number, args)), options, native.__name__)
    found = _bridge.receive(js.defaults(given))
    defaults = {snake(name): like(value, options.get(snake(name), value)) for name, value in found.items()}
    if native not in _classes:
        _classes[native] = type(native.__name__, (Differentiable, native), {"__module__": native.__module__})
    self.__class__ = _classes[native]
    self.defaults = {**defaults, "differentiable": True}
    self.state = defaultdict(dict)
    self.param_groups = []
    self._make_hooks()
    for group in given_groups(params):
        self.add_param_group(group)
