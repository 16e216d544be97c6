"""The office's page of a staff survey: look first, then make; loosen nothing; see no number that names somebody."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Contact, HeadCount, Invitation, Wave
from app.printing import typesetting
from app.services import fieldwork
from app.services.agencies import AgencyRow, import_agencies
from app.services.staff.inviting import Made
from tests import factories
from tests.auth.person import token
from tests.services.staff.conftest import UNITS, Staff, culture
from tests.services.staff.post import running_post

PLACE = "/office/culture/2026/staff/"
ADDRESS = "https://khaosat.example.vn"
HEADS = "unit,heads\nlaw,12\ntrade-home,1\nministry,12\n"


def make_planned_wave():
    """A planned staff wave of `UNITS`, without invitations."""
    import_agencies(
        [
            AgencyRow(
                code=code, kind=kind, names={"vi": f"Vụ {code}"}, valid_from=factories.BEGIN, parent=parent
            )
            for code, kind, parent in UNITS
        ]
    )
    return fieldwork.create_wave(
        fieldwork.create_survey("culture", {"vi": "Văn hóa"}),
        "2026",
        fieldwork.register_instrument(culture()),
        title={"vi": "Đợt 2026", "en": "Wave 2026"},
        tree_date=factories.TREE_DATE,
        wave_kind="census",
        anonymous=True,
        crossed=["rank"],
    )


@dataclass
class Desk:
    """The signed-in office at the page of one wave, in English."""

    app: object
    person: object

    def page(self):
        return self.person.get(f"{PLACE}?lang=en").page

    def send(self, step, **fields):
        return self.person.post(PLACE + step, {"csrf_token": token(self.page()), **fields})

    def look(self, content):
        data = {"csrf_token": token(self.page()), "file": (BytesIO(content.encode()), "list.csv")}
        return self.person.post(f"{PLACE}list", data, content_type="multipart/form-data")

    def make(self, content=HEADS, how="slips", **fields):
        return self.send("invitations", list=content, how=how, language="vi", address=ADDRESS, **fields)

    def count(self, table):
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(table))

    def with_wave(self, what):
        with self.app.app_context():
            return what(db.session.scalars(select(Wave)).one())


@pytest.fixture
def desk(app, office):
    with app.app_context():
        make_planned_wave()
    return Desk(app, office)


def test_the_page_needs_an_account(app, stranger):
    with app.app_context():
        make_planned_wave()
    assert stranger.get(PLACE).status == 302
    assert stranger.post(f"{PLACE}settings").status in (302, 303, 400)


def test_a_wave_that_is_not_anonymous_has_no_such_page(app, office):
    with app.app_context():
        factories.make_wave()
    assert office.get("/office/citizens/2026/staff/").status == 404
    assert "staff/" not in office.get("/office/citizens/2026/").html


def test_a_list_is_looked_at_and_nothing_is_stored(desk):
    answer = desk.look(HEADS)
    assert answer.status == 200
    assert "25 people in 3 units." in answer.page.text
    assert "Unit trade-home is one person" in answer.page.text
    assert (desk.count(HeadCount), desk.count(Invitation)) == (0, 0)


def test_every_fault_of_a_list_is_shown_and_no_button_to_go_on(desk):
    answer = desk.look("unit,heads\nlaw,many\nnowhere,3\n")
    assert answer.status == 422
    assert "Row 2: The number of people" in answer.page.text
    assert "Row 3: No unit nowhere" in answer.page.text
    assert "Make the invitations" not in answer.page.text


def test_a_list_larger_than_any_form_is_read(desk):
    rows = "".join(f"law,someone-with-a-long-address-{k:05}@moit.gov.vn\n" for k in range(8000))
    answer = desk.look(f"unit,email\n{rows}")
    assert len(rows) > 256 * 1024
    assert "8,000 people in 1 units." in answer.page.text


@pytest.mark.parametrize(("content", "sentence"), [("heads\n3\n", "no column “unit”"), ("", "Choose a file")])
def test_what_is_no_list_is_said_in_one_sentence(desk, content, sentence):
    fields = {"csrf_token": token(desk.page())} | (
        {"file": (BytesIO(content.encode()), "a.csv")} if content else {}
    )
    answer = desk.person.post(f"{PLACE}list", fields, content_type="multipart/form-data")
    assert answer.status == 422
    assert sentence in answer.page.text


def test_slips_come_as_a_pdf_that_nobody_keeps(desk):
    assert "Invitations have been made" not in desk.page().text
    answer = desk.make()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert (desk.count(Invitation), desk.count(Contact)) == (25, 0)
    assert "Invitations have been made" in desk.page().text


def test_a_merge_file_holds_every_link(desk):
    answer = desk.person.client.post(
        f"{PLACE}invitations",
        data={"csrf_token": token(desk.page()), "list": HEADS, "how": "merge", "address": ADDRESS},
    )
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len({row["link"] for row in rows}) == 25
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_list_that_was_tampered_with_between_the_pages_is_read_again(desk):
    answer = desk.make("unit,heads\nlaw,many\n")
    assert answer.status == 422
    assert desk.count(Invitation) == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"how": "pigeon"}, "Choose how the invitations are handed out"),
        ({"address": "server"}, "is not the address of a server"),
        ({"language": "de"}, "does not speak “de”"),
    ],
)
def test_what_cannot_be_handed_out_makes_no_code(desk, fields, sentence):
    given = {"list": HEADS, "how": "slips", "language": "vi", "address": ADDRESS} | fields
    answer = desk.send("invitations", **given)
    assert answer.status == 422
    assert sentence in answer.page.text
    assert desk.count(Invitation) == 0


def test_no_code_is_drawn_that_could_not_be_printed(desk, monkeypatch):
    monkeypatch.setattr(typesetting, "find_spec", lambda _name: None)
    assert desk.make().status == 503
    assert desk.count(Invitation) == 0


def test_addresses_are_kept_for_e_mail_and_sent_from_the_page(desk, monkeypatch):
    people = "unit,email\n" + "".join(f"law,p{k:02}@a.vn\n" for k in range(12))
    assert desk.make(people, how="email").status == 303
    assert desk.count(Contact) == 12
    desk.with_wave(lambda wave: fieldwork.open_wave(wave, now=factories.OPENED))
    answer = desk.send("send", kind="invitations", address=ADDRESS)
    assert answer.status == 422
    assert "No mail server is set" in answer.page.text
    with running_post() as post:
        monkeypatch.setenv("HAILONG_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("HAILONG_SMTP_PORT", str(post.port))
        monkeypatch.setenv("HAILONG_SMTP_SECURITY", "none")
        monkeypatch.setenv("HAILONG_MAIL_FROM", "office@moit.gov.vn")
        answer = desk.send("send", kind="invitations", address=ADDRESS)
        assert "E-mails sent: 12." in answer.page.text
        assert len(post.messages) == 12
    assert "@a.vn" not in desk.page().text


def test_whoever_has_no_address_gets_a_slip_beside_the_e_mails(desk):
    people = "unit,email\n" + "".join(f"law,p{k:02}@a.vn\n" for k in range(11)) + "law,\n"
    answer = desk.make(people, how="email")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert desk.count(Contact) == 11


def test_settings_are_free_before_the_first_answer(desk):
    answer = desk.send("settings", threshold="8", crossed="age", retain_until="2027-03-31")
    assert answer.status == 303
    assert desk.with_wave(lambda wave: (wave.threshold, wave.crossed)) == (8, ["age"])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"threshold": "many"}, "Write the threshold as a whole number"),
        ({"threshold": "4"}, "from 5 to 1000"),
        ({"threshold": "10", "retain_until": "soon"}, "Write the day as in 2027-03-31"),
        ({"threshold": "10", "crossed": "polite"}, "cannot be crossed with polite"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence_and_keeps_what_was_written(desk, fields, sentence):
    answer = desk.send("settings", **fields)
    assert answer.status == 422
    assert sentence in answer.page.text
    assert answer.page.value("threshold") == fields["threshold"]


def test_after_the_first_answer_the_page_refuses_to_loosen(desk):
    content = desk.person.client.post(
        f"{PLACE}invitations",
        data={"csrf_token": token(desk.page()), "list": HEADS, "how": "merge", "address": ADDRESS},
    ).data.decode("utf-8-sig")
    link = next(csv.DictReader(io.StringIO(content)))["link"]
    collector_code, invitation = link.rpartition("/")[2].split("#")

    def use(wave):
        fieldwork.open_wave(wave, now=factories.OPENED)
        Staff(wave, []).redeem(Made("law", 1, collector_code, invitation))

    desk.with_wave(use)
    answer = desk.send("settings", threshold="9", crossed="rank")
    assert answer.status == 422
    assert "under a threshold of 10: it can be raised, not lowered" in answer.page.text
    assert "Answers have been given" in answer.page.text
    assert desk.send("settings", threshold="12").status == 303
    assert desk.with_wave(lambda wave: (wave.threshold, wave.crossed)) == (12, [])
    assert "not shown" in desk.page().text
    answer = desk.send("promise", wording="staff-1", contact="Lan")
    assert "cannot be changed any more" in answer.page.text


def test_a_promise_is_chosen_and_shown_in_every_language_of_the_wave(desk):
    answer = desk.send("promise", wording="staff-1", contact="Lan, 024")
    assert (answer.status, "Set first until when" in answer.page.text) == (422, True)
    desk.send("settings", threshold="10", crossed="rank", retain_until="2027-03-31")
    assert desk.send("promise", wording="staff-1", contact="Lan, 024").status == 303
    page = desk.page()
    assert "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15" in page.text
    assert "Whom to ask: Lan, 024." in page.text
    assert page.value("contact") == "Lan, 024"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_stands_in_both_languages(desk, language):
    assert desk.person.get(f"{PLACE}?lang={language}").status == 200
    assert f"{PLACE}" in desk.person.get("/office/culture/2026/").html
