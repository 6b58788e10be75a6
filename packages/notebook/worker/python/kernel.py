"""Runs cells of Python: the names that they declare and read, the value of the last line, and where an error comes from."""

from __future__ import annotations

import __future__
import __main__
import _lamplight_cells as cells
import ast
import builtins
import errno
import os
import re
import symtable
import sys
import traceback
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch

from pyodide.code import eval_code, eval_code_async, find_imports
from pyodide.ffi import run_sync, to_js

_own = vars(__main__)

# Where packages lie that stand in for those that are not loaded.
STANDINS = "/home/pyodide/.standins"
sys.path.append(STANDINS)

from lamplight_display import display, shown  # noqa: E402
from lamplight_panels import film, layer_shapes, pad, panel, volumes  # noqa: E402, F401
from lamplight_stand_ins import REPLACED, draw_figures, give_way, is_stand_in, lacking  # noqa: E402
from lamplight_photographs import efficientnet_lite0, photograph, pretrained, textures  # noqa: E402, F401


class _NoInput:
    """Stands for the keyboard, which a worker has none of."""

    encoding, errors, closed = "utf-8", "strict", False

    def _ask(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError(_ASK)

    read = readline = readlines = __next__ = _ask

    def __iter__(self) -> Any:
        return self

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 0


_ASK = "input() cannot ask in a notebook; put the value in the cell"


def _input(prompt: object = "", /) -> str:
    raise RuntimeError(_ASK)


def _no_process(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOTSUP, "emscripten does not support processes")


builtins.input = _input
# Jupyter's cells know it without an import.
builtins.display = display
sys.stdin = _NoInput()
os.fork = os.system = _no_process
# Matplotlib itself, where that is fetched, draws below the cell.
os.environ["MPLBACKEND"] = "module://lamplight_backend"

_ELSEWHERE = (
    "Notebooks of others fetch from this site and from PyPI alone, and yours from where a site allows it. "
    "Download the file in a tab of its own, add it by the menu of this page, and open it by its name."
)
_PROCESSES = "Processes cannot start in a notebook: Python runs in the page. Call the functions one after the other."
# What else a page has none of, by words of the exceptions that say so, and what is said of it.
_ABSENT = (
    ("can't start new thread", "Threads cannot start in a notebook: Python has the one of its page. Call the function itself."),
    ("does not support processes", "Other programs cannot start in a notebook: Python runs in the page. Do the work in Python."),
    ("multiprocessing", _PROCESSES),
    *((words, _ELSEWHERE) for words in ("Failed to fetch", "urlopen error", "Host is unreachable")),
)


# Packages that a page cannot have, and what there is in their place.
_NEVER = {
    # Of Python's own multiprocessing the part that is compiled.
    "_multiprocessing": _PROCESSES,
    **REPLACED,
    **dict.fromkeys(
        ("tensorflow", "keras", "jax", "triton", "xformers", "bitsandbytes", "deepspeed", "detectron2", "flash_attn", "tensorrt", "cupy", "numba", "decord"),
        "It is compiled for other machines, and has no version for a page.",
    ),
}
# By the name of a module: the package on PyPI, where that is called otherwise.
_ON_PYPI = {"dotenv": "python-dotenv", "umap": "umap-learn", "git": "GitPython", "attr": "attrs", "serial": "pyserial"}


def _distributed() -> dict[str, str]:
    """By the name of a module: the package of Pyodide's distribution that has it."""
    import pyodide_js

    packages = pyodide_js.lockfile.packages.to_py()
    return {module.partition(".")[0]: name for name, about in packages.items() for module in about["imports"]}


def _how_to_have(module: str) -> str:
    """What to do for a module that is not found."""
    top = module.partition(".")[0]
    if top in _NEVER:
        return _NEVER[top]
    found = sys.modules.get(top)
    if found is not None and not is_stand_in(getattr(found, "__file__", None) or ""):
        return f"The package {top} is here, but it has no part of this name."
    if top in _distributed():
        return "It comes from Pyodide's distribution, which could not be fetched. Check the connection, and run the cell again."
    name = _ON_PYPI.get(top, top.replace("_", "-"))
    if found is not None:
        return f"Write `!pip install --force-reinstall {name}` in a cell above, which fetches {name} itself."
    return f"Write `!pip install {name}` in a cell above, which fetches it from PyPI."


def _remedied(error: BaseException, message: str) -> tuple[str, bool]:
    """The message of an exception, and whether what helps stands behind its last semicolon."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"{message}; {_how_to_have(error.name)}", True
    if isinstance(error, ImportError) and error.name and is_stand_in(error.path or ""):
        return f"{message.partition(' (/')[0]}; {_how_to_have(error.name)}", True
    if isinstance(error, (RuntimeError, OSError, ImportError)):
        for words, told in _ABSENT:
            if words in message:
                return f"{message.splitlines()[0]}; {told}", True
    return message, hasattr(error, "lamplight") or message == _ASK


# The site carries MNIST.
torch.lamplight.downloads["MNIST"] = lambda folder, train: run_sync(cells.mnist(folder, train))


def _tables(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    return [table, *(found for child in table.get_children() for found in _tables(child))]


# `!pip install`, as Jupyter's cells have it, where the mark may be left out; a backslash at the end of a line leads on to the next.
_INSTALL = re.compile(r"^([ \t]*)(?:[!%]?[ \t]*pip3?|[!%][ \t]*(?:python3? +-m +pip|uv +pip)) +install\b((?:.*\\\n)*.*)$", re.MULTILINE)
_SHELL = re.compile(r"^([ \t]*)([%!](?:.*\\\n)*.*)$", re.MULTILINE)
# Cells of other languages.
_OTHERS = ("bash", "sh", "script", "html", "javascript", "js", "latex", "svg", "perl", "ruby")


_flags = 0


def _without_future(source: str) -> str:
    """A cell whose lines `from __future__ import` are flags for it and all later cells: as in IPython, they may stand behind others."""
    global _flags
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return source
    lines = source.split("\n")
    for node in reversed(body):
        if not isinstance(node, ast.ImportFrom) or node.module != "__future__":
            continue
        features = [getattr(__future__, alias.name, None) for alias in node.names]
        if not all(isinstance(feature, __future__._Feature) for feature in features):
            continue
        for feature in features:
            _flags |= feature.compiler_flag
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before, after = lines[first].encode()[: node.col_offset], lines[last].encode()[node.end_col_offset :]
        lines[first : last + 1] = [f"{before.decode()}pass{after.decode()}", *[""] * (last - first)]
    return "\n".join(lines)


def _as_call(found: re.Match[str]) -> str:
    indent, asked = found.groups()
    words = asked.replace("\\\n", " ").strip()
    lines = "\n" * asked.count("\n")
    return f"{indent}__import__('lamplight_packages').install({words!r}{lines})"


def _as_nothing(found: re.Match[str]) -> str:
    indent, line = found.groups()
    return f"{indent}pass  # " + line.replace("\n", "\n# ")


def cleaned(source: str) -> str:
    """
    A cell of Jupyter as Python: lines `!pip install` are calls, `%%writefile` writes a file, and other lines for its shell, such as
    `%matplotlib inline`, are nothing. Line numbers stay.
    """
    return _without_future(_without_magic(source))


def _without_magic(source: str) -> str:
    try:
        ast.parse(source)
    except SyntaxError:
        first, _, rest = source.lstrip("\n").partition("\n")
        magic, *words = first[2:].split() if re.match(r"%%\w", first) else [""]
        if magic in _OTHERS:
            return ""
        if magic in ("writefile", "file") and words:
            return f"open({words[-1]!r}, {'a' if '-a' in words else 'w'!r}).write({rest!r}); print({f'Writing {words[-1]}'!r})"
        return _SHELL.sub(_as_nothing, _INSTALL.sub(_as_call, source))
    return source


def _table(source: str, filename: str) -> symtable.SymbolTable:
    """The symbols at the top; where `await` stands there, those of the function that a cell with it is as good as."""
    if not _waits(source):
        return symtable.symtable(source, filename, "exec")
    inside = "".join(f" {line}\n" for line in source.splitlines())
    whole = symtable.symtable(f"async def cell():\n{inside}", filename, "exec")
    return next(table for table in whole.get_children() if table.get_name() == "cell")


def names(source: str, filename: str) -> Any:
    """The names that the top of a cell gives a value, and those of other cells that it reads; none of one that cannot be compiled."""
    try:
        top, *inner = _tables(_table(source, filename))
    except SyntaxError:
        return to_js([[], []])
    symbols = {symbol.get_name(): symbol for symbol in top.get_symbols()}
    declared = {name for name, symbol in symbols.items() if symbol.is_assigned() or symbol.is_imported()}
    read = {name for name, symbol in symbols.items() if symbol.is_referenced()}
    for table in inner:
        for symbol in table.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                declared.add(symbol.get_name())
            elif symbol.is_global() and symbol.is_referenced():
                read.add(symbol.get_name())
    others = sorted(name for name in read - declared if name.isidentifier() and not hasattr(builtins, name))
    return to_js([sorted(declared), others])


def missing(source: str) -> Any:
    """The modules that a cell imports, and whose packages Python does not find; and packages whose stand-ins lack what it imports."""
    try:
        imported = find_imports(source)
    except SyntaxError:
        imported = []
    # Python imports the package of a module that it looks for: packages alone are looked for.
    packages = {name.partition(".")[0] for name in imported}
    if "google.colab" in imported:
        packages.discard("google")
    absent = {name for name in packages if name not in sys.modules and find_spec(name) is None}
    return to_js([*(name for name in imported if name.partition(".")[0] in absent), *lacking(source)])


def _waits(source: str) -> bool:
    """Whether `await` stands outside of functions."""
    try:
        compile(source, "cell", "exec")
    except SyntaxError:
        try:
            compile(source, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError:
            return False
        return True
    return False


async def run(source: str, filename: str, labels: Any) -> Any:
    """
    Runs a cell. Gives `value` and the text of the value of its last line, which is `_` from then on; or `failed`, the class and the message of
    the exception, whether the library raised it, and the places of cells that it came through, innermost first.
    """
    try:
        give_way()
        if _waits(source):
            value = await eval_code_async(source, _own, filename=filename, flags=_flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        else:
            value = eval_code(source, _own, filename=filename, flags=_flags)
        draw_figures()
        # What functions that draw give back.
        value = None if _is_drawn(value) else value
        if value is None:
            return to_js(["value"])
        _own["_"] = value
        if shown(value):
            return to_js(["value"])
        return to_js(["value", repr(value)])
    except BaseException as error:
        return to_js(["failed", *_failure(error, {*labels, filename})])


def _is_drawn(value: Any) -> bool:
    """Whether a value is what functions that draw give back, and no figure."""
    if type(value) is list:
        return bool(value) and all(map(_is_drawn, value))
    return type(value).__module__.partition(".")[0] in ("matplotlib", "mpl_toolkits") and not (hasattr(value, "show") or hasattr(value, "savefig"))


def _failure(error: BaseException, labels: set[str]) -> list[Any]:
    name, message, frames = type(error).__name__, str(error), []
    if isinstance(error, SyntaxError) and error.filename in labels:
        message = error.msg
        frames.append([error.filename, error.lineno, ""])
    for place in reversed(traceback.extract_tb(error.__traceback__)):
        if place.filename in labels:
            frames.append([place.filename, place.lineno, "" if place.name == "<module>" else place.name])
    return [name, *_remedied(error, message), frames]


def values_among(declared: Any) -> Any:
    """Those of these names that have a value now, other than a module."""
    return to_js([name for name in declared if name in _own and not isinstance(_own[name], ModuleType)])
