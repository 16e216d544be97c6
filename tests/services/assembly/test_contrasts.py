"""Named contrasts: what they combine, and what they refuse or keep to themselves."""

from __future__ import annotations

import pytest

from app.services.files import FileRefused

from .requested import CLUSTERED, block, reference, run
from .test_weighting import METHODS

X_Y = '[[contrasts]]\nname = "x less y"\nnode = "pooled"\nby = "band"\ndomains = {x = 1, y = -1}\n'
OPTIONS = {**CLUSTERED, "by": ("band",), "threshold": 0}


@pytest.mark.parametrize("weighting", ["", METHODS["raking"]])
def test_a_contrast_of_two_domains_is_their_comparison(tmp_path, weighting):
    found = run(reference(tmp_path), weighting + X_Y, **OPTIONS, compare=True)
    (one,) = block(found, "contrasts")
    (other,) = [
        each
        for each in block(found, "comparisons")
        if (each["node"], each["a"], each["b"]) == ("pooled", "x", "y")
    ]
    assert [one[key] for key in ("value", "std_error", "low", "high", "df", "p")] == pytest.approx(
        [other[key] for key in ("difference", "std_error", "low", "high", "df", "p")], rel=1e-9
    )


def test_parts_with_their_shares_less_the_whole_leave_nothing(tmp_path):
    toml = '[[contrasts]]\nname = "itself"\nnodes = {pooled = 2}\ntarget = 100\n'
    found = run(reference(tmp_path), toml, **OPTIONS)
    (one,) = block(found, "contrasts")
    (index,) = [
        each for each in block(found, "estimates") if (each["domain"], each["node"]) == (None, "pooled")
    ]
    assert one["value"] == pytest.approx(2 * index["value"] - 100)
    assert one["std_error"] == pytest.approx(2 * index["std_error"])


def test_nodes_keep_their_covariance(tmp_path):
    """Two items of the same people: the error of their difference is that of the difference, person by person."""
    toml = '[[contrasts]]\nname = "same"\nnodes = {q1 = 1, q2 = -1}\nmeasure = "mean_100"\n'
    path = reference(tmp_path, q1=lambda k, row: str(1 + k % 5), q2=lambda k, row: str(1 + k % 5))
    instrument_of_means = toml.replace('measure = "mean_100"', 'measure = "top_box"')
    (one,) = block(run(path, instrument_of_means, **OPTIONS), "contrasts")
    assert (one["value"], one["std_error"], one["low"], one["p"]) == (0.0, 0.0, None, None)


def test_a_hidden_figure_hides_its_contrast(tmp_path):
    found = run(reference(tmp_path), X_Y, **OPTIONS | {"threshold": 72})
    (one,) = block(found, "contrasts")
    assert (one["flag"], one["value"], one["std_error"], one["df"]) == ("suppressed", None, None, None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("x = 1", "w = 1"), "contrasts 'x less y': band has no domain 'w'"),
        (('"band"', '"domain"'), "'domain' is no --by of this run; its --by are: band"),
        (('"pooled"', '"nothing"'), "there is no item, index or node 'nothing'; there are q1"),
        (('"pooled"', '"q1"'), "q1 is measured as top_box and mean_100; write measure to name one"),
        (('"pooled"', '"pooled"\nmeasure = "points"'), "pooled is not measured as points; write top_box"),
    ],
)
def test_a_figure_that_the_run_does_not_have_is_refused(tmp_path, change, told):
    with pytest.raises(FileRefused) as refused:
        run(reference(tmp_path), X_Y.replace(*change), **OPTIONS)
    assert told in str(refused.value)


def test_volunteers_have_no_contrasts(tmp_path):
    with pytest.raises(FileRefused, match="asks for contrasts, which need a probability wave"):
        run(reference(tmp_path), X_Y, by=("band",))
