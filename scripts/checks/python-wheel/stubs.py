"""Writes type stubs beside the sources of Python's packages: what stands there, and what they look up in the library by its names.

    python scripts/checks/python-wheel/stubs.py SIGNATURES.json FOLDER

SIGNATURES.json is what `scripts/checks/python-wheel/signatures.mjs` writes; FOLDER holds copies of the packages of `python/src`.
"""

import ast
import json
import keyword
import re
import sys
import textwrap
from pathlib import Path

# By the module of Python: the space of the library in which it looks its names up.
SPACES = {
    "torch": "",
    "torch.nn.functional": "nn.functional",
    "torch.nn.modules": "nn",
    "torch.optim": "optim",
    "torch.optim.lr_scheduler": "optim.lrScheduler",
    "torch.linalg": "linalg",
    "torch.special": "special",
    "torch.func": "func",
    "torch.distributions": "distributions",
    "torchvision.models": "vision.models",
    "torchvision.models.detection": "vision.detection",
    "torchvision.models.segmentation": "vision.models.segmentation",
    "torchvision.ops": "vision.ops",
    "torchvision.transforms": "vision.transforms",
    "torchvision.transforms.functional": "vision.transforms.functional",
    "torchvision.utils": "vision.utils",
    "torchvision.io": "vision.io",
    "torchmetrics": "metrics",
    "torchmetrics.functional": "metrics.functional",
    "captum.attr": "interpret",
}
# What classes of the library are in Python.
BASES = {"torch.nn.modules": "Module", "torch.optim": "Optimizer", "torch.optim.lr_scheduler": "LRScheduler"}
HEAD = """from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str, type as _type
from collections.abc import Callable, Sequence
from typing import Any, Self
"""
# Types of Python whose names are dtypes of a module, or methods of tensors.
_SHADOWED = frozenset({"bool", "complex", "float", "int", "str", "type"})

_capitals = re.compile(r"(?<=[a-z0-9])([A-Z])")
_plain = {
    "number": "_float",
    "boolean": "_bool",
    "true": "_bool",
    "false": "_bool",
    "string": "_str",
    "null": "None",
    "undefined": "None",
    "Tensor": "Tensor",
    "readonly number[]": "Sequence[_float]",
    "number[]": "Sequence[_float]",
    "readonly Tensor[]": "Sequence[Tensor]",
    "Tensor[]": "Sequence[Tensor]",
}


def snake(name: str) -> str:
    """Python's spelling of a name of the library; one that begins with a capital stays as it is."""
    return name if name[:1].isupper() else _capitals.sub(lambda match: "_" + match.group(1).lower(), name)


def python_type(text: str) -> str:
    """A type of TypeScript as Python's; `Any` for those that have no like."""
    found: dict[str, None] = {}
    for part in re.split(r" \| (?![^(<{\[]*[)>}\]])", text.strip()):
        bare = part.strip()
        known = "_str" if re.fullmatch(r"'[^']*'|\"[^\"]*\"", bare) else _plain.get(bare)
        if known is None and re.fullmatch(r"-?\d+", bare):
            known = "_float"
        if known is None:
            return "Any"
        found[known] = None
    return " | ".join(found)


def default(text: str | None) -> str:
    """A default in Python's words; `...` for one that is computed."""
    if text is None:
        return "..."
    known = {"null": "None", "undefined": "None", "true": "True", "false": "False"}
    if text in known:
        return known[text]
    return text if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?|'[^'\\]*'", text) else "..."


def doc(text: str, indent: str) -> str:
    """The first paragraph of a text as a docstring, on lines of its own; nothing where there is none."""
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text).split("\n\n")[0]
    lines = textwrap.wrap(" ".join(plain.split()).replace("\\", "\\\\").replace('"', "'"), 110)
    if not lines:
        return ""
    return "\n" + textwrap.indent('"""' + "\n".join(lines) + '"""', indent)


def parameters(called: dict, first: str = "", more: tuple[str, ...] = ()) -> str:
    """The list of parameters: those that may be left out come last, all by place or by name."""
    parts = [first] if first else []
    rest = [one for one in called["parameters"] if one["rest"]]
    named = [one for one in called["parameters"] if not one["rest"]]
    if first and named and named[0]["name"] in ("input", "self"):
        named = named[1:]
    optional = False
    seen = set()
    if rest:
        # `zeros(2, 3)`, and `zeros((2, 3))`.
        parts.append(f"*{snake(rest[0]['name'])}: Any")
    for one in named:
        name = snake(one["name"])
        if not name.isidentifier() or name in seen:
            continue
        seen.add(name)
        name += "_" if keyword.iskeyword(name) else ""
        kind = python_type(one["type"])
        optional = optional or one["optional"]
        if optional:
            value = default(one.get("fallback"))
            if value == "None" and "None" not in kind and kind != "Any":
                kind += " | None"
            if value == "..." and kind != "Any" and "None" not in kind:
                kind += " | None"
            parts.append(f"{name}: {kind} = {value}")
        else:
            parts.append(f"{name}: {kind}")
    for extra in more:
        if extra.split(":")[0] not in seen:
            parts.append(extra)
    return ", ".join(parts)


