"""Where a person may be sent after signing in."""

from __future__ import annotations

import pytest

from app.auth.returning import own_path


@pytest.mark.parametrize(
    "path", ["/results/", "/results/sipas/2026/?index=a&branch=31", "/", "/a//b", "/kết-quả"]
)
def test_a_path_of_this_site_is_taken(path):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "results/",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "///elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example/",
        "/\t/elsewhere.example/",
        "/\n/elsewhere.example/",
        "\t//elsewhere.example/",
        " //elsewhere.example/",
        "/\x00/elsewhere.example/",
        "javascript:alert(1)",
        "http:/elsewhere.example/",
        "/results/\\..\\",
        "//[elsewhere",
    ],
)
def test_anything_else_is_refused(target):
    assert own_path(target) is None
