"""Images as Pillow has them, as far as PyTorch's programs ask for them: `Image` alone."""

__version__ = "11.0"
