"""Images as Pillow has them, of bytes: `Image` and what changes, combines, filters, counts and draws on them."""

__version__ = "11.0"


class UnidentifiedImageError(OSError):
    """A file is no picture that can be read."""


__all__ = ["UnidentifiedImageError"]
