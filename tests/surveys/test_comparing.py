"""Two versions of an instrument side by side: everything that differs is found, and a changed meaning is flagged."""

from __future__ import annotations

import copy

from surveys.comparing import compare
from surveys.loading import from_document, to_document
from tests.factories import instrument


def changed(edit):
    document = copy.deepcopy(to_document(instrument()))
    document["version"] = 2
    edit(document, document["sections"][0]["items"])
    found = compare(instrument(), from_document(document))
    return [(one.what, one.kind, one.code, one.key, one.language, one.meaning) for one in found]


def test_nothing_differs_in_the_same_instrument():
    assert changed(lambda _document, _items: None) == []


def test_the_wording_of_an_item_is_meaning_and_its_hint_is_not():
    def edit(_document, items):
        items[2]["text"]["vi"] = "Thái độ lịch sự"
        items[3]["hint"] = {"vi": "Gợi ý", "en": "Hint"}

    assert changed(edit) == [
        ("changed", "item", "polite", "text", "vi", True),
        ("changed", "item", "result", "hint", "", False),
    ]


def test_an_item_that_is_new_gone_or_elsewhere_is_told():
    def edit(document, items):
        new = items.pop(5) | {"code": "other"}
        items.append(new)
        items[3], items[4] = items[4], items[3]
        document["title"]["en"] = "Another title"

    assert changed(edit) == [
        ("changed", "instrument", "tiny", "title", "en", False),
        ("removed", "item", "words", "", "", True),
        ("moved", "item", "heard", "", "", False),
        ("moved", "item", "result", "", "", False),
        ("added", "item", "other", "", "", True),
    ]


def test_options_scales_and_routing_are_meaning():
    def edit(document, items):
        scale = document["scales"]["satisfaction"]
        scale["options"][0]["value"] = 0
        scale["satisfied"] = ["2", "3"]
        items[0]["options"].append({"code": "maybe", "label": {"vi": "Không nhớ", "en": "Do not know"}})
        items[1]["show_if"] = "visited != 'no'"

    found = changed(edit)
    assert ("added", "option", "visited: maybe", "", "", True) in found
    assert ("changed", "item", "seats", "show_if", "", True) in found
    for code in ("seats", "polite", "result"):
        assert ("changed", "option", f"{code}: 1", "value", "", True) in found
        assert ("changed", "item", code, "satisfied", "", True) in found


def test_the_rule_of_an_index_is_meaning_and_its_title_is_not():
    def edit(document, _items):
        document["indices"][0]["items"] = ["polite", "result"]
        document["indices"][0]["aggregate"] = "mean_of_items"
        document["indices"][0]["title"]["vi"] = "Chỉ số"

    assert changed(edit) == [
        ("changed", "index", "service", "title", "vi", False),
        ("changed", "index", "service", "items", "", True),
        ("changed", "index", "service", "aggregate", "", True),
    ]


def test_a_further_language_takes_nothing_from_the_others():
    def edit(document, _items):
        def add(part):
            for key in ("title", "text", "label"):
                if key in part:
                    part[key]["fr"] = "Texte"
            for below in part.values():
                for one in (
                    below if isinstance(below, list) else below.values() if isinstance(below, dict) else ()
                ):
                    if isinstance(one, dict):
                        add(one)

        document["languages"] = ["vi", "en", "fr"]
        add(document)

    found = changed(edit)
    assert found
    assert not any(meaning for *_rest, meaning in found)
