"""Headers on every answer, and whom we believe about where a request came from."""

from __future__ import annotations

import pytest
from flask import request

from app import create_app
from app.security import HEADERS


@pytest.mark.parametrize("path", ["/nowhere", "/static/hailong.css", "/r/unknown"])
def test_every_answer_carries_the_headers(client, path):
    with client.get(path) as answer:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value


def test_no_script_or_style_in_a_page_may_run(client):
    policy = client.get("/nowhere").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_500_carries_them_too(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)

    assert "Content-Security-Policy" in app.test_client().get("/fails").headers


def test_a_view_may_set_a_stricter_value_of_its_own(app):
    app.add_url_rule("/own", "own", lambda: ("", {"Referrer-Policy": "no-referrer"}))

    assert app.test_client().get("/own").headers.getlist("Referrer-Policy") == ["no-referrer"]


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "http://localhost/seen"), (1, "https://khaosat.example.vn/seen")]
)
def test_only_a_proxy_that_was_named_is_believed(tmp_path, proxies, seen):
    app = create_app({"INSTANCE_PATH": tmp_path, "TRUSTED_PROXIES": proxies})
    app.add_url_rule("/seen", "seen", lambda: request.url)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "khaosat.example.vn"}

    assert app.test_client().get("/seen", headers=headers).text == seen


@pytest.mark.parametrize("path", ["/nowhere", "/r/unknown", "/static/hailong.css"])
def test_a_page_for_everybody_does_not_look_at_cookies(client, path):
    with client.get(path, headers={"Cookie": "hailong=x"}) as answer:
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/r/%00", "/results/%00/wave/", "/r/a%0Ab"])
def test_an_address_with_a_control_character_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_number_larger_than_a_database_knows_is_not_found(app):
    @app.get("/numbered/<int:number>")
    def numbered(number):
        return str(number)

    client = app.test_client()
    assert client.get(f"/numbered/{2**63 - 1}").status_code == 200
    assert client.get(f"/numbered/{2**63}").status_code == 404
