"""Writes `src/torch/_module_names.py`: PyTorch's modules and their names, for `torch._tree`.

    python module_names.py FOLDER …

Run with the Python that has PyTorch; the folders hold packages, such as unpacked wheels of PyPI. Listed are the names that PyTorch's modules
document (`__all__`) and those that the packages import or look up.
"""

import ast
import importlib
import inspect
import sys
import warnings
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import torch

# Parts of PyTorch whose documented names are all listed.
DOCUMENTED = """amp autograd compiler cuda distributed distributions export fft func futures fx hub jit library linalg masked
    monitor multiprocessing nested nn onnx optim overrides package profiler quasirandom random signal sparse special types utils""".split()
# Parts of these that are listed only where a package asks for them.
LEFT_OUT = ("_inductor", "ao", "testing", "utils.data.datapipes", "utils.bottleneck", "utils.hipify", "fx.experimental", "fx.passes", "onnx.ops")
HEAD = '''"""PyTorch's modules with names of theirs, which module_names.py writes: see there. `*` marks a class, `=` a value, that its spelling hides."""

NAMES = """
'''


def dotted(node: ast.AST) -> list[str]:
    """The parts of `torch.a.b`; of other expressions, none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


def asked_for(folders: list[str]) -> dict[str, set[str]]:
    """By module: the names that packages take from it."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in (path for folder in folders for path in Path(folder).rglob("*.py")):
        try:
            tree = ast.parse(file.read_text(encoding="utf8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.startswith("torch."):
                        found[alias.name] |= set()
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "torch":
                found[node.module or ""] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Attribute) and (parts := dotted(node))[:1] == ["torch"] and len(parts) > 2:
                found[".".join(parts[:-1])].add(parts[-1])
    return found


def documented() -> dict[str, set[str]]:
    """The modules that PyTorch documents."""
    found: dict[str, set[str]] = {}
    home = Path(torch.__path__[0])
    for file in home.rglob("*.py"):
        parts = file.relative_to(home).with_suffix("").parts
        path = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not any(part.startswith("_") for part in path.split(".")) and parts[0] in DOCUMENTED and not path.startswith(LEFT_OUT):
            found[f"torch.{path}"] = set()
    return found


def shown(name: str, value: object) -> str:
    """A name, with a mark where its spelling does not tell what it is."""
    looks = "=" if name.isupper() else "*" if name[:1].isupper() else ""
    mark = "*" if inspect.isclass(value) else "" if callable(value) else "="
    return name if mark == looks else name + (mark or "()")


def defined(module: ModuleType) -> list[str]:
    """The classes and functions that a package without `__all__` takes from its modules."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and str(getattr(value, "__module__", "")).startswith(f"{module.__name__}.")
    ]


def main(folders: list[str]) -> None:
    warnings.simplefilter("ignore")
    asked, known, lines = asked_for(folders), documented(), []
    for path in sorted(asked.keys() | known.keys()):
        if path in ("torch", "torch.classes", "torch.ops"):
            continue
        try:
            module = importlib.import_module(path)
        except BaseException:
            continue
        public = vars(module).get("__all__", defined(module)) if path in known else ()
        names = {name for name in {*public, *asked[path]} if isinstance(name, str) and not name.startswith("__")}
        there = {name: getattr(module, name) for name in sorted(names) if hasattr(module, name)}
        kept = [shown(name, value) for name, value in there.items() if not inspect.ismodule(value)]
        lines.append(" ".join([path.removeprefix("torch."), *kept]))
    text = "\n".join(lines)
    Path(__file__).with_name("src").joinpath("torch/_module_names.py").write_text(f'{HEAD}{text}\n"""\n')


if __name__ == "__main__":
    main(sys.argv[1:])
