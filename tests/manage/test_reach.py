"""Who may enter for one branch sees its links, tablets, paper and monitoring, and nothing of the others."""

from __future__ import annotations

import io
import json
import shutil

import pytest

from app import clock, create_app
from app.extensions import db, transaction
from app.queries.collectors import get_collector
from app.queries.waves import get_wave
from app.services import accounts, devices, fieldwork, grants, paper, responding
from tests.auth.person import EMAIL, PASSWORD, Person, token
from tests.factories import instrument, make_collectors, make_wave, submission

OFFICE = "/office/citizens/2026"
COUNTER = "counter@north.vn"


@pytest.fixture(scope="module")
def app(migrated_file, tmp_path_factory):
    """An application of this module: what is made in it is looked at by all tests."""
    folder = tmp_path_factory.mktemp("reach")
    made = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a key for tests only",
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{shutil.copy(migrated_file, folder / 'reach.sqlite')}",
        }
    )
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def world(app):
    """A wave with links for tablets and paper in each province, another wave in the south alone; numbers of things."""
    made = {}
    with app.app_context():
        wave = make_wave()
        for place in ("north-1", "south-1"):
            (kiosk,) = make_collectors(wave, place, mode="kiosk")
            (form,) = make_collectors(wave, place, mode="paper")
            device, _code = devices.add_device(
                kiosk, f"Máy {place}", language="vi", exit_code="2468", idle_seconds=60
            )
            made[place] = {"kiosk": kiosk.code, "paper": form.number, "device": device.id}
        fieldwork.open_wave(wave)
        elsewhere = make_wave("south")
        make_collectors(elsewhere, "south-1")
        fieldwork.open_wave(elsewhere)
        now = clock.now()
        moments = dict.fromkeys(("started_at", "submitted_at", "received_at"), now)
        for place, count in (("north-1", 2), ("south-1", 5)):
            link = get_collector(made[place]["kiosk"])
            responding.submit_many(submission(link, **moments) for _each in range(count))
        accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
        accounts.create_user(COUNTER, "Minh", PASSWORD, role="counter", agency="north")
    return made


@pytest.fixture(scope="module")
def counter(app, world):
    """Minh at the counters of the north."""
    person = Person(app.test_client())
    person.sign_in(COUNTER)
    return person


@pytest.fixture(scope="module")
def lan(app, world):
    person = Person(app.test_client())
    person.sign_in()
    return person


def test_only_waves_with_a_link_in_the_branch_are_listed(counter, lan):
    assert "/office/citizens/south/" not in counter.get("/office/").html
    assert f"{OFFICE}/" in counter.get("/office/").html
    assert "/office/citizens/south/" in lan.get("/office/").html


@pytest.mark.parametrize("page", ["", "devices", "monitoring", "paper/", "print/"])
def test_a_page_shows_places_of_the_branch_alone(counter, lan, page):
    html = counter.get(f"{OFFICE}/{page}?lang=en").html

    assert "North One" in html
    assert "South" not in html
    assert "South One" in lan.get(f"{OFFICE}/{page}?lang=en").html


@pytest.mark.parametrize("page", ["", "devices", "monitoring", "paper/", "print/", "paper/1/"])
def test_a_wave_without_a_link_in_the_branch_is_not_found(counter, lan, page):
    assert counter.get(f"/office/citizens/south/{page}").status == 404
    assert lan.get(f"/office/citizens/south/{page}").status == 200


def test_answers_of_the_branch_alone_are_counted(counter, lan):
    def counted(person):
        facts = person.get(f"{OFFICE}/?lang=en").page.all(".//dl/div")
        return {"".join(one.find("dt").itertext()): "".join(one.find("dd").itertext()) for one in facts}

    assert counted(counter)["Answers that count"] == "2"
    assert counted(lan)["Answers that count"] == "7"
    assert "7" not in counter.get(f"{OFFICE}/monitoring?lang=en").page.of_class("tiles")[0].itertext()


@pytest.mark.parametrize("branch", ["south", "south-1", "nowhere"])
def test_another_branch_cannot_be_chosen(counter, branch):
    assert counter.get(f"{OFFICE}/monitoring?branch={branch}").status == 404


def test_a_tablet_of_another_branch_is_not_found(counter, world):
    ours, theirs = world["north-1"]["device"], world["south-1"]["device"]
    csrf = {"csrf_token": token(counter.get(f"{OFFICE}/devices").page)}

    for step in ("code", "revoke"):
        assert counter.post(f"{OFFICE}/devices/{theirs}/{step}", csrf).status == 404
    assert counter.post(f"{OFFICE}/devices/{ours}/code", csrf).status == 200


