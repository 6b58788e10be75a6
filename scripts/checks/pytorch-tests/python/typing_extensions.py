"""What the tests import of typing_extensions, from Python's own modules."""

from typing import *  # noqa: F403
from warnings import deprecated  # noqa: F401
