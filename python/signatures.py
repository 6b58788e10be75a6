"""Writes `src/torch/nn/modules/_signatures.py`: the parameters of PyTorch's layers, for `inspect.signature`.

    python signatures.py

Run with the Python that has PyTorch. Left out are layers that take anything, and those with a default that has no literal.
"""

import inspect
from pathlib import Path

from torch import nn

HEAD = '''"""The parameters of PyTorch's layers, which signatures.py writes: see there."""

PARAMETERS = """
'''
LITERALS = (bool, int, float, str, tuple, type(None))


def line(name: str, made: type) -> str | None:
    """A layer with its parameters."""
    parts = [name]
    for one in inspect.signature(made).parameters.values():
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            return None
        if one.default is one.empty:
            parts.append(one.name)
        elif isinstance(one.default, LITERALS):
            parts.append(f"{one.name}={one.default!r}")
        else:
            return None
    return " ".join(parts)


def main() -> None:
    layers = [(name, made) for name, made in sorted(vars(nn).items()) if inspect.isclass(made) and issubclass(made, nn.Module)]
    lines = [found for name, made in layers if (found := line(name, made)) is not None]
    text = "\n".join(lines)
    Path(__file__).with_name("src").joinpath("torch/nn/modules/_signatures.py").write_text(f'{HEAD}{text}\n"""\n')


if __name__ == "__main__":
    main()
