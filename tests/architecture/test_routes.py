"""No address vanishes or appears unnoticed, and every blueprint says who may ask."""

from __future__ import annotations

from pathlib import Path

from app.access import open_to_all, require_sign_in

ROUTES = Path(__file__).parent / "routes.txt"


def test_every_route_is_in_the_committed_list(app):
    found = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    listed = set(ROUTES.read_text(encoding="utf-8").split("\n")) - {""}
    assert found == listed, "A link that was printed must go on working: change routes.txt on purpose only."


def test_every_blueprint_declares_its_access(app):
    for name, blueprint in app.blueprints.items():
        declared = blueprint.before_request_funcs.get(None, [])
        assert any(one in (open_to_all, require_sign_in) for one in declared), (
            f"Blueprint {name}: name its access with before_request (app/access.py)."
        )


def test_results_and_the_office_need_an_account(app):
    closed = {
        name
        for name, blueprint in app.blueprints.items()
        if require_sign_in in blueprint.before_request_funcs.get(None, [])
    }
    assert closed == {"manage", "results"}
