"""The short instruments for the counter: short, complete, tied to SIPAS, and honest about what is from memory."""

from __future__ import annotations

import pytest

from surveys.loading import load, shipped


@pytest.fixture(scope="module", params=["counter-short-1", "procedure-2018-1", "business-short-1"])
def short(request):
    return load(shipped()[request.param])


@pytest.fixture(scope="module")
def counter():
    return load(shipped()["counter-short-1"])


@pytest.fixture(scope="module")
def services():
    """The leaf factors below `services` of sipas-2023, by the path that `maps_to` writes."""
    sipas = load(shipped()["sipas-2023-1"])
    [index] = [each for each in sipas.indices if each.code == "sipas"]
    [node] = [each for each in index.children if each.code == "services"]
    return [f"sipas-2023/sipas.services.{each.code}" for each in node.children]


def test_the_counter_form_has_a_screening_seven_ratings_and_one_free_text(counter):
    roles = [item.role for item in counter.items]
    assert roles == ["screening", *["score"] * 7, "open"]


def test_each_rating_at_the_counter_maps_to_one_service_factor_and_no_factor_is_left_out(counter, services):
    mapped = [item.maps_to for item in counter.items if item.role == "score"]
    assert set(mapped) == set(services)
    assert None not in mapped


def test_the_counter_index_puts_each_rating_under_the_factor_it_maps_to(counter, services):
    [index] = counter.indices
    placed = {item: node.code for node in index.children for item in node.items}
    assert placed == {
        item.code: (item.maps_to or "").rpartition(".")[2] for item in counter.items if item.role == "score"
    }


def test_every_rating_may_be_left_out_or_declined(short):
    for item in short.items:
        if item.role == "score":
            assert not item.required
            assert [option for option in short.options(item) if option.missing], item.code


def test_a_short_form_is_short_and_ends_with_one_free_text(short):
    assert len(short.items) <= 12
    assert [item.role for item in short.items].count("open") == 1
    assert short.items[-1].role == "open"


def test_every_sentence_of_the_short_forms_is_our_own(short):
    assert {item.wording for item in short.items} == {"own"}


def test_what_is_from_memory_in_procedure_2018_says_so():
    procedure = load(shipped()["procedure-2018-1"])
    indicators = [item for item in procedure.items if item.role == "score"]
    assert len(indicators) == 9
    assert {item.status for item in indicators} == {"M"}
    assert {option.value for item in indicators for option in procedure.options(item)} == {0, 1, 2, None}
    assert "[M]" in procedure.source
