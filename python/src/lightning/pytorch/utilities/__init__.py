"""`lightning.pytorch.utilities`: what programs import beside the trainer."""

from .combined_loader import CombinedLoader
from .grads import grad_norm
from .model_summary import ModelSummary, summarize
from .rank_zero import WarningCache, rank_zero_info, rank_zero_only, rank_zero_warn
from .seed import isolate_rng, seed_everything

__all__ = [
    "CombinedLoader",
    "ModelSummary",
    "WarningCache",
    "grad_norm",
    "isolate_rng",
    "rank_zero_info",
    "rank_zero_only",
    "rank_zero_warn",
    "seed_everything",
    "summarize",
]
