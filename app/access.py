"""Who is asking: the account behind a session, and what a blueprint asks of it before it answers."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from flask import abort, g, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from app.extensions import login
from app.models import User
from app.queries.users import find_user_by_id, list_grants
from app.rights import Granted, may, tops
from app.route_rights import RIGHT_OF, SIGNED_IN


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):
    """The person of this session. `stamp` changes with the password, and ends every session begun before."""

    number: int
    name: str
    email: str
    stamp: str
    grants: tuple[Granted, ...] = ()

    @classmethod
    def of(cls, user: User) -> SignedIn:
        """The person behind an account."""
        stamp = sha256((user.password_hash or "").encode()).hexdigest()[:16]
        return cls(user.id, user.name, user.email, stamp, list_grants(user))

    def may(self, right: str) -> bool:
        """Whether they have this right anywhere in the tree."""
        return may(self.grants, right)

    def tops(self, right: str) -> frozenset[str] | None:
        """The agencies over whose branches they have this right; None: over the whole tree."""
        return tops(self.grants, right)

    def get_id(self) -> str:
        """What the session keeps of them."""
        return f"{self.number}.{self.stamp}"


@login.user_loader
def find_signed_in(kept: str) -> SignedIn | None:
    """The person a session was begun for; None where the account is closed or its password another."""
    number, _, stamp = kept.partition(".")
    user = find_user_by_id(int(number)) if number.isdecimal() else None
    if user is None or not user.active:
        return None
    found = SignedIn.of(user)
    return found if compare_digest(found.stamp, stamp) else None


def open_to_all() -> None:
    """For a blueprint whose pages anyone may see; it says so in its `before_request` like the others."""


def require_sign_in() -> Response | None:
    """For a blueprint whose pages need an account: who has none is led to the sign-in, and from there back."""
    if current_user.is_authenticated:
        return None
    if request.method != "GET":
        return redirect(url_for("auth.sign_in"), 303)
    return redirect(url_for("auth.sign_in", next=request.script_root + request.full_path.removesuffix("?")))


def require_right() -> Response | None:
    """For a blueprint whose pages need a right: app/route_rights.py has which.

    Who may not learns nothing: the page is not found, as if it were not there.
    """
    answer = require_sign_in()
    if answer is not None:
        return answer
    g.actor = current_user.email
    right = RIGHT_OF.get(request.endpoint or "")
    if right is None or (right != SIGNED_IN and not current_user.may(right)):
        abort(404)
    return None
