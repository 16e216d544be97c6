"""The shipped staff instruments: complete in both languages, reversed where agreeing is bad, and attributed."""

from __future__ import annotations

import pytest

from surveys import clauses
from surveys.loading import load, sha256, shipped
from tests.surveys.test_shipped_sipas import FROZEN, texts

CODES = (
    "culture",
    "conduct-office",
    "conduct-public",
    "democracy",
    "change-pulse",
    "consultation",
    "cooperation",
    "retired",
)
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0"
VIETNAMESE = set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹàáãèéìíòóõùúýĩũ")


def of(code):
    return load(shipped()[f"{code}-1"])


@pytest.fixture(scope="module", params=CODES)
def instrument(request):
    return of(request.param)


@pytest.fixture(scope="module")
def culture():
    return of("culture")


def index(instrument, code):
    return next(one for one in instrument.indices if one.code == code)


def test_every_shipped_instrument_is_frozen():
    lines = (line.split() for line in FROZEN.read_text("utf-8").splitlines() if not line.startswith("#"))
    assert {(code, version, hashed) for code, version, hashed in lines} == {
        (it.code, str(it.version), sha256(it)) for it in map(load, shipped().values())
    }


def test_both_languages_are_complete_and_differ(instrument):
    assert instrument.languages == ("vi", "en")
    for place, text in texts(instrument, instrument.code):
        assert set(text) == {"vi", "en"}, place
        if not text["en"].isdecimal():
            assert text["vi"] != text["en"], place
            assert not VIETNAMESE & set(text["en"].lower()), place


def test_no_sentence_passes_as_official_and_every_item_says_where_it_is_from(instrument):
    assert {item.wording for item in instrument.items} == {"own"}
    assert all(item.status for item in instrument.items)


def test_nothing_but_the_rated_unit_must_be_answered(instrument):
    assert [item.code for item in instrument.items if item.required] == (
        ["rated_unit"] if instrument.code == "cooperation" else []
    )


def test_every_rating_lets_one_say_that_one_cannot_tell(instrument):
    for item in instrument.items:
        if item.role == "score" and item.scale != "know":
            assert [one.missing for one in instrument.options(item) if one.missing], item.code


def test_open_questions_warn_against_names(instrument):
    for item in instrument.items:
        if item.role == "open":
            assert "names" in item.hint["en"] or "name" in item.hint["en"], item.code


def test_the_twelve_dimensions_have_three_to_seven_items_each(culture):
    counts = {s.code: len(s.items) for s in culture.sections if s.code.startswith("d")}
    assert counts == {
        "d1": 4,
        "d2": 5,
        "d3": 4,
        "d4": 5,
        "d5": 4,
        "d6": 4,
        "d7": 4,
        "d8": 4,
        "d9": 3,
        "d10": 4,
        "d11": 7,
        "d12": 4,
    }


@pytest.mark.parametrize("code", ["culture", "positive"])
def test_the_culture_index_is_the_mean_of_the_first_ten_dimensions_alike(culture, code):
    found = index(culture, code)
    assert found.aggregate == "mean_of_children"
    assert [child.code for child in found.children] == [f"d{n}" for n in range(1, 11)]
    assert {child.coefficient for child in found.children} == {1.0}
    sections = {s.code: tuple(item.code for item in s.items) for s in culture.sections}
    assert all(child.items == sections[child.code] for child in found.children)


def test_a_dimension_counts_people_who_answered_half_of_it(culture):
    nodes = {path: node for _, path, node in culture.walk()}
    assert (nodes["culture.d4"].aggregate, nodes["culture.d4"].score) == ("respondent_mean", "mean_100")
    assert nodes["culture.d4"].min_answered is None  # the format's default, a half


def test_dont_know_is_outside_the_base_and_four_and_five_are_positive(culture):
    agree = culture.scales["agree"]
    assert [(one.code, one.value, one.missing) for one in agree.options] == [
        ("1", 1, None),
        ("2", 2, None),
        ("3", 3, None),
        ("4", 4, None),
        ("5", 5, None),
        ("dk", None, "dont_know"),
    ]
    assert agree.satisfied == ("4", "5")


