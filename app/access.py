"""Who is asking: the account behind a session, and what a blueprint asks of it before it answers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, g, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from app.extensions import login
from app.models import User
from app.queries.users import list_grants
from app.rights import Granted, may, tops
from app.route_rights import RIGHT_OF, SIGNED_IN
from app.services import second_factor, sessions


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):
    """The person who asks. `token` is what their browser holds, `session` the row number of that session."""

    number: int
    name: str
    email: str
    grants: tuple[Granted, ...] = ()
    token: str = ""
    session: int = 0
    must_set_up: bool = False

    @classmethod
    def of(cls, user: User, token: str = "", session: int = 0) -> SignedIn:
        """The person behind an account; `must_set_up`: the house asks them for a second factor they do not have."""
        grants = list_grants(user)
        lacks = second_factor.is_required(grants) and not second_factor.is_on(user)
        return cls(user.id, user.name, user.email, grants, token, session, lacks)

    def may(self, right: str) -> bool:
        """Whether they have this right anywhere in the tree."""
        return may(self.grants, right)

    def tops(self, right: str) -> frozenset[str] | None:
        """The agencies over whose branches they have this right; None: over the whole tree."""
        return tops(self.grants, right)

    def get_id(self) -> str:
        """What the browser's cookie keeps of them."""
        return self.token


@login.user_loader
def find_signed_in(kept: str) -> SignedIn | None:
    """The person whose session this is; None where it has ended, or the account is closed."""
    found = sessions.resume(kept)
    return None if found is None else SignedIn.of(found.user, kept, found.id)


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
    if current_user.must_set_up and request.blueprint != "account":
        return redirect(url_for("account.second_factor_page"), 303)
    right = RIGHT_OF.get(request.endpoint or "")
    if right is None or (right != SIGNED_IN and not current_user.may(right)):
        abort(404)
    return None
