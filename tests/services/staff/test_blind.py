"""Blind signatures: OpenSSL accepts them, the signer cannot recognise them, and nothing else passes."""

from __future__ import annotations

import pytest

from app.services.staff import blind
from tests.services.staff import blinding


@pytest.fixture(scope="module")
def key():
    return blind.make_key()


@pytest.fixture(scope="module")
def modulus(key):
    return blind.public_key(key).modulus


def test_what_was_signed_blindly_is_a_plain_signature_of_the_message(key, modulus):
    message, blinded, factor = blinding.blind(modulus)
    signature = blinding.unblind(modulus, blind.sign_blinded(key, blinded), factor)
    assert blind.is_signed(key, message, signature)


def test_the_same_request_gets_the_same_signature(key, modulus):
    _message, blinded, _factor = blinding.blind(modulus)
    assert blind.sign_blinded(key, blinded) == blind.sign_blinded(key, blinded)


def test_two_requests_for_one_message_have_nothing_in_common(key, modulus):
    message, first, _factor = blinding.blind(modulus)
    _message, second, _factor = blinding.blind(modulus, message)
    assert first != second
    assert blind.sign_blinded(key, first) != blind.sign_blinded(key, second)


def test_an_altered_message_or_signature_or_another_key_is_refused(key, modulus):
    message, blinded, factor = blinding.blind(modulus)
    signature = blinding.unblind(modulus, blind.sign_blinded(key, blinded), factor)
    assert not blind.is_signed(key, message[:-1] + bytes([message[-1] ^ 1]), signature)
    assert not blind.is_signed(key, message, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not blind.is_signed(key, message, b"short")
    assert not blind.is_signed(blind.make_key(), message, signature)


def test_a_signature_that_was_not_unblinded_is_refused(key, modulus):
    message, blinded, _factor = blinding.blind(modulus)
    assert not blind.is_signed(key, message, blind.sign_blinded(key, blinded))


@pytest.mark.parametrize("number", [0, 1, -1])
def test_numbers_that_give_something_away_are_not_signed(key, modulus, number):
    n = int(modulus, 16)
    with pytest.raises(blind.NotBlinded):
        blind.sign_blinded(key, (number % n).to_bytes(blind.MODULUS_BYTES))


@pytest.mark.parametrize("length", [0, 255, 257])
def test_a_message_of_another_length_is_not_signed(key, length):
    with pytest.raises(blind.NotBlinded):
        blind.sign_blinded(key, b"\x01" * length)
