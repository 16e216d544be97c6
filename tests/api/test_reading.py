"""What programs read: the same figures as the documents and pages, in parts, and only within their branches."""

from __future__ import annotations

import json
from datetime import date

import pytest

from app.queries.releases import get_numbered_release
from app.services.releasing import folder_of
from tests.api.conftest import WAVE
from tests.api.program import Program


def release(number=1):
    return f"{WAVE}/releases/{number}"


@pytest.fixture(scope="module")
def document(world):
    """The results document of the first release."""
    app, _keys = world
    with app.app_context():
        return json.loads(
            (folder_of(get_numbered_release("citizens", "2026", 1)) / "results.json").read_text(
                encoding="utf-8"
            )
        )


def test_who_asks_and_what_for(whole, north, south):
    assert whole.get("/me").json["branches"] is None
    found = north.get("/me").json
    assert (found["email"], found["branches"], found["rights"]) == (
        "north@api.vn",
        ["north"],
        ["export", "read"],
    )
    assert south.get("/me").json["rights"] == ["read"]


def test_surveys_and_waves(whole, south):
    (survey,) = whole.get("/surveys").items
    assert survey["code"] == "citizens"
    assert [(wave["code"], wave["newest_release"]) for wave in survey["waves"]] == [
        ("running", None),
        ("2026", 2),
    ]
    wave = whole.get(WAVE).json
    assert wave["title"]["vi"] == "Đợt năm 2026 <thử & nghiệm>"
    assert (wave["wave_kind"], wave["state"], wave["tree_date"]) == ("probability", "closed", "2026-03-01")
    assert [one["code"] for one in whole.get("/surveys/citizens/waves").items] == ["running", "2026"]
    assert [one["code"] for one in south.get("/surveys/citizens/waves").items] == ["2026"]
    assert south.get("/surveys/citizens/waves/running").status == 404


def test_a_wave_that_runs_is_seen_only_where_it_runs(north, south):
    assert north.get("/surveys/citizens/waves/running").status == 200
    assert south.get("/surveys/citizens/waves/running").detail == (
        "There is no wave citizens/running; check the code."
    )


def test_agencies_of_a_day(whole, north):
    everywhere = [one["code"] for one in whole.get("/agencies?on=2026-03-01").items]
    assert everywhere == ["north", "north-1", "north-2", "north-3", "south", "south-1"]
    assert whole.get("/agencies?on=2020-01-01").items == []
    assert [one["code"] for one in whole.get("/agencies?under=south").items] == ["south", "south-1"]
    assert [one["code"] for one in north.get("/agencies").items] == everywhere[:4]


def test_an_agency_with_what_stands_over_and_under_it(whole, north):
    found = whole.get("/agencies/north?on=2026-03-01").json
    assert found["names"] == {"en": "North Province", "vi": "Tỉnh Bắc"}
    assert (found["path"], found["children"]) == (["north"], ["north-1", "north-2", "north-3"])
    assert north.get("/agencies/north-1").json["parent"] == "north"


def test_an_agency_elsewhere_is_not_found_like_one_that_never_was(north):
    said = [north.get(f"/agencies/{code}?on=2026-03-01").detail for code in ("south", "nowhere")]
    assert said[0].replace("south", "nowhere") == said[1]
    assert north.get("/agencies?under=south").status == 404


def test_instruments(whole):
    (found,) = whole.get("/instruments").items
    document = whole.get(f"/instruments/{found['code']}/{found['version']}").json
    assert document["sha256"] == found["sha256"]
    assert document["document"]["sections"][0]["items"][0]["code"] == "visited"
    assert whole.get("/instruments/tiny/9").status == 404


def test_releases_with_their_hashes(whole, document):
    second, first = whole.get(f"{WAVE}/releases").items
    assert (first["number"], second["number"]) == (1, 2)
    assert first["published_on"] == "2026-04-15"
    assert first["snapshot_sha256"] == second["snapshot_sha256"] == document["snapshot_sha256"]
    assert whole.get(release()).json == first
    assert whole.get(release(3)).status == 404
    assert whole.get("/surveys/citizens/waves/running/releases").status == 404


