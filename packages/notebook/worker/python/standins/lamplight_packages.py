"""
`!pip install` in cells: wheels that the visitor has added, else packages of PyPI by micropip, which comes with the first of them.

Of packages whose code is compiled and that come from nowhere, some have a stand-in (see `compiled`): others can be imported beside it.
"""

from __future__ import annotations

import importlib
import json
import re
import shlex
import sys
import sysconfig
import zipfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Iterator

import _lamplight_cells as cells
from lamplight_stand_ins import REPLACED, give_way
from pyodide.ffi import can_run_sync, run_sync, to_js
from pyodide.http import pyfetch

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


def _unpack(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(sysconfig.get_path("purelib"))
    importlib.invalidate_caches()


def _added(name: str) -> Path | None:
    """The wheel of a package without compiled code that the visitor has added."""
    wheels = (path for path in Path().glob("*-none-any.whl") if _name(path.name.partition("-")[0]) == name)
    return max(wheels, default=None)


async def _from_pypi(name: str) -> None:
    """Unpacks the newest wheel of a package that is Python alone and needs no others."""
    page = await pyfetch(f"https://pypi.org/simple/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    files = [file for file in json.loads(await page.string())["files"] if file["filename"].endswith("-none-any.whl") and not file.get("yanked")]
    version = re.compile(r"-(\d+(?:\.\d+)*)-py3")
    *_, newest = sorted((list(map(int, found[1].split("."))), file["url"]) for file in files if (found := version.search(file["filename"])))
    path = Path("/tmp", f"{name}.whl")
    path.write_bytes(await (await pyfetch(newest[1])).bytes())
    _unpack(path)


class _Installer:
    """Installs packages with what they need, as far as that comes."""

    def __init__(self, is_forced: bool) -> None:
        self._is_forced = is_forced
        self.failed: dict[str, str] = {}
        # Packages that have a stand-in now.
        self.stood: list[str] = []
        self._tried: set[str] = set()

    async def add(self, requirement: str) -> None:
        name = _name(requirement)
        if name in self._tried or _is_here(name, self._is_forced):
            return
        self._tried.add(name)
        sockets = (await _compiled()).NO_SOCKETS
        if name in sockets:
            _stand_in(*sockets)
            return
        if wheel := _added(name):
            _unpack(wheel)
            await self._add_needs(name)
            return
        if name in REPLACED:
            self.failed[name] = REPLACED[name]
            return
        try:
            await self._fetch(requirement)
        except Exception:
            # Something that it needs has no wheel for a page: everything else comes, and what uses that fails when it is used.
            try:
                await self._fetch(requirement, deps=False)
            except Exception as error:
                if name in (await _compiled()).IN_NOTEBOOKS:
                    _stand_in(name)
                    self.stood.append(name)
                else:
                    self.failed[name] = next(iter(str(error).strip().splitlines()), type(error).__name__)
                return
            importlib.invalidate_caches()
            await self._add_needs(name)

    async def _fetch(self, requirement: str, **options: bool) -> None:
        await _have("micropip", "packaging")
        import micropip

        await micropip.install(requirement, **options)
        importlib.invalidate_caches()
        # What Pyodide's distribution cannot send is told, and not raised.
        if _version(_name(requirement)) is None:
            raise ImportError("it could not be fetched from Pyodide's distribution")

    async def _add_needs(self, name: str) -> None:
        await _have("packaging")
        from packaging.requirements import Requirement

        for each in metadata.requires(name) or []:
            need = Requirement(each)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                await self.add(f"{need.name}{need.specifier}")


async def _have(*names: str) -> None:
    """Brings what installs: from Pyodide's distribution, where that can be reached."""
    for name in names:
        if find_spec(name) is not None:
            continue
        if wheel := _added(name):
            _unpack(wheel)
            continue
        import pyodide_js

        try:
            await pyodide_js.loadPackage(name, messageCallback=lambda _: None, errorCallback=lambda _: None)
        except Exception:
            pass
        importlib.invalidate_caches()
        if find_spec(name) is None:
            try:
                await _from_pypi(name)
            except Exception:
                raise ImportError(f"{name} could not be fetched from Pyodide's distribution or from PyPI") from None


async def _compiled() -> ModuleType:
    """The module of the stand-ins."""
    if find_spec("lamplight_compiled") is None:
        for path, text in (await cells.compiled()).to_py().items():
            Path(__file__).with_name(path).write_text(text)
        importlib.invalidate_caches()
    return importlib.import_module("lamplight_compiled")


def _stand_in(*names: str) -> None:
    """Has packages be imported as their stand-ins."""
    sys.modules["lamplight_compiled"].install(Path(__file__).parent, *names)


async def _install(requirements: list[str], is_forced: bool) -> _Installer:
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
    installer = run_sync(_install(wanted, is_forced))
    failed = installer.failed
    give_way()
    for word in wanted:
        if _name(word) in failed:
            raise ImportError(f"{word}: {failed[_name(word)]}")
    come = [f"{_name(word)} {_version(_name(word)) or ''}".strip() for word in wanted]
    without = f", without {', '.join(sorted(failed))}, which did not come" if failed else ""
    stood = f" In place of {', '.join(sorted(installer.stood))}, whose code is compiled, the page has a stand-in." if installer.stood else ""
    return f"Installed {', '.join(come)}{without}.{stood}"


def install(line: str) -> None:
    """Runs the rest of a line `!pip install`. As in Jupyter, the cell goes on if it fails, which is said."""
    try:
        told = _report(line)
        if told:
            print(told)
    except Exception as error:
        print(f"pip install: {str(error).rstrip('.')}.", file=sys.stderr)
