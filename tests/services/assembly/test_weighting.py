"""Calibrated runs against R survey: figures, standard errors by domain, differences; and what the block tells."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from app.services.assembly.results import results_document
from app.services.files import FileRefused

from .requested import CLUSTERED, POPULATION, R, block, margin, reference, run
from .runs import estimates

DOMAIN, BAND = margin("domain", POPULATION["domain"]), margin("band", POPULATION["band"])
SIZE = f'[[weighting.totals]]\ncolumn = "size"\ntotal = {POPULATION["size"]}\nsource = "Census"\ndate = 2024-04-01\n'
METHODS = {
    "post_stratified": f'[weighting]\nmethod = "post_stratify"\n{DOMAIN}',
    "linear": f'[weighting]\nmethod = "linear"\n{DOMAIN}{SIZE}',
    "raking": f'[weighting]\nmethod = "raking"\n{DOMAIN}{BAND}',
    "logit": f'[weighting]\nmethod = "logit"\nbounds = [0.2, 4]\n{DOMAIN}{BAND}',
}
ITEMS = '[[contrasts]]\nname = "items"\nnodes = {q1 = 1, q2 = -1}\nmeasure = "top_box"\n'
# R's Newton steps for raking and logit stop at its own tolerance of the totals.
TOLERANCE = {"post_stratified": 1e-9, "linear": 1e-9, "raking": 1e-7, "logit": 1e-6}


def check(found, expected, tolerance):
    figures = estimates(found)
    for domain, name in ((None, ""), ("x", "_x"), ("y", "_y"), ("z", "_z")):
        for node, key in (("q1", "item"), ("pooled", "pooled")):
            one, r = figures[domain, node, "top_box"], expected[key + name]
            assert one["value"] == pytest.approx(r["value"], rel=tolerance), (domain, node)
            assert one["std_error"] == pytest.approx(r["se"], rel=tolerance, abs=1e-9), (domain, node)
    (between_items,) = results_document(found)["contrasts"]
    assert between_items["value"] == pytest.approx(expected["q1_q2"]["value"], rel=tolerance)
    assert between_items["std_error"] == pytest.approx(expected["q1_q2"]["se"], rel=tolerance)
    for one in results_document(found)["comparisons"]:
        if (one["node"], one["measure"]) == ("pooled", "top_box"):
            r = expected[f"{one['a']}_{one['b']}"]
            assert one["difference"] == pytest.approx(r["value"], rel=tolerance)
            assert one["std_error"] == pytest.approx(r["se"], rel=tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_calibrated_figures_are_those_of_r(tmp_path, method):
    found = run(
        reference(tmp_path), METHODS[method] + ITEMS, **CLUSTERED, by=("band",), compare=True, threshold=0
    )
    check(found, R[method], TOLERANCE[method])


def test_raking_has_the_variance_of_calibration_on_the_same_margins(tmp_path):
    toml = f'[weighting]\nmethod = "rake"\n{DOMAIN}{BAND}{ITEMS}'
    check(
        run(reference(tmp_path), toml, **CLUSTERED, by=("band",), compare=True, threshold=0),
        R["raking"],
        1e-7,
    )


def test_rows_that_are_their_own_psus_are_those_of_r(tmp_path):
    toml = f'[weighting]\nmethod = "post_stratify"\n{margin("domain", POPULATION["rows_domain"])}{ITEMS}'
    design = {"weight": "weight", "stratum": "stratum", "fpc": ("count",)}
    found = run(reference(tmp_path, "rows"), toml, **design, by=("band",), compare=True, threshold=0)
    check(found, R["rows"], 1e-9)


def test_two_stages_are_those_of_r(tmp_path):
    toml = f'[weighting]\nmethod = "post_stratify"\n{margin("sex", POPULATION["sex"])}{ITEMS}'
    design = {"weight": "weight", "stratum": "stratum", "cluster": ("psu", "ssu"), "fpc": ("n1", "n2")}
    found = run(
        reference(tmp_path, "stages"), toml, items=2, **design, by=("band",), compare=True, threshold=0
    )
    check(found, R["stages"], 1e-9)


def test_every_engine_gives_the_same_calibrated_figures(tmp_path):
    path = reference(tmp_path)
    one, other = (
        estimates(run(path, METHODS["raking"], **CLUSTERED, by=("band",), engine=engine))
        for engine in ("arrays", "duckdb")
    )
    assert one.keys() == other.keys()
    for key, figure in one.items():
        assert figure["std_error"] == pytest.approx(other[key]["std_error"], rel=1e-9), key


def test_the_ranks_of_a_calibrated_run_use_residuals(tmp_path):
    """Bands whose satisfied are all but known by their count can't change places."""
    path = reference(tmp_path, q1=answered, high=lambda k, row: is_high(k + 1, row) if k % 17 else "0")
    known = {
        f"'{band}|{high}'": count
        for band, two in SATISFIED.items()
        for high, count in zip("01", two, strict=True)
    }
    toml = f'[weighting]\nmethod = "post_stratify"\n{margin("band*high", known)}'
    options = {**CLUSTERED, "by": ("band",), "ranks": True, "pairs": "all", "threshold": 0}

    def sets(toml):
        ranks = block(run(path, toml, **options), "ranks")
        return {
            one["domain"]: (one["rank"], one["rank_low"], one["rank_high"])
            for one in ranks
            if (one["node"], one["measure"]) == ("q1", "top_box")
        }

    assert sets(toml) == {"x": (3, 3, 3), "y": (2, 2, 2), "z": (1, 1, 1)}
    assert any(low < high for _, low, high in sets("").values())


