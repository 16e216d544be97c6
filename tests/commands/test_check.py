"""`hailong check`: a right instrument in one line, a wrong one with every problem and its place."""

from __future__ import annotations

import pytest

from surveys import loading
from tests.services.assembly.runs import COUNTER


@pytest.fixture
def checked(tmp_path, hailong):
    """Check a file of this content."""

    def check(content):
        path = tmp_path / "instrument.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return hailong("check", path)

    return check


def test_a_right_instrument_is_counted_in_one_line(checked, tmp_path):
    result = checked(COUNTER)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"{tmp_path / 'instrument.yaml'}: counter@1 is valid: sections 2, items 9, indices 3, nodes 5;"
        " languages en, vi.\n"
    )


@pytest.mark.parametrize("path", loading.shipped().values(), ids=lambda path: path.stem)
def test_the_shipped_instruments_are_right(hailong, path):
    assert hailong("check", path).exit_code == 0


def test_every_problem_is_listed_with_file_line_and_item(checked, tmp_path):
    wrong = COUNTER.replace("scale: satisfaction, reverse", "scale: satisfied, reverse").replace(
        "points: 20", "pionts: 20"
    )
    result = checked(wrong)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{tmp_path / 'instrument.yaml'}:") for line in lines)
    assert "section counter, item q3: There is no scale 'satisfied'" in lines[0]
    assert "'pionts' is unknown; did you mean 'points'?" in lines[1]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("code: [", "The YAML can't be read"),
        ("- a\n- b\n", "Keys must stand here"),
        (b"PAR1" + b"\0" * 20, "."),
    ],
)
def test_what_is_no_instrument_is_refused_in_one_sentence(checked, content, sentence):
    result = checked(content)
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_a_folder_is_refused(hailong, tmp_path):
    result = hailong("check", tmp_path)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "This is a folder" in result.stderr
