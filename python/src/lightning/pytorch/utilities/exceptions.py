"""Errors of the trainer."""


class MisconfigurationException(Exception):
    """Options or methods that do not go together."""