def returns(called: dict) -> str:
    """What a function gives."""
    kinds = {"Self" if text == "this" else python_type(text) for text in called["returns"]}
    return kinds.pop() if len(kinds) == 1 else "Any"


def function(name: str, entry: dict, indent: str = "", first: str = "", more: tuple[str, ...] = ()) -> str:
    """The stub of a function, or of a method."""
    called = entry.get("called")
    text = doc(entry["text"], f"{indent}    ")
    head = f"{indent}def {name}({parameters(called, first, more)}) -> {returns(called)}:"
    return f"{head}{text}\n{indent}    ..." if text else f"{head} ..."


def library_class(entry: dict, base: str, more: tuple[str, ...] = ()) -> str:
    """The stub of a class: how it is made, and what it has beside."""
    lines = [f"class {entry['name']}({base}):" if base else f"class {entry['name']}:"]
    text = doc(entry["text"], "    ")
    if text:
        lines.append(text.lstrip("\n"))
    if entry.get("called"):
        lines.append(f"    def __init__({parameters(entry['called'], 'self', more)}) -> None: ...")
    if not base:
        lines.append("    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...")
    lines.append("    def __getattr__(self, name: str) -> Any: ...")
    return "\n".join(lines)


def constant(entry: dict) -> str:
    """The stub of a value."""
    return f"{snake(entry['name'])}: {python_type(entry['type'])}"


