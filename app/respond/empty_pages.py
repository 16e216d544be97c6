"""The empty form: drawn once for everybody, then kept in the process and answered from there.

It is a function of (instrument version, language, layout, collector) and of whether it relies on script. It
holds nothing personal and no id, so that a cache in front of us may keep it as well (CONTRACTS 8).
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from flask import Request, Response

# Pages of the longest instrument are some 100 kB, and 10 kB packed: this keeps a worker's share under 60 MB.
PAGES_KEPT = 512

# A closed wave or a revoked link is noticed within this time, in seconds; until then a post is stored anyway.
FRESH_FOR = 60


@dataclass(frozen=True, slots=True)
class EmptyPage:
    """One page, plain and packed, with the hash that both of their entity tags are made of."""

    body: bytes
    packed: bytes
    digest: str


class EmptyPages:
    """The pages of one process, the least recently asked leaving first. Safe for threads."""

    def __init__(self, kept: int = PAGES_KEPT):
        self._kept = kept
        self._pages: OrderedDict[Hashable, EmptyPage] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, draw: Callable[[], str]) -> EmptyPage:
        """The page under this key, drawn if it is not there. Two threads may draw the same page at first."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        body = draw().encode()
        page = EmptyPage(body, gzip.compress(body, mtime=0), sha256(body).hexdigest()[:32])
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > self._kept:
                self._pages.popitem(last=False)
        return page


def respond_with(page: EmptyPage, request: Request) -> Response:
    """The page as this browser takes it, or 304 where it has it already."""
    packed = request.accept_encodings["gzip"] > 0
    response = Response(page.packed if packed else page.body, content_type="text/html; charset=utf-8")
    if packed:
        response.content_encoding = "gzip"
    # Two representations are two entities: a strong tag must tell them apart.
    response.set_etag(f"{page.digest}-gzip" if packed else page.digest)
    response.vary.update(("Accept-Encoding", "Accept-Language"))
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_FOR
    return response.make_conditional(request)
