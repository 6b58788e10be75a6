"""The bars that fit the place, which are the notebook's."""

from typing import Any

from . import tqdm as _tqdm


class tqdm(_tqdm):
    """A bar. As tqdm's own of this name, it asks what it counts for an iterator once more, by which a loader draws a seed."""

    def __init__(self, iterable: Any = None, *args: Any, **keywords: Any) -> None:
        super().__init__(iterable, *args, **keywords)
        if iterable is not None and not hasattr(iterable, "__anext__") and not hasattr(iterable, "__next__"):
            iter(iterable)


def trange(*args: Any, **keywords: Any) -> tqdm:
    """A bar over a range."""
    return tqdm(range(*args), **keywords)
