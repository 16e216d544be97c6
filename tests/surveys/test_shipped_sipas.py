"""The two shipped SIPAS instruments: complete, sourced, counted against what was published, and frozen."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from surveys.instrument import Instrument, Item, Text
from surveys.loading import load, sha256

SHIPPED = Path(__file__).parents[2] / "surveys" / "instruments"
STRUCTURES = Path(__file__).parents[1] / "instruments"
FROZEN = Path(__file__).parent / "frozen_instruments.txt"


@pytest.fixture(scope="module")
def sipas_2017() -> Instrument:
    return load(SHIPPED / "sipas-2017-1.yaml")


@pytest.fixture(scope="module")
def sipas_2023() -> Instrument:
    return load(SHIPPED / "sipas-2023-1.yaml")


@pytest.fixture(scope="module", params=["sipas-2017-1", "sipas-2023-1"])
def sipas(request: pytest.FixtureRequest) -> Instrument:
    """Either of the two."""
    return load(SHIPPED / f"{request.param}.yaml")


def children(instrument: Instrument, index: str) -> dict[str, int]:
    """How many items stand under each node that holds items, in the order of the tree."""
    return {
        node.code: len(node.items) for root, _, node in instrument.walk() if root.code == index and node.items
    }


def satisfaction_figures(instrument: Instrument) -> tuple[int, int]:
    """(items, nodes) of the index `sipas`, the index itself counted among the nodes."""
    nodes = [node for root, _, node in instrument.walk() if root.code == "sipas"]
    return sum(len(node.items) for node in nodes), len(nodes)


def items_of(instrument: Instrument, *sections: str) -> list[Item]:
    return [item for section in instrument.sections if section.code in sections for item in section.items]


def texts(part: object, place: str) -> Iterator[tuple[str, Text]]:
    """Every text by language below `part`, with the place it stands at."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name in ("title", "text", "hint", "label", "introduction", "closing") and value:
                yield f"{place}.{name}", value
            else:
                yield from texts(value, f"{place}.{name}")
    elif isinstance(part, tuple):
        for value in part:
            yield from texts(value, f"{place}.{getattr(value, 'code', '')}")
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from texts(value, f"{place}.{name}")


def test_both_instruments_load_under_the_name_of_their_file(sipas_2017, sipas_2023):
    assert (sipas_2017.identity, sipas_2023.identity) == ("sipas-2017@1", "sipas-2023@1")


# What was published


def test_sipas_2023_has_51_satisfaction_indices(sipas_2023):
    assert satisfaction_figures(sipas_2023) == (39, 12)


def test_the_tree_attributed_to_2022_has_the_45_satisfaction_indices_published_for_that_year():
    assert satisfaction_figures(load(STRUCTURES / "sipas-2022-structure.yaml")) == (33, 12)


def test_the_tree_attributed_to_2022_has_2_2_8_2_policy_items_and_4_4_5_3_3_service_items():
    counts = children(load(STRUCTURES / "sipas-2022-structure.yaml"), "sipas")
    assert list(counts.values()) == [2, 2, 8, 2, 4, 4, 5, 3, 3]


def test_sipas_2023_has_four_policy_contents_and_five_service_factors(sipas_2023):
    assert children(sipas_2023, "sipas") == {
        "accountability": 2,
        "participation": 2,
        "implementation": 9,
        "impact": 10,
        "access": 3,
        "procedures": 4,
        "officials": 3,
        "results": 3,
        "feedback": 3,
    }


def test_sipas_2023_numbers_its_39_items_as_the_form_does(sipas_2023):
    items = [code for _, _, node in sipas_2023.walk() for code in node.items]
    assert items == [f"q{number:02d}" for number in range(1, 40)]
    assert [sipas_2023.item(code).source.split(" (")[0] for code in items] == [
        f"S1, Q9 item {number}" for number in range(1, 40)
    ]


def test_sipas_2023_asks_the_perception_questions_line_by_line(sipas_2023):
    # Nine policies; one question on channels with its free text and seven rated; then 1, 2, 3 and 7.
    # One figure per line makes 36. The 42 that were published for 2024 do not follow from the lines.
    lines = [
        len(items_of(sipas_2023, section))
        for section in ("interest", "channels", "opinion", "integrity", "modes", "experience")
    ]
    assert lines == [9, 1 + 1 + 7, 1, 2, 3, 7]


def test_sipas_2023_rates_the_same_nine_policies_that_it_asks_interest_in(sipas_2023):
    def policies(section: str, before: str) -> set[str]:
        return {item.text["vi"].split(before)[1] for item in items_of(sipas_2023, section)}

    interest = {policy.removesuffix(" ở mức nào?") for policy in policies("interest", "chính sách về ")}
    assert interest == policies("implementation", "chính sách về ")
    assert len(interest) == 9


def test_sipas_2023_rates_the_seven_channels_that_it_offers(sipas_2023):
    offered = [option.code for option in sipas_2023.item("channel").options]
    rated = [item.code.removeprefix("suit_") for item in items_of(sipas_2023, "channels")[2:]]
    assert len(offered) == 7
    assert rated == offered


@pytest.mark.parametrize(
    ("item", "options"),
    [
        ("sex", 2),
        ("ethnicity", 2),
        ("age", 5),
        ("education", 6),
        ("occupation", 7),
        ("interest_economy", 4),
        ("suit_media", 4),
        ("ready", 4),
        ("harassment", 3),
        ("unofficial_payment", 3),
        ("mode_online", 4),
        ("exp_school", 2),
        ("wish_openness", 4),
    ],
)
def test_sipas_2023_offers_the_options_of_the_form(sipas_2023, item, options):
    assert len(sipas_2023.options(sipas_2023.item(item))) == options


