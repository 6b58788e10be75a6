"""GIF files of pictures that have a palette, or are grey."""

from __future__ import annotations

import struct

# After so many pixels a reader forgets what it has seen, so that each code has nine bits.
_RUN = 254
_CLEAR, _END = 256, 257


def gif_of(numbers: bytes, size: tuple[int, int], palette: bytes) -> bytes:
    """The file of numbers of colours, row by row; the palette has red, green and blue of each of 256."""
    codes = [code for at in range(0, len(numbers), _RUN) for code in (_CLEAR, *numbers[at : at + _RUN])] + [_END]
    # The first code has the lowest bits.
    bits = int("".join(format(code, "09b") for code in reversed(codes)), 2)
    data = bits.to_bytes((9 * len(codes) + 7) // 8, "little")
    parts = [data[at : at + 255] for at in range(0, len(data), 255)]
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0xF7, 0, 0) + palette
    frame = b"," + struct.pack("<HHHHBB", 0, 0, *size, 0, 8)
    return head + frame + b"".join(bytes([len(part)]) + part for part in parts) + b"\0;"
