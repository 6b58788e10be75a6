"""Writes what PyTorch prints of the example programs to `expected.json`, which the page's output is compared with.

python python/examples/expected.py
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = ("mnist_cnn", "char_gpt", "vae", "dcgan", "fgsm", "actor_critic")


def main():
    printed = {}
    for name in PROGRAMS:
        done = subprocess.run([sys.executable, HERE / f"{name}.py"], capture_output=True, text=True, check=True)
        printed[name] = done.stdout.splitlines()
    (HERE / "expected.json").write_text(json.dumps(printed, indent=1) + "\n")


if __name__ == "__main__":
    main()
