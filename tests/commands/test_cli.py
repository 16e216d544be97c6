"""The command itself: what it lists, its exit codes, and that it starts quickly."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.cli import COMMANDS, REFUSALS, group


def test_help_lists_every_command_and_loads_none(started):
    shown = started("--help")
    assert shown.returncode == 0
    assert all(f"  {name} " in shown.stdout for name in COMMANDS)
    code = "import sys, app.cli; app.cli.group(['--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stderr.split()
    assert not {"flask", "numpy", "duckdb", "pydantic", "sqlalchemy"} & set(loaded)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_does(hailong, name):
    shown = hailong(name, "--help")
    assert shown.exit_code == 0
    assert f"Usage: group {name}" in shown.stdout


def test_the_version_is_said(started):
    assert started("--version").stdout.startswith("hailong, version ")


@pytest.mark.parametrize("arguments", [["unknown"], ["--unknown"], ["score"], ["check"]])
def test_an_unknown_or_missing_option_exits_with_2(hailong, arguments):
    result = hailong(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage:")


@pytest.mark.parametrize(("module", "name"), REFUSALS.items())
def test_every_class_of_refusal_exists_and_is_an_exception(module, name):
    __import__(module)
    assert issubclass(getattr(sys.modules[module], name), Exception)


def test_a_refusal_exits_with_1_and_its_sentence_on_stderr(started, tmp_path):
    result = started("check", tmp_path / "none.yaml")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"{tmp_path / 'none.yaml'}: There is no such file; check the path.\n"


def test_what_is_no_refusal_is_not_swallowed(monkeypatch):
    def broken(*given):
        raise RuntimeError("a defect")

    monkeypatch.setattr("surveys.loading.load", broken)
    with pytest.raises(RuntimeError):
        group(["check", "x.yaml"], standalone_mode=False)
