"""`hailong print`: the same paper without a mouse."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Slip
from tests.factories import make_open_wave

ADDRESS = ["--address", "https://khaosat.example.vn"]


@pytest.fixture
def printed(app, monkeypatch, tmp_path, hailong):
    """Runs `hailong print …` on a wave with two links; gives the result and what was written."""
    monkeypatch.setattr("app.cli._create_app", lambda: app)
    with app.app_context():
        make_open_wave("north-1", "south-1")

    def run(what, *options):
        out = tmp_path / f"{what}.pdf"
        result = hailong("print", what, "citizens", "2026", *options, "--date", "2026-11-20", "--out", out)
        return result, out.read_bytes() if out.exists() else None

    return run


def test_posters_for_every_link(printed):
    result, pdf = printed("posters", *ADDRESS)
    assert (result.exit_code, pdf[:5]) == (0, b"%PDF-")
    assert result.stdout.startswith("2 posters: ")
    assert printed("posters", *ADDRESS)[1] == pdf


def test_slips_for_one_link(app, printed):
    result, pdf = printed("slips", *ADDRESS, "--link", 2, "--sheets", 2)
    assert (result.exit_code, pdf[:5]) == (0, b"%PDF-")
    assert result.stdout.startswith("Sheets 1 to 2, 48 codes: ")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Slip)) == 48


def test_a_form_for_one_place(printed):
    result, pdf = printed("form", "--link", 1, "--language", "en", "--copies", 2)
    assert (result.exit_code, pdf[:5]) == (0, b"%PDF-")


@pytest.mark.parametrize(
    ("what", "options", "sentence"),
    [
        ("posters", ["--address", "nowhere"], "not the address of a server"),
        ("posters", [*ADDRESS, "--link", 9], "There is no link 9"),
        ("slips", [*ADDRESS, "--link", 1, "--sheets", 99], "Choose from 1 to 50 sheets."),
        ("form", ["--language", "de"], "choose one of vi, en, all"),
    ],
)
def test_a_refusal_is_one_sentence(printed, what, options, sentence):
    result, _pdf = printed(what, *options)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert sentence in line


def test_tidy_says_how_many_drafts_it_deleted(app, monkeypatch, hailong):
    monkeypatch.setattr("app.cli._create_app", lambda: app)
    result = hailong("tidy")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "0 drafts deleted.",
        "0 jobs' files deleted.",
        "0 pools of staff answers mixed.",
    ]
