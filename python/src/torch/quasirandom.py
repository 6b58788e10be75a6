"""`torch.quasirandom`: points that fill a cube more evenly than random ones."""

from __future__ import annotations

import base64
from typing import Any

import torch

# How many primitive polynomials there are of each degree, from 1; each is one dimension behind the first.
_OF_DEGREE = (1, 1, 2, 2, 6, 6, 18, 16, 48, 60, 176, 144, 630)


def _directions(dimension: int, bits: int) -> list[list[int]]:
    """By bit: the number that it stands for in each dimension (Bratley and Fox 1988, algorithm 659)."""
    from ._sobol import NUMBERS

    data = base64.b64decode(NUMBERS)
    text, at = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}", 0

    def taken(count: int) -> int:
        nonlocal at
        at += count
        return int(text[at - count : at] or "0", 2)

    rows = [[1] * bits]
    for degree in (degree for degree, times in enumerate(_OF_DEGREE, 1) for _ in range(times)):
        if len(rows) == dimension:
            break
        inner = taken(degree - 1)
        row = [2 * taken(i) + 1 for i in range(degree)]
        for j in range(degree, bits):
            made = row[j - degree] ^ row[j - degree] << degree
            for k in range(degree - 1):
                if inner >> (degree - 2 - k) & 1:
                    made ^= row[j - k - 1] << (k + 1)
            row.append(made)
        rows.append(row)
    return [[row[j] << (bits - 1 - j) for row in rows] for j in range(bits)]


class SobolEngine:
    """Draws points of a Sobol sequence in [0, 1), scrambled by Owen's method if that is wanted."""

    MAXBIT = 30
    # Those of the polynomials that the library carries; PyTorch's has 21,201.
    MAXDIM = 1 + sum(_OF_DEGREE)

    def __init__(self, dimension: int, scramble: bool = False, seed: int | None = None) -> None:
        if not 1 <= dimension <= self.MAXDIM:
            raise ValueError(f"Supported range of dimensionality for SobolEngine is [1, {self.MAXDIM}]")
        self.dimension, self.scramble, self.seed = dimension, scramble, seed
        self.num_generated = 0
        self._shift = [0] * dimension
        self._state = _directions(dimension, self.MAXBIT)
        if scramble:
            self._scramble()

    def _scramble(self) -> None:
        generator = None if self.seed is None else torch.Generator().manual_seed(self.seed)
        bits, size = self.MAXBIT, self.dimension
        shifts = torch.randint(2, (size, bits), generator=generator).tolist()
        self._shift = [sum(bit << j for j, bit in enumerate(row)) for row in shifts]
        # Of each dimension a lower triangle with ones on its diagonal, by rows.
        triangles = [
            [sum(bit << (bits - 1 - k) for k, bit in enumerate(row[:p])) | 1 << (bits - 1 - p) for p, row in enumerate(rows)]
            for rows in torch.randint(2, (size, bits, bits), generator=generator).tolist()
        ]
        for directions in self._state:
            for d, rows in enumerate(triangles):
                value = directions[d]
                directions[d] = sum(((row & value).bit_count() & 1) << (bits - 1 - p) for p, row in enumerate(rows))

    def _point(self, index: int) -> list[int]:
        """The numbers of a point: those of the bits of its index in Gray's code."""
        point, code = self._shift, index ^ index >> 1
        for j, directions in enumerate(self._state):
            if code >> j & 1:
                point = [a ^ b for a, b in zip(point, directions)]
        return point

    @property
    def sobolstate(self) -> Any:
        """By dimension: the number that each bit stands for."""
        return torch.tensor(self._state).t()

    @property
    def shift(self) -> Any:
        """What all points are shifted by."""
        return torch.tensor(self._shift)

    @property
    def quasi(self) -> Any:
        """The latest point, as whole numbers."""
        return torch.tensor(self._point(max(self.num_generated - 1, 0)))

    def draw(self, n: int = 1, out: Any = None, dtype: Any = None) -> Any:
        """The next points [n, dimension]."""
        point, numbers = self._point(self.num_generated), []
        for index in range(self.num_generated, self.num_generated + n):
            numbers += point
            # The next one differs in the lowest bit that is 0.
            point = [a ^ b for a, b in zip(point, self._state[(~index & index + 1).bit_length() - 1])]
        self.num_generated += n
        scaled = [number / 2**self.MAXBIT for number in numbers]
        result = torch.tensor(scaled, dtype=dtype or torch.get_default_dtype()).reshape(n, self.dimension)
        return result if out is None else out.resize_as_(result).copy_(result)

    def draw_base2(self, m: int, out: Any = None, dtype: Any = None) -> Any:
        """The next 2ᵐ points; with those before, a power of 2."""
        n, total = 2**m, self.num_generated + 2**m
        if total & (total - 1):
            raise ValueError(
                "The balance properties of Sobol' points require n to be a power of 2. "
                f"{self.num_generated} points have been previously generated, then: n={self.num_generated}+2**{m}={total}. "
                "If you still want to do this, please use 'SobolEngine.draw()' instead."
            )
        return self.draw(n, out, dtype)

    def reset(self) -> SobolEngine:
        """Begins anew."""
        self.num_generated = 0
        return self

    def fast_forward(self, n: int) -> SobolEngine:
        """Leaves out the next points."""
        self.num_generated += n
        return self

    def __repr__(self) -> str:
        told = [f"dimension={self.dimension}", *(["scramble=True"] if self.scramble else [])]
        return f"SobolEngine({', '.join([*told, *([f'seed={self.seed}'] if self.seed is not None else [])])})"


__all__ = ["SobolEngine"]
