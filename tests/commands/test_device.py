"""`hailong device`: a tablet is made, listed, given a new code and revoked without a mouse."""

from __future__ import annotations

import re
import shutil

import pytest

from app import create_app
from app.extensions import db
from app.services import fieldwork
from tests.factories import make_collectors, make_wave

WAVE = ("citizens", "2026")
ADD = ("device", "add", *WAVE, "1", "Máy 1", "--exit-code", "2468")


@pytest.fixture
def wave(monkeypatch, migrated_file, tmp_path):
    """An open wave with a link for tablets, in an instance of its own."""
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "hailong.sqlite")
    monkeypatch.setenv("HAILONG_INSTANCE", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with create_app().app_context():
        made = make_wave()
        make_collectors(made, "north-1", mode="kiosk")
        fieldwork.open_wave(made)
        db.engine.dispose()


def test_a_tablet_from_its_making_to_its_end(hailong, wave):
    assert hailong("device", "list", *WAVE).stdout == ""
    made = hailong(*ADD)
    assert re.search(r"type [2-9A-Z]{4}-[2-9A-Z]{4} within 15 minutes", made.stdout)
    assert "1  link 1  Máy 1  not paired  never seen  0 waiting" in hailong("device", "list", *WAVE).stdout
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}\n", hailong("device", "code", *WAVE, "1").stdout)
    assert hailong("device", "revoke", *WAVE, "1").stdout == "Máy 1 is revoked.\n"
    assert "revoked" in hailong("device", "list", *WAVE).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*ADD[:4], "7", *ADD[5:]), "There is no link 7; check the code."),
        ((*ADD[:-1], "12"), "Write 4 to 12 digits and no other sign."),
        ((*ADD, "--idle-seconds", "3"), "Write a number of seconds between 15 and 600."),
        (("device", "revoke", *WAVE, "9"), "There is no device 9; check the code."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(hailong, wave, arguments, said):
    refused = hailong(*arguments)
    assert refused.exit_code == 1
    assert refused.stderr.strip() == said
