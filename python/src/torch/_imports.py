"""Has modules imported whose text takes more stack to be compiled than a page's interpreter has.

A sum of some 400 terms, as SymPy has them, is as many calls deep in Python's compiler. It runs by itself on a stack of its own then, of which
it may use more: what it takes of the engine's own stack is less than what other code does, which is what the bound is for.
"""

from importlib.machinery import SourceFileLoader

from pyodide.ffi import can_run_sync, run_sync

_compile = SourceFileLoader.source_to_code


async def _compiled_apart(*args, **keywords):
    from _lamplight import setDeepStack

    setDeepStack(True)
    try:
        return _compile(*args, **keywords)
    finally:
        setDeepStack(False)


def source_to_code(self, data, path, *args, **keywords):
    """Compiles the text of a module."""
    try:
        return _compile(self, data, path, *args, **keywords)
    # The parser has no memory left for more of its stack where the compiler recurses too deeply.
    except (RecursionError, MemoryError):
        if not can_run_sync():
            raise
    return run_sync(_compiled_apart(self, data, path, *args, **keywords))


SourceFileLoader.source_to_code = source_to_code
