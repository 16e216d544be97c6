"""The change since an earlier wave: shared PSUs or not, mergers, breaks of method, hidden figures."""

from __future__ import annotations

import json

import pytest

from app.services.assembly.results import results_document, write_json
from app.services.files import FileRefused

from .requested import CLUSTERED, R, block, quiz, quiz_text, reference, run
from .test_weighting import METHODS

OPTIONS = {**CLUSTERED, "by": ("band",), "threshold": 5}
SHARED = '[trend]\nresponses = "old.csv"\nshared_psus = true\n'
APART = '[trend]\nresponses = "old.csv"\nshared_psus = false\n'
RESULTS = '[trend]\nresults = "old.json"\n'


def waves(folder, **changes):
    """The earlier responses as old.csv, its results as old.json; returns the later responses."""
    changes = {"q1": lambda k, row: str(1 + k % 4)} | changes
    old = reference(folder, **changes).rename(folder / "old.csv")
    document = results_document(run(old, "", **OPTIONS))
    (folder / "old.json").write_text(write_json(document), encoding="utf-8")
    return reference(folder)


def pooled(found):
    return {
        one["domain"]: one
        for one in block(found, "trend")["changes"]
        if (one["node"], one["measure"]) == ("pooled", "top_box")
    }


def test_the_change_of_shared_psus_is_that_of_r_on_both_waves(tmp_path):
    found = pooled(run(waves(tmp_path), SHARED, **OPTIONS))
    for domain, r in ((None, R["trend"]["whole"]), ("x", R["trend"]["x"])):
        assert found[domain]["difference"] == pytest.approx(r["value"], rel=1e-9)
        assert found[domain]["std_error"] == pytest.approx(r["se"], rel=1e-9)


@pytest.mark.parametrize("toml", [APART, RESULTS])
def test_independent_waves_add_their_variances(tmp_path, toml):
    later = waves(tmp_path)
    found = run(later, toml, **OPTIONS)
    own = {one["domain"]: one for one in block(found, "estimates") if one["node"] == "pooled"}
    old = json.loads((tmp_path / "old.json").read_text(encoding="utf-8"))
    past = {one["domain"]: one for one in old["estimates"] if one["node"] == "pooled"}
    for domain, one in pooled(found).items():
        assert (one["earlier"], one["later"]) == (past[domain]["value"], own[domain]["value"])
        variance = past[domain]["std_error"] ** 2 + own[domain]["std_error"] ** 2
        assert one["std_error"] ** 2 == pytest.approx(variance)
        assert one["low"] < one["difference"] < one["high"]


def test_the_same_answers_again_are_no_change(tmp_path):
    later = waves(tmp_path, q1=lambda k, row: row["q1"])
    one = pooled(run(later, SHARED, **OPTIONS))[None]
    assert (one["difference"], one["std_error"], one["low"], one["p"]) == (0.0, 0.0, None, None)


def test_a_calibrated_wave_changes_by_its_residuals(tmp_path):
    later = waves(tmp_path)
    plain, calibrated = (pooled(run(later, text + SHARED, **OPTIONS)) for text in ("", METHODS["raking"]))
    own = run(later, METHODS["raking"], **OPTIONS)
    value = next(one["value"] for one in block(own, "estimates") if one["node"] == "pooled")
    assert calibrated[None]["later"] == value != plain[None]["later"]
    assert calibrated[None]["std_error"] != plain[None]["std_error"]


def test_two_stages_keep_what_each_adds(tmp_path):
    """Without a population count of the second stage the change is that of the first; with it, a little more."""
    design = {"weight": "weight", "stratum": "stratum", "cluster": ("psu", "ssu"), "threshold": 5}
    old = reference(tmp_path, "stages", q1=lambda k, row: str(1 + k % 4)).rename(tmp_path / "old.csv")
    later = reference(tmp_path, "stages")
    assert old.exists()
    one, two = (
        pooled(run(later, SHARED, items=2, **design, fpc=fpc))[None]["std_error"]
        for fpc in (("n1",), ("n1", "n2"))
    )
    assert one < two < 2 * one


def merged(folder):
    """Bands x and y of the earlier wave are one in the later; z stays; w is new."""
    later = waves(folder)
    text = later.read_text(encoding="utf-8")
    later.write_text(text.replace(",y,", ",x,"), encoding="utf-8")
    (folder / "walk.csv").write_text("old,new,size\nx,x,300\ny,x,100\nz,z,50\n", encoding="utf-8")
    return later


@pytest.mark.parametrize("toml", [APART, SHARED, RESULTS])
def test_a_merged_agency_is_set_beside_the_mean_of_its_parts(tmp_path, toml):
    later = merged(tmp_path)
    found = pooled(run(later, f'{toml}crosswalk = "walk.csv"\nby = "band"\n', **OPTIONS))
    old = json.loads((tmp_path / "old.json").read_text(encoding="utf-8"))
    past = {one["domain"]: one["value"] for one in old["estimates"] if one["node"] == "pooled"}
    assert found["x"]["earlier"] == pytest.approx(0.75 * past["x"] + 0.25 * past["y"])
    assert found["x"]["std_error"] > 0
    assert (found["z"]["earlier"], found["z"]["supposed"]) == (past["z"], False)


def test_a_divided_agency_says_that_its_past_is_supposed(tmp_path):
    later = waves(tmp_path)
    (tmp_path / "walk.csv").write_text("old,new,size\nx,x,3\nx,y,2\nz,z,5\n", encoding="utf-8")
    found = pooled(run(later, f'{APART}crosswalk = "walk.csv"\nby = "band"\n', **OPTIONS))
    assert [found[code]["supposed"] for code in "xyz"] == [True, True, False]


