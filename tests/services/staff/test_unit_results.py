"""Results for a unit: rates, shares, differences, extremes, both views, comments; recounted from the snapshot."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from app.extensions import db
from app.models import HeadCount
from app.queries.errors import NotFound
from app.queries.releases import get_release
from app.queries.unit_results import heads_by_agency
from app.queries.waves import instrument_of
from app.services import fieldwork, recomputing, released_files, releasing, responding, snapshots
from app.services.assembly.staff import WHOLE
from app.services.assembly.unit_cards import unit_card
from app.services.assembly.units import _extremes, shares_of
from app.services.fieldwork import CollectorRow
from app.services.files import ResponseFile
from app.services.snapshots import path_of
from app.services.staff.results import placed_comments, unit_result, unit_table
from surveys.loading import from_document
from tests import factories
from tests.services.staff.released import (
    ANSWERED,
    HEADS,
    ITEMS,
    make_frozen_wave,
    make_ministry,
    release,
    staff_instrument,
)  # fmt: skip

GLADDER = 0.4


@pytest.fixture(scope="module")
def office(staff_office):
    """Citizens were asked before; then two waves of staff, the second gladder."""
    with staff_office.app_context():
        release_citizens()
        release(make_frozen_wave("2025", seed=5))
        release(make_frozen_wave("2026", seed=6, gladness=GLADDER))
    return staff_office


@pytest.fixture
def made(office):
    with office.app_context():
        yield get_release("culture", "2026")


def release_citizens():
    """A volunteer wave of the small citizens' instrument at the law department, 40 people."""
    make_ministry()
    wave = fieldwork.create_wave(
        fieldwork.create_survey("citizens", {"vi": "Người dân", "en": "Citizens"}),
        "2026",
        fieldwork.register_instrument(factories.instrument()),
        title={"vi": "Đợt 2026", "en": "Wave 2026"},
        tree_date=factories.TREE_DATE,
        wave_kind="volunteer",
    )
    (link,) = fieldwork.add_collectors(wave, [CollectorRow(agency="law", label="Một cửa", mode="qr")])
    fieldwork.open_wave(wave, now=factories.OPENED)
    responding.submit_many(
        factories.submission(
            link, answers={"visited": "yes", "seats": "3", "polite": "3" if k % 4 else "1", "result": "2"}
        )
        for k in range(40)
    )
    fieldwork.close_wave(wave, now=factories.CLOSED)
    snapshots.freeze(wave, key=b"test", now=factories.CLOSED + timedelta(days=8))
    releasing.release(wave, published_on=date(2026, 4, 1), language="vi")


def units(made):
    return json.loads((releasing.folder_of(made) / "units.json").read_text(encoding="utf-8"))["units"]


def rows(wave, branch):
    """Answers of everyone in a branch, from the snapshot."""
    inside = {WHOLE: ANSWERED.keys() | {"law"}, "law": {"law", "law-1", "law-2"}}[branch]
    with ResponseFile(path_of(wave)) as file:
        chosen = np.isin(file.labels("agency"), list(inside))
        return {code: file.labels(code)[chosen] for code, *_ in ITEMS}


def scores(wave, branch):
    """Each person's culture index: the mean of three dimensions of two items."""
    given = rows(wave, branch)
    points = {}
    for code, _vi, _en, more in ITEMS:
        value = np.array([float(one) if one.isdigit() else np.nan for one in given[code]])
        points[code] = 25 * ((5 - value) if more.get("reverse") else (value - 1))
    dimensions = []
    for pair in (("rules", "time"), ("greeted", "guided"), ("passed", "proud")):
        both = np.array([points[one] for one in pair])
        valid = ~np.isnan(both)
        total = np.where(valid, both, 0).sum(axis=0)
        dimensions.append(np.where(valid.any(axis=0), total / np.maximum(valid.sum(axis=0), 1), np.nan))
    found = np.mean(dimensions, axis=0)
    return found[~np.isnan(found)]


def positive(wave, branch, code, agree=("4", "5")):
    given = rows(wave, branch)[code]
    valid = given[np.isin(given, ["1", "2", "3", "4", "5"])]
    return 100 * np.isin(valid, agree).mean(), len(valid)


def test_the_response_rate_is_answers_of_head_counts(made):
    found = units(made)
    assert (found["law"]["heads"], found["law"]["answered"]) == (76, 59)
    assert (found[WHOLE]["heads"], found[WHOLE]["answered"]) == (sum(HEADS.values()), sum(ANSWERED.values()))


def test_heads_are_counted_where_the_answers_of_a_small_group_are(made):
    heads = heads_by_agency(made.wave)
    assert heads == {"ministry": 60, "law-1": 60, "law-2": 16, "trade": 50, "trade-1": 45}
    assert sum(one.heads for one in db.session.query(HeadCount).filter_by(wave_id=made.wave_id)) == 231