def test_items_where_agreeing_is_bad_are_reversed():
    assert {code: [item.code for item in of(code).items if item.reverse] for code in CODES} == {
        "culture": ["d2_overlooked", "d3_passed", "d6_useless", "d8_hints"],
        "conduct-office": [],
        "conduct-public": [],
        "democracy": [],
        "change-pulse": ["rumours", "gaps", "worry"],
        "consultation": [],
        "cooperation": ["passes_on"],
        "retired": [],
    }


def test_engagement_is_the_five_items_with_licence_and_our_translation_marked(culture):
    items = [item for item in culture.items if item.code.startswith("e_")]
    assert [item.code for item in items] == [
        "e_proud",
        "e_recommend",
        "e_attached",
        "e_inspires",
        "e_motivates",
    ]
    assert index(culture, "engagement").items == tuple(item.code for item in items)
    assert index(culture, "engagement-positive").items == tuple(item.code for item in items)
    assert all("Open Government Licence v3.0" in item.source for item in items)
    assert all("Vietnamese translation is ours" in item.source for item in items)
    # What the Method sheet and the foot of the form print.
    assert LICENCE in culture.source


def test_culture_asks_reach_learning_an_overall_score_two_open_questions_and_six_bands(culture):
    assert culture.item("reach").type == "multi"
    assert {"self_hours", "library_use", "d7_library"} <= {item.code for item in culture.items}
    ten = [option.value for option in culture.options(culture.item("overall")) if option.missing is None]
    assert ten == list(range(11))
    roles = [item.role for item in culture.items]
    assert (roles.count("open"), roles.count("profile")) == (2, 6)


def test_citizens_and_staff_meet_in_the_same_factors(culture):
    assert {item.maps_to for item in culture.items} == {
        None,
        "sipas-2023/sipas.services.officials",
        "sipas-2023/sipas.services.feedback",
    }


@pytest.mark.parametrize(
    ("code", "catalogues", "count"),
    [("conduct-office", {"moit-2023", "pm-2018"}, 13), ("conduct-public", {"hanoi-public-2017"}, 14)],
)
def test_each_clause_is_asked_for_awareness_and_practice(code, catalogues, count):
    instrument = of(code)
    know = {i.clause for i in instrument.items if i.code.startswith("know_")}
    do = {i.clause for i in instrument.items if i.code.startswith("do_")}
    assert know == do
    assert len(know) == count
    assert {clauses.reference(one)[0] for one in know} == catalogues
    assert len(index(instrument, "awareness").items) == len(index(instrument, "practice").items) == count


def test_democracy_asks_four_kinds_of_matters_and_marks_what_is_from_memory():
    democracy = of("democracy")
    assert [child.code for child in index(democracy, "democracy").children] == [
        "published",
        "consulted",
        "decided",
        "supervised",
        "dialogue",
    ]
    by_section = {s.code: {item.status for item in s.items} for s in democracy.sections}
    assert by_section["published"] == {"V", "M"}
    assert by_section["consulted"] == by_section["decided"] == by_section["supervised"] == {"M"}
    assert "[M]" in democracy.source


def test_a_consultation_takes_agree_amend_or_reject_and_asks_why():
    consultation = of("consultation")
    assert [one.code for one in consultation.scales["opinion"].options] == [
        "agree",
        "amend",
        "reject",
        "none",
    ]
    assert [s.code for s in consultation.sections] == [*(f"article-{n}" for n in range(1, 11)), "whole"]
    assert consultation.item("a3_why").show_if == "a3 in ['amend', 'reject']"
    assert index(consultation, "acceptable").satisfied == ("agree", "amend")


def test_cooperation_rates_another_unit_than_ones_own():
    rated = of("cooperation").item("rated_unit")
    assert (rated.type, rated.agencies, rated.role) == ("rated_agency", "others", "screening")


def test_complete_satisfaction_counts_the_top_answer_alone():
    retired = of("retired")
    assert retired.scales["satisfaction"].satisfied == ("4", "5")
    assert index(retired, "fully-satisfied").satisfied == ("5",)
