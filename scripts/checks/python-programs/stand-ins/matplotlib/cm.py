"""Colours that nothing is drawn in."""

from .pyplot import Nothing


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Nothing()
