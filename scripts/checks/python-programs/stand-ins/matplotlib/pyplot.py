"""Draws nothing: each function, and each object that it returns, takes every call."""


class Nothing:
    """Takes every call and has every attribute."""

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **keywords):
        return self

    def __getitem__(self, index):
        return self

    def __setitem__(self, index, value):
        pass

    def __iter__(self):
        return iter((self, self))


def text(x, y, s, *args, **keywords):
    """Prints the text, which says how far the program has come."""
    print(s)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Nothing()
