"""Every address asked by every role: what rights.txt says is what happens, inside a person's branch and outside.

`yes`: answered, if only to say what the form lacks. `no`: not found, as if it were not there. `in`: led to the sign-in.
`key`: an address for programs, which asks for their key.
A `*` behind an address: what it names stands outside the branch of the reader and of the counter. An address without a
line fails; `python -m tests.architecture.walked` writes the table, and its author reads who gets in.
"""

from __future__ import annotations

import pytest

from app.extensions import db
from app.rights import Granted, may
from app.route_rights import RIGHT_OF, SIGNED_IN
from tests.architecture.walked import ROLES, TABLE, header, make_world, walk


@pytest.fixture(scope="module")
def walked(tmp_path_factory, migrated_file):
    app = make_world(tmp_path_factory.mktemp("walked"), migrated_file)
    yield walk(app)
    with app.app_context():
        db.engine.dispose()


def test_every_address_answers_every_role_as_the_table_says(walked):
    written = TABLE.read_text(encoding="utf-8").splitlines()
    assert written[0] == header()
    found = [str(line) for line in walked]
    other = "\n".join(line for line in found if line not in written)
    assert not other, f"The table says otherwise, or nothing. Is this meant?\n{header()}\n{other}"
    gone = "\n".join(line for line in written[1:] if line not in found)
    assert not gone, f"No address answers so any more:\n{gone}"


def test_nobody_gets_in_without_the_right_that_the_address_names(walked):
    for line in walked:
        right = RIGHT_OF.get(line.endpoint)
        for (name, (role, agency)), outcome in zip(ROLES.items(), line.outcomes, strict=True):
            if right is None or outcome != "yes":
                continue
            assert name != "stranger", line
            granted = (Granted(role, agency),) if role else ()
            assert right == SIGNED_IN or may(granted, right), f"{name} got in without {right}: {line}"


def test_who_has_a_right_over_a_branch_finds_nothing_outside_it(walked):
    outside = [line for line in walked if line.address.endswith("*")]
    assert outside
    for line in outside:
        outcomes = dict(zip(ROLES, line.outcomes, strict=True))
        assert {outcomes["reader"], outcomes["counter"]} == {"no"}, line
        assert outcomes["administrator"] == "yes", line


def test_no_address_breaks_under_an_empty_form(walked):
    broken = [str(line) for line in walked if any(one.isdigit() for one in line.outcomes)]
    assert not broken, "\n".join(broken)
