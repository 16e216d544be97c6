"""The past of an agency: over merged agencies, and cut wherever two waves must not be compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from scipy import stats

from app.extensions import db
from app.figures import show
from app.queries.releases import get_release
from app.services.agencies import AgencyRow, import_agencies, merge_agency
from app.services.agency_results import agency_card
from app.services.assembly.past import compared, meaning, merged
from app.services.assembly.records import Record
from app.services.released import rows_of
from tests import factories
from tests.auth.person import Person
from tests.pages import text_of
from tests.results.conftest import make_office, release_wave

MERGED_ON = date(2026, 7, 1)
HEAD = {"wave_kind": "probability", "level": 0.95}


def record(value=80.0, std_error=2.0, n=100, **changes):
    given = {
        "by": "agency", "domain": "a", "label": "A", "node": "service", "kind": "index", "measure": "top_box",
        "value": value, "std_error": std_error, "low": 76.0, "high": 84.0, "interval_method": "t", "df": 10,
        "deff": 1.5, "n": n, "n_psu": 12, "n_eff": 60.0, "flag": None, "reason": (),
    }  # fmt: skip
    return Record(**given | changes)


def test_the_past_of_a_merged_agency_is_the_mean_of_its_parts_by_their_answers():
    found = merged([record(80.0, 2.0, 300), record(90.0, 4.0, 100)], 0.95)

    assert found.value == pytest.approx((300 * 80 + 100 * 90) / 400)
    assert found.std_error == pytest.approx(((0.75 * 2) ** 2 + (0.25 * 4) ** 2) ** 0.5)
    assert (found.n, found.n_psu, found.df, found.flag) == (400, 24, 20, None)
    half = stats.t.ppf(0.975, 20) * found.std_error
    assert (found.low, found.high) == pytest.approx((82.5 - half, 82.5 + half))


def test_an_interval_ends_where_the_measure_ends():
    assert merged([record(99.0, 3.0), record(99.0, 3.0)], 0.95).high == 100.0


def test_a_hidden_part_hides_the_past():
    hidden = record(None, None, None, low=None, high=None, flag="suppressed")

    assert merged([record(), hidden], 0.95) is hidden


def test_parts_without_an_error_have_a_mean_without_an_interval():
    found = merged([record(80.0, None), record(90.0, None)], 0.95)

    assert (found.value, found.std_error, found.low, found.high, found.interval_method) == (
        85.0,
        None,
        None,
        None,
        "none",
    )


def test_bands_of_volunteers_have_no_interval_together_and_keep_their_remark():
    band = {"interval_method": "band", "flag": "indicative", "reason": (("indicative", ""),)}
    small = band | {"flag": "small indicative", "reason": (("small", "30"), ("indicative", ""))}
    found = merged([record(**band), record(n=20, **small)], 0.95)

    assert (found.low, found.high, found.interval_method) == (None, None, "none")
    assert (found.flag, found.reason) == ("indicative", (("indicative", ""),))
    assert merged([record(n=9, **small), record(n=20, **small)], 0.95).flag == "small indicative"


def test_a_change_is_tested_as_of_two_samples_drawn_apart():
    found = compared(record(80.0, 3.0), record(90.0, 4.0, df=5), (HEAD, HEAD), "en")

    assert found.difference.value == 10.0
    half = stats.t.ppf(0.975, 5) * 5.0
    assert (found.low.value, found.high.value) == pytest.approx((10 - half, 10 + half))
    assert found.p.value == pytest.approx(2 * stats.t.sf(2.0, 5))
    assert found.verdict == "no difference shown"
    assert compared(record(80.0, 0.3), record(90.0, 0.4), (HEAD, HEAD), "en").verdict == "higher"
    assert compared(record(90.0, 0.3), record(80.0, 0.4), (HEAD, HEAD), "en").verdict == "lower"


@pytest.mark.parametrize("side", [0, 1])
def test_of_volunteers_and_without_an_error_no_change_is_told(side):
    heads = [HEAD, HEAD]
    heads[side] = HEAD | {"wave_kind": "volunteer"}
    assert compared(record(), record(), tuple(heads), "en") is None
    pair = [record(), record()]
    pair[side] = replace(pair[side], std_error=None)
    assert compared(*pair, (HEAD, HEAD), "en") is None


def test_other_words_mean_the_same_and_other_items_do_not():
    asked = factories.instrument()
    document = asked.model_dump(mode="json")
    document["version"] = 2
    document["indices"][0]["title"]["en"] = "Service, renamed"
    renamed = factories.from_document(document)
    document["indices"][0]["items"] = ["seats", "polite"]
    fewer = factories.from_document(document)

    assert meaning(asked, "service") == meaning(renamed, "service")
    assert meaning(asked, "service") != meaning(fewer, "service")
    assert meaning(asked, "nothing") is None


def instrument(version, items):
    """The small instrument with two indices: the first is of these items, the second always of the same."""
    document = factories.instrument(version).model_dump(mode="json")
    first = document["indices"][0]
    second = first | {"code": "manner", "title": {"vi": "Thái độ", "en": "Manner"}, "items": ["polite"]}
    document["indices"] = [first | {"items": items}, second]
    return factories.from_document(document)


@pytest.fixture(scope="module")
def history(migrated_file, tmp_path_factory):
    """Two waves: between them two communes merge, and the first index loses an item."""
    app = make_office(tmp_path_factory.mktemp("history"), migrated_file)
    with app.app_context():
        asked = instrument(1, ["seats", "polite", "result"])
        release_wave("2026", {"north-1": (8, 5), "north-3": (8, 10)}, asked=asked)
        names = {"vi": "Xã Hợp Nhất", "en": "United"}
        import_agencies([AgencyRow("north-9", "commune", names, date(2026, 6, 1), parent="north")])
        for code in ("north-1", "north-3"):
            merge_agency(code, "north-9", MERGED_ON)
        asked = instrument(2, ["seats", "polite"])
        release_wave("2027", {"north-9": (8, 7)}, tree_date=date(2026, 8, 1), asked=asked)
    yield app
    with app.app_context():
        db.engine.dispose()


def trend(history, wave, code, index="manner"):
    with history.app_context():
        return agency_card(get_release("citizens", wave), code, "en", index).trend


def row_of(history, code, index="manner"):
    """The figure of an agency in the first wave."""
    with history.app_context():
        rows = rows_of(get_release("citizens", "2026"), code, "en")
    (found,) = [row for row in rows if row.kind == "index" and row.node == index]
    return found


def test_the_first_wave_has_no_series(history):
    assert trend(history, "2026", "north-1") is None


def test_what_merged_goes_on_in_its_heir(history):
    found = trend(history, "2027", "north-9")
    parts = [row_of(history, code) for code in ("north-1", "north-3")]
    expected = sum(row.value.value * row.n.value for row in parts) / sum(row.n.value for row in parts)

    assert [point.wave_code for point in found.points] == ["2026", "2027"]
    assert found.points[0].row.value.value == pytest.approx(expected, rel=1e-11)
    assert found.points[0].parts == ("North One", "North Three")
    assert [point.segment for point in found.points] == [0, 0]
    assert found.change is not None


def test_an_agency_that_went_on_as_it_was_has_its_own_figures(history):
    found = trend(history, "2027", "north")

    assert found.points[0].row.value == row_of(history, "north").value
    assert found.points[0].parts == ()


def test_an_index_of_other_items_breaks_the_series(history):
    found = trend(history, "2027", "north-9", "service")

    assert [point.segment for point in found.points] == [0, 1]
    assert found.points[1].breaks == (
        "The index is made of other items or by another rule than in the wave before.",
    )
    assert found.change is None


@pytest.mark.parametrize(
    ("index", "marks", "joins"), [("manner", ["[b]", "–"], 1), ("service", ["[b]", "[b]"], 0)]
)
def test_chart_and_table_show_the_same_and_no_line_over_a_break(history, index, marks, joins):
    person = Person(history.test_client())
    person.sign_in()
    page = person.get(f"/results/citizens/2027/agencies/north-9/?lang=en&index={index}").page
    points = trend(history, "2027", "north-9", index).points
    values = [show(point.row.value, "percent", "en") for point in points]
    (box,) = [one for one in page.of_class("scroll") if one.get("aria-labelledby") == "trend"]
    lines = [[text_of(cell) for cell in line] for line in box.find("table/tbody").iter("tr")]
    svg = "{http://www.w3.org/2000/svg}"

    assert [line[1] for line in lines] == values
    assert [line[5] for line in lines] == marks
    assert "North One, North Three" in lines[0][6]
    for chart in (one for one in page.tree.iter(f"{svg}svg") if "trend" in (one.get("class") or "")):
        assert [text_of(one) for one in chart.iter(f"{svg}text") if one.get("class") == "digits"] == values
        assert sum(one.get("class") == "join" for one in chart.iter(f"{svg}line")) == joins
        assert sum(one.get("class") == "broken" for one in chart.iter(f"{svg}line")) == 1 - joins