def answered(k, row):
    return row["q1"] or "3"


def is_high(k, row):
    return str(int(answered(k, row) in "45"))


# Not satisfied and satisfied, by band.
SATISFIED = {"x": (300, 200), "y": (200, 200), "z": (200, 300)}


def test_a_figure_that_is_a_margin_has_no_standard_error(tmp_path):
    path = reference(tmp_path, q1=answered, high=is_high)
    toml = f'[weighting]\nmethod = "post_stratify"\n{margin("high", {"0": 400, "1": 600})}'
    one = estimates(run(path, toml, **CLUSTERED))[None, "q1", "top_box"]
    assert (one["value"], one["std_error"]) == (60.0, 0.0)


def test_weights_go_beside_the_results_and_meet_the_margins(tmp_path):
    path = reference(tmp_path)
    toml = METHODS["raking"].replace("[weighting]\n", '[weighting]\nweights = "final.csv"\n', 1)
    found = run(path, toml, **CLUSTERED)
    rows = list(csv.DictReader(io.StringIO(found.beside["final.csv"])))
    domain = np.array(
        [row["domain"] for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]
    )
    weight = np.array([float(row["weight"]) for row in rows])
    assert [int(row["row"]) for row in rows] == list(range(1, len(domain) + 1))
    for code, count in POPULATION["domain"].items():
        assert weight[domain == code].sum() == pytest.approx(count)


def test_the_block_sets_counts_side_by_side(tmp_path):
    found = block(run(reference(tmp_path), METHODS["raking"], **CLUSTERED, threshold=0), "weighting")
    (domain, band) = found["margins"]
    assert (domain["column"], domain["source"], domain["date"]) == ("domain", "Census", "2024-04-01")
    assert [one["after"] for one in domain["categories"]] == pytest.approx(
        list(POPULATION["domain"].values())
    )
    assert sum(one["n"] for one in band["categories"]) == found["rows_weighted"] == found["rows_asked"] == 214
    assert found["n_eff"] == pytest.approx(214 / found["weights_deff"])
    assert found["steps"][0]["least_factor"] < 1 < found["steps"][0]["greatest_factor"]


