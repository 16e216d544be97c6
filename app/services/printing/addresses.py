"""Where this server is seen from outside: what goes onto paper must be right for as long as the paper hangs."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.services.printing.languages import PrintRefused

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


def public_address(typed: str) -> str:
    """The address as it is printed, without a slash at its end. Raises PrintRefused."""
    address = typed.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        right = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and not parts.query
            and not parts.fragment
        )
    except ValueError:
        right = False
    if not right or not address.isprintable() or " " in address or len(address) > 120:
        raise PrintRefused(
            _("“%(typed)s” is not the address of a server; write it as in https://survey.example.vn."),
            typed=typed[:80],
        )
    return address
