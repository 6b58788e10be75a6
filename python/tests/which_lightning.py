"""Which `lightning` tests import: the page's; over PyTorch this project's, or with `LIGHTNING=real` Lightning itself."""

import importlib.util
import os
import sys

is_real = os.environ.get("LIGHTNING") == "real"

if sys.platform != "emscripten" and not is_real:
    sources = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src")
    for name in ("lightning", "pytorch_lightning"):
        place = os.path.join(sources, name, "__init__.py")
        spec = importlib.util.spec_from_file_location(name, place)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