def test_the_index_and_its_margin_are_those_of_a_finite_population(made):
    own = scores(made.wave, "law")
    found = units(made)["law"]["figures"]["culture respondent_mean"]
    n, heads = len(own), 76
    margin = stats.norm.ppf(0.975) * np.sqrt(own.var() / n * (heads - n) / (heads - 1))

    assert found["n"] == n
    assert found["value"] == pytest.approx(own.mean())
    assert (found["low"], found["high"]) == pytest.approx((own.mean() - margin, own.mean() + margin))
    assert found["std_error"] == pytest.approx(own.std(ddof=1) / np.sqrt(n))


def test_shares_of_an_item_are_positive_neutral_and_negative(made):
    found = units(made)["law"]["items"]
    assert found["rules"]["positive"] == pytest.approx(positive(made.wave, "law", "rules")[0])
    assert found["rules"]["neutral"] == pytest.approx(positive(made.wave, "law", "rules", ("3",))[0])
    assert found["rules"]["negative"] == pytest.approx(positive(made.wave, "law", "rules", ("1", "2"))[0])


def test_a_reversed_item_is_positive_where_people_disagree(made):
    found = units(made)["law"]["items"]["passed"]
    assert found["positive"] == pytest.approx(positive(made.wave, "law", "passed", ("1", "2"))[0])
    item = staff_instrument().item("passed")
    assert [of.tolist() for of in shares_of(staff_instrument(), item)] == [
        [True, True, False, False, False, False],
        [False, False, True, False, False, False],
        [False, False, False, True, True, False],
    ]


def test_a_dimension_s_share_is_the_mean_of_its_items(made):
    unit = units(made)["law"]
    items = unit["items"]
    assert unit["themes"]["culture.discipline respondent_mean"]["positive"] == pytest.approx(
        (items["rules"]["positive"] + items["time"]["positive"]) / 2
    )


def test_a_difference_from_the_parent_is_tested_as_one_sample(made):
    own, above = scores(made.wave, "law"), scores(made.wave, WHOLE)
    found = units(made)["law"]["beside"]["parent"]["figures"]["culture respondent_mean"]
    assert found["difference"] == pytest.approx(own.mean() - above.mean())
    assert found["p"] == pytest.approx(stats.ttest_1samp(own, above.mean()).pvalue, rel=1e-6)


def test_a_difference_from_the_last_wave_is_tested_as_two_samples(made):
    before = get_release("culture", "2025").wave
    now, then = scores(made.wave, WHOLE), scores(before, WHOLE)
    beside = units(made)[WHOLE]["beside"]
    found = beside["last_wave"]["figures"]["culture respondent_mean"]
    assert found["difference"] == pytest.approx(now.mean() - then.mean())
    assert found["p"] == pytest.approx(stats.ttest_ind(now, then, equal_var=False).pvalue, rel=1e-6)
    assert found["significant"] is True
    assert list(beside) == ["last_wave"]

    (one, n), (other, m) = (positive(wave, WHOLE, "rules") for wave in (made.wave, before))
    table = np.array([[one * n, (100 - one) * n], [other * m, (100 - other) * m]]) / 100
    p = stats.chi2_contingency(table, correction=False).pvalue
    assert beside["last_wave"]["items"]["rules"]["p"] == pytest.approx(p, rel=1e-6)


def test_the_first_wave_has_no_last_one(made):
    beside = units(get_release("culture", "2025"))[WHOLE]["beside"]
    assert beside == {}


def test_a_group_is_set_beside_its_parent_and_the_whole_where_these_are_others(made):
    found = units(made)
    assert list(found["law-1"]["beside"]) == ["parent", "whole", "last_wave"]
    # The ministry is the whole: it is not named twice.
    assert list(found["law"]["beside"]) == ["parent", "last_wave"]


def test_few_answers_are_not_tested(made):
    found = units(made)
    for unit in found.values():
        for other in unit["beside"].values():
            for code, one in other["items"].items():
                if unit["items"][code]["n"] < 30:
                    assert one["significant"] is None
                    assert one["p"] is None


def test_best_and_worst_items_are_the_ends_of_the_shares(made):
    unit = units(made)["law"]
    order = sorted(unit["items"], key=lambda code: unit["items"][code]["positive"])
    assert unit["worst"]["items"] == order[:3]
    assert unit["best"]["items"] == order[:-4:-1]


def test_items_with_the_figure_of_the_last_one_are_counted_as_tied():
    shares = {"a": 90.0, "b": 80.0, "c": 70.0, "d": 70.0, "e": 70.0, "f": 10.0, "g": None}
    found = _extremes({code: None if one is None else {"positive": one} for code, one in shares.items()})
    assert found["best"] == {"items": ["a", "b", "c"], "tied": 2}
    assert found["worst"] == {"items": ["f", "c", "d"], "tied": 1}


def test_the_citizens_view_is_set_beside_the_staff_s_where_both_are_shown(made):
    found = units(made)
    (gap,) = found["law"]["gaps"]
    assert (gap["of"], gap["items"], gap["n_citizens"]) == ("tiny/polite", ["greeted", "guided"], 40)
    staff = np.mean([found["law"]["items"][code]["positive"] for code in ("greeted", "guided")])
    assert gap["gap"] == pytest.approx(75 - staff)
    assert found["trade"]["gaps"] == []


