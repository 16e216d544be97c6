"""The command `hailong`, called as its users call it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import group
from tests.services.assembly.runs import COUNTER, write_csv

Command = Callable[..., Result]


@pytest.fixture
def hailong() -> Command:
    """Run the command in this process; an exception that is no refusal fails the test."""

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(group, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def started() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the installed command in a process of its own."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [Path(sys.executable).with_name("hailong"), *arguments]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)

    return run


class Desk:
    """A folder with an instrument and responses to score."""

    def __init__(self, folder: Path, hailong: Command):
        self.folder, self._hailong = folder, hailong
        self.instrument = folder / "counter.yaml"
        self.instrument.write_text(COUNTER, encoding="utf-8")
        self.responses = folder / "responses.csv"
        self.json, self.workbooks = folder / "out.json", folder / "books"

    def rows(self, *rows: dict[str, str]) -> Desk:
        """The responses, as rows; what a row does not say is plain."""
        write_csv(self.responses, rows)
        return self

    def text(self, content: str | bytes) -> Desk:
        """The responses, as they stand in the file."""
        self.responses.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def score(self, *options: object, workbooks: bool = False) -> Result:
        """`hailong score` on the responses, results beside them."""
        books = ["--workbooks", self.workbooks] if workbooks else []
        return self._hailong(
            "score", self.responses, "--instrument", self.instrument, "--json", self.json, *books, *options
        )

    def refused(self, *options: object, workbooks: bool = True) -> str:
        """The one sentence with which a run is refused: exit 1, nothing on stdout, nothing written."""
        before = set(self.folder.rglob("*"))
        result = self.score(*options, workbooks=workbooks)
        assert (result.exit_code, result.stdout) == (1, "")
        assert set(self.folder.rglob("*")) == before
        lines = [line for line in result.stderr.splitlines() if not line.startswith("Wave kind not given")]
        assert len(lines) == 1, lines
        assert "Traceback" not in lines[0]
        return lines[0]


@pytest.fixture
def desk(tmp_path, hailong) -> Desk:
    """An instrument and forty plain responses in two places."""
    return Desk(tmp_path, hailong).rows(
        *({"place": "ab"[k % 2], "q1": "152"[k % 3], "sex": "f"} for k in range(40))
    )
