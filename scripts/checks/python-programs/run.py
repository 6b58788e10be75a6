"""Runs the program that the arguments name, as `python PROGRAM ARGUMENTS` does, from a seed: in the page and by PyTorch."""

import os
import random
import runpy
import sys

import torch

sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
random.seed(0)
torch.manual_seed(0)
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    if end.code:
        raise
