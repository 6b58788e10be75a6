"""Switches of how modules convert their parameters. A parameter stays the same object here, whatever they say."""

_overwrites = False
_swaps = False


def set_overwrite_module_params_on_conversion(value: bool) -> None:
    """Says whether conversions put new tensors into a module, for `get_overwrite_module_params_on_conversion` alone."""
    global _overwrites
    _overwrites = value


def get_overwrite_module_params_on_conversion() -> bool:
    """What `set_overwrite_module_params_on_conversion` was given."""
    return _overwrites


def set_swap_module_params_on_conversion(value: bool) -> None:
    """Says whether conversions swap the contents of parameters, for `get_swap_module_params_on_conversion` alone."""
    global _swaps
    _swaps = value


def get_swap_module_params_on_conversion() -> bool:
    """What `set_swap_module_params_on_conversion` was given."""
    return _swaps
