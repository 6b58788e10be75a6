"""The table of what validation and testing have found."""

from __future__ import annotations

import shutil
from typing import Any

from ..trainer.results import without_loader


def evaluation_table(title: str, results: list[dict[str, Any]]) -> str:
    """A row for each name, a column for each loader; nothing where nothing was logged."""
    plain = [{without_loader(name): value for name, value in found.items()} for found in results]
    names = sorted({name for found in plain for name in found})
    if not names:
        return ""
    headers = [f"DataLoader {i}" for i in range(len(plain))]
    columns = shutil.get_terminal_size(fallback=(120, 30)).columns or 120
    width = int(min(max(25, *map(len, names), *map(len, headers)), columns / 2))
    rule = "─" * columns

    def row(cells: list[Any]) -> str:
        return "".join(f"{cell!s:^{width}}" for cell in cells).rstrip()

    body = [row([name, *(found.get(name, " ") for found in plain)]) for name in names]
    return "\n".join([rule, row([f"{title} metric", *headers]), rule, *body, rule])
