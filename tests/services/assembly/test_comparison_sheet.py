"""The Comparison sheet: differences with their verdict, and ranks that never stand alone."""

from __future__ import annotations

import pytest

from app.scorecards import Figure
from app.services.assembly.cards import scorecards
from app.services.assembly.context import CardContext
from app.services.assembly.inputs import Branches
from scoring import contrasts

from .cards import cards, figures, lines, table
from .runs import scored
from .test_comparisons import rows

DESIGN = {"by": "place", "stratum": "place", "cluster": ("day",), "compare": True, "ranks": True}
PLACES = ("a", "b", "c", "d", "e")


def books(folder, given=None, **options):
    return cards(folder, given or rows(PLACES, days=8), **(DESIGN | options))


def sheet(card):
    """The sheet's lines by (label of the node, code of the domain)."""
    return {(line["label"], line["code"]): line for line in lines(table(card, "comparison"))}


def has_sheet(card):
    return any(one.code == "comparison" for one in card.tables)


def test_a_line_holds_the_numbers_of_the_document_seen_from_this_side(tmp_path):
    found = scored(tmp_path, rows(PLACES, days=8), **DESIGN)
    given = {(c.a, c.b): c for c in found.comparisons if c.node == "pooled"}
    by_book = {name: sheet(card) for name, card in books(tmp_path).items()}
    for (a, b), one in given.items():
        here, there = by_book[a]["All answers", b], by_book[b]["All answers", a]
        for key in ("difference", "std_error", "low", "high", "p", "p_adjusted"):
            assert here[key].value == getattr(one, key)
        for key in ("std_error", "p", "p_adjusted"):
            assert there[key].value == getattr(one, key)
        assert there["difference"].value == -one.difference
        assert (there["low"].value, there["high"].value) == (-one.high, -one.low)


def test_the_verdict_is_that_of_the_adjusted_p(tmp_path):
    words = {}
    for card in books(tmp_path).values():
        for line in lines(table(card, "comparison")) if card.domain else ():
            if line["p_adjusted"].value is not None:
                told = line["p_adjusted"].value < 0.05
                up = line["difference"].value > 0
                words.setdefault((told, up if told else None), set()).add(line["verdict"])
                # What is not adjusted would tell more.
                if line["p"].value < 0.05 <= line["p_adjusted"].value:
                    words.setdefault("only unadjusted", set()).add(line["verdict"])
    assert words == {
        (True, True): {"higher"},
        (True, False): {"lower"},
        (False, None): {"no difference shown"},
        "only unadjusted": {"no difference shown"},
    }


def test_a_verdict_follows_the_level_of_the_run(tmp_path):
    """At 99.99 % the p of 0.0006 between a and c tells nothing."""
    assert sheet(books(tmp_path)["a"])["All answers", "c"]["verdict"] == "higher"
    strict = books(tmp_path, level=0.9999)["a"]
    assert sheet(strict)["All answers", "c"]["verdict"] == "no difference shown"
    assert any("below 0.01%" in remark for remark in table(strict, "comparison").remarks)


@pytest.mark.parametrize(
    ("adjust", "header"),
    [("holm", "p, adjusted (Holm)"), ("bh", "p, adjusted (Benjamini–Hochberg)"), ("none", None)],
)
def test_the_method_of_adjustment_is_named(tmp_path, adjust, header):
    found = table(books(tmp_path, adjust=adjust)["a"], "comparison")
    headers = {column.code: column.header for column in found.columns}
    assert headers.get("p_adjusted") == header
    assert any("not adjusted." in one for one in found.remarks) == (header is None)


def test_a_rank_stands_with_its_set_and_its_tie_groups(tmp_path):
    found = scored(tmp_path, rows(PLACES, days=8), **DESIGN)
    given = {r.domain: r for r in found.ranks if r.node == "pooled"}
    together = {
        name: sum(bool(set(one.tie_groups) & set(other.tie_groups)) for other in given.values()) - 1
        for name, one in given.items()
    }
    assert sorted(set(together.values())) != [0]
    for card in books(tmp_path).values():
        for (label, code), line in sheet(card).items():
            if label == "All answers":
                one = given[code]
                ranks = [line[key].value for key in ("rank", "rank_low", "rank_high", "ranked", "tied")]
                assert ranks == [one.rank, one.rank_low, one.rank_high, 5, together[code]]
                assert line["groups"] == ", ".join(map(str, one.tie_groups))


def test_tie_groups_hold_who_is_not_told_apart(tmp_path):
    """Whoever shares no group, and no chain of neighbours, has sets that say who is better."""
    found = scored(tmp_path, rows(PLACES, days=8), **DESIGN)
    ranks = {r.domain: r for r in found.ranks if r.node == "pooled"}
    best, worst = (pick(ranks.values(), key=lambda r: r.rank) for pick in (min, max))
    assert not set(best.tie_groups) & set(worst.tie_groups)
    assert best.rank_high < worst.rank
    assert min(best.tie_groups) == 1
    assert {group for r in ranks.values() for group in r.tie_groups} == set(
        range(1, max(worst.tie_groups) + 1)
    )