def test_a_unit_below_the_threshold_says_where_it_is_counted_in_one_sentence(made):
    result = unit_result(made, "rail", None, "en")
    assert result.card is None
    assert result.absence == (
        "This unit has no results of its own, because fewer than 10 people answered here or in a unit beside it; its"
        " answers are counted in Ministry of Tests."
    )
    assert result.comments == ()


@pytest.mark.parametrize(
    ("code", "variable"), [("nowhere", None), ("law", "sex"), ("law", "rules"), ("rail", "rank")]
)
def test_what_is_not_a_table_of_the_release_is_not_found(made, code, variable):
    with pytest.raises(NotFound):
        unit_result(made, code, variable, "vi")
    with pytest.raises(NotFound):
        unit_table(made, code, variable)


def test_a_table_is_one_of_the_set(made):
    found = unit_table(made, "law", "rank")
    assert [one["category"] for one in found["rows"]] == ["head", "expert", "clerk"]
    assert unit_table(made, WHOLE, None)["rows"][0]["n"] == sum(ANSWERED.values())


def test_an_open_wave_has_no_unit_pages(made):
    with pytest.raises(NotFound):
        unit_result(get_release("citizens", "2026"), "law", None, "vi")


def test_comments_stand_only_where_enough_people_wrote(made):
    document = json.loads((releasing.folder_of(made) / "units.json").read_text(encoding="utf-8"))
    placed = placed_comments(made.wave, document)
    assert placed
    assert all(len(texts) >= 10 for texts in placed.values())
    # Cut off one level up, so that no team shows what its own people wrote.
    assert not {agency for agency, _ in placed} & {"law-1", "law-2", "trade-1", "rail"}
    assert placed_comments(made.wave, document | {"threshold": 10_000}) == {}


def test_comments_of_too_few_writers_join_those_of_the_agency_above(made):
    document = json.loads((releasing.folder_of(made) / "units.json").read_text(encoding="utf-8"))
    apart = placed_comments(made.wave, document)
    most = max(len(texts) for texts in apart.values())
    together = placed_comments(made.wave, document | {"threshold": most + 1})
    assert {agency for agency, _ in together} == {"ministry"}
    assert sum(map(len, together.values())) == sum(map(len, apart.values()))


def test_every_item_of_the_card_has_its_words(made):
    card = unit_result(made, "law", "age", "vi").card
    assert [line.label for line in card.lines if line.kind == "item"] == [vi for _, vi, _, _ in ITEMS]
    assert card.beside == ("Bộ Thử nghiệm", "Đợt 2025")
    assert instrument_of(made.wave).identity == "mood@1"


def test_an_index_of_the_same_items_by_who_agrees_stands_on_the_line_of_the_other():
    document, instrument = twofold()
    card = unit_card(document, "law", instrument, {}, "en")
    (line,) = [one for one in card.lines if one.kind != "item"]
    assert (line.code, line.value.value, line.positive.value) == ("culture", 62.5, 48.0)


def test_two_indices_of_one_name_are_told_apart_by_their_code():
    document, instrument = twofold(score="mean_100")
    card = unit_card(document, "law", instrument, {}, "en")
    assert [one.label for one in card.lines if one.kind != "item"] == [
        "Culture [culture]", "Culture [again]",
    ]  # fmt: skip


def twofold(score="top_box"):
    """The results of a unit for an instrument with two indices of one name over the same items."""
    written = staff_instrument().model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    both = [
        {"code": code, "title": {"en": "Culture", "vi": "Văn hóa"}, "score": how, "aggregate": "pooled_answers",
         "items": ["rules", "time"]}
        for code, how in (("culture", "mean_100"), ("again", score))
    ]  # fmt: skip
    figure = {"value": 62.5, "low": 60.0, "high": 65.0, "n": 40, "std_error": 1.0}
    unit = {
        "parent": None, "heads": 50, "answered": 40, "themes": {}, "items": {}, "gaps": [], "tables": {}, "beside": {},
        "figures": {"culture mean_100": figure, f"again {score}": figure | {"value": 48.0}},
        "best": {"items": [], "tied": 0}, "worst": {"items": [], "tied": 0},
    }  # fmt: skip
    document = {"level": 0.95, "variables": [], "last_wave": None, "units": {"law": unit}}
    return document, from_document(written | {"indices": both})


def test_a_staff_release_comes_out_again_from_its_inputs_and_its_snapshot(made):
    known = released_files.known(made)
    inputs = recomputing.read_inputs(known.inputs)

    assert inputs.text == known.inputs.read_text(encoding="utf-8")
    assert (inputs.staff.last_wave.wave, len(inputs.staff.citizens)) == ("2025", 1)
    for name in ("workbooks/whole.xlsx", "workbooks/agency-law.xlsx"):
        content = (known.folder / name).read_bytes()
        assert recomputing.recompute(inputs, known.snapshot, name, content).same
