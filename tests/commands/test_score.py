"""`hailong score`: from a file to results and workbooks, with no database."""

from __future__ import annotations

import json

import duckdb
import pytest

from tests.commands.conftest import Desk


def results(desk: Desk):
    return json.loads(desk.json.read_text(encoding="utf-8"))


def test_responses_become_results_and_workbooks(desk):
    result = desk.score("--by", "place", "--wave-kind", "probability", workbooks=True)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (
        result.stdout
        == f"40 responses scored into 33 estimates: {desk.json}; 3 workbooks: {desk.workbooks}\n"
    )
    assert sorted(path.name for path in desk.workbooks.iterdir()) == [
        "place-a.xlsx",
        "place-b.xlsx",
        "whole.xlsx",
    ]
    assert results(desk)["options"]["by"] == ["place"]


def test_the_installed_command_does_the_same(desk, started):
    result = started(
        "score", desk.responses, "--instrument", desk.instrument, "--json", desk.json, "--by", "place"
    )
    assert (result.returncode, result.stdout) == (0, f"40 responses scored into 33 estimates: {desk.json}\n")
    first = desk.json.read_bytes()
    assert desk.score("--by", "place").exit_code == 0
    assert desk.json.read_bytes() == first


def test_without_workbooks_there_are_results_alone(desk):
    assert desk.score().exit_code == 0
    assert not desk.workbooks.exists()


def test_the_kind_of_wave_that_was_not_given_is_said_on_stderr(desk):
    assert desk.score().stderr == "Wave kind not given: taken as volunteer.\n"
    assert desk.score("--stratum", "place").stderr == "Wave kind not given: taken as probability.\n"
    assert results(desk)["wave_kind"] == "probability"


def test_every_option_reaches_the_results(desk):
    rows = [{"s": "xy"[k % 2], "c": str(k // 4), "N": "90", "w": "2", "q1": "59"[k == 0]} for k in range(40)]
    desk.rows(*rows)
    design = "--by s --by s*q2 --weight w --stratum s --cluster c --fpc N --lonely-psu adjust"
    rules = "--wave-kind probability --level 0.9 --threshold 5 --unknown-codes missing --engine arrays"
    side_by_side = "--compare --pairs all --adjust bh --ranks"
    result = desk.score(*design.split(), *rules.split(), *side_by_side.split())
    assert result.exit_code == 0
    assert results(desk)["options"] == {
        "by": ["s", "s*q2"],
        "weight": "w",
        "stratum": "s",
        "cluster": ["c"],
        "fpc": ["N"],
        "lonely_psu": "adjust",
        "wave_kind": "probability",
        "level": 0.9,
        "threshold": 5,
        "unknown_codes": "missing",
        "engine": "arrays",
        "compare": True,
        "pairs": "all",
        "adjust": "bh",
        "ranks": True,
    }
    assert results(desk)["counts"]["missing"]["q1"] == {"unlisted": 1}


def test_a_parquet_file_gives_the_figures_of_the_same_csv(desk):
    desk.score("--by", "place")
    figures = results(desk)["estimates"]
    desk.json.unlink()
    parquet = desk.folder / "responses.parquet"
    with duckdb.connect() as database:
        database.execute(
            f"""COPY (SELECT * REPLACE (q1::BIGINT AS q1, q2::DOUBLE AS q2)
                FROM read_csv('{desk.responses}', all_varchar = true)) TO '{parquet}' (FORMAT parquet)"""
        )
    desk.responses = parquet
    desk.score("--by", "place")
    assert results(desk)["estimates"] == figures


@pytest.mark.parametrize(("language", "tab"), [(None, "Cover"), ("vi", "Bìa"), ("en", "Cover")])
def test_workbooks_speak_the_language_asked_or_the_instruments_first(desk, language, tab):
    from openpyxl import load_workbook

    options = ["--language", language] if language else []
    assert desk.score(*options, workbooks=True).exit_code == 0
    assert load_workbook(desk.workbooks / "whole.xlsx").sheetnames[0] == tab


def test_an_instrument_in_a_language_that_workbooks_lack_gets_english_ones(desk):
    text = desk.instrument.read_text(encoding="utf-8")
    desk.instrument.write_text(text.replace("en: ", "fr: ").replace("[en, vi]", "[fr, vi]"), encoding="utf-8")
    assert desk.score("--language", "en", workbooks=True).exit_code == 0


def test_wave_publisher_and_date_stand_on_the_workbooks(desk):
    from openpyxl import load_workbook

    options = ("--wave", "Spring 2026", "--organisation", "Office", "--published", "2026-02-05")
    assert desk.score(*options, workbooks=True).exit_code == 0
    book = load_workbook(desk.workbooks / "whole.xlsx")
    cover = "\n".join(str(cell.value) for cell in book.worksheets[0]["A"])
    assert all(
        text in cover
        for text in ("Wave: Spring 2026", "Published by: Office", "Publication date: 5 February 2026")
    )
    assert (book.properties.creator, book.properties.created.isoformat()) == ("Office", "2026-02-05T00:00:00")


def test_without_a_name_the_wave_is_called_as_its_file(desk):
    from openpyxl import load_workbook

    desk.score(workbooks=True)
    cover = [str(cell.value) for cell in load_workbook(desk.workbooks / "whole.xlsx").worksheets[0]["A"]]
    assert "Wave: responses" in cover
    assert "Publication date: not published: a working copy" in cover


def test_columns_that_nobody_names_are_left_alone(desk):
    desk.rows(*({"anything": 'é,\n"x"', "q1": "5"} for _ in range(12)))
    assert desk.score().exit_code == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--level", "0"], "0 is not between 0 and 1"),
        (["--level", "1"], "1 is not between 0 and 1"),
        (["--level", "95"], "95 is not between 0 and 1; write 0.95 for 95 %"),
        (["--level", "nan"], "nan is not between 0 and 1"),
        (["--level", "x"], "'x' is not a valid float"),
        (["--threshold", "-1"], "-1 is not in the range"),
        (["--threshold", "2.5"], "'2.5' is not a valid integer"),
        (["--wave-kind", "panel"], "'panel' is not one of"),
        (["--lonely-psu", "x"], "'x' is not one of"),
        (["--unknown-codes", "x"], "'x' is not one of"),
        (["--engine", "x"], "'x' is not"),
        (["--language", "fr"], "workbooks are written in en or vi, not in 'fr'"),
        (["--published", "5/2/2026"], "does not match the format"),
        (["--by", "place", "--by", "place"], "asks for the same domains twice"),
        (["--by", "place*"], "must name a column"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_wrong_option_exits_with_2_and_writes_nothing(desk, options, told):
    before = set(desk.folder.rglob("*"))
    result = desk.score(*options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in " ".join(result.stderr.split())
    assert set(desk.folder.rglob("*")) == before


@pytest.mark.parametrize("missing", ["--instrument", "--json"])
def test_a_missing_option_exits_with_2(desk, hailong, missing):
    options = {"--instrument": desk.instrument, "--json": desk.json}
    del options[missing]
    result = hailong("score", desk.responses, *(part for pair in options.items() for part in pair))
    assert result.exit_code == 2
    assert f"Missing option '{missing}'" in result.stderr


@pytest.mark.parametrize("target", ["responses", "instrument"])
def test_results_never_replace_an_input(desk, target):
    path = getattr(desk, target)
    content = path.read_bytes()
    desk.json = desk.folder / "." / path.name
    result = desk.score()
    assert result.exit_code == 2
    assert "give the results a file of their own" in result.stderr
    assert path.read_bytes() == content
