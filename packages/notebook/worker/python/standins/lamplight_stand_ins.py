"""Packages that stand in for Matplotlib and Pillow until a program needs more of these than they have, and what there is in place of others."""

from __future__ import annotations

import ast
import importlib
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

# Those that give way, and what else comes with the package of the distribution.
NAMES = ("matplotlib", "mpl_toolkits", "PIL")

# Packages that a page cannot have, and what there is in their place.
REPLACED = {
    "torchtext": "Nobody develops torchtext any longer. Split texts with re.findall(r'\\w+', text.lower()), count words "
    "with collections.Counter, and pad sentences with torch.nn.utils.rnn.pad_sequence.",
    "torchaudio": "torchaudio has no version for a page. Read sounds with Python's wave, and take spectra with torch.stft.",
    "albumentations": "albumentations needs compiled code (StringZilla, SimSIMD) that has no version for a page: write "
    "torchvision.transforms.v2, which moves tv_tensors.Mask and BoundingBoxes with their Image.",
    "google": "That is Colab's own. Delete the line, and add files by the menu of this page.",
    "kaggle": "A page cannot fetch from Kaggle. Download the data, and add them by the menu of this page.",
    "tensorboardX": "Write `from torch.utils.tensorboard import SummaryWriter`.",
    "apex": "A page cannot build it. Write torch.autocast and torch.amp.GradScaler.",
}


def _folder(name: str) -> Path | None:
    """Where a stand-in lies that a program would get by this name now; None where it would get the package itself."""
    module = sys.modules.get(name)
    spec = module.__spec__ if module is not None else PathFinder.find_spec(name)
    origin = getattr(spec, "origin", None)
    return Path(origin).parent if origin and is_stand_in(origin) else None


def is_stand_in(origin: str) -> bool:
    """Whether a file is one of a stand-in."""
    return any(part in (".standins", "_stand_ins") for part in Path(origin).parts)


def _has_module(folder: Path, path: str) -> bool:
    place = folder.joinpath(*path.split(".")[1:])
    return place.is_dir() or place.with_suffix(".py").is_file()


def _has(folder: Path, module: str, name: str) -> bool:
    if name == "*" or _has_module(folder, f"{module}.{name}"):
        return True
    return hasattr(importlib.import_module(module), name)


def lacking(source: str) -> list[str]:
    """Of the stand-ins, those that lack something which a program imports of them."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    wanted: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            parts: list[tuple[str, str | None]] = [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            parts = [(node.module, alias.name) for alias in node.names]
        else:
            continue
        for module, name in parts:
            top = module.partition(".")[0]
            folder = _folder(top) if top in NAMES else None
            if folder and not (_has_module(folder, module) and (name is None or _has(folder, module, name))):
                wanted[top] = None
    return list(wanted)


def give_way() -> None:
    """Has the next import find a package itself where that has come, whose stand-in was imported before. What it made stays as it is."""
    importlib.invalidate_caches()
    for name in NAMES:
        module = sys.modules.get(name)
        if module is None or not is_stand_in(getattr(module, "__file__", None) or ""):
            continue
        spec = PathFinder.find_spec(name)
        if spec is None or not spec.origin or is_stand_in(spec.origin):
            continue
        _draw(sys.modules.get("matplotlib.pyplot") if name == "matplotlib" else None)
        for each in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
            del sys.modules[each]


def _draw(pyplot: Any) -> None:
    if pyplot is not None:
        pyplot.show()


def draw_figures() -> None:
    """Draws below the cell what it has left on the figures of the stand-in or of Matplotlib itself."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    if is_stand_in(getattr(pyplot, "__file__", None) or ""):
        pyplot.show()
    else:
        importlib.import_module("lamplight_backend").show()
