"""No address vanishes or appears unnoticed, and every blueprint says who may ask."""

from __future__ import annotations

from pathlib import Path

from app.access import open_to_all, require_right
from app.bearer import require_token
from app.rights import RIGHTS
from app.route_rights import RIGHT_OF, SIGNED_IN

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
        assert any(one in (open_to_all, require_right, require_token) for one in declared), (
            f"Blueprint {name}: name its access with before_request (app/access.py, app/bearer.py)."
        )


def test_results_and_the_office_need_an_account(app):
    closed = {
        name
        for name, blueprint in app.blueprints.items()
        if require_right in blueprint.before_request_funcs.get(None, [])
    }
    assert closed == {
        "account",
        "admin",
        "audit",
        "exports",
        "jobs",
        "manage",
        "preview",
        "results",
        "tokens",
    }


def test_every_address_that_needs_an_account_names_its_right(app):
    closed = {
        name
        for name, blueprint in app.blueprints.items()
        if {require_right, require_token} & set(blueprint.before_request_funcs.get(None, []))
    }
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in closed}
    assert endpoints == set(RIGHT_OF), "app/route_rights.py has a line for each, and no other."
    assert set(RIGHT_OF.values()) <= {*RIGHTS, SIGNED_IN}
