"""Fixtures of the workbook tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.scorecards import Scorecard
from app.workbooks.book import write

Written = Callable[[Scorecard], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a card's workbook under its own name and return the path."""
    return lambda card: write(card, tmp_path / f"{card.file_stem}.xlsx")
