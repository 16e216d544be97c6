"""What several tests of services start from."""

from __future__ import annotations

import pytest

from tests.services.closed import make_estimated


@pytest.fixture(scope="session")
def estimated(tmp_path_factory, migrated_file):
    """A folder with a frozen wave, two people and a run that waits for approval; to be copied."""
    return make_estimated(tmp_path_factory.mktemp("estimated"), migrated_file)
