"""A results document read back for pages says the same as the scorecards of its run."""

from __future__ import annotations

import json

from app.services.assembly.cards import scorecards
from app.services.assembly.context import CardContext
from app.services.assembly.overview import index_labels, index_rows
from app.services.assembly.results import results_document, write_json

from .runs import counter, scored

ROWS = [
    {"place": place, "q1": "15"[k % 2]} for place, n in (("a", 60), ("b", 20), ("c", 5)) for k in range(n)
]


def test_indices_read_back_are_the_rows_of_the_cards(tmp_path):
    found = scored(tmp_path, ROWS, by="place", wave_kind="probability")
    document = json.loads(write_json(results_document(found)))
    context = CardContext(language="vi", wave="2026", domain_names={"a": "Nơi A"}, whole_name="Tất cả")
    expected = [row for card in scorecards(found, context) for row in card.rows if row.kind == "index"]
    read = index_rows(document, counter(), "vi", context.domain_names, context.whole_name)
    assert list(read) == expected


def test_indices_are_named_in_the_language_asked():
    assert index_labels(counter(), "vi") == (
        ("pooled", "Gộp chung"),
        ("person", "Theo người"),
        ("audit", "Chấm điểm"),
    )
