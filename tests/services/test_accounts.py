"""Accounts: what may be one, and whose password it is."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import func, select

from app.extensions import db, transaction
from app.models import User
from app.services import accounts

PASSWORD = "Mưa thuận gió hoà"

HOUSE = accounts.hasher

# Cheap on purpose: what is tested is which password fits, not how long a guess takes.
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
DEARER = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(accounts, "hasher", CHEAP)


def make(email="lan@office.vn", name="Lan", password=PASSWORD):
    return accounts.create_user(email, name, password)


def test_an_account_signs_in_with_its_password(data):
    made = make()

    found = accounts.authenticate("lan@office.vn", PASSWORD)

    assert found is not None
    assert (found.id, found.email, found.name, found.active) == (made.id, "lan@office.vn", "Lan", True)


def test_the_password_itself_is_not_stored(data):
    made = make()

    assert made.password_hash.startswith("$argon2id$")
    assert PASSWORD not in made.password_hash


def test_one_guess_costs_memory():
    given = extract_parameters(HOUSE.hash("x"))

    # The least that is recommended for argon2id with two passes.
    assert given.type is Type.ID
    assert given.memory_cost >= 19 * 1024
    assert given.time_cost >= 2


def test_a_wrong_password_is_refused(data):
    make()

    assert accounts.authenticate("lan@office.vn", PASSWORD + ".") is None


def test_an_unknown_address_is_refused(data):
    make()

    assert accounts.authenticate("other@office.vn", PASSWORD) is None


def test_an_unknown_address_costs_a_hash_too(data, monkeypatch):
    checked = []
    monkeypatch.setattr(
        accounts, "_matches", lambda known, password: checked.append((known, password)) or False
    )

    accounts.authenticate("nobody@office.vn", PASSWORD)

    ((known, password),) = checked
    assert extract_parameters(known) == extract_parameters(CHEAP.hash("x"))
    assert password == PASSWORD


def test_the_password_of_nobody_opens_nothing(data):
    assert accounts.authenticate("nobody@office.vn", "nobody's password") is None


def test_a_closed_account_is_refused(data):
    made = make()
    with transaction():
        made.active = False

    assert accounts.authenticate("lan@office.vn", PASSWORD) is None


@pytest.mark.parametrize(
    ("stored", "typed"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")], ids=lambda form: form
)
def test_a_vietnamese_password_fits_in_either_form_of_its_letters(data, stored, typed):
    assert unicodedata.normalize("NFC", PASSWORD) != unicodedata.normalize("NFD", PASSWORD)
    make(password=unicodedata.normalize(stored, PASSWORD))

    assert accounts.authenticate("lan@office.vn", unicodedata.normalize(typed, PASSWORD)) is not None


def test_a_password_without_its_marks_is_another_password(data):
    make()

    assert accounts.authenticate("lan@office.vn", "Mua thuan gio hoa") is None


def test_upper_case_and_blanks_around_the_address_do_not_matter(data):
    make(email=" Lan@Office.VN ")

    assert accounts.authenticate("lAN@office.vn\n", PASSWORD) is not None


def test_one_address_has_one_account(data):
    make()

    with pytest.raises(accounts.EmailTaken, match=r"lan@office\.vn"):
        make(email="LAN@office.vn", name="Another Lan")
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    "email",
    ["", "lan", "lan@", "@office.vn", "lan @office.vn", "a@b@c", "lan\x00@office.vn", "l" * 300 + "@x.vn"],
)
def test_what_is_no_address_is_refused(data, email):
    with pytest.raises(accounts.EmailRefused, match=r"no e-mail address"):
        make(email=email)
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("name", ["", "   ", "Lan\nAnh", "L" * 256])
def test_what_is_no_name_is_refused(data, name):
    with pytest.raises(accounts.NameRefused, match=r"cannot be used"):
        make(name=name)


def test_eleven_letters_are_too_short_for_a_password(data):
    with pytest.raises(accounts.PasswordTooShort, match=r"11 letters.*at least 12"):
        make(password="x" * 11)
    assert make(password="đò chiều đầy").id


def test_marks_do_not_make_a_password_longer(data):
    with pytest.raises(accounts.PasswordTooShort, match="6 letters"):
        make(password=unicodedata.normalize("NFD", "ếếếếếế"))


@pytest.mark.parametrize("email", ["", "\x00", "lan\x00@office.vn", "l" * 10_000])
def test_a_strange_address_at_the_sign_in_is_an_unknown_one(data, email):
    assert accounts.authenticate(email, PASSWORD) is None


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "p" * 100_000])
def test_a_strange_password_at_the_sign_in_is_a_wrong_one(data, password):
    make()

    assert accounts.authenticate("lan@office.vn", password) is None


def test_a_hash_of_older_parameters_is_renewed_at_the_sign_in(data, monkeypatch):
    make()
    monkeypatch.setattr(accounts, "hasher", DEARER)

    found = accounts.authenticate("lan@office.vn", PASSWORD)

    assert extract_parameters(found.password_hash).time_cost == 2
    assert accounts.authenticate("lan@office.vn", PASSWORD) is not None


def test_a_wrong_password_renews_nothing(data, monkeypatch):
    made = make()
    before = made.password_hash
    monkeypatch.setattr(accounts, "hasher", DEARER)

    accounts.authenticate("lan@office.vn", "wrong password")

    db.session.expire_all()
    assert made.password_hash == before


def test_a_hash_of_the_same_parameters_stays(data):
    before = make().password_hash

    assert accounts.authenticate("lan@office.vn", PASSWORD).password_hash == before
