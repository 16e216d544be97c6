"""Invitations handed out: in clear once, by lot within a unit, as slips, merge files, or sealed for e-mail."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Contact, Destruction, Invitation
from app.printing.invitations import PER_PAGE, invitations_pdf
from app.services import fieldwork
from app.services.printing.invitations import make_invitation_pages
from app.services.staff import contacts, redeeming
from app.services.staff.handing import HandingRefused, heads_of, make_invitations, merge_file
from app.services.staff.lists import read_staff_list
from tests import factories
from tests.services.staff import blinding
from tests.services.staff.conftest import collector_id
from tests.services.staff.remains import database_places, holding
from tests.services.staff.test_lists import wave  # noqa: F401 (a fixture)

SERVER = "https://khaosat.example.vn"
HEADS = b"unit,heads\nlaw,12\ntrade,6\ntrade-home,4\ntrade-world,20\n"


def people(law=12):
    return (
        "unit,email,language\n" + "".join(f"law,p{k:02}@a.vn,{'en' if k % 2 else ''}\n" for k in range(law))
    ).encode()


def hand(wave, content=HEADS, **how):  # noqa: F811
    return make_invitations(wave, read_staff_list(wave, content), **how)


def redeem(one):
    key = redeeming.modulus(collector_id(one.collector_code))
    _message, blinded, _factor = blinding.blind(key)
    return redeeming.redeem(one.collector_code, one.token, blinded)


def test_every_head_gets_a_link_and_a_code_that_open(wave):  # noqa: F811
    handed = hand(wave)
    assert len(handed) == 42
    assert heads_of(wave) == {"law": 12, "trade": 6, "trade-home": 4, "trade-world": 20}
    assert handed[0].link(SERVER) == f"{SERVER}/s/{handed[0].collector_code}#{handed[0].token}"
    fieldwork.open_wave(wave, now=factories.OPENED)
    assert handed[0].code.replace("-", "").lower() == handed[0].token
    for one in handed[::10]:
        assert len(redeem(one).signature) == 256


def test_the_same_list_again_draws_every_token_anew(wave):  # noqa: F811
    before = {one.token for one in hand(wave)}
    after = hand(wave)
    assert before.isdisjoint(one.token for one in after)
    assert len(db.session.scalars(select(Invitation)).all()) == 42
    fieldwork.open_wave(wave, now=factories.OPENED)
    redeem(after[0])
    old = next(iter(before))
    with pytest.raises(redeeming.UnknownInvitation):
        redeeming.redeem(after[0].collector_code, old, b"\1" * 256)


def test_another_list_is_refused_once_there_are_invitations(wave):  # noqa: F811
    hand(wave)
    with pytest.raises(HandingRefused, match="another list"):
        hand(wave, b"unit,heads\nlaw,13\n")


def test_a_list_with_faults_or_nobody_makes_nothing(wave):  # noqa: F811
    for content in (b"unit,heads\nlaw,many\n", b"unit,heads\nlaw,0\n"):
        with pytest.raises(HandingRefused):
            hand(wave, content)
    assert db.session.scalars(select(Invitation)).all() == []


def test_an_open_wave_takes_no_list(wave):  # noqa: F811
    hand(wave)
    fieldwork.open_wave(wave, now=factories.OPENED)
    with pytest.raises(HandingRefused, match="before the wave opens"):
        hand(wave)


def test_a_merge_file_opens_in_excel_and_carries_no_formula(wave):  # noqa: F811
    content = merge_file(wave, hand(wave, people()), SERVER)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["email"] for row in rows] == [f"p{k:02}@a.vn" for k in range(12)]
    assert all(row["link"].startswith(f"{SERVER}/s/") and row["unit_name"] == "Vụ law" for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert db.session.scalars(select(Contact)).all() == []


def test_who_of_a_unit_gets_which_invitation_is_drawn(wave):  # noqa: F811
    hand(wave, people(40), by_mail=True)
    orders = set()
    for _ in range(3):
        hand(wave, people(40), by_mail=True)
        kept = db.session.scalars(select(Contact).order_by(Contact.invitation_id)).all()
        orders.add(tuple(one.address for one in kept))
        db.session.rollback()
    assert len(orders) == 3
    assert tuple(sorted(next(iter(orders)))) not in orders


def test_slips_are_ten_a_page_and_each_unit_begins_a_new_one(wave):  # noqa: F811
    pages = make_invitation_pages(wave, hand(wave), address=SERVER, language="vi")
    assert [(page.unit, len(page.slips)) for page in pages] == [
        ("Vụ law", PER_PAGE),
        ("Vụ law", 2),
        ("Vụ trade", 6),
        ("Vụ trade-home", 4),
        ("Vụ trade-world", PER_PAGE),
        ("Vụ trade-world", PER_PAGE),
    ]
    made_on = factories.TREE_DATE
    assert invitations_pdf(pages, made_on) == invitations_pdf(pages, made_on)
    assert invitations_pdf(pages, made_on).startswith(b"%PDF")


def test_tokens_for_e_mail_are_sealed_under_a_key_outside_the_database(wave):  # noqa: F811
    handed = {one.address: one for one in hand(wave, people(), by_mail=True)}
    kept = db.session.scalars(select(Contact)).all()
    assert len(kept) == 12
    for one in kept:
        assert handed[one.address].token.encode() not in one.token
        assert contacts.token_of(wave, one) == handed[one.address].token
        assert one.language == handed[one.address].language
    assert contacts.key_path(wave.id).stat().st_mode & 0o777 == 0o600


def test_contacts_and_key_are_destroyed_when_the_wave_closes(wave):  # noqa: F811
    hand(wave, people(), by_mail=True)
    fieldwork.open_wave(wave, now=factories.OPENED)
    fieldwork.close_wave(wave, now=factories.CLOSED)
    assert db.session.scalars(select(Contact)).all() == []
    assert not contacts.key_path(wave.id).exists()
    (log,) = db.session.scalars(select(Destruction)).all()
    assert (log.kind, log.count, log.on) == ("contacts", 12, factories.CLOSED.date())


def test_no_file_holds_an_address_after_the_close(data, wave, request):  # noqa: F811
    hand(wave, people(), by_mail=True)
    fieldwork.open_wave(wave, now=factories.OPENED)
    places = database_places(data, request)
    assert holding(places, "p07@a.vn")
    fieldwork.close_wave(wave, now=factories.CLOSED)
    db.session.remove()
    db.engine.dispose()
    assert holding(places, "p07@a.vn") == []


def test_a_key_that_no_contact_needs_is_destroyed_all_the_same(wave):  # noqa: F811
    hand(wave, people(), by_mail=True)
    hand(wave, people())
    assert db.session.scalars(select(Contact)).all() == []
    fieldwork.open_wave(wave, now=factories.OPENED)
    fieldwork.close_wave(wave, now=factories.CLOSED)
    assert not contacts.key_path(wave.id).exists()
