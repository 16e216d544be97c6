"""Domains by columns of the file: margins, crossings, and codes that stay text (CONTRACTS 1 and 4)."""

from __future__ import annotations

import pytest

from app.services.assembly.options import ScoringOptions
from app.services.assembly.results import counts
from app.services.files import FileRefused

from .runs import estimates, scored, value


def domains(found):
    return list(dict.fromkeys((record.by, record.domain) for record in found.records))


def test_the_whole_comes_first_then_the_domains_in_order_of_their_codes(tmp_path):
    rows = [{"place": "b", "q1": "5"}, {"place": "a", "q1": "1"}]
    found = scored(tmp_path, rows, threshold=0, by="place")
    assert domains(found) == [(None, None), ("place", "a"), ("place", "b")]
    assert [value(found, "q1", domain=domain) for domain in (None, "a", "b")] == [50, 0, 100]


def test_without_by_there_is_the_whole_alone(tmp_path):
    assert domains(scored(tmp_path, [{}], threshold=0)) == [(None, None)]


def test_several_by_give_each_their_margins_in_the_order_asked(tmp_path):
    rows = [{"place": "a", "sex": "m"}, {"place": "b", "sex": "f"}]
    found = scored(tmp_path, rows, threshold=0, by=("sex", "place"))
    assert domains(found)[1:] == [("sex", "f"), ("sex", "m"), ("place", "a"), ("place", "b")]


def test_a_crossing_has_the_domains_that_occur(tmp_path):
    rows = [
        {"place": "a", "sex": "m", "q1": "5"},
        {"place": "a", "sex": "f", "q1": "1"},
        {"place": "b", "sex": "f", "q1": "1"},
        {"place": "a", "sex": "m", "q1": "1"},
    ]
    found = scored(tmp_path, rows, threshold=0, by="place*sex")
    assert domains(found)[1:] == [("place*sex", "a|f"), ("place*sex", "a|m"), ("place*sex", "b|f")]
    assert value(found, "q1", domain="a|m") == 50


def test_rows_with_an_empty_value_are_in_the_whole_and_in_no_domain_and_are_counted(tmp_path):
    rows = [{"place": "a", "sex": "f"}, {"place": "", "sex": "m"}, {"place": " ", "sex": ""}]
    found = scored(tmp_path, rows, threshold=0, by=("place", "place*sex"))
    assert counts(found)["rows_in_no_domain"] == {"place": 2, "place*sex": 2}
    assert estimates(found)[None, "q1", "top_box"]["n"] == 3
    assert ("place", "") not in domains(found)


def test_a_code_with_a_leading_zero_stays_as_it_is(tmp_path):
    found = scored(tmp_path, [{"place": "01"}, {"place": "1"}, {"place": "1.0"}], threshold=0, by="place")
    assert [domain for _, domain in domains(found)[1:]] == ["01", "1", "1.0"]


def test_one_vietnamese_name_in_two_unicode_forms_is_one_domain(tmp_path):
    composed, decomposed = "Hà Nội", "Ha\u0300 No\u0323\u0302i"
    found = scored(tmp_path, [{"place": composed}, {"place": decomposed}], threshold=0, by="place")
    assert [domain for _, domain in domains(found)[1:]] == [composed]


def test_blanks_around_a_code_make_no_second_domain(tmp_path):
    found = scored(tmp_path, [{"place": "31"}, {"place": " 31 "}], threshold=0, by="place")
    assert [domain for _, domain in domains(found)[1:]] == ["31"]


def test_a_column_named_in_the_other_unicode_form_is_found(tmp_path):
    found = scored(tmp_path, [{"ti\u0309nh": "31"}], threshold=0, by="tỉnh")
    assert domains(found)[1:] == [("tỉnh", "31")]


def test_a_domain_of_an_item_is_named_by_its_option(tmp_path):
    found = scored(tmp_path, [{"place": "31", "sex": "f"}], threshold=0, by=("sex", "place*sex"))
    assert [record.label for record in found.records if record.node == "q1"][::2] == [
        "",
        "Female",
        "31, Female",
    ]


def test_the_label_is_the_name_that_the_caller_gives(tmp_path):
    found = scored(tmp_path, [{"place": "31"}], threshold=0, by="place", names={"31": "Hải Phòng"})
    assert estimates(found)["31", "q1", "top_box"]["label"] == "Hải Phòng"


def test_a_column_without_any_value_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="--by place finds no domain"):
        scored(tmp_path, [{"place": ""}], by="place")


def test_the_sign_that_joins_a_crossing_is_refused_inside_its_codes(tmp_path):
    with pytest.raises(FileRefused, match=r"column place holds 'a\|b'"):
        scored(tmp_path, [{"place": "a|b", "sex": "f"}], by="place*sex")


@pytest.mark.parametrize("by", [("",), ("a*",), ("*a",), ("a*a",), ("a", "a"), ("a*b", "b*a"), (" a", "a ")])
def test_by_must_name_columns_and_each_kind_of_domain_once(by):
    with pytest.raises(ValueError, match="--by"):
        ScoringOptions(by=by)


def test_every_unknown_column_is_named_with_the_option_that_asked_for_it(tmp_path):
    with pytest.raises(FileRefused) as refused:
        scored(tmp_path, [{}], by=("x*q1", "y"), weight="w", stratum="s", cluster=("c",), fpc=("f",))
    lines = str(refused.value).splitlines()
    assert [line.split(" has no column ")[1].split(";")[0] for line in lines] == [
        "x, needed for --by x*q1",
        "y, needed for --by y",
        "w, needed for --weight",
        "s, needed for --stratum",
        "c, needed for --cluster",
        "f, needed for --fpc",
    ]
