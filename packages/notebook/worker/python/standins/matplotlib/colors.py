"""Colours by their names, and colour maps of one's own."""

from __future__ import annotations

import re
from typing import Any

from ._artists import CYCLE
from .cm import STEPS, Colormap

_LETTERS = {"k": "000000", "w": "ffffff", "r": "ff0000", "g": "008000", "b": "0000ff", "c": "00bfbf", "m": "bf00bf", "y": "bfbf00"}
_NAMES = {
    **{"black": "000000", "white": "ffffff", "red": "ff0000", "green": "008000", "blue": "0000ff", "yellow": "ffff00", "cyan": "00ffff"},
    **{"magenta": "ff00ff", "orange": "ffa500", "purple": "800080", "brown": "a52a2a", "pink": "ffc0cb", "gray": "808080", "grey": "808080"},
    **{"navy": "000080", "gold": "ffd700", "lime": "00ff00", "teal": "008080", "crimson": "dc143c", "salmon": "fa8072", "skyblue": "87ceeb"},
    **{"darkblue": "00008b", "darkgreen": "006400", "darkred": "8b0000", "lightblue": "add8e6", "lightgreen": "90ee90", "lightgray": "d3d3d3"},
    **{"steelblue": "4682b4", "tomato": "ff6347", "coral": "ff7f50", "indigo": "4b0082", "violet": "ee82ee", "royalblue": "4169e1"},
}
_OF_LINES = [digits[1:] for digits in CYCLE]
_TABLEAU = dict(zip(("blue", "orange", "green", "red", "purple", "brown", "pink", "gray", "olive", "cyan"), _OF_LINES))


def to_rgba(c: Any, alpha: float | None = None) -> tuple[float, float, float, float]:
    """The parts of a colour, from 0 to 1."""
    if not isinstance(c, str):
        *parts, last = (float(part) for part in c)
        red, green, blue, own = (*parts, last) if len(parts) == 3 else (*parts, last, 1.0)
        return red, green, blue, own if alpha is None else alpha
    digits = _LETTERS.get(c) or _NAMES.get(c.lower()) or _TABLEAU.get(c.removeprefix("tab:"))
    if re.fullmatch(r"C\d+", c):
        digits = _OF_LINES[int(c[1:]) % len(_OF_LINES)]
    if re.fullmatch(r"#[0-9a-fA-F]{3,4}", c):
        digits = "".join(2 * digit for digit in c[1:])
    elif re.fullmatch(r"#([0-9a-fA-F]{2}){3,4}", c):
        digits = c[1:]
    if digits is None:
        try:
            share = float(c)
        except ValueError:
            raise ValueError(f"{c!r} is not a valid color value; write it as '#rrggbb'") from None
        return share, share, share, 1.0 if alpha is None else alpha
    parts = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    return parts[0], parts[1], parts[2], alpha if alpha is not None else parts[3] if len(parts) > 3 else 1.0


def to_rgb(c: Any) -> tuple[float, float, float]:
    """Red, green and blue of a colour, from 0 to 1."""
    return to_rgba(c)[:3]


def to_hex(c: Any, keep_alpha: bool = False) -> str:
    """A colour as `#rrggbb`."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in to_rgba(c)[: 4 if keep_alpha else 3])


class ListedColormap(Colormap):
    """Colours of equal shares."""

    def __init__(self, colors: Any, name: str = "from_list", N: int | None = None) -> None:
        self.colors = list(colors)[:N]
        self.N = len(self.colors)
        super().__init__(name, [to_hex(self.colors[level * self.N // STEPS]) for level in range(STEPS)])


class LinearSegmentedColormap(Colormap):
    """Colours that run into each other."""

    @staticmethod
    def from_list(name: str, colors: Any, N: int = 256, gamma: float = 1.0) -> Colormap:
        """Of colours at equal distances, or of pairs of places and colours."""
        colors = list(colors)
        pairs = [(i / (len(colors) - 1), each) for i, each in enumerate(colors)]
        if len(colors[0]) == 2 and not isinstance(colors[0], str):
            pairs = colors
        stops = [(float(place), to_rgb(each)) for place, each in pairs]

        def at(place: float) -> str:
            after = next(i for i, (end, _) in enumerate(stops) if i > 0 and (place <= end or i == len(stops) - 1))
            (low, start), (high, end) = stops[after - 1], stops[after]
            share = (place - low) / (high - low) if high > low else 1.0
            return to_hex([a + (b - a) * share for a, b in zip(start, end)])

        return Colormap(name, [at(level / (STEPS - 1)) for level in range(STEPS)])


class Normalize:
    """The numbers that the ends of a colour map stand for."""

    def __init__(self, vmin: Any = None, vmax: Any = None, clip: bool = False) -> None:
        self.vmin, self.vmax = vmin, vmax

    def __call__(self, value: Any) -> Any:
        return (value - self.vmin) / (self.vmax - self.vmin)
