"""Guessing who said what: every way of joining people with responses, each ending in one assignment.

A method looks at something on the people's side and something on the responses' side, and assigns, within a class of
people whom what is public does not tell apart, so that the two fit best (`linear_sum_assignment`). Whatever it looks
at, a method that has learnt nothing is right as often as chance (`chance`).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import rankdata

from app.services.staff.grouping import group
from app.services.staff.inviting import token_hash
from app.services.staff.rarity import withhold
from attacks.plants import scores
from attacks.reading import Row, Tables, Waiting
from attacks.staff import CROSSED, Evidence, Person

Cost = Callable[[Sequence[int], Sequence[int]], NDArray[np.float64]]
_FAR = 1e3


@dataclass(frozen=True)
class Class:
    """People and responses, by their places in the lists, that what is public does not tell apart."""

    people: tuple[int, ...]
    responses: tuple[int, ...]


@dataclass
class Board:
    """Everything on the table: people and responses, their classes, and what else was found."""

    people: list[Person]
    responses: list[Row]
    classes: list[Class]
    invitations: list[Row]  # in the order of `people`
    comments: list[Row]
    waiting: list[Waiting]
    positions: dict[str, dict[str, tuple[int, int]]]
    truth: dict[int, int] = field(repr=False, default_factory=dict)  # response to person; only for counting


def lay_out(evidence: Evidence, tables: Tables, copies: list[Waiting], found: dict) -> Board:
    """Bring people and responses together by class; nothing but the classes is taken from the truth.

    The classes are a gift to the attacker: whose answers were counted where, and which profile is written of whom, as
    he could work it out from everybody's unit and profile and from who answered. They follow the published rules
    (groups of at least the threshold, five alike at least), not the rows, so that a row that says more is no chance.
    """
    people = [one for one in evidence.people if one.answered]
    # An order of their own, so that equal costs give nothing away.
    people.sort(key=lambda one: hashlib.sha256(one.token.encode()).digest())
    responses = sorted(tables.response, key=lambda row: hashlib.sha256(row["response_id"].encode()).digest())
    said = {scores(one.answers): place for place, one in enumerate(people)}
    truth = {place: said[scores(row["answers"])] for place, row in enumerate(responses)}
    classes = _classes(people, truth, evidence)
    by_token = {row["token_hash"]: row for row in tables.invitation}
    return Board(
        people,
        responses,
        classes,
        [by_token[token_hash(one.token)] for one in people],
        tables.comment,
        copies,
        found,
        truth,
    )


def _classes(people: Sequence[Person], truth: dict[int, int], evidence: Evidence) -> list[Class]:
    # Units below the threshold were invited under the unit above them already; both steps are public rules.
    heads = Counter(one.unit for one in evidence.people)
    invited = group(evidence.parents, heads, evidence.threshold)
    counts = Counter(invited[one.unit] for one in people)
    counted = group(evidence.parents, counts, evidence.threshold)
    members: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(people):
        members[counted[invited[one.unit]]].append(place)
    of: dict[int, tuple] = {}
    for whole, places in members.items():
        kept = withhold([tuple(people[place].profile[code] for code in CROSSED) for place in places])
        of |= {place: (whole, *profile) for place, profile in zip(places, kept, strict=True)}
    grouped: dict[tuple, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, alike in of.items():
        grouped[alike][0].append(place)
    for response, place in truth.items():
        grouped[of[place]][1].append(response)
    # Sorted by nothing that the truth has ordered.
    return [Class(tuple(sorted(p)), tuple(sorted(r))) for _, (p, r) in sorted(grouped.items(), key=str)]


def count_right(board: Board, cost: Cost) -> int:
    """Right guesses of one method."""
    right = 0
    for one in board.classes:
        if not one.responses:
            continue
        matrix = cost(one.people, one.responses)
        for p, r in zip(*linear_sum_assignment(matrix), strict=True):
            right += board.truth[one.responses[r]] == one.people[p]
    return right


def methods(board: Board) -> Iterator[tuple[str, Cost]]:
    """Every method with its name."""
    yield from _by_key(board)
    yield from _by_order(board)
    yield from _by_transaction(board)
    yield from _by_file(board)
    yield from _by_comment(board)
    yield from _by_rarity(board)
    yield from _by_size(board)
    yield from _by_copies(board)


def _by_key(board: Board) -> Iterator[tuple[str, Cost]]:
    """Equal bytes on both sides, plain or hashed."""
    sides = [
        {_start(spelled) for key in _keys(one, row) for spelled in _spellings(key)}
        for one, row in zip(board.people, board.invitations, strict=True)
    ]
    kept = [
        {_start(spelled) for value in row.values() for spelled in _as_bytes(value)} for row in board.responses
    ]
    yield (
        "key: equal or hashed bytes",
        lambda people, responses: np.array(
            [[-float(len(sides[p] & kept[r])) for r in responses] for p in people]
        ),
    )


def _keys(person: Person, row: Row) -> list[bytes]:
    return [*person.keys, *(str(value).encode() for name, value in row.items() if "hash" in name and value)]


def _spellings(key: bytes) -> Iterator[bytes]:
    digests = [
        key,
        *(hashlib.new(name, key).digest() for name in ("md5", "sha1", "sha256", "sha384", "sha512")),
    ]
    digests.append(hashlib.sha256(digests[3]).digest())
    for digest in digests:
        yield digest
        yield digest.hex().encode()


def _as_bytes(value: Any) -> Iterator[bytes]:
    if isinstance(value, str) and len(value) >= 8:
        plain = value.replace("-", "").lower()
        yield plain.encode()
        if len(plain) % 2 == 0 and all(sign in "0123456789abcdef" for sign in plain):
            yield bytes.fromhex(plain)
    elif isinstance(value, bytes) and len(value) >= 8:
        yield value
    elif isinstance(value, int) and value >= 2**56:
        yield value.to_bytes(8)


def _start(spelled: bytes) -> bytes:
    return spelled[:8]


def _by_order(board: Board) -> Iterator[tuple[str, Cost]]:
    """Order, place and time: every column of the invitation, and the order of use, beside every one of the response."""
    left = {"order of use": [float(one.use) for one in board.people]} | {
        f"invitation {name}": values for name, values in _columns(board.invitations)
    }
    right = {f"response {name}": values for name, values in _columns(board.responses)}
    for theirs, people in left.items():
        for ours, responses in right.items():
            yield f"order: {theirs} / {ours}", _near(rankdata(people), rankdata(responses))
            yield (
                f"order within the class: {theirs} / {ours}",
                _near_within(np.array(people), np.array(responses)),
            )


def _by_transaction(board: Board) -> Iterator[tuple[str, Cost]]:
    """Rows that one transaction wrote."""
    if board.responses and "#xmin" in board.responses[0]:
        theirs = np.array([row["#xmin"] for row in board.invitations], dtype=float)
        ours = np.array([row["#xmin"] for row in board.responses], dtype=float)
        yield "transaction: xmin beside xmin", _near(theirs, ours)


def _by_file(board: Board) -> Iterator[tuple[str, Cost]]:
    """Where in a raw file (pages, free pages, write-ahead log) a response stands: in the order of use?"""
    use = rankdata([one.use for one in board.people])
    for name, tokens in board.positions.items():
        places = [tokens.get(row["answers_sha256"]) for row in board.responses]
        if sum(place is not None for place in places) < max(2, len(places) // 2):
            continue
        for end, which in ((0, "first"), (1, "last")):
            found = [place[end] if place else -1 for place in places]
            yield f"file: order of use / {which} place in {name}", _near(use, rankdata(found))
        invited = [tokens.get(row["blinded_hash"]) for row in board.invitations]
        if all(invited):
            found = [place[1] if place else -1 for place in places]
            yield (
                f"file: invitation beside response in {name}",
                _near(np.array([place[1] for place in invited], float), np.array(found, float)),
            )


def _by_comment(board: Board) -> Iterator[tuple[str, Cost]]:
    """The writer of every comment is recognised by his style: does its place tell the place of his answers?"""
    writer = {one.words: place for place, one in enumerate(board.people) if one.words}
    for name, values in _columns(board.comments):
        ours = dict(_columns(board.responses)).get(name)
        if ours is None:
            continue
        place = {
            writer[row["text"]]: value / len(values)
            for row, value in zip(board.comments, rankdata(values), strict=True)
            if row["text"] in writer
        }
        share = rankdata(ours) / len(ours)
        yield (
            f"comment: {name} beside {name}",
            lambda people, responses, place=place, share=share: np.array(
                [[abs(place[p] - share[r]) if p in place else 0.5 for r in responses] for p in people]
            ),
        )


def _by_rarity(board: Board) -> Iterator[tuple[str, Cost]]:
    """What stands in the row about the person: profile, language, number of items answered."""
    yield (
        "rarity: profile and language",
        lambda people, responses: np.array(
            [
                [
                    _differences(board.people[p].profile, board.responses[r]["answers"])
                    + (board.people[p].language != board.responses[r]["language"])
                    for r in responses
                ]
                for p in people
            ]
        ),
    )


def _differences(profile: dict[str, str], said: dict[str, Any]) -> float:
    """Codes that speak against it, less codes that speak for it."""
    return float(sum((_FAR if said[code] != one else -1) for code, one in profile.items() if code in said))


def _by_size(board: Board) -> Iterator[tuple[str, Cost]]:
    """Places that were filled from one copy to the next, by their size; long answers belong to that day."""
    lengths = np.array([len(str(row["answers"])) for row in board.responses], dtype=float)
    sizes: list[tuple[int, int]] = []
    before: Counter = Counter()
    for copy in board.waiting:
        now = Counter(size for places in copy.sizes.values() for size in places)
        sizes += [(size, copy.day) for size in (now - before).elements()]
        before = now
    if len({size for size, _day in sizes}) < 2:
        return
    # The k-th part of all sizes belongs to the k-th part of all lengths.
    days = np.array([day for _size, day in sorted(sizes)], dtype=float)
    place = (rankdata(lengths) - 1) / len(lengths) * (len(days) - 1)
    guessed = days[place.astype(int)]
    theirs = np.array([float(one.day) for one in board.people])
    yield "size: places filled from copy to copy", _near(theirs, guessed)


def _by_copies(board: Board) -> Iterator[tuple[str, Cost]]:
    """Answers that a copy shows in clear: since when they wait, the whole profile, the comment with them."""
    seen: dict[tuple[str, ...], int] = {}
    whole: dict[tuple[str, ...], dict[str, Any]] = {}
    for copy in sorted(board.waiting, key=lambda one: one.day):
        for content in copy.contents:
            seen.setdefault(scores(content), copy.day)
            whole.setdefault(scores(content), content)
    if not seen:
        return

    def day(people: Sequence[int], responses: Sequence[int]) -> NDArray[np.float64]:
        found = np.zeros((len(people), len(responses)))
        for a, p in enumerate(people):
            for b, r in enumerate(responses):
                since = seen.get(scores(board.responses[r]["answers"]))
                if since is not None:
                    late = since - board.people[p].day
                    found[a, b] = late if late >= 0 else _FAR
        return found

    def profile(people: Sequence[int], responses: Sequence[int]) -> NDArray[np.float64]:
        return np.array(
            [
                [
                    _differences(
                        board.people[p].profile, whole.get(scores(board.responses[r]["answers"]), {})
                    )
                    for r in responses
                ]
                for p in people
            ]
        )

    yield "copies: day of arrival", day
    yield "copies: whole profile", profile
    yield "copies: day and whole profile", lambda people, ours: 2 * profile(people, ours) + day(people, ours)


def _columns(rows: Sequence[Row]) -> Iterator[tuple[str, list[float]]]:
    """Every column that differs between rows, as numbers in its own order."""
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        if isinstance(values[0], dict | list):
            values = [len(str(value)) for value in values]
        if len({str(value) for value in values}) < 2:
            continue
        if all(isinstance(value, int | float) for value in values):
            yield name, [float(value) for value in values]
        else:
            order = {one: place for place, one in enumerate(sorted({_text(value) for value in values}))}
            yield name, [float(order[_text(value)]) for value in values]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _near(theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> Cost:
    theirs, ours = np.asarray(theirs, float), np.asarray(ours, float)
    return lambda people, responses: np.abs(theirs[list(people), None] - ours[None, list(responses)])


def _near_within(theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> Cost:
    def cost(people: Sequence[int], responses: Sequence[int]) -> NDArray[np.float64]:
        a, b = rankdata(theirs[list(people)]), rankdata(ours[list(responses)])
        # Convex, so that one straggler does not shift all others.
        return np.sqrt(np.abs(a[:, None] - b[None, :]))

    return cost
