"""What the application publishes of two waves gives no small group away; with half of the hiding it would."""

from __future__ import annotations

import pytest

from attacks import released
from attacks.subtraction import Findings


def test_nothing_is_recovered_from_real_releases():
    findings = Findings()
    released.attack(3, findings)
    assert findings.recovered == []
    assert findings.tried["documents"] > 1000
    assert findings.tried["parts"] > 100


@pytest.mark.study
def test_without_complements_groups_are_recovered_from_real_releases():
    findings = Findings()
    released.attack(3, findings, complement=False)
    assert findings.recovered
