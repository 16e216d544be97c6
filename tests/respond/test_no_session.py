"""Behind a link there is no session, whatever cookie comes along and whoever looks for one."""

from __future__ import annotations

from flask import session

from tests.respond.conftest import filled


def test_a_session_of_the_office_is_not_seen_behind_a_link(app, client, link):
    seen = {}

    @app.get("/office")
    def office():
        session["name"] = "clerk"
        return "signed in"

    @app.after_request
    def look(response):
        seen["session"] = dict(session)
        return response

    assert "Set-Cookie" in client.get("/office").headers
    assert seen["session"] == {"name": "clerk"}

    for answered in (client.get(f"/r/{link}"), client.post(f"/r/{link}", data=filled(polite="2"))):
        assert seen["session"] == {}
        assert "Cookie" not in answered.headers.get("Vary", "")
        assert "Set-Cookie" not in answered.headers
    assert client.get("/office").headers["Vary"] == "Cookie"
