"""`hailong clauses`: the catalogue listed, and two versions of a code laid side by side."""

from __future__ import annotations

from pathlib import Path

from surveys import clauses


def test_every_code_is_listed_with_its_number_of_clauses(hailong):
    result = hailong("clauses", "list", "--language", "en")
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == list(clauses.shipped())
    assert {row[0]: row[1] for row in rows}["moit-2023"] == "5"


def test_one_code_is_listed_clause_by_clause_after_what_was_read_of_it(hailong):
    lines = hailong("clauses", "list", "moit-2023", "--language", "en").stdout.splitlines()
    assert "not the official wording" in lines[0]
    assert lines[1].startswith("1 dress [V]: Dress. ")
    assert len(lines) == 6


def test_two_versions_are_compared(hailong):
    result = hailong("clauses", "diff", "moha-2017", "moha-2021", "--language", "en")
    assert result.exit_code == 0
    assert "moha-2017 -> moha-2021: 6 added, 3 removed, 5 changed, 4 moved.\n" in result.stdout
    assert "moved    badge: 1.3 -> 1.7\n" in result.stdout
    assert "may only be unread" in result.stdout


def test_a_version_can_be_a_file_such_as_a_draft(hailong, tmp_path):
    draft = tmp_path / "moit-2026.yaml"
    text = Path(clauses.shipped()["moit-2023"]).read_text("utf-8")
    draft.write_text(text.replace("year: 2023", "year: 2026").replace('number: "5"', 'number: "6"'), "utf-8")
    result = hailong("clauses", "diff", "moit-2023", draft)
    assert "moved    no-private-work: 5 -> 6\n" in result.stdout
    assert "0 added, 0 removed, 0 changed, 1 moved." in result.stdout


def test_an_unknown_code_is_refused_with_those_that_are_known(hailong):
    result = hailong("clauses", "diff", "moit-2023", "moit-2032")
    assert result.exit_code == 2
    assert "no code 'moit-2032'" in result.stderr
    assert "moha-2017" in result.stderr


def test_a_wrong_file_is_refused_with_every_problem(hailong, tmp_path):
    wrong = tmp_path / "office-2020.yaml"
    wrong.write_text("issuer: office\nyear: soon\n", "utf-8")
    result = hailong("clauses", "diff", "moit-2023", wrong)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 7
    assert "Traceback" not in result.stderr
