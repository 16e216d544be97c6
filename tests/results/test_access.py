"""Who may see results: those who signed in, and nobody else gets a figure, a name or a byte of a workbook."""

from __future__ import annotations

import pytest

WAVE = "/results/citizens/2026/"
ADDRESSES = (
    "/results/",
    WAVE,
    f"{WAVE}?branch=north",
    f"{WAVE}workbooks/whole.xlsx",
    f"{WAVE}workbooks/agency-north.xlsx",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_signed_in_gets_an_answer(evaluator, address):
    assert evaluator.get(address).status == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_led_to_the_sign_in(stranger, address):
    answer = stranger.get(address)

    assert answer.status == 302
    assert answer.location.startswith("/sign-in?next=")
    assert stranger.get(answer.location).status == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_gets_no_data(stranger, address):
    with stranger.client.get(address) as response:
        body = response.data

    assert b"PK" not in body
    assert b"North" not in body
    assert "Bắc".encode() not in body
    assert "Content-Disposition" not in response.headers


@pytest.mark.parametrize("method", ["head", "options", "post", "put", "delete"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_other_method_gives_a_stranger_data(stranger, method, address):
    with getattr(stranger.client, method)(address) as response:
        assert response.status_code in (302, 303, 405)
        assert b"PK" not in response.data
        assert "Content-Disposition" not in response.headers


@pytest.mark.parametrize(
    "address", ["/results/citizens/1999/", "/results/nothing/2026/", f"{WAVE}workbooks/x.xlsx"]
)
def test_a_stranger_does_not_learn_what_there_is(stranger, address):
    there, not_there = stranger.get(WAVE), stranger.get(address)

    assert (there.status, not_there.status) == (302, 302)


def test_a_cookie_of_another_key_is_nobodys(stranger, signed_in_cookie):
    payload, _dot, signature = signed_in_cookie.rpartition(".")
    stranger.client.set_cookie("hailong", f"{payload}.{signature[::-1]}")

    assert stranger.get("/results/").status == 302


def test_signing_in_leads_to_the_workbook_that_was_asked_for(stranger):
    led = stranger.get(f"{WAVE}workbooks/whole.xlsx")

    assert stranger.sign_in(path=led.location).location == f"{WAVE}workbooks/whole.xlsx"
