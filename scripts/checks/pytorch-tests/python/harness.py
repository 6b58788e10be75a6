"""Finds and runs PyTorch's tests in the page, with PyTorch's own `torch.testing._internal`."""

from __future__ import annotations

import importlib
import json
import sys
import traceback
import unittest
from typing import Any

import stand_ins

sys.path[:0] = ["/pytorch/test", "/pytorch/test/nn", "/pytorch/test/optim"]
sys.argv = ["harness"]
stand_ins.install()

import prepared  # noqa: E402,F401

_suites: dict[str, Any] = {}


def find(module: str) -> str:
    """The names of the tests of a module, as JSON; or why it cannot be imported."""
    stand_ins.importing = True
    try:
        imported = importlib.import_module(module)
    except BaseException:
        return json.dumps({"error": traceback.format_exc()})
    finally:
        stand_ins.importing = False
    names = []
    for suite in unittest.defaultTestLoader.loadTestsFromModule(imported):
        for test in suite:
            name = test.id()
            _suites[name] = test
            names.append(name)
    prepared.after_import()
    there = set(names)
    # A test of float64 is one of float32 here, which need not be counted twice.
    names = [name for name in names if not (name.endswith("float64") and name[:-2] + "32" in there)]
    return json.dumps({"names": names})


def run(name: str) -> str:
    """Runs a test: `passed`, `skipped` or `failed`, with the reason."""
    test = _suites[name]
    prepared.before_test()
    result = unittest.TestResult()
    try:
        test.run(result)
    except BaseException as error:
        return json.dumps({"name": name, "outcome": "failed", "why": f"{type(error).__name__}: {error}"})
    wrong = [trace for _, trace in result.errors + result.failures]
    outcome, why = "passed", ""
    if wrong:
        outcome, why = "failed", wrong[0]
    elif result.unexpectedSuccesses:
        outcome, why = "failed", "unexpected success"
    elif result.skipped:
        outcome, why = "skipped", result.skipped[0][1]
    elif result.expectedFailures:
        outcome, why = "skipped", "a failure that is expected"
    return json.dumps({"name": name, "outcome": outcome, "why": why, "touched": sorted(prepared.touched)})
