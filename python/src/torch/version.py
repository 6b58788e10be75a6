"""The version of PyTorch's interface that this is."""

__version__ = "2.12.0+lamplight"
cuda = None
hip = None
debug = False
git_version = None
