"""`torch.svd_lowrank`: the largest singular values by a random basis of the range. Source: Halko, Martinsson and Tropp 2009, arXiv:0909.4061."""

from __future__ import annotations

from typing import Any

import torch


def _basis(a: Any, q: int, niter: int) -> Any:
    basis = torch.linalg.qr(a @ torch.randn(a.shape[-1], q))[0]
    for _ in range(niter):
        basis = torch.linalg.qr(a.mT @ basis)[0]
        basis = torch.linalg.qr(a @ basis)[0]
    return basis


def svd_lowrank(A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None) -> tuple[Any, Any, Any]:
    """`U`, `S` and `V` of about `A`, less `M` if it is given: the `q` largest singular values, after `niter` iterations."""
    a = A if M is None else A - M
    wide = a.shape[-2] < a.shape[-1]
    a = a.mT if wide else a
    basis = _basis(a, 6 if q is None else q, 2 if niter is None else niter)
    u, s, vh = torch.linalg.svd(basis.mT @ a, full_matrices=False)
    u, v = basis @ u, vh.mT
    return (v, s, u) if wide else (u, s, v)
