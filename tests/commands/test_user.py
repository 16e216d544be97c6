"""`hailong user`: accounts made, given roles, closed and helped without a mouse."""

from __future__ import annotations

import shutil

import pytest
from argon2 import PasswordHasher

from app import create_app
from app.extensions import db
from app.services import accounts
from tests.factories import make_agencies

PASSWORD = "Mưa thuận gió hoà"


@pytest.fixture
def house(monkeypatch, migrated_file, tmp_path):
    """An instance with agencies, and Lan as its administrator."""
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "hailong.sqlite")
    monkeypatch.setenv("HAILONG_INSTANCE", str(folder))
    for name in ("DATABASE_URL", "HAILONG_ADDRESS", "HAILONG_SMTP_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    app = create_app()
    with app.app_context():
        make_agencies()
        accounts.create_user("lan@office.vn", "Lan", PASSWORD, role="administrator")
        db.engine.dispose()
    return app


def test_an_account_from_its_making_to_its_end(hailong, house):
    made = hailong(
        "user",
        "add",
        "minh@office.vn",
        "Minh",
        "--role",
        "counter",
        "--agency",
        "north",
        "--password",
        PASSWORD,
    )
    assert made.stdout == "minh@office.vn may sign in.\n"
    assert hailong("user", "grant", "minh@office.vn", "evaluator").stdout == "minh@office.vn is evaluator.\n"
    assert "minh@office.vn  Minh  open  counter of north, evaluator\n" in hailong("user", "list").stdout
    taken = hailong("user", "revoke", "minh@office.vn", "counter", "--agency", "north")
    assert taken.stdout == "minh@office.vn is no longer counter of north.\n"
    assert hailong("user", "close", "minh@office.vn").stdout == "minh@office.vn is closed.\n"
    assert "minh@office.vn  Minh  closed  evaluator\n" in hailong("user", "list").stdout
    assert hailong("user", "reopen", "minh@office.vn").stdout == "minh@office.vn may sign in.\n"


def test_without_a_mail_server_the_link_is_printed_and_opens(hailong, house):
    from app.services import recovering

    said = hailong("user", "invite", "hoa@office.vn", "Hoa", "--role", "counter").stdout
    assert "hoa@office.vn  Hoa  invited  counter\n" in hailong("user", "list").stdout
    with house.app_context():
        assert recovering.set_password(said.strip().rpartition("/")[2], PASSWORD).email == "hoa@office.vn"
        db.engine.dispose()
    assert "/sign-in/new-password/" in hailong("user", "reset", "lan@office.vn", "--second-factor").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("close", "lan@office.vn"), "This is the last administrator; make another account one first."),
        (
            ("revoke", "lan@office.vn", "administrator"),
            "This is the last administrator; make another account one first.",
        ),
        (
            ("revoke", "lan@office.vn", "counter"),
            "There is no role counter of lan@office.vn; check the code.",
        ),
        (("grant", "lan@office.vn", "counter", "--agency", "x"), "There is no agency x; check the code."),
        (("close", "nobody@office.vn"), "There is no account nobody@office.vn; check the code."),
        (
            ("invite", "lan", "Lan"),
            "“lan” is no e-mail address; write it as name@office.vn, at most 255 letters.",
        ),
        (
            ("add", "a@office.vn", "A", "--password", "password2026"),
            "This password is one of the first that a guesser tries; choose a few words that belong to nobody.",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(hailong, house, arguments, said):
    refused = hailong("user", *arguments)
    assert (refused.exit_code, refused.stderr.strip()) == (1, said)
