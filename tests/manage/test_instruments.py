"""Instruments on the office's pages: checked, tried out, compared, registered."""

from __future__ import annotations

import io

import pytest
import yaml

from app.extensions import db
from app.models import Draft, Response
from app.queries.waves import find_instrument_version
from app.services import fieldwork
from surveys.loading import to_document
from tests.auth.person import token
from tests.factories import instrument

PATH = "/office/instruments/"


@pytest.fixture
def english(office):
    office.get("/office/?lang=en")
    return office


def send(person, content, name="tiny.yaml"):
    page = person.get(PATH).page
    return person.post(PATH, {"csrf_token": token(page), "file": (io.BytesIO(content), name)})


def written(version=1, **changes):
    return yaml.safe_dump(to_document(instrument(version, **changes)), allow_unicode=True).encode()


def test_those_that_come_with_the_platform_are_listed_and_registered(app, english):
    listed = english.get(PATH).page.text
    assert "sipas-2023" in listed
    assert "comes with the platform" in listed
    page = english.get(f"{PATH}sipas-2023/1/").page
    assert english.post(f"{PATH}sipas-2023/1/", {"csrf_token": token(page)}).status == 303
    with app.app_context():
        assert find_instrument_version("sipas-2023", 1) is not None
    assert english.get(f"{PATH}nothing/1/").status == 404


def test_a_file_with_problems_names_each_with_its_line(english):
    content = written().replace(b"role: screening", b"role: king").replace(b"kind: survey", b"kind: tale")
    answer = send(english, content)
    assert answer.status == 422
    assert "Problems in the file: 2" in answer.page.text
    assert "'role' must be" in answer.page.text
    assert send(english, b"\xff\xfe").status == 422
    assert send(english, b"").status == 422
    assert "Choose a YAML file" in english.post(PATH, {"csrf_token": token(english.get(PATH).page)}).page.text


def test_a_file_is_tried_out_compared_and_registered(app, english):
    with app.app_context():
        fieldwork.register_instrument(instrument())
    content = written(2).replace("Lịch sự".encode(), "Thái độ".encode())
    sent = send(english, content)
    assert sent.status == 303
    look = english.get(sent.location).page
    assert "What differs from version 1: 1" in look.text
    assert "1 of them change what is asked" in look.text

    preview = english.get(f"{sent.location}/preview?lang=vi&layout=sections")
    assert preview.page.tree.get("lang") == "vi"
    assert "Xem trước" in preview.page.text
    assert "Thái độ" in preview.page.text
    made = english.post(sent.location, {"csrf_token": token(look)})
    assert (made.status, made.location) == (303, f"{PATH}tiny/2/")
    changed = english.post(
        send(english, content.replace("Kết quả".encode(), b"Xong")).location, {"csrf_token": token(look)}
    )
    assert changed.status == 409
    assert "is registered with another content" in changed.page.text
    assert "What differs from version 2" in english.get(f"{PATH}tiny/1/?against=2").page.text
    assert english.get(f"{PATH}tiny/1/?against=9").status == 404


def test_a_preview_stores_nothing_and_says_so(app, english):
    path = f"{PATH}sipas-2023/1/preview"
    page = english.get(f"{path}?lang=vi").page
    form = page.by_id("answers")
    assert form.get("action").startswith(path)
    sent = english.post(form.get("action"), {"_language": "vi", "q1": "1", "_save": "1"})
    assert sent.status == 200
    assert "đã bị bỏ đi" in sent.page.text
    with app.app_context():
        assert db.session.query(Response).count() == db.session.query(Draft).count() == 0
    switched = english.post(form.get("action"), {"_switch": "en"})
    assert switched.status == 303
    assert "lang=en" in switched.location
    assert english.get(switched.location).page.tree.get("lang") == "en"


def test_a_preview_needs_the_right_to_run_the_office(stranger):
    assert stranger.get(f"{PATH}sipas-2023/1/preview").status == 302
    assert stranger.get(PATH).status == 302


def test_the_codebook_says_what_every_code_means(english):
    answer = english.client.get(f"{PATH}sipas-2023/1/codebook.csv")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("column,item,type,role,text_vi,text_en,code,label_vi,label_en,value")
    assert len(lines) > 100
