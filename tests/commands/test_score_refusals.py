"""`hailong score` on bad input: exit 1, one sentence that says what, where and what to do, nothing written."""

from __future__ import annotations

import pytest

from tests.services.assembly.runs import PLAIN

HEADER = ",".join(PLAIN)
ROW = ",".join(PLAIN.values())


def plain(*rows, header=HEADER, end="\n"):
    """A file of responses, line by line."""
    return end.join([header, *(rows or (ROW,)), ""])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty: it needs a header line and one line per response"),
        (plain(header=HEADER).splitlines()[0], "has a header and no rows"),
        (plain().encode("utf-16"), "it looks like UTF-16"),
        (plain(ROW, "é" + ROW).encode("latin-1"), "is not UTF-8 text (line 3)"),
        (plain(ROW + ",Q1", header=HEADER + ",Q1"), "the header names Q1 more than once (columns 3 and 7)"),
        (plain(ROW + ",x", header=HEADER + ","), "column 7 of the header has no name"),
        (plain(ROW, ROW + ",9"), "has a row of 7 values where the header has 6 names (row 3)"),
        (plain(ROW, "yes,30"), "has a row of 2 values where the header has 6 names (row 3)"),
        (plain(ROW, '"yes' + ROW), "has a quotation mark that is never closed (row 3)"),
        (
            plain().replace(",", "|"),
            "needed for instrument counter@1; it has visited|age|q1|q2|q3|q4.",
        ),
        (b"PK\x03\x04", "is an Excel workbook or another zip file"),
        (b"PAR1nothing", "is no readable Parquet file"),
        (plain("yes,30,7,4,1,5"), "item q1: code '7' is not on its scale (1 answer, first in row 2)"),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused(desk, content, told):
    assert told in desk.text(content).refused()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_spreadsheets_really_save_is_scored(desk, end, delimiter, mark):
    content = plain(*[ROW] * 12, end=end).replace(",", delimiter)
    assert desk.text(mark + content.encode()).score().exit_code == 0


def test_a_file_that_is_not_there_is_refused(desk):
    desk.responses = desk.folder / "none.csv"
    assert "none.csv is not a file" in desk.refused()


def test_a_folder_is_refused(desk):
    desk.responses = desk.folder
    assert "is not a file" in desk.refused()


def test_missing_columns_are_named_all_at_once(desk):
    content = plain("yes,30,5,1,5", header=HEADER.replace(",q2", ""))
    told = desk.text(content).score("--by", "nowhere", "--weight", "w").stderr
    assert "has no column q2, needed for instrument counter@1" in told
    assert "has no column nowhere, needed for --by nowhere" in told
    assert "has no column w, needed for --weight" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--by", "nowhere"], "has no column nowhere, needed for --by nowhere; it has visited, age"),
        (["--stratum", "nowhere"], "has no column nowhere, needed for --stratum"),
        (["--cluster", "nowhere"], "has no column nowhere, needed for --cluster"),
        (["--fpc", "nowhere"], "has no column nowhere, needed for --fpc"),
        (["--weight", "negative"], "column negative must hold a positive number in every row"),
        (["--weight", "blank"], "column blank must hold a positive number in every row"),
        (["--weight", "place"], "row 2 holds 'a', and 39 rows more are wrong"),
        (["--stratum", "blank"], "column blank is empty in 1 row, the first row 2: give every row its label"),
        (
            ["--stratum", "lonely"],
            "only one PSU, whose variance cannot be estimated; name a rule with --lonely-psu",
        ),
        (["--fpc", "small"], "`fpc` must be a population count, at least the sample's"),
        (["--fpc", "varying"], "`fpc` must be one population count per stratum"),
        (["--wave-kind", "census"], "A census needs the head count"),
        (["--cluster", "place", "--fpc", "count,count,count"], "population count"),
        (["--compare", "--wave-kind", "volunteer"], "--compare and --ranks need a probability wave"),
        (["--ranks", "--wave-kind", "census"], "--compare and --ranks need a probability wave"),
        (["--by", "nobody"], "--by nobody finds no domain"),
    ],
)
def test_options_that_the_data_do_not_bear_out_are_refused(desk, options, told):
    first = {"negative": "-1", "blank": "", "lonely": "x", "varying": "99", "place": "a"}
    later = {"negative": "1", "blank": "1", "lonely": "y", "varying": "98", "place": "b"}
    same = {"small": "3", "nobody": "", "sex": "f", "count": "99"}
    desk.rows(first | same, *[later | same] * 39)
    assert told in desk.refused(*options)


def test_an_instrument_with_faults_is_refused_with_all_of_them(desk):
    text = desk.instrument.read_text(encoding="utf-8")
    desk.instrument.write_text(text.replace("kind: survey", "kind: poll").replace("points: 20", "points: x"))
    result = desk.score(workbooks=True)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 2
    assert not desk.json.exists()


def test_an_instrument_that_is_not_there_is_refused(desk):
    desk.instrument = desk.folder / "none.yaml"
    assert "There is no such file" in desk.refused()


@pytest.mark.parametrize(
    ("json", "workbooks"),
    [("file/out.json", "books"), ("folder", "books"), ("out.json", "file"), ("out.json", "file/books")],
)
def test_a_place_that_cannot_be_written_to_is_refused(desk, json, workbooks):
    (desk.folder / "file").write_text("")
    (desk.folder / "folder").mkdir()
    desk.json, desk.workbooks = desk.folder / json, desk.folder / workbooks
    assert "cannot be written" in desk.refused()


def test_every_unknown_code_is_a_line_of_its_own(desk):
    desk.rows({"q1": "7"}, {"q2": "8"}, {"q2": "8", "sex": "x"})
    result = desk.score()
    assert result.exit_code == 1
    lines = result.stderr.splitlines()[1:]
    assert [line.split(": item ")[1].split(" is not")[0] for line in lines] == [
        "sex: code 'x'",
        "q1: code '7'",
        "q2: code '8'",
    ]


def test_the_real_command_shows_no_traceback(desk, started):
    desk.text(b"\xff\xfe")
    result = started("score", desk.responses, "--instrument", desk.instrument, "--json", desk.json)
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert not desk.json.exists()
