"""What must not be shown, and everything that would give it away."""

from __future__ import annotations

import numpy as np
import pytest

from app.services.assembly.partitions import Branches
from app.services.assembly.results import results_document

from .runs import estimates, scored


def people(place, count, **answers):
    return [{"place": place, **answers} for _ in range(count)]


def hidden(found, node="q1", measure="top_box"):
    return {
        domain
        for (domain, one, under), estimate in estimates(found).items()
        if (one, under) == (node, measure) and estimate["flag"] == "suppressed"
    }


def test_a_small_domain_is_hidden_with_the_smallest_neighbour(tmp_path):
    rows = people("a", 4) + people("b", 20) + people("c", 40)
    assert hidden(scored(tmp_path, rows, by="place")) == {"a", "b"}


def test_without_a_small_domain_nothing_is_hidden(tmp_path):
    rows = people("a", 10) + people("b", 20)
    assert hidden(scored(tmp_path, rows, by="place")) == set()


def test_few_rows_outside_every_domain_are_protected_too(tmp_path):
    rows = people("a", 20) + people("b", 30) + people("", 3)
    assert hidden(scored(tmp_path, rows, by="place")) == {"a"}


def test_a_margin_protects_the_cells_of_a_crossing(tmp_path):
    rows = (
        people("a", 4, sex="f")
        + people("a", 30, sex="m")
        + people("b", 30, sex="f")
        + people("b", 40, sex="m")
    )
    found = hidden(scored(tmp_path, rows, by=("place", "sex", "place*sex")))
    assert "a|f" in found
    assert len([domain for domain in found if domain.startswith("a|")]) == 2 or "a" in found
    assert len([domain for domain in found if domain.endswith("|f")]) == 2 or "f" in found


def test_columns_that_are_nested_protect_each_other_though_nobody_said_so(tmp_path):
    # Communes a1 and a2 make up province a, b1 and b2 province b.
    rows = [
        row | {"commune": row["place"] + commune}
        for place, commune, count in (("a", "1", 4), ("a", "2", 30), ("b", "1", 50), ("b", "2", 60))
        for row in people(place, count)
    ]
    assert hidden(scored(tmp_path, rows, by=("place", "commune"))) >= {"a1", "a2"}


def test_branches_of_a_tree_protect_each_other(tmp_path):
    rows = people("31.1", 4) + people("31.2", 30) + people("01.1", 40) + people("01.2", 40)
    path = {code: (code[:2], code) for code in ("31.1", "31.2", "01.1", "01.2")} | {
        "31": ("31",),
        "01": ("01",),
    }
    assert hidden(scored(tmp_path, rows, branches=Branches("place", path))) >= {"31.1", "31.2"}


def test_where_the_number_of_responses_is_hidden_every_count_of_the_domain_is(tmp_path):
    rows = people("a", 4, sex="f") + people("b", 20, sex="f") + people("c", 40, sex="f")
    found = scored(tmp_path, rows, by="place")
    assert found.hidden.domains.tolist() == [False, True, True, False]
    assert found.hidden.variables[1:3].all()
    assert not found.hidden.variables[[0, 3]].any()


def test_a_hidden_item_takes_the_items_along_that_an_index_would_give_it_away_with(tmp_path):
    """The index stays, and the items of other indices; q1 does not follow from it and q2 and q3."""
    rows = people("a", 4) + people("a", 40, q1="na") + people("b", 60)
    found = scored(tmp_path, rows, by="place")
    for item in ("q1", "q2", "q3"):
        assert hidden(found, item) == {"a", "b"}
    assert hidden(found, "pooled") == set()
    assert hidden(found, "q4", "points") == set()
    assert found.hidden.domains.tolist() == [False, False, False]
    columns = [variable.name for variable in found.inputs.variables]
    assert np.array(columns)[found.hidden.variables[1]].tolist() == ["q1", "q2", "q3"]


def test_the_missing_answers_of_a_hidden_item_are_not_counted_out(tmp_path):
    """30 rows less 26 who say that it does not apply are the 4 who answered."""
    found = scored(tmp_path, people("a", 4, q4="na") + people("a", 26, q1="na"))
    missing = results_document(found)["counts"]["missing"]
    assert "q1" not in missing
    assert missing["q4"] == {"not_applicable": 4}


def test_answers_that_are_only_counted_are_hidden_where_few_gave_one(tmp_path):
    rows = people("a", 4, sex="f") + people("a", 40) + people("b", 60, sex="m")
    found = scored(tmp_path, rows, by="place")
    sex = [variable.name for variable in found.inputs.variables].index("sex")
    assert found.hidden.variables[:, sex].tolist() == [False, True, True]


def test_a_threshold_of_0_hides_nothing(tmp_path):
    found = scored(tmp_path, people("a", 1) + people("b", 2), by="place", threshold=0)
    assert hidden(found) == set()
    assert not found.hidden.variables.any()


@pytest.mark.parametrize("threshold", [5, 10, 25])
def test_no_shown_figure_rests_on_fewer_than_the_threshold(tmp_path, threshold):
    rows = [row for k in range(1, 9) for row in people(f"p{k}", 5 * k)]
    found = scored(tmp_path, rows, by="place", threshold=threshold)
    assert all(one["n"] is None or one["n"] >= threshold for one in estimates(found).values())
