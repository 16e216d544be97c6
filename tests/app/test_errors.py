"""What a person sees when something cannot be done, and what the log says of it."""

from __future__ import annotations

import logging

import pytest
from flask import abort, request
from sqlalchemy.exc import OperationalError

from app import errors
from app.messages import translations
from app.queries.errors import NotFound
from app.services.errors import ServiceError
from tests.pages import read_page


def failing(app, error):
    """The answer of a route that raises this."""

    @app.get("/fails/<number>")
    def fails(number):
        raise error

    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client().get("/fails/17")


def test_an_unknown_page_says_so_in_both_languages(client):
    answer = client.get("/nowhere")
    page = read_page(answer.text)

    assert answer.status_code == 404
    assert "Không có trang này" in page.text
    assert "This page does not exist" in page.text
    assert page.title.startswith("Không có trang này")
    assert [element.get("lang") for element in page.all(".//div[@lang]")] == ["en"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", sorted(errors.SENTENCES))
def test_every_error_has_a_page_of_its_own_in_vietnamese(app, status):
    with app.test_request_context():
        answer = errors.error_page(status)
    page = read_page(answer.get_data(as_text=True))

    gettext = translations("vi").gettext
    for sentence in (errors.SENTENCES[status].heading, errors.SENTENCES[status].advice):
        assert gettext(sentence) != sentence
        assert gettext(sentence) in page.text
        assert sentence in page.text
    assert answer.status_code == status


@pytest.mark.parametrize(("status", "like"), [(418, 400), (501, 500)])
def test_an_error_without_a_page_gets_that_of_its_hundred(app, status, like):
    with app.test_request_context():
        answer = errors.error_page(status)

    assert answer.status_code == status
    assert errors.SENTENCES[like].heading in answer.get_data(as_text=True)


def test_what_is_not_found_is_a_404(app):
    assert failing(app, NotFound("wave", "citizens/2026")).status_code == 404


def test_a_use_case_that_says_no_is_a_400_and_not_our_fault(app):
    assert failing(app, ServiceError("No.")).status_code == 400


def test_a_database_that_does_not_answer_is_a_503(app, caplog):
    answer = failing(app, OperationalError("SELECT 1", {}, Exception("gone")))

    assert answer.status_code == 503
    assert "SELECT" not in answer.text
    assert caplog.records[0].levelno == logging.ERROR


def test_the_unforeseen_is_a_500_that_shows_nothing_of_it(app, caplog):
    answer = failing(app, RuntimeError("the password is hunter2"))

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "Hệ thống gặp sự cố" in answer.text
    assert caplog.records[0].levelno == logging.ERROR
    assert caplog.records[0].exc_info


def test_the_500_page_comes_even_if_no_template_can_be_rendered(app, monkeypatch):
    def broken(*_arguments, **_options):
        raise OSError("the disk is gone")

    monkeypatch.setattr(errors, "render_template", broken)
    monkeypatch.setattr(errors, "translations", broken)
    answer = failing(app, RuntimeError("boom"))

    assert answer.status_code == 500
    assert "Something went wrong on our side" in read_page(answer.text).text


def test_below_500_the_log_has_a_warning_without_the_address(app, caplog):
    failing(app, NotFound("wave", "x"))

    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.WARNING, "404: GET /fails/<number>: NotFound")


def test_a_wrong_method_says_which_are_allowed(client):
    answer = client.delete("/r/abc")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "Không thể dùng trang này" in answer.text


def test_a_body_that_is_too_large_is_refused_before_it_is_read(app):
    @app.post("/taken")
    def taken():
        return str(len(request.get_data()))

    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert client.post("/taken", data=b"x" * 1000).text == "1000"
    assert client.post("/taken", data=b"x" * (app.config["MAX_CONTENT_LENGTH"] + 1)).status_code == 413


def test_a_post_without_its_token_is_refused_outside_the_form(app):
    app.add_url_rule("/changed", "changed", lambda: "done", methods=["POST"])
    answer = app.test_client().post("/changed")

    assert answer.status_code == 400
    assert "Không đọc được nội dung vừa gửi" in answer.text


def test_an_error_with_an_answer_of_its_own_keeps_it(app):
    app.add_url_rule(
        "/moved", "moved", lambda: abort(app.response_class("elsewhere", 302, {"Location": "/x"}))
    )

    assert app.test_client().get("/moved").headers["Location"] == "/x"
