"""Which `lightning` the tests import: that of the page; over PyTorch this project's, or with `LIGHTNING=real` PyTorch Lightning itself."""

import importlib.util
import os
import sys

is_real = os.environ.get("LIGHTNING") == "real"

if sys.platform != "emscripten" and not is_real:
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "lightning", "__init__.py")
    spec = importlib.util.spec_from_file_location("lightning", place)
    sys.modules["lightning"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["lightning"])
