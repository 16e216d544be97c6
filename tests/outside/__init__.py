"""Data that stands outside the repository, for tests marked `outside_data` (run by `make test-outside`)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def outside(env: str, relative: str) -> Path:
    """The folder named by the environment variable, or `../shared/<relative>` beside the checkout.

    The test fails, and is not skipped, where there is no such folder: these tests run only when asked for.
    """
    named = os.environ.get(env)
    path = Path(named) if named else CHECKOUT.parent / "shared" / relative
    if not path.is_dir():
        pytest.fail(f"There is no folder {path}: set {env} to the folder that holds the data.", pytrace=False)
    return path
