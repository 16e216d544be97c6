"""A program that asks in somebody's name: the key it sends, and what it may do with it today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound, TooManyRequests, Unauthorized

from app.config import office_day
from app.models import ApiToken
from app.queries.users import list_grants
from app.rights import Granted, may, tops
from app.route_rights import RIGHT_OF, SIGNED_IN
from app.services import second_factor, tokens
from app.tries import Tries

# How often one key may ask one process in one minute.
ALLOWED, PERIOD = 600, 60.0
TRIES = "api_tries"


@dataclass(frozen=True, slots=True)
class Bearer:
    """The owner of a key and what the key may do: what it was made for, of what its owner may today."""

    number: int
    name: str
    email: str
    grants: tuple[Granted, ...]
    token: int
    token_name: str
    rights: frozenset[str]
    last_day: date

    @classmethod
    def of(cls, token: ApiToken) -> Bearer:
        """Who stands behind a key."""
        return cls(
            token.user.id,
            token.user.name,
            token.user.email,
            list_grants(token.user),
            token.id,
            token.name,
            frozenset(token.rights),
            office_day(token.expires_at - timedelta(seconds=1)),
        )

    def may(self, right: str) -> bool:
        """Whether it has this right anywhere in the tree."""
        return right in self.rights and may(self.grants, right)

    def tops(self, right: str) -> frozenset[str] | None:
        """The agencies over whose branches it has this right; None: over the whole tree."""
        return tops(self.grants, right) if right in self.rights else frozenset()


def new_tries() -> Tries:
    """The counter of requests by key."""
    return Tries(ALLOWED, PERIOD)


def require_token() -> None:
    """For a blueprint that programs use: a good key, not too often, with the right of app/route_rights.py.

    Neither a cookie nor a session is looked at. Which agencies it may see is a second question, as on pages.
    """
    g.bearer = None
    scheme, _blank, text = request.headers.get("Authorization", "").partition(" ")
    found = tokens.find(text.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "Hailong"}))
    bearer = g.bearer = Bearer.of(found)
    g.actor = bearer.email
    if second_factor.is_required(bearer.grants) and not second_factor.is_on(found.user):
        # As on pages: nothing opens before the second factor is set up.
        raise NotFound
    wait = current_app.extensions[TRIES].begin(("token", str(bearer.token)))
    if wait:
        raise TooManyRequests(retry_after=wait)
    right = RIGHT_OF.get(request.endpoint or "")
    if right is None or (right != SIGNED_IN and not bearer.may(right)):
        raise NotFound
