"""What signing in must not do: put a session between a citizen and the form."""

from __future__ import annotations

from tests.factories import make_open_wave


def test_the_form_knows_no_session(app, client):
    with app.app_context():
        _wave, (collector,) = make_open_wave()
        address = f"/r/{collector.code}"

    response = client.get(address)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


def test_an_error_page_knows_no_session(client):
    response = client.get("/no-such-page")

    assert response.status_code == 404
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
