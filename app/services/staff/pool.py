"""The pool: answers that wait on disk until their wave is frozen, in places that say nothing of their order.

One file per collector, of as many places as there are invitations, all of one size and all written when the file
is made. An answer goes into a place drawn at random among the free ones. So neither the position in the file, nor
its length, nor the blocks it occupies tell which answer came first; and the file's time of change is set back.
A database cannot give that: its pages, journals and transaction ids keep the order of arrival (CONTRACTS 9).

Every place is sealed under the pool's key (AES-GCM), length and all. The key lies in another folder, which must not be
copied with the rest: else yesterday's copy and today's tell which answer came today, and any copy shows whole profiles
before the rare ones are withheld. The key is destroyed as soon as the answers are drained.

The file: a header, then per place the credential's hash (zeros: free), then the places. The place is written and
synced before its hash, so that a crash leaves a whole answer or a free place.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.services.errors import ServiceError

_HEADER = struct.Struct(">8sII")
_MAGIC = b"HLPOOL2\n"
_LENGTH = struct.Struct(">I")
_HASH = sha256().digest_size
_FREE = bytes(_HASH)
_PAGE = 4096
_KEY_BITS = 256
_NONCE = 12
_TAG = 16
# What a place holds besides the answer.
_SEAL = _NONCE + _LENGTH.size + _TAG


class PoolFull(ServiceError):
    """More answers than invitations: cannot happen while each invitation is signed once."""

    def __init__(self) -> None:
        super().__init__("There are as many answers as invitations already; tell the survey office.")


class AnswerTooLong(ServiceError):
    """The answer does not fit its place."""

    def __init__(self, room: int):
        super().__init__(f"The answers are longer than {room} bytes together; shorten the comments.")


class KeyLost(ServiceError):
    """Answers wait that nobody can open."""

    def __init__(self, key: Path):
        super().__init__(
            f"The answers that wait cannot be opened: their key {key} is not there or is another; put it back."
        )


class NoKeyFolder(ServiceError):
    """Keys cannot be kept."""

    def __init__(self, folder: Path, reason: str | None):
        super().__init__(
            f"The folder for keys {folder} cannot be written ({reason}); name another in HAILONG_KEY_FOLDER."
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer in the pool: the hash of its credential, and what was kept."""

    credential: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Shape:
    places: int
    size: int

    def hash_at(self, place: int) -> int:
        return _HEADER.size + place * _HASH

    def place_at(self, place: int) -> int:
        # Places begin on a page of the disk, so that two never share one.
        start = -(-(_HEADER.size + self.places * _HASH) // _PAGE) * _PAGE
        return start + place * self.size


class Pool:
    """The pool of one collector, and where its key lies. Every process may open it; one at a time writes."""

    def __init__(self, path: Path, key: Path):
        self.path, self.key = path, key

    def make(self, places: int, room: int) -> None:
        """See that there are at least so many places of `room` bytes; what is there stays, in new places.

        Raises KeyLost, NoKeyFolder.
        """
        with self._locked():
            kept = list(self._read())
            shape = self._shape()
            if shape and shape.places >= places and shape.size >= room + _SEAL:
                return
            self._box()
            size = (
                -(-(max(room, max((len(one.payload) for one in kept), default=0)) + _SEAL) // _PAGE) * _PAGE
            )
            self._write_whole(_Shape(max(places, len(kept)), size), kept)

    def put(self, credential: bytes, payload: bytes) -> Kept:
        """Keep the answer, or return the one that this credential has kept already.

        Raises PoolFull, AnswerTooLong, KeyLost, NoKeyFolder.
        """
        with self._locked():
            shape = self._shape()
            if shape is None:
                raise PoolFull
            with self.path.open("r+b", buffering=0) as file:
                hashes = self._hashes(file, shape)
                if credential in hashes:
                    return Kept(credential, self._payload(file, shape, hashes.index(credential)))
                free = [place for place, one in enumerate(hashes) if one == _FREE]
                if not free:
                    raise PoolFull
                if len(payload) > shape.size - _SEAL:
                    raise AnswerTooLong(shape.size - _SEAL)
                sealed = _sealed(self._box(), shape, Kept(credential, payload))
                place = secrets.choice(free)
                file.seek(shape.place_at(place))
                file.write(sealed)
                os.fsync(file.fileno())
                file.seek(shape.hash_at(place))
                file.write(credential)
                os.fsync(file.fileno())
            self._forget_time()
            return Kept(credential, payload)

    def find(self, credential: bytes) -> Kept | None:
        """What this credential has kept. Raises KeyLost."""
        shape = self._shape()
        if shape is None:
            return None
        with self.path.open("rb") as file:
            hashes = self._hashes(file, shape)
            if credential not in hashes:
                return None
            return Kept(credential, self._payload(file, shape, hashes.index(credential)))

    def count(self) -> int:
        """How many answers wait."""
        shape = self._shape()
        if shape is None:
            return 0
        with self.path.open("rb") as file:
            return sum(one != _FREE for one in self._hashes(file, shape))

    def all(self) -> list[Kept]:
        """Every answer that waits, in the order of the places. Raises KeyLost."""
        with self._locked():
            return list(self._read())

    def reshuffle(self) -> None:
        """Give every answer a new place, sealed anew, so that two copies of the file agree in no place."""
        with self._locked():
            if shape := self._shape():
                self._write_whole(shape, list(self._read()))

    def empty(self) -> None:
        """Forget what was answered, with the key, and keep which credentials did, in new places.

        Copies of the file that were taken before open to nobody from then on.
        """
        with self._locked():
            if shape := self._shape():
                with self.path.open("rb") as file:
                    credentials = [one for one in self._hashes(file, shape) if one != _FREE]
                self._write_whole(shape, [Kept(one, b"") for one in credentials])
            _overwrite(self.key)

    def destroy(self) -> None:
        """Overwrite the file and its key and remove them; nothing where there are none."""
        with self._locked():
            _overwrite(self.key)
            _overwrite(self.path)

    def _read(self) -> Iterator[Kept]:
        shape = self._shape()
        if shape is None:
            return
        with self.path.open("rb") as file:
            for place, credential in enumerate(self._hashes(file, shape)):
                if credential != _FREE:
                    yield Kept(credential, self._payload(file, shape, place))

    def _shape(self) -> _Shape | None:
        try:
            with self.path.open("rb") as file:
                magic, places, size = _HEADER.unpack(file.read(_HEADER.size))
        except FileNotFoundError:
            return None
        if magic != _MAGIC:
            raise ValueError(f"{self.path} is no pool of answers.")
        return _Shape(places, size)

    def _hashes(self, file, shape: _Shape) -> list[bytes]:  # type: ignore[no-untyped-def]
        file.seek(_HEADER.size)
        block = file.read(shape.places * _HASH)
        return [block[start : start + _HASH] for start in range(0, len(block), _HASH)]

    def _payload(self, file, shape: _Shape, place: int) -> bytes:  # type: ignore[no-untyped-def]
        file.seek(shape.hash_at(place))
        credential = file.read(_HASH)
        file.seek(shape.place_at(place))
        sealed = file.read(shape.size)
        if not any(sealed):  # emptied
            return b""
        try:
            plain = AESGCM(self.key.read_bytes()).decrypt(sealed[:_NONCE], sealed[_NONCE:], credential)
        except (FileNotFoundError, InvalidTag):
            raise KeyLost(self.key) from None
        (length,) = _LENGTH.unpack(plain[: _LENGTH.size])
        return plain[_LENGTH.size : _LENGTH.size + length]

    def _box(self) -> AESGCM:
        """The key, made where there is none and no answer waits for another."""
        if not self.key.exists():
            for _ in self._read():  # raises KeyLost at an answer that cannot be opened
                pass
            try:
                self.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Under another name first, so that a crash leaves no half of a key.
                draft = self.key.with_suffix(".draft")
                draft.touch(mode=0o600)
                with draft.open("wb") as file:
                    file.write(AESGCM.generate_key(_KEY_BITS))
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(draft, self.key)
            except OSError as error:
                raise NoKeyFolder(self.key.parent, error.strerror) from None
            _sync_folder(self.key.parent)
        return AESGCM(self.key.read_bytes())

    def _write_whole(self, shape: _Shape, kept: list[Kept]) -> None:
        box = self._box() if any(one.payload for one in kept) else None
        draft = self.path.with_suffix(".draft")
        places = secrets.SystemRandom().sample(range(shape.places), len(kept))
        by_place = dict(zip(places, kept, strict=True))
        # Written through from the beginning to the end: a hole that is filled later would tell when.
        with draft.open("wb") as file:
            os.chmod(draft, 0o600)
            file.write(_HEADER.pack(_MAGIC, shape.places, shape.size))
            for place in range(shape.places):
                file.write(by_place[place].credential if place in by_place else _FREE)
            file.write(bytes(shape.place_at(0) - file.tell()))
            for place in range(shape.places):
                one = by_place.get(place)
                file.write(_sealed(box, shape, one) if box and one and one.payload else bytes(shape.size))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)
        self._forget_time()
        _sync_folder(self.path.parent)

    def _forget_time(self) -> None:
        os.utime(self.path, (0, 0))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process, one thread at a time; the lock file never changes, so it keeps no time either."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sealed(box: AESGCM, shape: _Shape, one: Kept) -> bytes:
    """What is written in a place: of one length whatever was answered, and good for this credential alone."""
    plain = (_LENGTH.pack(len(one.payload)) + one.payload).ljust(shape.size - _NONCE - _TAG, b"\0")
    nonce = secrets.token_bytes(_NONCE)
    return nonce + box.encrypt(nonce, plain, one.credential)


def _overwrite(path: Path) -> None:
    if path.exists():
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
