"""`!pip install` in cells: packages of PyPI, by micropip, which comes from Pyodide's distribution with the first of them."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Iterator

from lamplight_stand_ins import give_way
from pyodide.ffi import can_run_sync, run_sync, to_js

# Options of pip that have a value behind them.
_VALUED = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-c", "--constraint", "-t", "--target", "--progress-bar", "--timeout"}

# What installs from PyPI: a name with extras and versions, or the address of a wheel.
_KNOWN = re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w.,-]*\])?\s*([<>=!~].*)?|https://\S+\.whl\S*")

# Packages that the notebook has in a form of its own, which draws and counts in its outputs.
_OWN = {path.name.lower() for path in Path(__file__).parent.iterdir() if path.is_dir()}


def _words(line: str) -> Iterator[str]:
    """What a line asks for, without pip's options and without what its shell does behind it."""
    words = iter(shlex.split(line, comments=True))
    for word in words:
        if word in ("&&", "||", ";", "|") or re.match(r"[12&]?>", word):
            return
        if word in ("-r", "--requirement"):
            for each in Path(next(words, "")).read_text().splitlines():
                yield from _words(each)
        elif word in _VALUED:
            next(words, None)
        elif not word.startswith("-"):
            yield word.rstrip(";")
            if word.endswith(";"):
                return


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _is_here(name: str, is_forced: bool = False) -> bool:
    return (name in _OWN and not is_forced) or _version(name) is not None


class _Installer:
    """Installs packages with what they need, as far as that comes."""

    def __init__(self, is_forced: bool) -> None:
        self._is_forced = is_forced
        self.failed: dict[str, str] = {}
        self._tried: set[str] = set()

    async def add(self, requirement: str) -> None:
        import micropip
        from packaging.requirements import Requirement

        name = _name(requirement)
        if name in self._tried or _is_here(name, self._is_forced):
            return
        self._tried.add(name)
        try:
            await micropip.install(requirement)
        except Exception:
            # Something that it needs has no wheel for a page: everything else comes, and what uses that fails when it is used.
            try:
                await micropip.install(requirement, deps=False)
            except Exception as error:
                self.failed[name] = next(iter(str(error).strip().splitlines()), type(error).__name__)
                return
            importlib.invalidate_caches()
            for each in metadata.requires(name) or []:
                need = Requirement(each)
                if need.marker is None or need.marker.evaluate({"extra": ""}):
                    await self.add(f"{need.name}{need.specifier}")


async def _install(requirements: list[str], is_forced: bool) -> _Installer:
    absent = [name for name in ("micropip", "packaging") if find_spec(name) is None]
    if absent:
        import pyodide_js

        await pyodide_js.loadPackage(to_js(absent))
        importlib.invalidate_caches()
    installer = _Installer(is_forced)
    for requirement in requirements:
        await installer.add(requirement)
    importlib.invalidate_caches()
    return installer


def _report(line: str) -> str:
    """Installs what stands behind `!pip install`; what has been installed, empty if all of it is here."""
    asked = list(_words(line))
    for word in asked:
        if not _KNOWN.fullmatch(word):
            raise ImportError(f"{word} is no name of PyPI and no address of a wheel; a page runs no git and builds no packages")
    # By force a package itself comes in the place of one that stands in for it.
    is_forced = "--force-reinstall" in line.split()
    wanted = [word for word in asked if not _is_here(_name(word), is_forced)]
    if not wanted:
        return ""
    if not can_run_sync():
        raise ImportError(f"this browser cannot wait within Python; write `import micropip; await micropip.install({wanted!r})`")
    try:
        failed = run_sync(_install(wanted, is_forced)).failed
    except ModuleNotFoundError as error:
        raise ImportError(f"{error.name} could not be fetched from Pyodide's distribution") from None
    give_way()
    for word in wanted:
        if _name(word) in failed:
            raise ImportError(f"{word}: {failed[_name(word)]}")
    come = [f"{_name(word)} {_version(_name(word)) or ''}".strip() for word in wanted]
    without = f", without {', '.join(sorted(failed))}, which did not come" if failed else ""
    return f"Installed {', '.join(come)}{without}."


def install(line: str) -> None:
    """Runs the rest of a line `!pip install`. As in Jupyter, the cell goes on if it fails, which is said."""
    try:
        told = _report(line)
        if told:
            print(told)
    except Exception as error:
        print(f"pip install: {str(error).rstrip('.')}.", file=sys.stderr)