def test_a_tablet_cannot_be_set_up_at_a_desk_of_another_branch(counter, app):
    csrf = token(counter.get(f"{OFFICE}/devices").page)
    fields = {"csrf_token": csrf, "collector": "3", "name": "Máy 9", "language": "vi", "exit_code": "2468"}

    assert counter.post(f"{OFFICE}/devices", fields | {"idle_seconds": "60"}).status == 422
    assert counter.post(f"{OFFICE}/devices", fields | {"idle_seconds": "60", "collector": "1"}).status == 201


def test_a_paper_form_of_another_branch_cannot_be_typed(counter, world):
    theirs = f"{OFFICE}/paper/{world['south-1']['paper']}/"
    csrf = {
        "csrf_token": token(counter.get(f"{OFFICE}/paper/{world['north-1']['paper']}/").page),
        "_number": "7",
    }

    assert counter.get(theirs).status == 404
    assert counter.post(theirs, csrf).status == 404


def test_disputes_and_counts_of_paper_are_those_of_the_branch(app, world):
    with app.app_context():
        wave = get_wave("citizens", "2026")
        with transaction():
            wave.double_entry = True
        minh = accounts.create_user("b@office.vn", "Bình", PASSWORD).id
        for place in ("north-1", "south-1"):
            link = next(one for one in wave.collectors if one.number == world[place]["paper"])
            paper.enter(link, "5", {"polite": ("1",)}, language="vi", user_id=1)
            paper.enter(link, "5", {"polite": ("2",)}, language="vi", user_id=minh)

        inside = frozenset({"north", "north-1"})
        assert paper.count_forms(wave) == {"disagreeing": 2}
        assert paper.count_forms(wave, inside) == {"disagreeing": 1}
        (form,) = paper.list_disagreements(wave, inside)
        assert form.collector.agency.code == "north-1"


def test_no_poster_is_printed_for_another_branch(counter, world):
    assert counter.get(f"{OFFICE}/print/posters.pdf?link=3&address=https://a.vn").status == 422


def test_unsent_answers_of_another_branch_stay_in_their_file(app, counter, world):
    def entry(link):
        sheet = {
            "id": "00000000-0000-4000-8000-00000000000" + ("1" if link == world["north-1"]["kiosk"] else "2")
        }
        sheet |= {"instrument": "tiny@1", "language": "vi", "answers": {"visited": "no", "polite": "3"}}
        return {"collector": link, "submission": sheet}

    entries = [entry(world[place]["kiosk"]) for place in ("north-1", "south-1")]
    content = json.dumps({"format": "hailong-queue", "version": 1, "entries": entries}).encode()
    csrf = token(counter.get("/office/unsent").page)

    answer = counter.post(
        "/office/unsent?lang=en", {"csrf_token": csrf, "file": (io.BytesIO(content), "queue.json")}
    )

    assert answer.status == 200
    assert "Its link is not known here." in answer.page.text
    assert "00000000-0000-4000-8000-000000000002" in answer.html
    assert "00000000-0000-4000-8000-000000000001" not in answer.html


def test_nothing_is_offered_that_would_not_be_found(counter):
    for page in ("/office/", f"{OFFICE}/", f"{OFFICE}/monitoring", f"{OFFICE}/print/", f"{OFFICE}/paper/"):
        answer = counter.get(page)
        assert answer.status == 200
        for one in answer.page.tree.iter():
            target = one.get("href") or one.get("action") or ""
            if target.startswith("/office/") and not target.endswith(".pdf"):
                way = target.split("#")[0]
                assert counter.get(way).status in (200, 405), f"{page} leads to {way}"


def test_a_wave_of_staff_is_seen_over_the_whole_tree_only(app, counter, lan):
    with app.app_context():
        wave = make_wave(
            "staff", wave_kind="census", anonymous=True, asked=instrument(code="tiny2", audience="staff")
        )
        make_collectors(wave, "north-1")

    assert lan.get("/office/citizens/staff/").status == 200
    assert counter.get("/office/citizens/staff/").status == 404
    assert "/office/citizens/staff/" not in counter.get("/office/").html


def test_the_office_of_a_branch_enters_there_and_changes_no_wave(app, world):
    with app.app_context():
        north = accounts.create_user("office@north.vn", "Hoa", PASSWORD).id
        grants.grant(north, "survey_office", "north")
    person = Person(app.test_client())
    person.sign_in("office@north.vn")

    assert person.get(f"{OFFICE}/devices").status == 200
    assert person.get(f"{OFFICE}/interviewers/").status == 404
    csrf = {"csrf_token": token(person.get(f"{OFFICE}/devices").page)}
    assert person.post(f"{OFFICE}/monitoring", csrf | {"target": "5"}).status == 404
