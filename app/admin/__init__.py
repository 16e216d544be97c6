"""The administrator's side: accounts, their roles, and who may still sign in."""

from app.admin.accounts import blueprint

__all__ = ["blueprint"]
