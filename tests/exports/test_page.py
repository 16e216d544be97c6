"""The export page: what each person is offered, what a form asks for, and what then lies in the files."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from app.commands import export
from app.models import AuditEntry
from app.queries.jobs import get_job
from app.queries.releases import get_release
from app.queries.waves import get_wave
from app.services import jobs
from app.services.exporting.forgetting import forget_exports
from app.services.exporting.options import FORMATS
from app.services.release_files import workbook_path
from tests.auth.person import token

PATH = "/exports/citizens/2026/"
ANSWERS = {"what": "answers", "format": "csv", "language": "en", "codebook": "csv", "delimiter": "comma"}


def ask(person, fields, path=PATH):
    page = person.get(path).page
    return person.post(path, {"csrf_token": token(page), **fields})


def made(office, person, fields):
    """The files that a form leads to, by name."""
    answer = ask(person, fields)
    assert answer.status == 303, answer.html
    with office.app_context():
        jobs.work_off()
        job = get_job(answer.location.rpartition("/")[2])
        assert job.state == "done", job.problem
        files = job.result["files"]
    found = {}
    for name in files:
        with person.client.get(f"{answer.location}/files/{name}") as response:
            assert response.status_code == 200
            found[name] = response.data
    return found


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def offered(page):
    return [field.get("value") for field in page.named("what")]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("whole", ["workbooks", "figures", "answers"]),
        ("north", ["workbooks", "figures", "answers"]),
        ("reader", ["workbooks", "figures"]),
    ],
)
def test_each_person_is_offered_what_they_may_have(sign_in, name, parts):
    assert offered(sign_in(name).get(PATH).page) == parts


def test_who_may_nothing_of_it_does_not_learn_that_it_is_there(office, sign_in):
    assert sign_in("counter").get(PATH).status == 404
    assert sign_in("reader").get("/exports/citizens/planned/").status == 404
    assert sign_in("whole").get("/exports/citizens/none/").status == 404
    assert sign_in("whole").get("/exports/none/2026/").status == 404
    assert office.test_client().get(PATH).status_code == 302


def test_answers_of_a_wave_that_is_not_frozen_are_refused_with_the_reason(sign_in):
    page = sign_in("whole").get("/exports/citizens/planned/").page
    assert "has no snapshot yet" in page.text
    assert offered(page) == []
    assert ask(sign_in("whole"), ANSWERS, PATH).status == 303
    stale = {"csrf_token": token(sign_in("whole").get(PATH).page), **ANSWERS}
    assert sign_in("whole").post("/exports/citizens/planned/", stale).status == 404


def test_a_reader_without_the_right_cannot_ask_for_answers(sign_in):
    assert ask(sign_in("reader"), ANSWERS).status == 404


@pytest.mark.parametrize(("name", "places"), [("whole", 4), ("north", 3)])
def test_answers_come_with_their_codebook_and_within_the_branch(office, sign_in, name, places):
    files = made(office, sign_in(name), ANSWERS | {"design": "yes", "missing": "yes", "bom": "yes"})
    assert list(files) == ["citizens-2026-answers.csv", "citizens-2026-codebook.csv"]
    found = rows(files["citizens-2026-answers.csv"])
    assert len({row["agency"] for row in found}) == places
    assert {row["column"] for row in rows(files["citizens-2026-codebook.csv"])} == set(found[0])


def test_another_format_can_be_asked_for(office, sign_in):
    files = made(office, sign_in("whole"), ANSWERS | {"format": "sav", "codebook": "xlsx"})
    assert list(files) == ["citizens-2026-answers.sav", "citizens-2026-codebook.xlsx"]


def test_the_page_offers_every_format_and_the_command_too(sign_in):
    options = [one.get("value") for one in sign_in("whole").get(PATH).page.by_id("format")]
    assert options == list(FORMATS) == list(export.FORMATS[:-2])


def test_figures_are_those_of_the_release_with_their_status(office, sign_in):
    fields = {"what": "figures", "figures_language": "en", "figures_delimiter": "semicolon"}
    (content,) = made(office, sign_in("whole"), fields).values()
    found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    by_place = {row["agency"]: row for row in found if row["node"] == "service"}
    assert list(by_place) == ["", "north", "south", "north-1", "north-2", "north-3", "south-1"]
    hidden = by_place["north-2"]
    assert (hidden["OBS_VALUE"], hidden["n"], hidden["CONF_STATUS"]) == ("", "", "C")
    assert (by_place["south-1"]["OBS_STATUS"], by_place["south-1"]["low"]) == ("u", "")
    whole = by_place[""]
    assert (whole["OBS_STATUS"], whole["CONF_STATUS"]) == ("", "")
    assert float(whole["low"]) < float(whole["OBS_VALUE"]) < float(whole["high"])


def test_figures_of_a_branch_hold_neither_the_whole_nor_another(office, sign_in):
    fields = {"what": "figures", "figures_language": "en", "figures_delimiter": "comma"}
    (content,) = made(office, sign_in("reader"), fields).values()
    assert {row["agency"] for row in rows(content)} == {"north-1"}


def test_the_archive_holds_the_released_workbooks_of_the_branch_byte_for_byte(office, sign_in):
    (content,) = made(office, sign_in("north"), {"what": "workbooks", "workbooks_language": "vi"}).values()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        books = [name for name in archive.namelist() if name.endswith(".xlsx")]
        assert books == [f"agency-{place}.xlsx" for place in ("north", "north-1", "north-2", "north-3")]
        assert all(f"{name}.sig" in archive.namelist() for name in books)
        assert {"manifest.json", "manifest.json.sig"} <= set(archive.namelist())
        with office.app_context():
            for name in books:
                path = workbook_path(get_release("citizens", "2026"), name.removesuffix(".xlsx"))
                assert archive.read(name) == path.read_bytes()
    assert content == next(
        iter(made(office, sign_in("north"), {"what": "workbooks", "workbooks_language": "all"}).values())
    )


def test_what_was_made_is_in_the_audit_log_under_who_asked(office, sign_in):
    made(office, sign_in("north"), ANSWERS)
    with office.app_context():
        line = (
            AuditEntry.query.filter_by(action="export-answers.made")
            .order_by(AuditEntry.number.desc())
            .first()
        )
        assert (line.actor, line.subject) == ("north@office.vn", "citizens/2026")
        assert '"rows":' in line.facts


@pytest.mark.parametrize(
    ("field", "value"), [("format", "exe"), ("language", "fr"), ("codebook", "doc"), ("delimiter", "tab")]
)
def test_a_wrong_choice_is_named_and_all_else_is_kept(sign_in, field, value):
    answer = ask(sign_in("whole"), ANSWERS | {"labels": "yes", "format": "sav", field: value})
    assert answer.status == 422
    assert answer.page.title.startswith("Error:")
    assert [link.get("href") for link in answer.page.of_class("summary")[0].iter("a")] == [f"#{field}"]
    assert answer.page.checked("labels") == ["yes"]
    assert answer.page.checked("bom") == []
    if field != "format":
        assert [one.get("value") for one in answer.page.by_id("format") if "selected" in one.attrib] == [
            "sav"
        ]


def test_nothing_is_asked_for_by_an_empty_form_or_an_unknown_one(sign_in):
    for what in ("", "everything"):
        assert ask(sign_in("whole"), {"what": what}).status == 404
    assert ask(sign_in("whole"), {"what": "figures"}).status == 422


def test_copies_of_answers_go_with_the_answers(office, sign_in):
    """The retention clock removes what waits to be fetched; figures and workbooks stay."""
    person = sign_in("whole")
    answers = ask(person, ANSWERS).location
    figures = ask(
        person, {"what": "figures", "figures_language": "en", "figures_delimiter": "comma"}
    ).location
    with office.app_context():
        jobs.work_off()
        assert forget_exports(get_wave("citizens", "2026")) >= 1
    assert person.get(f"{answers}/files/citizens-2026-answers.csv").status == 404
    assert "no longer here" in person.get(answers).page.text
    assert person.get(f"{figures}/files/citizens-2026-1-figures.csv").status == 200
