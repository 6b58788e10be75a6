"""`torch.hub`: files of weights by their addresses."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlparse

from . import _bridge, _tree
from ._bridge import js
from ._names import camel

_hub: dict[str, Any] = _bridge.receive(js.find("torch", "hub"))


# What names of files end in: the beginning of their sum.
HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")
_dir: str | None = None


def get_dir() -> str:
    """The folder of files that were fetched."""
    return _dir if _dir is not None else os.path.join(_get_torch_home(), "hub")


def set_dir(d: Any) -> None:
    """Chooses the folder."""
    global _dir
    _dir = os.path.expanduser(d)


def _get_torch_home() -> str:
    home = os.getenv("XDG_CACHE_HOME", "~/.cache")
    return os.path.expanduser(os.getenv("TORCH_HOME", os.path.join(home, "torch")))


def at_hand(name: str, folder: Any = None) -> str | None:
    """Where a file lies that nobody need fetch: in this folder, in that of fetched files, or beside the program, as a notebook's files do."""
    places = [*([] if folder is None else [os.path.expanduser(folder)]), os.path.join(get_dir(), "checkpoints"), "."]
    return next((path for place in places if os.path.isfile(path := os.path.join(place, name))), None)


def unreached(url: str, error: OSError) -> OSError:
    """The error of a file that a page could not fetch, with what to do; that of a server which answered stays as it is."""
    if not re.search(r"no answer|does not let pages", str(error)):
        return error
    made = OSError(
        f"{url}: the server does not let pages read this file, or could not be reached; download it, add {name_in(url)} to the notebook's files, and "
        "run the cell again"
    )
    made.lamplight = "FetchError"  # type: ignore[attr-defined]
    return made


def name_in(url: str) -> str:
    """The name of the file at an address."""
    return os.path.basename(urlparse(url).path)


def load_state_dict_from_url(
    url: str,
    model_dir: str | None = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = False,
) -> Any:
    """Weights from an address, or from a file of its name that is here already."""
    from .serialization import load

    path = at_hand(file_name or name_in(url), model_dir)
    if path is not None:
        return load(path, map_location=map_location, weights_only=weights_only)
    options = {"progress": progress, "check_hash": check_hash}
    given = {"model_dir": model_dir, "map_location": map_location, "file_name": file_name}
    try:
        return _hub["loadStateDictFromUrl"](url, **options, **{key: value for key, value in given.items() if value is not None})
    except OSError as error:
        raise unreached(url, error) from error


def load(repo_or_dir: str, model: str, *args: Any, **kwargs: Any) -> Any:
    """A network of torchvision's repository, by its name; a page fetches and runs no other code of GitHub."""
    if not str(repo_or_dir).startswith("pytorch/vision"):
        made = RuntimeError(f"hub.load: a page fetches no code of {repo_or_dir}; install its package by `!pip install`, or add its files and import them")
        made.lamplight = "ArgumentError"  # type: ignore[attr-defined]
        raise made
    from torchvision import models

    for name in ("source", "trust_repo", "force_reload", "verbose", "skip_validation"):
        kwargs.pop(name, None)
    space = models if hasattr(models, model) else models.segmentation
    return getattr(space, model)(*args, **kwargs)


def __getattr__(name: str) -> Any:
    found = _hub.get(camel(name))
    if found is None:
        return _tree.attribute(__name__, name, globals())
    return found
