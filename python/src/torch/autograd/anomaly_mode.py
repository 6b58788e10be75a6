"""Finds the first function whose gradient is NaN."""

from __future__ import annotations

# Whether gradients are looked at; each backward waits for what was found.
is_watching = False


class set_detect_anomaly:
    """Looks at gradients, or no longer; as a context manager, until it is left."""

    def __init__(self, mode: bool, check_nan: bool = True):
        global is_watching
        self._before = is_watching
        is_watching = bool(mode) and check_nan

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        global is_watching
        is_watching = self._before


class detect_anomaly(set_detect_anomaly):
    """Looks at gradients while its context is open."""

    def __init__(self, check_nan: bool = True):
        super().__init__(True, check_nan)
