"""People who sign in: evaluators and the survey office. Respondents never have a row here."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.agency import Agency
from app.models.columns import Moment, one_of
from app.rights import RIGHTS_OF_ROLE

ROLES = tuple(RIGHTS_OF_ROLE)
TOKEN_PURPOSES = ("welcome", "reset")


class User(db.Model):
    """An account. `password_hash` is an argon2 string; an account that is not `active` cannot sign in.

    `password_hash` None: signs in through the provider alone (`oidc_issuer`, `oidc_subject`). `totp_secret` is the
    sealed secret of the second factor, `totp_step` the last time step that was used, `recovery_codes` the hashes of
    the codes that still stand in for a lost telephone.
    """

    # `user` is a reserved word of PostgreSQL.
    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int | None]
    recovery_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    oidc_issuer: Mapped[str | None] = mapped_column(String(255))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))

    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", order_by="RoleGrant.id", cascade="all, delete-orphan"
    )


class RoleGrant(db.Model):
    """A role that an account has over the branch of an agency; without an agency, over the whole tree."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", ROLES),
        UniqueConstraint("user_id", "role", "agency_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str] = mapped_column(String(32))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)

    user: Mapped[User] = relationship(back_populates="grants")
    agency: Mapped[Agency | None] = relationship()


class UserSession(db.Model):
    """One browser in which somebody is signed in, so that it can be ended from elsewhere.

    The browser holds the token, this row only its hash. `seen_at` is renewed at most once a minute.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    begun_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    browser: Mapped[str] = mapped_column(String(255), default="")

    user: Mapped[User] = relationship()


class AccountToken(db.Model):
    """A link that was mailed to somebody: to set the first password, or a new one. Good once, until `expires_at`."""

    __tablename__ = "account_token"
    __table_args__ = (one_of("purpose", TOKEN_PURPOSES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    user: Mapped[User] = relationship()


class ApiToken(db.Model):
    """A key with which a program reads as its owner does, never more. `rights` are the owner's or fewer."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    rights: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    used_on: Mapped[date | None]

    user: Mapped[User] = relationship()
