"""`hailong score --options`: the example of the documentation, what it writes, and what it refuses."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

PAGE = Path(__file__).parents[2] / "docs" / "score-options.md"
FILES = re.compile(r"^`([a-z.]+)`:\n\n```[a-z]+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXCERPT = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ hailong (.*?)\n```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(tmp_path, monkeypatch):
    """The folder of the example, with responses for it."""
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    with (tmp_path / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["place", "day", "days", "w", "sex", "minutes", "q1", "q2"])
        for k in range(240):
            place = ("north", "south")[k % 2]
            writer.writerow(
                [
                    place,
                    k // 2 % 12,
                    250,
                    40 + k % 3,
                    "fm"[k * 7 % 240 // 96 % 2],
                    k * 13 % 60,
                    1 + k * 5 % 23 % 5,
                    3 + k % 3,
                ]
            )
    return tmp_path


def command():
    return COMMAND.search(PAGE.read_text(encoding="utf-8")).group(1).replace("\\\n", " ").split()


def test_the_example_runs_and_gives_what_the_page_shows(example, hailong):
    result = hailong(*command())
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads((example / "results.json").read_text(encoding="utf-8"))
    assert {"weighting", "replicates", "quantiles", "contrasts"} <= found.keys()
    (shown,) = EXCERPT.findall(PAGE.read_text(encoding="utf-8"))
    assert found["weighting"]["margins"][0] == json.loads(shown)
    with (example / "weights.csv").open(encoding="utf-8", newline="") as file:
        assert sum(float(row["weight"]) for row in csv.DictReader(file)) == pytest.approx(10000)


def test_the_same_example_gives_the_same_bytes(example, hailong):
    written = []
    for _ in range(2):
        assert hailong(*command()).exit_code == 0
        written.append([(example / name).read_bytes() for name in ("results.json", "weights.csv")])
    assert written[0] == written[1]


def refused(example, hailong, toml):
    """The sentences with which an options file is refused: exit 1, nothing written."""
    (example / "options.toml").write_text(toml, encoding="utf-8")
    before = set(example.rglob("*"))
    result = hailong(*command())
    assert (result.exit_code, result.stdout) == (1, "")
    assert set(example.rglob("*")) == before
    assert "Traceback" not in result.stderr
    return result.stderr.splitlines()


MARGIN = 'column = "sex"\ncounts = {f = 1, m = 1}\nsource = "x"\ndate = 2024-01-01\n'
RAKE = f'[weighting]\nmethod = "rake"\n[[weighting.margins]]\n{MARGIN}'
GIVEN = '[replicates]\nmethod = "given"\ncolumns = ["a", "b"]\nkind = "BRR"\ncombined = true\n'
CONTRAST = '[[contrasts]]\nname = "x"\nnode = "q1"\nby = "place"\ndomains = {north = 1}\n'
TREND = '[trend]\nresponses = "old.csv"\nshared_psus = false\n'


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[weighting", "options.toml is not TOML"),
        ("weighing = 1", "weighing: the key is unknown; known here are weighting, replicates"),
        ("weighting = 1", "weighting: 1 can't stand here; write a table"),
        ("[weighting]", "weighting: it asks for nothing; write [weighting.nonresponse]"),
        ('[weighting]\nmethod = "rake"', "weighting: it has method rake and nothing to meet"),
        (
            RAKE.replace('"rake"', '"rak"'),
            "weighting.method: 'rak' can't stand here; write post_stratify, rake",
        ),
        (RAKE.replace('method = "rake"\n', ""), "weighting: it has margins or totals and no method"),
        (
            RAKE.replace('"rake"', '"logit"'),
            "it has method logit without bounds; write bounds, such as [0.3, 3]",
        ),
        (
            RAKE.replace('"rake"', '"linear"\nbounds = [0.5, 2]'),
            "it has method linear, which takes no bounds",
        ),
        (RAKE.replace('"rake"', '"rake"\nbounds = [1.5, 2]'), "it has bounds that do not lie around 1"),
        (
            RAKE.replace('"rake"', '"rake"\nbounds = [3, 2]'),
            "weighting.bounds: it must be two numbers of 0 or more",
        ),
        (RAKE.replace('"rake"', '"rake"\nbounds = [1]'), "weighting.bounds[2]: the key is missing"),
        (
            RAKE.replace('"rake"', '"logit"\nbounds = [0.5, 2]\nlimits = [1, 9]'),
            "it has limits, which only method rake",
        ),
        (
            RAKE.replace('"rake"', '"rake"\nmax_iterations = 0'),
            "weighting.max_iterations: 0 can't stand here; write a",
        ),
        (
            RAKE.replace('"rake"', '"rake"\ntolerance = 1'),
            "weighting.tolerance: 1 can't stand here; write the greatest",
        ),
        (
            RAKE.replace('"rake"', '"post_stratify"\ntolerance = 0.001'),
            "max_iterations and tolerance mean nothing",
        ),
        (
            RAKE.replace('"rake"', '"rake"\npopulation = 5'),
            "it has the size of the population, which margins give",
        ),
        (
            RAKE.replace('"rake"', '"rake"\nweights = "../w.csv"'),
            "weighting.weights: it must be a name without folders",
        ),
        (RAKE.replace('column = "sex"', 'column = ""'), "weighting.margins[1].column: it is empty; write it"),
        (RAKE.replace("f = 1", "f = 0"), "weighting.margins[1].counts.f: 0 can't stand here"),
        (RAKE.replace("f = 1", "f = '1'"), "weighting.margins[1].counts.f: '1' can't stand here"),
        (RAKE.replace("{f = 1, m = 1}", "{}"), "weighting.margins[1].counts: {} can't stand here"),
        (RAKE.replace("counts = {f = 1, m = 1}", ""), "weighting.margins[1]: it needs its numbers once"),
        (RAKE + 'file = "sex.csv"', "weighting.margins[1]: it needs its numbers once; write counts or file"),
        (
            RAKE.replace('source = "x"\n', ""),
            "weighting.margins[1].source: the key is missing; write where the counts",
        ),
        (
            RAKE.replace("date = 2024-01-01", ""),
            "weighting.margins[1].date: the key is missing; write the day",
        ),
        (
            RAKE.replace("2024-01-01", "2024"),
            "weighting.margins[1].date: 2024 can't stand here; write the day",
        ),
        (
            RAKE.replace("counts = {f = 1, m = 1}", 'file = "none.csv"'),
            "margins[1].file: none.csv can't be read",
        ),
        (
            RAKE.replace("counts = {f = 1, m = 1}", 'file = "visit.yaml"'),
            "must have the columns category, count",
        ),
        (f"{RAKE}[[weighting.margins]]\n{MARGIN}", "it has column sex more than once; keep one"),
        (
            f"{RAKE}[[weighting.totals]]\n"
            + 'column = "minutes"\ntotal = 1\nsource = "x"\ndate = 2024-01-01',
            "takes no totals",
        ),
        (
            '[weighting]\nmethod = "linear"\n[[weighting.totals]]\ncolumn = "minutes"\ntotal = 1\nsource = "x"\n'
            "date = 2024-01-01",
            "it has totals without the size of the population; write population",
        ),
        (
            f'{RAKE}[weighting.nonresponse]\ncell = "place"',
            "weighting.nonresponse.responded: the key is missing; write the",
        ),
        (
            f'{RAKE}[weighting.nonresponse]\ncell = "place"\nresponded = "r"\nlargest_factor = 0.5',
            "weighting.nonresponse.largest_factor: 0.5 can't stand here; write a number of 1 or more",
        ),
        (
            "[replicates]",
            "replicates.method: the key is missing; write jk1, jkn, brr, fay, bootstrap or given",
        ),
        ('[replicates]\nmethod = "fay"', "replicates: it has method fay, which needs rho; write it"),
        (
            '[replicates]\nmethod = "fay"\nrho = 1',
            "replicates.rho: 1 can't stand here; write what Fay's method leaves",
        ),
        (
            '[replicates]\nmethod = "bootstrap"\nreplicates = 9',
            "it has method bootstrap, which needs seed; write it",
        ),
        (
            '[replicates]\nmethod = "bootstrap"\nreplicates = 1\nseed = 1',
            "replicates.replicates: 1 can't stand here",
        ),
        (
            '[replicates]\nmethod = "bootstrap"\nreplicates = 9\nseed = 1.5',
            "replicates.seed: 1.5 can't stand here",
        ),
        ('[replicates]\nmethod = "jkn"\nseed = 1', "it has method jkn, which takes no seed; remove it"),
        ('[replicates]\nmethod = "jkn"\ncentre = "middle"', "replicates.centre: 'middle' can't stand here"),
        ('[replicates]\nmethod = "jkn"\nundefined = "no"', "replicates.undefined: 'no' can't stand here"),
        (GIVEN.replace("combined = true\n", ""), "it has method given, which needs combined; write it"),
        (GIVEN.replace("true", '"yes"'), "replicates.combined: 'yes' can't stand here; write true where"),
        (GIVEN.replace('"BRR"', '"JKn"'), "it has given replicates of kind JKn, which need rscales"),
        (GIVEN.replace('"BRR"', '"Fay"'), "it has given replicates of kind Fay, which need rho or scale"),
        (GIVEN.replace('"BRR"', '"other"'), "it has given replicates of kind other, which need scale"),
        (GIVEN + "scale = 0", "replicates.scale: 0 can't stand here"),
        (GIVEN + "rscales = [1, 1, 1]", "it has 2 columns and 3 rscales; write one for each"),
        (
            GIVEN.replace('["a", "b"]', '["a"]'),
            "replicates.columns: ['a'] can't stand here; write the columns",
        ),
        ("[[quantiles]]", "quantiles[1].of: the key is missing; write a respondent_mean index or node"),
        (
            '[[quantiles]]\nof = "minutes"\nprobabilities = [0.5, 1]',
            "quantiles[1].probabilities[2]: 1 can't stand here",
        ),
        (
            '[[quantiles]]\nof = "minutes"\nprobabilities = []',
            "quantiles[1].probabilities: [] can't stand here",
        ),
        (CONTRAST.replace('name = "x"\n', ""), "contrasts[1].name: the key is missing"),
        (CONTRAST * 2, "[[contrasts]] has the name x more than once; give each its own"),
        (
            CONTRAST.replace('by = "place"\n', ""),
            "contrasts[1]: it combines domains, which needs node and by",
        ),
        (CONTRAST.replace("north = 1", "north = 0"), "contrasts[1]: it has only coefficients of 0"),
        (
            CONTRAST + "nodes = {q1 = 1}",
            "contrasts[1]: it combines domains or nodes; write one of the two keys",
        ),
        (CONTRAST + 'domain = "north"', "contrasts[1]: it combines domains, so domain means nothing"),
        (
            CONTRAST + 'measure = "mean"',
            "contrasts[1].measure: 'mean' can't stand here; write top_box, mean_100",
        ),
        (CONTRAST + "target = inf", "contrasts[1].target: inf can't stand here; write a number"),
        (
            '[[contrasts]]\nname = "x"\nnodes = {q1 = 1}\nby = "place"',
            "contrasts[1]: it needs by and domain together",
        ),
        (
            '[[contrasts]]\nname = "x"\nnodes = {q1 = 1}\nnode = "q1"',
            "it combines nodes, so node means nothing",
        ),
        ("[trend]", "trend: it needs the earlier wave once; write results or responses"),
        ('[trend]\nresponses = "old.csv"', "trend: it needs shared_psus with responses; write true or false"),
        (
            '[trend]\nresults = "old.json"\nshared_psus = true',
            "trend: it takes shared_psus only with responses",
        ),
        (TREND + 'crosswalk = "walk.csv"', "trend: it needs crosswalk and by together"),
        (
            TREND + "cluster = 3",
            "trend.cluster: 3 can't stand here; write the earlier file's columns of sampling units",
        ),
        (TREND + 'same_method = ""', "trend.same_method: it is empty; write it"),
    ],
)
def test_a_key_that_is_wrong_is_named_with_what_to_write(example, hailong, toml, told):
    lines = refused(example, hailong, toml)
    assert len(lines) == 1, lines
    assert told in lines[0]


def test_every_problem_is_told_at_once(example, hailong):
    lines = refused(example, hailong, 'nonsense = 1\n[replicates]\nmethod = "x"\n[[quantiles]]\nof = 3\n')
    assert [line.split(": ")[1] for line in lines] == ["replicates.method", "quantiles[1].of", "nonsense"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("category,count\nf,1\nf,2\n", "sex.csv: row 3 names 'f' again; write each category once"),
        ("category,count\nf,none\n", "sex.csv: row 2: count 'none' must be a number above 0"),
        ("category,count\n,3\n", "sex.csv: row 2 has no category"),
        ("category,count\n", "sex.csv has a header and no rows"),
        ("category,count\nf\n", "sex.csv: row 2 has 1 values; write 2"),
        ("", "sex.csv must have the columns category, count; its first line has nothing"),
    ],
)
def test_a_file_of_counts_that_is_wrong_is_named_with_its_row(example, hailong, content, told):
    (example / "sex.csv").write_text(content, encoding="utf-8")
    (line,) = refused(example, hailong, (example / "options.toml").read_text(encoding="utf-8"))
    assert "weighting.margins[1].file" in line
    assert told in line


def test_an_options_file_that_is_not_there_is_refused(example, hailong):
    (example / "options.toml").unlink()
    result = hailong(*command())
    assert (result.exit_code, result.stdout) == (1, "")
    assert "options.toml can't be read: No such file or directory" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("results.json", "sex.csv", "--json names the input sex.csv"),
        ("results.json", "options.toml", "--json names the input options.toml"),
        ("results.json", "weights.csv", "weighting.weights names weights.csv, which is in use"),
    ],
)
def test_no_output_takes_the_place_of_an_input(example, hailong, old, new, told):
    before = {path: path.read_bytes() for path in example.iterdir()}
    result = hailong(*[new if part == old else part for part in command()])
    assert result.exit_code == 2
    assert told in result.stderr
    assert {path: path.read_bytes() for path in example.iterdir()} == before


def test_weights_that_do_not_converge_end_the_run(example, hailong):
    toml = (example / "options.toml").read_text(encoding="utf-8")
    (line,) = refused(example, hailong, toml.replace('"rake"', '"rake"\nbounds = [0.99, 1.01]'))
    assert "[weighting]: Raking did not converge in 200 iterations: margin" in line


def test_workbooks_name_the_parts_of_the_options_file(example, hailong):
    result = hailong(*command(), "--workbooks", "books", "--language", "en")
    assert (result.exit_code, result.stderr) == (0, "")
    (whole, *_) = sorted((example / "books").iterdir())
    sheet = load_workbook(whole)["Manifest"]
    rows = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert rows["Option requests"] == "weighting, replicates, quantiles, contrasts"


def test_silent_rows_leave_the_workbooks_whole(example, hailong):
    toml = '[weighting.nonresponse]\ncell = "place"\nresponded = "answered"\n'
    (example / "options.toml").write_text(toml, encoding="utf-8")
    lines = (example / "responses.csv").read_text(encoding="utf-8").splitlines()
    answered = ["answered", *(str(int(k % 4 != 0)) for k in range(len(lines) - 1))]
    text = "".join(f"{line},{one}\n" for line, one in zip(lines, answered, strict=True))
    (example / "responses.csv").write_text(text, encoding="utf-8")
    result = hailong(*command(), "--workbooks", "books")
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads((example / "results.json").read_text(encoding="utf-8"))
    assert (found["counts"]["rows_read"], found["counts"]["rows_used"]) == (240, 180)
    assert {one["n"] for one in found["estimates"] if one["domain"] is None} == {180}
    assert len(list((example / "books").iterdir())) == 3