def test_the_figures_are_those_of_the_document_to_the_last_digit(whole, document):
    found = whole.all(f"{release()}/results?limit=1000")
    names = ("domain", "node", "measure", "value", "std_error", "low", "high", "df", "n", "n_psu", "flag")
    assert [[one[name] for name in names] for one in found] == [
        [one[name] for name in names] for one in document["estimates"]
    ]


def test_a_figure_that_is_hidden_says_so(whole):
    (hidden, *_) = [
        one
        for one in whole.all(f"{release()}/results?agency=north-2&language=en")
        if one["flag"] == "suppressed"
    ]
    assert (hidden["value"], hidden["marks"]["value"]) == (None, "c")
    assert hidden["flag_reason"].endswith(".")
    assert hidden["domain_label"] == "North Two"


@pytest.mark.parametrize("limit", [1, 7, 50, 1000])
def test_parts_of_any_size_make_the_same_list(whole, limit):
    path = f"{release()}/results?agency=north&branch=true"
    assert whole.all(f"{path}&limit={limit}") == whole.all(f"{path}&limit=1000")


def test_parts_of_two_releases_do_not_mix(whole):
    mark = whole.get(f"{release(1)}/results?limit=5").json["next"]
    assert whole.get(f"{release(1)}/results?limit=5&cursor={mark}").status == 200
    first = whole.get(f"{WAVE}/releases?limit=1").json
    assert [
        first["items"][0]["number"],
        *(one["number"] for one in whole.get(f"{WAVE}/releases?limit=1&cursor={first['next']}").items),
    ] == [2, 1]
    assert whole.get(f"{release(1)}/results?kind=item&cursor={mark}").status == 404
    assert whole.get(f"/agencies?cursor={mark}").status == 404


def test_filters_take_what_they_name(whole):
    found = whole.all(f"{release()}/results?kind=index&measure=top_box")
    assert {(one["kind"], one["measure"], one["node"]) for one in found} == {("index", "top_box", "service")}
    assert {one["domain"] for one in whole.all(f"{release()}/results?agency=north")} == {"north"}
    assert {one["domain"] for one in whole.all(f"{release()}/results?agency=north&branch=1")} >= {
        "north",
        "north-1",
    }
    assert whole.get(f"{release()}/results?node=polite&agency=south").items
    assert whole.get(f"{release()}/results?node=none").items == []


def test_results_of_a_branch_hold_nothing_of_another(whole, north):
    everything = whole.all(f"{release()}/results?limit=1000")
    own = north.all(f"{release()}/results?limit=1000")
    assert own == [one for one in everything if one["domain"] is None or one["domain"].startswith("north")]
    assert north.get(f"{release()}/results?agency=south").status == 404
    assert north.get(f"{release()}/results?agency=south&branch=true").status == 404


def test_comparisons_are_those_of_the_document_and_stay_within_the_branch(whole, north, document):
    found = whole.all(f"{release()}/comparisons?limit=1000")
    assert len(found) == len(document["comparisons"])
    assert {(one["node"], one["a"], one["b"]) for one in found} == {
        (one["node"], one["a"], one["b"]) for one in document["comparisons"]
    }
    own = [one for one in found if {one["a"][:5], (one["b"] or "north")[:5]} == {"north"}]
    assert north.all(f"{release()}/comparisons?limit=1000") == own != found
    assert whole.all(f"{release()}/comparisons?agency=north&node=service")
    assert whole.get(f"{release()}/comparisons?agency=nowhere").status == 404


def test_ranks_carry_the_bounds_of_their_sets(whole, south):
    ranked = [one for one in whole.all(f"{release()}/ranks") if one["rank"] is not None]
    assert ranked
    assert all(one["rank_low"] <= one["rank"] <= one["rank_high"] for one in ranked)
    assert {one["domain"][:5] for one in south.all(f"{release()}/ranks")} <= {"south"}


