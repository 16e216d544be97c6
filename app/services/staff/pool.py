"""The pool: answers that wait on disk until their wave is frozen, in places that say nothing of their order.

One file per collector, of as many places as there are invitations, all of one size and all written when the file
is made. An answer goes into a place drawn at random among the free ones. So neither the position in the file, nor
its length, nor the blocks it occupies tell which answer came first; and the file's time of change is set back.
A database cannot give that: its pages, journals and transaction ids keep the order of arrival (CONTRACTS 9).

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

from app.services.errors import ServiceError

_HEADER = struct.Struct(">8sII")
_MAGIC = b"HLPOOL1\n"
_LENGTH = struct.Struct(">I")
_HASH = sha256().digest_size
_FREE = bytes(_HASH)
_PAGE = 4096


class PoolFull(ServiceError):
    """More answers than invitations: cannot happen while each invitation is signed once."""

    def __init__(self) -> None:
        super().__init__("There are as many answers as invitations already; tell the survey office.")


class AnswerTooLong(ServiceError):
    """The answer does not fit its place."""

    def __init__(self, room: int):
        super().__init__(f"The answers are longer than {room} bytes together; shorten the comments.")


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
    """The pool of one collector. Every process may open it; one at a time writes."""

    def __init__(self, path: Path):
        self.path = path

    def make(self, places: int, room: int) -> None:
        """See that there are at least so many places of `room` bytes; what is there stays, in new places."""
        with self._locked():
            kept = list(self._read())
            shape = self._shape()
            if shape and shape.places >= places and shape.size >= room + _LENGTH.size:
                return
            size = (
                -(-(max(room, max((len(one.payload) for one in kept), default=0)) + _LENGTH.size) // _PAGE)
                * _PAGE
            )
            self._write_whole(_Shape(max(places, len(kept)), size), kept)

    def put(self, credential: bytes, payload: bytes) -> Kept:
        """Keep the answer, or return the one that this credential has kept already. Raises PoolFull, AnswerTooLong."""
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
                if len(payload) > shape.size - _LENGTH.size:
                    raise AnswerTooLong(shape.size - _LENGTH.size)
                place = secrets.choice(free)
                file.seek(shape.place_at(place))
                file.write((_LENGTH.pack(len(payload)) + payload).ljust(shape.size, b"\0"))
                os.fsync(file.fileno())
                file.seek(shape.hash_at(place))
                file.write(credential)
                os.fsync(file.fileno())
            self._forget_time()
            return Kept(credential, payload)

    def find(self, credential: bytes) -> Kept | None:
        """What this credential has kept."""
        return next((one for one in self._read() if one.credential == credential), None)

    def count(self) -> int:
        """How many answers wait."""
        shape = self._shape()
        if shape is None:
            return 0
        with self.path.open("rb") as file:
            return sum(one != _FREE for one in self._hashes(file, shape))

    def all(self) -> list[Kept]:
        """Every answer that waits, in the order of the places."""
        with self._locked():
            return list(self._read())

    def reshuffle(self) -> None:
        """Give every answer a new place, so that two copies of the file cannot be compared place by place."""
        with self._locked():
            if shape := self._shape():
                self._write_whole(shape, list(self._read()))

    def empty(self) -> None:
        """Forget what was answered and keep which credentials did, in new places."""
        with self._locked():
            if shape := self._shape():
                self._write_whole(shape, [Kept(one.credential, b"") for one in self._read()])

    def destroy(self) -> None:
        """Overwrite the file and remove it; nothing where there is none."""
        with self._locked():
            if self.path.exists():
                with self.path.open("r+b") as file:
                    file.write(secrets.token_bytes(self.path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                self.path.unlink()

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
        file.seek(shape.place_at(place))
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        return file.read(length)

    def _write_whole(self, shape: _Shape, kept: list[Kept]) -> None:
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
                payload = by_place[place].payload if place in by_place else b""
                file.write((_LENGTH.pack(len(payload)) + payload).ljust(shape.size, b"\0"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)
        self._forget_time()
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _forget_time(self) -> None:
        os.utime(self.path, (0, 0))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process, one thread at a time; the lock file never changes, so it keeps no time either."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