def test_counts_by_category_are_not_told_where_anything_is_hidden(tmp_path):
    found = block(
        run(reference(tmp_path), METHODS["raking"], **CLUSTERED, by=("psu",), threshold=20), "weighting"
    )
    assert {one["n"] for margin in found["margins"] for one in margin["categories"]} == {None}


def test_those_who_did_not_answer_count_in_the_design_and_nowhere_else(tmp_path):
    path = reference(tmp_path, answered=lambda k, row: str(int(k % 5 != 0)))
    toml = '[weighting.nonresponse]\ncell = "domain"\nresponded = "answered"\n'
    found = run(path, toml, **CLUSTERED, by=("band",), threshold=0)
    document = results_document(found)
    assert document["counts"]["rows_read"] == 214
    assert document["counts"]["rows_used"] == document["weighting"]["rows_weighted"] == 214 - 214 // 5
    assert document["counts"]["rows_in_no_domain"] == {"band": 0}
    assert found.inputs.weights.final.sum() == pytest.approx(found.inputs.base.w.sum())


def test_nonresponse_comes_before_the_margins(tmp_path):
    path = reference(
        tmp_path,
        answered=lambda k, row: "01"[k % 5 != 0],
        domain=lambda k, row: row["domain"] if k % 5 else "",
    )
    toml = '[weighting]\nmethod = "post_stratify"\n[weighting.nonresponse]\ncell = "stratum"\nresponded = "answered"\n'
    found = run(path, toml + DOMAIN, **CLUSTERED, threshold=0)
    assert [one["method"] for one in block(found, "weighting")["steps"]] == ["nonresponse", "post-stratified"]
    assert found.inputs.weights.final.sum() == pytest.approx(sum(POPULATION["domain"].values()))


@pytest.mark.parametrize(
    ("toml", "options", "told"),
    [
        (METHODS["raking"].replace("a = ", "q = "), CLUSTERED, "margin domain has no count of 'a'"),
        (METHODS["raking"].replace("x = 524", "x = 5"), CLUSTERED, "make them agree"),
        (
            METHODS["logit"].replace("[0.2, 4]", "[0.99, 1.01]"),
            CLUSTERED,
            "[weighting]: Calibration (logit) did not converge",
        ),
        (
            f'[weighting]\nmethod = "rake"\nbounds = [0.99, 1.01]\nmax_iterations = 5\n{DOMAIN}{BAND}',
            CLUSTERED,
            "Raking did not converge in 5 iterations",
        ),
        (
            METHODS["raking"],
            {"wave_kind": "census"},
            "a census has no weights",
        ),
        (
            '[weighting.nonresponse]\ncell = "band"\nresponded = "q1"\n',
            CLUSTERED,
            "says who answered, 1 or 0",
        ),
        (
            '[weighting.nonresponse]\ncell = "band"\nresponded = "no"\n',
            CLUSTERED,
            "has no column no, needed for [weighting]",
        ),
        (
            METHODS["linear"].replace(str(POPULATION["size"]), "300"),
            CLUSTERED,
            "method linear gives",
        ),
        (METHODS["linear"].replace('"size"', '"band"'), CLUSTERED, "column band must hold a number"),
        (METHODS["post_stratified"].replace('"domain"', '"q3"'), CLUSTERED, "column q3 is empty in"),
        (METHODS["post_stratified"].replace("c = ", "d = 5, c = "), CLUSTERED, "where no row has a weight"),
    ],
)
def test_weights_that_cannot_be_had_are_one_sentence(tmp_path, toml, options, told):
    with pytest.raises(FileRefused) as refused:
        run(reference(tmp_path), toml, **options)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_volunteers_may_be_weighted_and_stay_volunteers(tmp_path):
    found = run(reference(tmp_path), METHODS["post_stratified"], threshold=0)
    one = estimates(found)[None, "q1", "top_box"]
    assert (one["flag"], one["std_error"], one["low"]) == ("indicative", None, None)
    assert found.inputs.weights.final.sum() == pytest.approx(sum(POPULATION["domain"].values()))
