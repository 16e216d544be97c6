"""Data out on pages: answers, figures and workbooks of a wave are asked for here and made as long work."""

from app.exports.views import blueprint

__all__ = ["blueprint"]