def test_the_book_of_the_whole_lists_every_ranking_with_intervals_the_best_first(tmp_path):
    found = books(tmp_path)[None]
    pooled = [line for line in lines(table(found, "comparison")) if line["label"] == "All answers"]
    assert [line["rank"].value for line in pooled] == sorted(line["rank"].value for line in pooled)
    assert len(pooled) == len(PLACES)
    for line in pooled:
        assert line["low"].value < line["value"].value < line["high"].value
        assert line["rank_low"].value <= line["rank"].value <= line["rank_high"].value


def test_a_small_sample_is_compared_and_not_ranked(tmp_path):
    few = [{"place": "few", "day": f"{k % 4}", "q1": "25"[k % 3 > 0], "q2": "15"[k % 2]} for k in range(20)]
    found = books(tmp_path, rows(PLACES[:3], days=8) + few)
    line = sheet(found["a"])["All answers", "few"]
    assert line["difference"].value is not None
    assert line["rank"] == line["rank_high"] == Figure(None, "z")
    assert line["groups"] == "[z]"
    own = sheet(found["few"])
    assert ("All answers", "few") not in own
    assert own["All answers", "a"]["rank"].value is not None
    assert all(code != "few" for _, code in sheet(found[None]))


def test_a_hidden_domain_is_named_nowhere(tmp_path):
    hidden = [{"place": "hidden", "day": f"{k % 4}", "q1": "25"[k % 2]} for k in range(6)]
    found = books(tmp_path, rows(PLACES[:4], days=8) + hidden)
    assert not has_sheet(found["hidden"])
    assert figures(found["hidden"]) == []
    gone = {name for name, card in found.items() if not figures(card)}
    assert "hidden" in gone
    for name, card in found.items():
        if name not in gone:
            named = {cell for row in table(card, "comparison").rows for cell in row if isinstance(cell, str)}
            assert not named & gone, name


def test_without_being_asked_there_is_no_sheet(tmp_path):
    assert not any(map(has_sheet, books(tmp_path, compare=False, ranks=False).values()))


def test_ranks_alone_have_no_columns_of_differences(tmp_path):
    found = books(tmp_path, compare=False)["a"]
    assert "difference" not in {column.code for column in table(found, "comparison").columns}
    assert {code for _, code in sheet(found)} == {"a"}


def test_differences_alone_have_no_columns_of_ranks(tmp_path):
    found = books(tmp_path, ranks=False)
    assert "rank" not in {column.code for column in table(found["a"], "comparison").columns}
    assert ("All answers", "a") not in sheet(found["a"])
    assert not has_sheet(found[None])


@pytest.mark.parametrize(
    ("kind", "said"),
    [("volunteer", "chose themselves"), ("census", "everyone was asked"), ("probability", None)],
)
def test_the_notes_say_why_a_wave_has_no_tests(tmp_path, kind, said):
    asked = [row | {"asked": "60"} for row in rows(PLACES, days=8)]
    census = {"stratum": "place", "fpc": ("asked",)} if kind == "census" else {}
    found = cards(tmp_path, asked, by="place", wave_kind=kind, **census)
    for card in found.values():
        assert not has_sheet(card)
        about = [note for note in card.notes if "No ranks and no tests of differences" in note]
        assert [said in note for note in about] == ([True] if said else [])


def test_beyond_two_hundred_each_is_set_beside_the_whole_and_its_siblings(tmp_path, monkeypatch):
    for module in ("scoring.contrasts", "app.services.assembly.comparisons"):
        monkeypatch.setattr(f"{module}.MOST_PAIRED", 3)
    assert contrasts.MOST_PAIRED == 3
    paths = {place: ("north" if place in "ab" else "south", place) for place in PLACES}
    tree = Branches("place", paths | {"north": ("north",), "south": ("south",)})
    found = cards(tmp_path, rows(PLACES, days=8), branches=tree, **(DESIGN | {"by": ()}))
    own = sheet(found["a"])
    assert {code for label, code in own if label == "All answers"} == {"a", "[z]", "b"}
    assert own["All answers", "[z]"]["domain"] == "All respondents"
    # Two regions are few enough: each beside the other.
    assert {code for label, code in sheet(found["north"]) if label == "All answers"} == {"north", "south"}


def test_levels_of_a_tree_are_ranked_apart(tmp_path):
    paths = {place: ("north" if place in "ab" else "south", place) for place in PLACES}
    tree = Branches("place", paths | {"north": ("north",), "south": ("south",)})
    found = cards(tmp_path, rows(PLACES, days=8), branches=tree, **(DESIGN | {"by": ()}))
    whole = sheet(found[None])
    assert {code: whole["All answers", code]["ranked"].value for code in ("north", "south", "a", "e")} == {
        "north": 2, "south": 2, "a": 5, "e": 5
    }  # fmt: skip


def test_equal_codes_of_two_columns_stay_apart(tmp_path):
    given = [row | {"group": "ab"[k % 2]} for k, row in enumerate(rows(("a", "b", "c"), days=8))]
    found = scored(tmp_path, given, **(DESIGN | {"by": ("place", "group")}))
    context = CardContext(language="en", wave="W")
    by_domain = {(card.by, card.domain): card for card in scorecards(found, context)}
    assert {code for label, code in sheet(by_domain["place", "a"]) if label == "All answers"} == {
        "a",
        "b",
        "c",
    }
    assert {code for label, code in sheet(by_domain["group", "a"]) if label == "All answers"} == {"a", "b"}
