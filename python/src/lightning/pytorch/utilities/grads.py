"""Norms of gradients."""

from __future__ import annotations

from typing import Any

import torch


def grad_norm(module: Any, norm_type: float | int | str, group_separator: str = "/") -> dict[str, Any]:
    """The norm of each parameter's gradient, by its name, and that of all together, for `log_dict`."""
    order = float(norm_type)
    if order <= 0:
        raise ValueError(f"`norm_type` must be a positive number or 'inf' (infinity norm). Got {norm_type}")
    prefix = f"grad_{order}_norm"
    norms = {
        f"{prefix}{group_separator}{name}": param.grad.detach().norm(order)
        for name, param in module.named_parameters()
        if param.grad is not None
    }
    if norms:
        norms[f"{prefix}_total"] = torch.stack(list(norms.values())).norm(order)
    return norms


__all__ = ["grad_norm"]