def test_a_scorecard_has_all_of_one_agency(whole, south):
    found = whole.get(f"{release()}/scorecards/north-1?language=en").json
    assert found["label"] == "North One"
    assert found["workbooks"] == ["agency-north-1"]
    assert found["estimates"] == whole.all(f"{release()}/results?agency=north-1&language=en")
    assert south.get(f"{release()}/scorecards/north-1").status == 404


def test_a_workbook_is_the_released_one_byte_for_byte(world, whole):
    app, _keys = world
    answer = whole.get(f"{release()}/workbooks/agency-north")
    with app.app_context():
        path = folder_of(get_numbered_release("citizens", "2026", 1)) / "workbooks" / "agency-north.xlsx"
    assert answer.body == path.read_bytes()
    assert "filename=citizens-2026-1-agency-north.xlsx" in answer.headers["Content-Disposition"]


def test_workbooks_of_others_and_that_of_all_are_for_who_sees_them(whole, north):
    stems = [one["stem"] for one in north.get(f"{release()}/workbooks").items]
    assert "agency-north-1" in stems
    assert not {"whole", "agency-south-1"} & set(stems)
    for stem in ("whole", "agency-south-1", "../results", "nothing"):
        assert north.get(f"{release()}/workbooks/{stem}").status == 404
    assert whole.get(f"{release()}/workbooks/whole").status == 200
    assert whole.get(f"{release()}/workbooks/whole?language=en").status == 404


def test_a_signature_is_given_where_there_is_one(whole):
    for one in whole.get(f"{release()}/workbooks").items:
        answer = whole.get(f"{release()}/workbooks/{one['stem']}/signature")
        assert (answer.status == 200) is one["signed"]


def test_who_has_an_answer_already_is_told_so(whole, north):
    first = whole.get(f"{release()}/results?agency=north")
    mark = first.headers["ETag"]
    again = whole.get(f"{release()}/results?agency=north", headers={"If-None-Match": mark})
    assert (again.status, again.body) == (304, b"")
    assert whole.get(f"{release()}/results?agency=south", headers={"If-None-Match": mark}).status == 200
    assert "private" in first.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "The parameter `limit` is wrong: input should be greater than or equal to 1."),
        ("limit=1000000000000000000000", "The parameter `limit` is wrong: "),
        ("limit=many", "The parameter `limit` is wrong: "),
        ("limit=", "The parameter `limit` is wrong: "),
        ("cursor=", "The parameter `cursor` is wrong: "),
        ("measure=mean", "The parameter `measure` is wrong: "),
        ("branch=perhaps", "The parameter `branch` is wrong: "),
        ("language=fr", "The parameter `language` is wrong: "),
        ("limits=5", "There is no parameter `limits` here; see the description of the API."),
        ("limit=5&limit=6", "The parameter `limit` may stand once only."),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(whole, query, said):
    answer = whole.get(f"{release()}/results?{query}")
    assert answer.status == 422
    assert answer.detail.startswith(said)
    assert answer.json["errors"][0]["name"] in query


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "====", "MTAwOng", "-1", "%00", "ế", "OTk5OTk5OTk5OTk5OTk6eA"]
)
def test_a_mark_of_no_list_is_not_found(whole, cursor):
    assert whole.get(f"/agencies?cursor={cursor}").status == 404


def test_a_day_that_is_none_is_named(whole):
    for day in ("2026-02-30", "yesterday", "0000-00-00", "0", "1772323200", "2026-03-01T00:00", "٢٠٢٦-٠٣-٠١"):
        answer = whole.get(f"/agencies?on={day}")
        assert answer.status == 422
        assert answer.detail.startswith("The parameter `on` is wrong: ")
    assert whole.get(f"/agencies?on={date.max.isoformat()}").status == 200


def test_an_address_that_is_none_is_told_in_json(world):
    app, keys = world
    for path in ("/nothing", "/surveys/citizens/nothing", f"{WAVE}/releases/0", f"{WAVE}/releases/{2**31}"):
        answer = Program(app, keys["whole"]).get(path)
        assert answer.status == 404
        assert answer.detail.endswith(".")


def test_a_method_that_is_none_is_told_in_json(whole):
    answer = whole.ask("DELETE", "/agencies")
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json["title"] == "Method Not Allowed"
