"""`torch.distributions.constraints`: which values a parameter may have."""

from __future__ import annotations

from typing import Any

from torch import _door

# Packages add theirs to these.
__all__ = """Constraint boolean cat corr_cholesky dependent dependent_property greater_than greater_than_eq independent integer_interval interval
    half_open_interval is_dependent less_than lower_cholesky lower_triangular MixtureSameFamilyConstraint multinomial nonnegative
    nonnegative_integer one_hot positive positive_semidefinite positive_definite positive_integer real real_vector simplex square stack
    symmetric unit_interval""".split()


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
