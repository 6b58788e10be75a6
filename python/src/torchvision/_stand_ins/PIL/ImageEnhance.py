"""`PIL.ImageEnhance`: more or less of something, by a factor of which 1 changes nothing."""

from __future__ import annotations

from . import Image, ImageFilter, ImageStat


class _Enhance:
    image: Image.Image
    degenerate: Image.Image

    def enhance(self, factor: float) -> Image.Image:
        """The picture between the one that has nothing of it, at 0, and itself, at 1; and beyond."""
        return Image.blend(self.degenerate, self.image, factor)

    def _keep_alpha(self) -> None:
        if "A" in self.image.getbands():
            self.degenerate.putalpha(self.image.getchannel("A"))


class Color(_Enhance):
    """How colourful a picture is."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.degenerate = image.convert("LA" if "A" in image.getbands() else "L").convert(image.mode)


class Contrast(_Enhance):
    """How far the numbers of a picture are from their mean."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        mean = int(ImageStat.Stat(image.convert("L")).mean[0] + 0.5)
        self.degenerate = Image.new("L", image.size, mean).convert(image.mode)
        self._keep_alpha()


class Brightness(_Enhance):
    """How bright a picture is."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.degenerate = Image.new(image.mode, image.size, 0)
        self._keep_alpha()


class Sharpness(_Enhance):
    """How sharp a picture is."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.degenerate = image.filter(ImageFilter.SMOOTH)
        self._keep_alpha()
