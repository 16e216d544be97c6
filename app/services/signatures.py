"""Detached signatures of released files: what stands in `<name>.xlsx.sig`, made and checked with keys at hand.

A signature is canonical JSON (keys sorted, no blanks, UTF-8) of `file_sha256`, `release`, `inputs`, `key_id` and
`signature`: Ed25519 over the same JSON without its last member, in base64. No database and no clock is needed here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.services.errors import ServiceError
from app.services.release_inputs import canonical

SUFFIX = ".sig"
LARGEST = 64 * 1024  # bytes of a signature file; ours have less than 2 kB

_MEMBERS = {"file_sha256", "release", "inputs", "key_id", "signature"}


class SignatureUnreadable(ServiceError):
    """The file is no signature of a release."""

    def __init__(self, name: str):
        super().__init__(
            f"{name} is no signature of a release; take the file that ends in {SUFFIX} and came with the workbook."
        )


class KeysUnreadable(ServiceError):
    """The file holds no public keys."""

    def __init__(self, name: str):
        super().__init__(
            f"{name} holds no public keys; take what the office serves at /verify/keys.json, or make it with"
            " `hailong keys export`."
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signature says: the hash of the file, the release and the file's place in it, hashes of the inputs."""

    file_sha256: str
    release: Mapping[str, Any]
    inputs: Mapping[str, str]
    key_id: str

    @property
    def signed(self) -> bytes:
        """The bytes that are signed."""
        return canonical(self._document()).encode()

    def _document(self) -> dict[str, Any]:
        return {
            "file_sha256": self.file_sha256,
            "release": dict(self.release),
            "inputs": dict(self.inputs),
            "key_id": self.key_id,
        }

    def text(self, signature: bytes) -> str:
        """The signature file."""
        return canonical(self._document() | {"signature": base64.b64encode(signature).decode()})


def key_id(public_key: bytes) -> str:
    """The name of a public key (32 bytes): the first half of its SHA-256, in hex."""
    return hashlib.sha256(public_key).hexdigest()[:32]


def sign(private_key: Ed25519PrivateKey, statement: Statement) -> str:
    """The signature file of a statement."""
    return statement.text(private_key.sign(statement.signed))


def read(content: bytes, name: str = "The file") -> tuple[Statement, bytes]:
    """What a signature file says, and its signature; raises SignatureUnreadable. Nothing is checked yet."""
    try:
        found = json.loads(content.decode()) if len(content) <= LARGEST else None
        if not isinstance(found, dict) or set(found) != _MEMBERS:
            raise SignatureUnreadable(name)
        signature = base64.b64decode(found.pop("signature"), validate=True)
        statement = Statement(**found)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise SignatureUnreadable(name) from None
    texts = (statement.file_sha256, statement.key_id)
    if not all(isinstance(one, str) for one in texts) or not (
        isinstance(statement.release, dict) and isinstance(statement.inputs, dict)
    ):
        raise SignatureUnreadable(name)
    return statement, signature


def is_signed(statement: Statement, signature: bytes, public_key: bytes) -> bool:
    """Whether this key signed the statement."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_keys(path: Path) -> dict[str, bytes]:
    """Public keys by their id, from a file as `/verify/keys.json` serves it; raises KeysUnreadable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        keys = [base64.b64decode(one["public_key"], validate=True) for one in found["keys"]]
    except (OSError, ValueError, TypeError, KeyError, binascii.Error):
        raise KeysUnreadable(str(path)) from None
    # The id is taken from the key: a file may call it what it likes.
    return {key_id(key): key for key in keys if len(key) == 32}


def keys_document(keys: Mapping[str, tuple[bytes, str, str | None]]) -> dict[str, Any]:
    """Public keys for a file or an answer: id to (key, day it was made, day it was retired)."""
    return {
        "schema": 1,
        "keys": [
            {
                "key_id": name,
                "algorithm": "Ed25519",
                "public_key": base64.b64encode(key).decode(),
                "made_on": made,
                "retired_on": retired,
            }
            for name, (key, made, retired) in keys.items()
        ],
    }
