"""Whether a post comes from our own page: the endpoint has no session that a token could be tied to."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request


def is_own_origin(request: Request) -> bool:
    """True where `Origin` is absent (no browser, or an old one) or names the host that was asked.

    Only the host is compared: behind a balancer that ends TLS the scheme seen here may be another one.
    `null`, which a browser sends from a sandbox, is not our page.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False
