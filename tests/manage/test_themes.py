"""Coding open comments: page by page without script, or in a spreadsheet; nobody but the office sees them."""

from __future__ import annotations

import csv
import io

import pytest

from app.services import accounts, fieldwork, responding, themes
from tests import factories
from tests.auth.person import PASSWORD, Person, token

PAGE = "/office/citizens/2026/comments/"
THEMES = f"{PAGE}themes/"
LABEL = {"vi": "Chờ lâu", "en": "Waiting"}
TOLD = ("Chờ lâu, gọi 0912 345 678", "=CMD() rất tốt")


@pytest.fixture
def wave(app):
    """A closed wave with two comments and a theme."""
    with app.app_context():
        made, (collector,) = factories.make_open_wave()
        for words in TOLD:
            responding.submit(factories.submission(collector, answers={"polite": "3", "words": words}))
        fieldwork.close_wave(made, now=factories.CLOSED)
        themes.add_theme(made, "waiting", LABEL)
        yield made


def marks(page):
    """What the form of a page of comments sends if nothing is touched."""
    found = {"csrf_token": token(page), "page": "1", "comment": []}
    for control in page.named("comment"):
        key = control.get("value")
        found["comment"].append(key)
        found[f"was-{key}"] = page.value(f"was-{key}")
        found[f"themes-{key}"] = page.checked(f"themes-{key}")
    return found


def test_comments_stand_with_a_box_per_theme_and_nothing_of_who_wrote(office, wave):
    page = office.get(f"{PAGE}?lang=en").page

    assert "0 of 2 comments have a theme" in page.text
    assert "gọi ▇▇▇" in page.text
    assert "0912" not in page.html
    assert "Quầy" not in page.html
    assert len(page.by_id("main").findall(".//fieldset")) == 2


def test_what_is_ticked_is_stored_and_what_is_unticked_goes(office, wave):
    sent = marks(office.get(PAGE).page)
    key = sent["comment"][0]
    assert office.post(PAGE, sent | {f"themes-{key}": ["waiting"]}).status == 303

    page = office.get(f"{PAGE}?lang=en").page
    assert page.checked(f"themes-{key}") == ["waiting"]
    assert "1 of 2 comments have a theme" in page.text
    assert [one.get("value") for one in office.get(f"{PAGE}?show=uncoded").page.named("comment")] != [key]

    sent = marks(page)
    assert office.post(PAGE, sent | {f"themes-{key}": []}).status == 303
    assert office.get(PAGE).page.checked(f"themes-{key}") == []


def test_an_unknown_theme_is_refused_and_the_ticks_stay(office, wave):
    sent = marks(office.get(PAGE).page)
    one, other = sent["comment"]
    answer = office.post(PAGE, sent | {f"themes-{one}": ["nothing"], f"themes-{other}": ["waiting"]})

    assert answer.status == 422
    assert answer.page.checked(f"themes-{other}") == ["waiting"]
    assert themes.progress(wave).coded == 0


def test_a_theme_is_added_named_and_removed(office, wave):
    shown = office.get(THEMES).page
    sent = {"csrf_token": token(shown)}
    assert office.post(THEMES, sent | {"code": "praise", "vi": "Khen", "en": "Praise"}).status == 303
    assert office.post(f"{THEMES}praise", sent | {"vi": "Khen ngợi", "en": "Praise"}).status == 303
    assert "Khen ngợi" in office.get(f"{THEMES}?lang=vi").page.text
    assert office.post(f"{THEMES}praise", sent | {"do": "remove"}).status == 303
    assert "praise" not in office.get(THEMES).page.text
    assert office.post(f"{THEMES}praise", sent | {"vi": "x", "en": "y"}).status == 404


def test_a_wrong_theme_keeps_what_was_typed(office, wave):
    shown = office.get(THEMES).page
    answer = office.post(THEMES, {"csrf_token": token(shown), "code": "Không", "vi": "Khen", "en": "Praise"})

    assert answer.status == 422
    assert answer.page.value("code") == "Không"
    assert answer.page.by_id("new-vi").get("value") == "Khen"


def read(office):
    answer = office.client.get(f"{PAGE}codings.csv")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def send_back(office, rows, columns=("comment", "themes")):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    file = (io.BytesIO(text.getvalue().encode()), "codings.csv")
    sent = {"csrf_token": token(office.get(THEMES).page), "file": file}
    return office.post(f"{PAGE}codings", sent, content_type="multipart/form-data")


def test_codings_go_out_as_csv_and_come_in_again(office, wave):
    rows = read(office)
    assert {row["text"] for row in rows} == {"Chờ lâu, gọi ▇▇▇", "'=CMD() rất tốt"}

    for row in rows:
        row["themes"] = "waiting" if "Chờ" in row["text"] else ""
    answer = send_back(office, rows)

    assert answer.status == 200
    assert [row["themes"] for row in read(office) if "Chờ" in row["text"]] == ["waiting"]
    assert themes.progress(wave).coded == 1
    assert send_back(office, read(office)).status == 200
    assert themes.progress(wave).coded == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"comment": "0" * 24}, "2: this is no comment"),
        ({"themes": "waiting; other"}, "2: there is no theme with the code other"),
    ],
)
def test_a_wrong_file_is_refused_by_its_row_and_stores_nothing(office, wave, changes, said):
    office.get(f"{PAGE}?lang=en")
    rows = read(office)
    rows[1]["themes"] = "waiting"
    rows[0] |= changes
    answer = send_back(office, rows)

    assert answer.status == 422
    assert said in answer.page.text
    assert themes.progress(wave).coded == 0


def test_a_file_of_something_else_is_refused(office, wave):
    office.get(f"{PAGE}?lang=en")
    assert "must name the columns" in send_back(office, read(office), ("text",)).page.text
    assert "stands in row 2 already" in send_back(office, read(office)[:1] * 2).page.text
    sent = {"csrf_token": token(office.get(THEMES).page)}
    assert office.post(f"{PAGE}codings", sent).status == 422


def test_who_does_not_run_the_survey_sees_no_comment(app, wave):
    accounts.create_user("mai@office.vn", "Mai", PASSWORD, role="evaluator")
    mai = Person(app.test_client())
    mai.sign_in("mai@office.vn")

    for path in (PAGE, THEMES, f"{PAGE}codings.csv"):
        assert mai.get(path).status == 404
