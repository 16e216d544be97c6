"""The staff's side: an invitation is redeemed, and the answers come without anything that leads back to it."""

from app.respond.staff.views import blueprint

__all__ = ["blueprint"]
