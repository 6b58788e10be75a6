"""Imports a package and runs its program: in the page and by PyTorch. Prints or returns, as JSON, what became of each part."""

import json
import math
import os
import sys
import tarfile
import traceback
import zipfile


def install(archives: str, folder: str) -> None:
    """Unpacks wheels, and archives of sources, as pip does with those that hold Python alone."""
    os.makedirs(folder, exist_ok=True)
    for name in sorted(os.listdir(archives)):
        path = os.path.join(archives, name)
        if name.endswith(".whl"):
            zipfile.ZipFile(path).extractall(folder)
        else:
            with tarfile.open(path) as archive:
                top = os.path.join(folder, archive.getnames()[0].split("/")[0])
                archive.extractall(folder, filter="data")
            sys.path.insert(0, os.path.join(top, "src") if os.path.isdir(os.path.join(top, "src")) else top)
    sys.path.insert(0, folder)


def _told(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    places = [f"{os.path.relpath(frame.filename, '/')}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__}: {str(error)[:400]} [{' < '.join(places[:-6:-1])}]"


def _numbers(value) -> list:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [number for part in value for number in _numbers(part)]
    if hasattr(value, "tolist") and not isinstance(value, (int, float)):
        return _numbers(value.tolist())
    number = float(value)
    return [number if math.isfinite(number) else str(number)]


def outcome(module: str, program: str) -> str:
    """By part of the program, `import` first: its numbers, or a text that tells the error."""
    found = {}
    sys.setrecursionlimit(4000)
    try:
        __import__(module)
        found["import"] = []
    except BaseException as error:
        return json.dumps({"import": _told(error)})
    try:
        space = {"__name__": "program"}
        exec(compile(program, "program.py", "exec"), space)
        parts = space["parts"]
    except BaseException as error:
        return json.dumps({**found, "program": _told(error)})
    import torch

    for name, part in parts.items():
        try:
            torch.manual_seed(0)
            found[name] = _numbers(part())
        except BaseException as error:
            found[name] = _told(error)
    return json.dumps(found)
