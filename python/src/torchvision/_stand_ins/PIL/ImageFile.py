"""`PIL.ImageFile`: what programs set before they open files."""

from .Image import Image as ImageFile

# Programs set it; a file that is cut short cannot be read here.
LOAD_TRUNCATED_IMAGES = False

__all__ = ["LOAD_TRUNCATED_IMAGES", "ImageFile"]
