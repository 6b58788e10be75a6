"""`torch.utils.data.graph_settings`: what a loader asks of all pipes that a pipe is made of."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from . import _draws
from .datapipes.iter.sharding import SHARDING_PRIORITIES
from .graph import DataPipe, DataPipeGraph, traverse_dps


def get_all_graph_pipes(graph: DataPipeGraph) -> list[DataPipe]:
    """The pipes of a graph, each once, the last first."""
    found: dict[int, DataPipe] = {}

    def visit(below: DataPipeGraph) -> None:
        for at, (pipe, parts) in below.items():
            if at not in found:
                found[at] = pipe
                visit(parts)

    visit(graph)
    return list(found.values())


def _has(pipe: Any, *names: str) -> bool:
    return all(inspect.ismethod(getattr(pipe, name, None)) for name in names)


def apply_sharding(datapipe: Any, num_of_instances: int, instance_id: int, sharding_group: Any = SHARDING_PRIORITIES.DEFAULT) -> Any:
    """Has the pipes that can be shared out give one share of several."""

    def visit(graph: DataPipeGraph, above: Any) -> None:
        for pipe, parts in graph.values():
            shared = above
            if _has(pipe, "apply_sharding"):
                if above is not None:
                    raise RuntimeError(
                        "Sharding twice on a single pipeline is likely unintended and will cause data loss. Sharding already "
                        f"applied to {above} while trying to apply to {pipe}"
                    )
                groups = {} if len(inspect.signature(pipe.apply_sharding).parameters) < 3 else {"sharding_group": sharding_group}
                pipe.apply_sharding(num_of_instances, instance_id, **groups)
                shared = pipe
            visit(parts, shared)

    visit(traverse_dps(datapipe), None)
    return datapipe


def apply_shuffle_settings(datapipe: Any, shuffle: bool | None = None) -> Any:
    """Has the pipes that shuffle do so, or leave it; one is added where there is none."""
    if shuffle is None:
        return datapipe
    shufflers = [pipe for pipe in get_all_graph_pipes(traverse_dps(datapipe)) if _has(pipe, "set_shuffle", "set_seed")]
    if not shufflers and shuffle:
        warnings.warn(
            "`shuffle=True` was set, but the datapipe does not contain a `Shuffler`. Adding one at the end. Be aware that the "
            "default buffer size might not be sufficient for your task.",
            stacklevel=2,
        )
        datapipe = datapipe.shuffle()
        shufflers = [datapipe]
    for each in shufflers:
        each.set_shuffle(shuffle)
    return datapipe


def apply_random_seed(datapipe: Any, rng: Any) -> Any:
    """Seeds the pipes that draw, each by a number of the generator."""
    for pipe in get_all_graph_pipes(traverse_dps(datapipe)):
        if _has(pipe, "set_seed"):
            pipe.set_seed(_draws.seed(rng))
    return datapipe


apply_shuffle_seed = apply_random_seed
