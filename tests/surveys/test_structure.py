from __future__ import annotations

from surveys import structure
from surveys.instrument import Index, Instrument, Item, Node, Option, Scale, Section
from surveys.loading import to_document
from tests.surveys.instruments import right


def test_sound_data_becomes_an_instrument_without_findings():
    instrument, findings = structure.build(to_document(right("index_pooled")))

    assert instrument == right("index_pooled")
    assert findings == []


def test_misshapen_data_gives_findings_and_a_mended_copy():
    document = to_document(right("index_pooled"))
    document["sections"][0]["items"][1] = "What else?"

    instrument, findings = structure.build(document)

    assert [finding.code for finding in findings] == ["not_a_mapping"]
    assert instrument is not None
    assert [item.code for item in instrument.items][::2] == ["q1", "q3"]


def test_the_data_itself_is_left_alone():
    document = to_document(right("minimal")) | {"colour": "red"}

    structure.build(document)

    assert document["colour"] == "red"


def test_data_without_keys_cannot_be_mended():
    assert structure.build(["code"])[0] is None


def test_an_empty_document_lacks_every_required_key():
    _, findings = structure.build({})

    assert [finding.context["key"] for finding in findings] == [
        name for name, field in Instrument.model_fields.items() if field.is_required()
    ]


def test_every_part_is_known_by_its_path():
    paths = {
        (): Instrument,
        ("scales", "agree"): Scale,
        ("scales", "agree", "options", 0): Option,
        ("sections", 0): Section,
        ("sections", 0, "items", 0): Item,
        ("sections", 0, "items", 0, "options", 0): Option,
        ("indices", 0): Index,
        ("indices", 0, "children", 0): Node,
        ("indices", 0, "children", 0, "items", 0): None,
        ("title",): None,
    }

    assert {path: structure.part_at(path) for path in paths} == paths


def test_a_fault_that_has_no_sentence_of_its_own_is_said_with_its_reason():
    error = {"type": "unheard_of", "loc": ("title",), "msg": "Input is odd", "input": 1}

    assert structure._finding({}, error).sentence == "'title' is not valid: Input is odd."


def test_a_number_given_for_a_text_is_that_text():
    option = Option(code=5, label={"en": 5})

    assert (option.code, option.label) == ("5", {"en": "5"})


def test_half_a_surrogate_pair_cannot_be_stored():
    document = to_document(right("minimal")) | {"source": "\ud800"}

    assert [finding.code for finding in structure.build(document)[1]] == ["control_character"]
