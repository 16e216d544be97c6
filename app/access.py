"""Who is asking: the account behind a session, and what a blueprint asks of it before it answers."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from flask import redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from app.extensions import login
from app.models import User
from app.queries.users import find_user_by_id


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):
    """The person of this session. `stamp` changes with the password, and ends every session begun before."""

    number: int
    name: str
    email: str
    stamp: str

    @classmethod
    def of(cls, user: User) -> SignedIn:
        """The person behind an account."""
        stamp = sha256(user.password_hash.encode()).hexdigest()[:16]
        return cls(user.id, user.name, user.email, stamp)

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
