"""Prints which names of a file's lists Python's packages in the page have: `{"torch.nn": ["Linear", …]}`, as that file has all of them."""

import importlib
import json
import sys
from typing import Any


def space_of(path: str) -> Any:
    """What a path names: a module, or a class of one; a tensor for its methods."""
    if path == "torch.Tensor":
        return importlib.import_module("torch").zeros(1, 1)
    first, *rest = path.split(".")
    found = importlib.import_module(first)
    for i, name in enumerate(rest):
        try:
            found = importlib.import_module(".".join([first, *rest[: i + 1]]))
        except ModuleNotFoundError:
            found = getattr(found, name, None)
    return found


def has(space: Any, name: str) -> bool:
    """Whether a name leads somewhere, if only to an error that says what to do."""
    try:
        getattr(space, name)
    except AttributeError:
        return False
    except Exception:
        return True
    return True


def names_in_python(lists: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those of the names that are there."""
    return {path: [name for name in names if has(space_of(path), name)] for path, names in lists.items()}


if __name__ == "__main__" and len(sys.argv) > 1:
    with open(sys.argv[1], encoding="utf-8") as file:
        print(json.dumps(names_in_python(json.load(file))))
