"""The blocks that an options file asks for: in the published schema, and the same bytes for the same inputs."""

from __future__ import annotations

import json

import pytest

from app.services.assembly.results import results_document, write_json

from .requested import CLUSTERED, reference, run
from .test_results import VALIDATOR, faults
from .test_trends import APART, waves
from .test_weighting import METHODS

ALL = f"""
{METHODS["raking"]}
[weighting.nonresponse]
cell = "stratum"
responded = "answered"
[replicates]
method = "bootstrap"
replicates = 30
seed = 1
undefined = "drop"
[[quantiles]]
of = "person"
[[quantiles]]
of = "size"
probabilities = [0.01, 0.5]
[[contrasts]]
name = "x less y"
node = "pooled"
by = "band"
domains = {{x = 1, y = -1}}
[[contrasts]]
name = "items"
nodes = {{q1 = 1, q2 = -1}}
measure = "top_box"
{APART}
"""


def answers(k, row):
    return str(int(k % 9 != 0))


def text(folder, toml, **options):
    waves(folder)
    path = reference(folder, answered=answers)
    return write_json(results_document(run(path, toml, **CLUSTERED, by=("band", "domain"), **options)))


@pytest.mark.parametrize("threshold", [0, 10, 30])
def test_every_block_keeps_the_schema(tmp_path, threshold):
    found = json.loads(text(tmp_path, ALL, threshold=threshold))
    assert faults(found) == []
    asked = {"weighting", "replicates", "quantiles", "contrasts", "trend"}
    assert asked <= found.keys()
    assert asked == found["options"]["requests"].keys()


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    assert text(tmp_path, ALL) == text(tmp_path, ALL)


def test_without_an_options_file_the_document_has_no_such_block(tmp_path):
    found = json.loads(text(tmp_path, ""))
    assert not {"weighting", "replicates", "quantiles", "contrasts", "trend"} & found.keys()
    assert VALIDATOR.is_valid(found)


def test_the_margins_are_part_of_the_design(tmp_path):
    one, other, plain = (
        json.loads(text(tmp_path, toml))["design_sha256"]
        for toml in (METHODS["raking"], METHODS["raking"].replace("2024-04-01", "2023-04-01"), "")
    )
    assert len({one, other, plain}) == 3
