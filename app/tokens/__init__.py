"""The page on which the owner of an account makes and revokes keys for programs."""

from app.tokens.views import blueprint

__all__ = ["blueprint"]