def test_a_domain_without_a_past_is_new(tmp_path):
    later = waves(tmp_path, band=lambda k, row: "x" if row["band"] == "z" else row["band"])
    one = pooled(run(later, APART, **OPTIONS))["z"]
    assert (one["flag"], one["earlier"], one["difference"]) == ("new", None, None)
    assert one["later"] is not None


@pytest.mark.parametrize("toml", [APART, SHARED, RESULTS])
def test_a_hidden_figure_has_no_change(tmp_path, toml):
    few = {"band": lambda k, row: "x" if k <= 3 else "yz"[k % 2]}
    later = waves(tmp_path, **few)
    found = pooled(run(later, toml, **OPTIONS))
    assert (found["x"]["flag"], found["x"]["earlier"], found["x"]["std_error"]) == ("suppressed", None, None)


def test_another_version_breaks_the_series_unless_a_reason_is_given(tmp_path):
    later = waves(tmp_path)
    found = block(run(later, RESULTS, instrument=quiz(version=2), **OPTIONS), "trend")
    assert (found["break"], found["changes"], found["earlier"]["instrument"]) == (True, [], "quiz@1")
    toml = f'{RESULTS}same_method = "only the introduction changed"\n'
    found = block(run(later, toml, instrument=quiz(version=2), **OPTIONS), "trend")
    assert (found["break"], found["same_method"]) == (False, "only the introduction changed")
    assert found["changes"]


def test_the_earlier_wave_may_have_its_own_instrument_and_columns(tmp_path):
    later = waves(tmp_path)
    old = (tmp_path / "old.csv").read_text(encoding="utf-8")
    (tmp_path / "old.csv").write_text(
        old.replace("psu,count,weight", "commune,number,w", 1), encoding="utf-8"
    )
    (tmp_path / "old.yaml").write_text(quiz_text(), encoding="utf-8")
    toml = f'{APART}instrument = "old.yaml"\nweight = "w"\nstratum = "stratum"\ncluster = ["commune"]\n'
    toml += 'fpc = ["number"]\n'
    one, other = (pooled(run(later, text, **OPTIONS)) for text in (toml, RESULTS))
    assert one[None]["std_error"] == pytest.approx(other[None]["std_error"])


@pytest.mark.parametrize(
    ("toml", "content", "told"),
    [
        (RESULTS, "{", "is no results document: it is not JSON"),
        (RESULTS, "[1]", "is no results document of schema 1"),
        (RESULTS, '{"schema": 1}', "is no results document of schema 1"),
        (RESULTS.replace("old", "none"), "", "none.json can't be read"),
        (APART.replace("old", "none"), "", "none.csv is not a file"),
        (f'{APART}crosswalk = "walk.csv"\nby = "band"\n', "", "walk.csv can't be read"),
        (f'{APART}crosswalk = "old.csv"\nby = "band"\n', "", "must have the columns old, new, size"),
        (f'{APART}crosswalk = "walk.csv"\nby = "domain"\n', "", "'domain' is no --by of both waves"),
    ],
)
def test_an_earlier_wave_that_cannot_be_read_is_refused(tmp_path, toml, content, told):
    later = waves(tmp_path)
    if content:
        (tmp_path / "old.json").write_text(content, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        run(later, toml, **OPTIONS)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("w,x,3", "row 2: old 'w' is no domain of band in that wave"),
        ("x,w,3", "row 2: new 'w' is no domain of band in that wave"),
        ("x,x,0", "row 2: size '0' must be a number above 0"),
        ("x,x,1\nx,x,2", "row 3 names a link again"),
        ("x,x", "row 2 has 2 values; write 3"),
        ("", "has a header and no rows"),
    ],
)
def test_a_crosswalk_that_does_not_fit_is_refused_with_its_row(tmp_path, row, told):
    later = waves(tmp_path)
    (tmp_path / "walk.csv").write_text(f"old,new,size\n{row}\n", encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        run(later, f'{APART}crosswalk = "walk.csv"\nby = "band"\n', **OPTIONS)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"weight": "weight"}, "shared_psus = true needs sampling units in both waves"),
        ({"wave_kind": "volunteer"}, "asks for trend, which need a probability wave"),
    ],
)
def test_a_design_without_what_a_change_needs_is_refused(tmp_path, options, told):
    later = waves(tmp_path)
    with pytest.raises(FileRefused, match=told):
        run(later, SHARED, **options)


def test_results_of_volunteers_are_refused(tmp_path):
    later = waves(tmp_path)
    document = results_document(run(tmp_path / "old.csv", "", wave_kind="volunteer"))
    (tmp_path / "old.json").write_text(write_json(document), encoding="utf-8")
    with pytest.raises(FileRefused, match="is of a volunteer wave"):
        run(later, RESULTS, **OPTIONS)


def test_shared_psus_need_the_same_parts_of_a_design(tmp_path):
    later = waves(tmp_path)
    toml = f'{SHARED}weight = "weight"\nstratum = "stratum"\ncluster = ["psu"]\n'
    with pytest.raises(FileRefused, match="both waves need the same parts of a design"):
        run(later, toml, **OPTIONS)


def test_lonely_strata_of_two_waves_have_no_mean_contribution(tmp_path):
    lonely = {"psu": lambda k, row: "1" if row["stratum"] == "01" else row["psu"]}
    reference(tmp_path, **lonely).rename(tmp_path / "old.csv")
    later = reference(tmp_path, **lonely)
    options = {**OPTIONS, "fpc": (), "threshold": 0}
    with pytest.raises(FileRefused, match="name another rule with --lonely-psu"):
        run(later, SHARED, **options, lonely_psu="average")
    assert pooled(run(later, SHARED, **options, lonely_psu="adjust"))[None]["std_error"] == 0.0
