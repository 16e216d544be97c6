"""Every example in a docstring of `scoring` runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import scoring


def test_examples_in_docstrings_run():
    found = pkgutil.walk_packages(scoring.__path__, "scoring.")
    names = {"np": importlib.import_module("numpy")}
    results = [doctest.testmod(importlib.import_module(module.name), extraglobs=names) for module in found]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) >= 10