class Unshadowed(ast.NodeTransformer):
    """Names types by what no module has."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(f"_{node.id}") if node.id in _SHADOWED else node


def is_looked_up(base: ast.expr) -> bool:
    """Whether a base is the result of a call, or found in a table by its name."""
    return isinstance(base, ast.Call) or isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Constant)


class Bodies(ast.NodeTransformer):
    """Takes the bodies of functions away, but for their docstrings, and what only runs."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        if node.name == "__getattr__" and not node.args.args[0].arg == "self":
            return None
        text = ast.get_docstring(node)
        node.body = [*([ast.Expr(ast.Constant(text))] if text else []), ast.Expr(ast.Constant(...))]
        node.returns = ast.Constant(None) if node.name == "__init__" else node.returns or ast.Name("Any")
        for owner in (node, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
            for field in ("annotation", "returns"):
                if getattr(owner, field, None) is not None:
                    setattr(owner, field, Unshadowed().visit(getattr(owner, field)))
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        # A base that is looked up as the module runs.
        node.bases = [ast.Name("Any") if is_looked_up(base) else base for base in node.bases]
        self.generic_visit(node)
        # Checkers want the parts of a property beside one another.
        body: list[ast.stmt] = []
        for each in node.body:
            same = [i for i, other in enumerate(body) if getattr(other, "name", None) == getattr(each, "name", "")]
            body.insert(same[-1] + 1 if same else len(body), each)
        node.body = body
        return node


def own(path: Path) -> tuple[list[str], set[str]]:
    """What a module says itself, as the lines of a stub, and the names that it has."""
    tree = Bodies().visit(ast.parse(path.read_text(encoding="utf-8")))
    lines, names = [], set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            # A name that is imported as itself is one of the module's own.
            if node.names[0].name == "*":
                names |= public(path.parent / f"{node.module}.py") if node.level == 1 else set()
            for alias in node.names:
                alias.asname = alias.asname or (alias.name if alias.name != "*" else None)
                names.add(alias.asname or "*")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            # An attribute of what the module has is no name of its own.
            if all(isinstance(target, ast.Attribute) for target in node.targets):
                continue
            targets = [name for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            for target in targets:
                names.add(target.id)
                if target.id != "__all__" and isinstance(node.value, ast.Name):
                    continue
                if target.id != "__all__":
                    lines.append(f"{target.id}: Any")
            if not isinstance(node.value, ast.Name):
                continue
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
            node.value = None
            node.annotation = Unshadowed().visit(node.annotation)
        elif not isinstance(node, ast.Import) or node.names[0].name.startswith("_lamplight"):
            continue
        lines.append(ast.unparse(node))
    return lines, names


def public(path: Path) -> set[str]:
    """What `import *` takes of a module; nothing of a package."""
    return {name for name in own(path)[1] if not name.startswith("_")} if path.exists() else set()


def stub(module: str, source: Path, entries: list[dict], dtypes: list[str]) -> str:
    """The stub of a module that looks names up in the library."""
    lines, names = own(source)
    out = [HEAD, "" if module == "torch._tensor" else "from torch._tensor import Tensor as Tensor", *lines]
    if module in BASES:
        out.append({
            "torch.nn.modules": "from torch.nn.modules.module import Module as Module",
            "torch.optim": "",
            "torch.optim.lr_scheduler": "",
        }[module])
    if module == "torch":
        out += [f"{name}: dtype" for name in dtypes]
        out += [f"from . import {name} as {name}" for name in PARTS]
        names |= {*dtypes, *PARTS}
    for entry in entries:
        name = snake(entry["name"])
        if name in names or not name.isidentifier() or keyword.iskeyword(name) or entry["kind"] == "type":
            continue
        names.add(name)
        if entry["kind"] == "function" and entry.get("called"):
            more = ("out: Any = ...",) if module in ("torch", "torch.linalg", "torch.special") else ()
            more += ("dtype: Any = ...", "device: Any = ...") if name in CREATING else ()
            out.append(function(name, entry, more=more))
        elif entry["kind"] == "class":
            layers = ("device: Any = ...", "dtype: Any = ...") if module == "torch.nn.modules" else ()
            out.append(library_class(entry, BASES.get(module, ""), more=layers))
        elif entry["kind"] == "constant":
            out.append(constant(entry))
    return "\n".join(line for line in out if line) + "\n"


# What `import torch` brings.
PARTS = "amp backends cuda distributions func lamplight linalg nn optim random special utils version".split()
CREATING = set("zeros ones empty full rand randn randint arange linspace logspace eye randperm".split())


# Operators of tensors, each with its forms from the right and in place; comparisons; and those of a single tensor.
BINARY = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
COMPARISONS = "lt le gt ge eq ne".split()
UNARY = "neg pos abs invert".split()


def operators() -> list[str]:
    """The stubs of what Python's operators call."""
    names = [f"__{form}{sign}__" for sign in BINARY for form in ("", "r", "i")] + [f"__{sign}__" for sign in COMPARISONS]
    lines = [f"    def {name}(self, other: Any) -> Tensor: ...  # type: ignore[override]" for name in names]
    lines += [f"    def __{name}__(self) -> Tensor: ..." for name in UNARY]
    lines += ["    def __getitem__(self, key: Any) -> Tensor: ...", "    def __setitem__(self, key: Any, value: Any) -> None: ..."]
    numbers = {"float": "_float", "int": "_int", "bool": "_bool", "hash": "_int", "len": "_int"}
    return lines + [f"    def __{name}__(self) -> {kind}: ..." for name, kind in numbers.items()]


def member(entry: dict) -> str:
    """The stub of a method or a property of the library's tensors."""
    name = snake(entry["name"])
    if entry["kind"] == "method" and entry.get("called"):
        return function(name, entry, "    ", "self")
    return f"    {name}: {'Tensor | None' if name == 'grad' else python_type(entry['type'])}"


def tensor_stub(source: Path, tensor: dict) -> str:
    """The stub of tensors: what Python says of them, their operators, and the methods of the library's."""
    tree = ast.parse("\n".join([HEAD, *own(source)[0]]))
    found = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Tensor")
    # What finds names when they are asked for.
    found.keywords = []
    found.body = [node for node in found.body if getattr(node, "name", "") != "__getattr__"]
    others = [node for node in tree.body if node is not found and not isinstance(node, ast.AnnAssign)]
    functions = {node.name for node in found.body if isinstance(node, ast.FunctionDef)}
    assigned = [target for node in found.body if isinstance(node, ast.Assign) for target in ast.walk(node)]
    known = functions | {target.id for target in assigned if isinstance(target, ast.Name)}
    lines = [line for line in operators() if re.match(r"    def (\w+)", line)[1] not in known]
    for entry in tensor["members"]:
        name = snake(entry["name"])
        if name in known or not name.isidentifier() or keyword.iskeyword(name) or entry["isStatic"]:
            continue
        known.add(name)
        lines.append(member(entry))
    imports = [node for node in others if isinstance(node, (ast.Import, ast.ImportFrom))]
    rest = [node for node in others if node not in imports]
    head, tail = (ast.unparse(ast.Module(part, [])) for part in (imports, rest))
    return "\n".join([head, ast.unparse(found), *lines, tail]) + "\n"


def main(signatures: str, folder: str) -> None:
    """Writes the stubs."""
    entries = json.loads(Path(signatures).read_text(encoding="utf-8"))
    root = Path(folder)
    types = (root / "torch" / "_types.py").read_text(encoding="utf-8")
    dtypes = sorted(set(re.findall(r'"((?:u?int|float|complex|bfloat|bool)\d*|half|float|int|long|short|bool|double|cfloat)"', types)))
    tensor = next(entry for entry in entries if entry["name"] == "Tensor" and entry["kind"] == "class")
    for module, space in SPACES.items():
        path = root / module.replace(".", "/")
        source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        own_entries = [entry for entry in entries if entry["space"] == space]
        source.with_suffix(".pyi").write_text(stub(module, source, own_entries, dtypes), encoding="utf-8")
    place = root / "torch" / "_tensor.py"
    place.with_suffix(".pyi").write_text(tensor_stub(place, tensor), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
