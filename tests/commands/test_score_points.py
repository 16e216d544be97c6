"""Points: the index of `procedure-2018` is the sum of the nine indicators' points, and so are its parts."""

from __future__ import annotations

import json

import pytest

from surveys.loading import load, shipped

ANSWERS = """time_limit,time_each,contacts,agencies,one_stop,publicity,attitude,feedback,online,comment
2,2,2,2,2,2,2,2,2,
1,1,1,1,1,1,1,1,1,
0,2,1,0,2,2,1,na,na,
2,2,2,1,1,2,2,na,2,
"""


def test_nine_indicators_of_two_points_add_up_to_eighteen(tmp_path, hailong):
    path = shipped()["procedure-2018-1"]
    responses = tmp_path / "answers.csv"
    responses.write_text(ANSWERS)
    out = tmp_path / "out.json"
    done = hailong("score", responses, "--instrument", path, "--threshold", 0, "--json", out)
    assert done.exit_code == 0, done.stderr

    columns, *rows = (line.split(",") for line in ANSWERS.splitlines())
    mean_points = {}
    for item in [item.code for item in load(path).items if item.role == "score"]:
        given = [int(row[columns.index(item)]) for row in rows if row[columns.index(item)].isdecimal()]
        mean_points[item] = sum(given) / len(given)
    found = {one["node"]: one["value"] for one in json.loads(out.read_text())["estimates"]}

    assert found["procedure"] == pytest.approx(sum(mean_points.values()), rel=1e-11)
    for item, points in mean_points.items():
        assert found[item] == pytest.approx(9 * points, rel=1e-11)