def test_sipas_2023_has_ten_wishes_each_a_share_in_no_index(sipas_2023):
    wishes = items_of(sipas_2023, "wishes")
    indexed = {code for _, _, node in sipas_2023.walk() for code in node.items}
    assert len(wishes) == 10
    assert {sipas_2023.satisfied(wish) for wish in wishes} == {("3", "4")}
    assert indexed.isdisjoint(wish.code for wish in wishes)


def test_sipas_2023_makes_no_average_of_a_perception_question(sipas_2023):
    perception = items_of(sipas_2023, "interest", "channels", "opinion", "integrity", "modes", "experience")
    assert not any(sipas_2023.satisfied(item) for item in perception)
    assert not any(option.value is not None for item in perception for option in sipas_2023.options(item))


def test_sipas_2023_pools_the_answers(sipas_2023):
    assert {(node.score, node.aggregate) for _, _, node in sipas_2023.walk()} == {
        ("top_box", "pooled_answers")
    }


def test_sipas_2017_has_5_factors_and_22_criteria(sipas_2017):
    assert children(sipas_2017, "sipas") == {
        "access": 4,
        "procedures": 5,
        "officials": 6,
        "results": 3,
        "feedback": 4,
    }
    assert satisfaction_figures(sipas_2017) == (22, 1 + 5)


def test_sipas_2017_averages_its_factors(sipas_2017):
    rules = {(root.code, node.score, node.aggregate) for root, _, node in sipas_2017.walk()}
    assert rules == {
        ("sipas", "top_box", "mean_of_children"),
        ("sipas-mean", "mean_100", "mean_of_children"),
    }


def test_sipas_2017_means_are_taken_over_the_same_factors_as_its_shares(sipas_2017):
    assert children(sipas_2017, "sipas-mean") == children(sipas_2017, "sipas")


def test_sipas_2017_marks_what_comes_from_memory(sipas_2017):
    remembered = [item.code for item in sipas_2017.items if item.status == "M"]
    assert remembered == ["c02", "c03", "c04", "c06", "c11"]


def test_satisfied_means_the_two_highest_of_five_levels(sipas):
    scale = sipas.scales["satisfaction"]
    assert {option.code: option.value for option in scale.options if option.value is not None} == {
        str(value): value for value in range(1, 6)
    }
    assert scale.satisfied == ("4", "5")


def test_every_satisfaction_item_can_be_answered_with_does_not_apply(sipas):
    rated = {code for _, _, node in sipas.walk() for code in node.items}
    for code in rated:
        kinds = [option.missing for option in sipas.options(sipas.item(code)) if option.missing]
        assert kinds == ["not_applicable"], code


def test_nobody_must_answer_anything(sipas):
    assert not [item.code for item in sipas.items if item.required]


# What is said of the sources


def test_every_item_says_where_it_comes_from_and_whose_sentence_it_is(sipas):
    for item in sipas.items:
        assert item.source, item.code
        assert item.status, item.code
        assert {"source", "status", "wording"} <= item.model_fields_set, item.code


def test_every_node_says_where_it_comes_from(sipas):
    assert not [path for _, path, node in sipas.walk() if not (node.source and node.status)]


def test_every_tag_of_a_source_is_explained_in_the_head_of_the_file(sipas):
    written = (SHIPPED / f"{sipas.code}-{sipas.version}.yaml").read_text(encoding="utf-8")
    head = written.partition("\ncode: ")[0]
    sources = [item.source for item in sipas.items] + [node.source for _, _, node in sipas.walk()]
    tags = {word.strip("[],;:") for source in sources for word in source.split()}
    tags = {tag for tag in tags if tag[0] == "S" and tag[1:2].isdigit()}
    assert "S12" in tags
    assert not [tag for tag in tags if f"#   {tag} " not in head]


def test_no_sentence_is_called_official_while_the_decision_is_unread(sipas):
    assert {item.wording for item in sipas.items} == {"own"}
    assert "this is not the official form" in sipas.source
    assert not any("official form" in sentence for sentence in sipas.introduction.values())


# Both languages


def test_every_text_stands_in_vietnamese_and_english(sipas):
    assert sipas.languages == ("vi", "en")
    found = dict(texts(sipas, sipas.code))
    assert len(found) > len(sipas.sections) + len(sipas.items)
    assert not [place for place, text in found.items() if set(text) != {"vi", "en"}]


def test_every_text_is_nfc_without_loose_blanks(sipas):
    for place, text in texts(sipas, sipas.code):
        for sentence in text.values():
            assert unicodedata.is_normalized("NFC", sentence), place
            assert sentence == " ".join(sentence.split()), place


def test_no_two_items_ask_the_same(sipas):
    for language in sipas.languages:
        asked = [item.text[language] for item in sipas.items]
        assert len(asked) == len(set(asked))


# Frozen


def frozen() -> list[tuple[str, str, str]]:
    """(code, version, sha256) of every published instrument."""
    lines = FROZEN.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split()) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("code", "version", "digest"), frozen())
def test_a_published_instrument_never_changes(code, version, digest):
    path = SHIPPED / f"{code}-{version}.yaml"
    assert path.exists(), f"{path.name} is gone: a published instrument never changes; add a new version"
    assert sha256(load(path)) == digest, (
        f"{path.name} differs from what was published: a published instrument never changes; add a new version"
    )


def test_every_shipped_instrument_is_frozen():
    shipped = {path.stem for path in SHIPPED.glob("*.yaml")}
    missing = shipped - {f"{code}-{version}" for code, version, _ in frozen()}
    assert not missing, f"add the hash of {sorted(missing)} to {FROZEN.name}"
