"""Blind signatures by RFC 9474, variant RSABSSA-SHA384-PSS-Deterministic: the server's side.

The browser makes a random message, blinds it and has it signed; what it unblinds is an ordinary RSASSA-PSS
signature that the server can check and has never seen. The message itself is random, so the variant without
a random prefix is the right one (RFC 9474, section 5). OpenSSL checks the signatures; only the one operation
that no library offers, the bare RSA private operation, stands here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.services.errors import ServiceError

MODULUS_BITS = 2048
MODULUS_BYTES = MODULUS_BITS // 8
MESSAGE_BYTES = 32
_EXPONENT = 65537
_PSS = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=SHA384.digest_size)


class NotBlinded(ServiceError):
    """What was to be signed is no blinded message of this key."""

    def __init__(self) -> None:
        super().__init__("What was sent to be signed is damaged; open the invitation again.")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a browser needs to blind a message: the modulus, as hexadecimal digits; the exponent is 65537."""

    modulus: str


def make_key() -> bytes:
    """A new signing key as PEM."""
    key = rsa.generate_private_key(_EXPONENT, MODULUS_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_key(pem: bytes) -> PublicKey:
    """The public half."""
    return PublicKey(f"{_load(pem).public_key().public_numbers().n:0{2 * MODULUS_BYTES}x}")


def sign_blinded(pem: bytes, blinded: bytes) -> bytes:
    """The signature of a blinded message; the same message gives the same signature. Raises NotBlinded."""
    numbers = _load(pem).private_numbers()
    modulus = numbers.public_numbers.n
    message = int.from_bytes(blinded)
    if len(blinded) != MODULUS_BYTES or not 1 < message < modulus - 1:
        raise NotBlinded
    # Another random factor at every call, so that the time this takes says nothing of the key.
    factor = secrets.randbelow(modulus - 2) + 2
    hidden = message * pow(factor, _EXPONENT, modulus) % modulus
    by_p, by_q = (
        pow(hidden % numbers.p, numbers.dmp1, numbers.p),
        pow(hidden % numbers.q, numbers.dmq1, numbers.q),
    )
    signed = by_q + numbers.q * ((by_p - by_q) * numbers.iqmp % numbers.p)
    signature = signed * pow(factor, -1, modulus) % modulus
    # A fault in the arithmetic would give the key away (RFC 9474, section 4.3).
    if pow(signature, _EXPONENT, modulus) != message:
        raise ArithmeticError("The RSA private operation went wrong.")
    return signature.to_bytes(MODULUS_BYTES)


def is_signed(pem: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is a signature of the message by this key."""
    try:
        _load(pem).public_key().verify(signature, message, _PSS, SHA384())
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1024)
def _load(pem: bytes) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("A signing key is an RSA key.")
    return key
