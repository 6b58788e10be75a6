"""Writes `src/torch/_sobol.py`: the direction numbers of Sobol's sequences, as PyTorch has them (Joe and Kuo 2008, new-joe-kuo-6).

    python sobol_numbers.py

Run with the Python that has PyTorch. The numbers are of 1,111 dimensions: those of all primitive polynomials up to degree 13.
"""

import base64
from itertools import count
from pathlib import Path

import torch

DIMENSIONS, BITS = 1111, 30
HEAD = '''"""Direction numbers of Sobol's sequences, which sobol_numbers.py writes: see there. In base64, one dimension after the other: the inner
coefficients of its polynomial, then the odd first numbers, the last bit left out."""

NUMBERS = """
'''


def follows(numbers: list[int], degree: int, inner: int) -> bool:
    """Whether a polynomial continues the first numbers of a dimension as they are."""
    polynomial = 1 << degree | inner << 1 | 1
    for j in range(degree, BITS):
        made = numbers[j - degree]
        for k in range(degree):
            if polynomial >> (degree - 1 - k) & 1:
                made ^= numbers[j - k - 1] << (k + 1)
        if made != numbers[j]:
            return False
    return True


def main() -> None:
    state = torch.quasirandom.SobolEngine(DIMENSIONS).sobolstate.tolist()
    text, degree = "", 1
    for row in state[1:]:
        numbers = [value >> (BITS - 1 - j) for j, value in enumerate(row)]
        for degree in count(degree):
            inner = next((each for each in range(1 << (degree - 1)) if follows(numbers, degree, each)), None)
            if inner is not None:
                break
        text += f"{inner:0{degree - 1}b}" if degree > 1 else ""
        text += "".join(f"{numbers[i] >> 1:0{i}b}" for i in range(1, degree))
    text += "0" * (-len(text) % 48)
    data = base64.b64encode(int(text, 2).to_bytes(len(text) // 8, "big")).decode()
    lines = "\n".join(data[i : i + 120] for i in range(0, len(data), 120))
    Path(__file__).with_name("src").joinpath("torch/_sobol.py").write_text(f'{HEAD}{lines}\n"""\n')


main()
