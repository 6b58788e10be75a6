"""How the library was built."""


def show() -> str:
    """What it computes by."""
    return "PyTorch's interface by Lamplight\n  - WebGPU\n"


def parallel_info() -> str:
    """How many threads compute: the GPU's."""
    return "WebGPU\n"
