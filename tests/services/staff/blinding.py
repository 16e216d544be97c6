"""The browser's side of RFC 9474 in Python, so that tests can redeem and answer without a browser."""

from __future__ import annotations

import hashlib
import secrets

from app.services.staff.blind import MESSAGE_BYTES, MODULUS_BYTES

EXPONENT = 65537


def blind(modulus_hex, message=None):
    """(message, blinded, factor) for a key's modulus."""
    n = int(modulus_hex, 16)
    message = message or secrets.token_bytes(MESSAGE_BYTES)
    factor = secrets.randbelow(n - 2) + 2
    encoded = int.from_bytes(_encode(message, secrets.token_bytes(48), n.bit_length() - 1))
    return message, (encoded * pow(factor, EXPONENT, n) % n).to_bytes(MODULUS_BYTES), factor


def unblind(modulus_hex, signed, factor):
    """The signature that the message carries from now on."""
    n = int(modulus_hex, 16)
    return (int.from_bytes(signed) * pow(factor, -1, n) % n).to_bytes(MODULUS_BYTES)


def _encode(message, salt, bits):
    """EMSA-PSS-ENCODE of RFC 8017, section 9.1.1."""
    length = -(-bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - len(digest) - 2) + b"\x01" + salt
    mask = b"".join(
        hashlib.sha384(digest + counter.to_bytes(4)).digest() for counter in range(-(-len(block) // 48))
    )
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"
