"""The engine duckdb gives the totals of the engine arrays, from arrays and from tables, and always the same bits."""

from __future__ import annotations

from dataclasses import fields

import duckdb
import numpy as np
import pytest

from scoring import Pair, Partition, Plan, SurveyDesign, engines, estimate
from scoring.engines import duckdb as engine
from scoring.engines.relation import RowColumns, totals_of_relation
from scoring.errors import DesignError, LonelyPSUError, ScoringError
from tests.scoring import staged
from tests.scoring.conftest import ALL_RULES, TOP_BOX, make_plan
from tests.scoring.small import NO, Scored

# Both engines add the same products in the order of the rows; only the grouping of partial sums differs.
RTOL = 1e-12

ITEMS = ("q1", "q2", "q3", "q4")
COLUMNS = RowColumns(ITEMS, weight="weight", stratum="stratum", clusters=("psu",), by="domain")


def assert_same(one, other, *, rtol=RTOL):
    for field in fields(one):
        value, wanted = getattr(one, field.name), getattr(other, field.name)
        if field.name == "partition":
            assert value.domains == wanted.domains
            continue
        if wanted is None or value is None:
            assert value is wanted, field.name
            continue
        pairs = zip(value, wanted, strict=True) if isinstance(value, tuple) else [(value, wanted)]
        for mine, his in pairs:
            assert mine.dtype.kind == his.dtype.kind or not his.size, field.name
            scale = np.abs(his).max(initial=1.0)
            np.testing.assert_allclose(mine, his, rtol=rtol, atol=rtol * scale, err_msg=field.name)


def both(answers, plan, design, partition, **options):
    return [engines.load(name)(answers, plan, design, partition, **options) for name in ("duckdb", "arrays")]


@pytest.fixture
def connection():
    with duckdb.connect(":memory:") as opened:
        yield opened


@pytest.fixture
def table(connection, clustered):
    """The rows of the standing design as a table of text labels and positions of answers."""
    rows = {name: clustered[name] for name in ("stratum", "psu", "domain")}
    rows["weight"], rows["count"] = clustered["weight"].astype(float), clustered["count"].astype(float)
    rows |= dict(zip(ITEMS, np.ascontiguousarray(clustered.answers()), strict=True))
    connection.register("given", {name: _objects(column) for name, column in rows.items()})
    connection.execute("CREATE TABLE people AS SELECT * FROM given")
    return "people"


def _objects(column):
    return column.astype(object) if column.dtype.kind == "U" else column


@pytest.mark.parametrize("clusters", [True, False])
@pytest.mark.parametrize("products", [True, False])
@pytest.mark.parametrize("by", [None, "domain"])
def test_its_totals_are_those_of_arrays(clustered, clusters, products, by):
    design = clustered.design(clusters=clusters, fpc=clusters, lonely_psu="adjust")
    partition = Partition.whole(len(clustered)) if by is None else Partition.of(by, clustered[by])
    assert_same(*both(clustered.answers(), make_plan(*ALL_RULES), design, partition, products=products))


def test_totals_by_hand():
    # Cells by domain, then PSU: x a1 (two rows), x b1, x b2, y a2, as for the engine arrays.
    hand = Scored(
        [[100, 0, 100, NO, 50]], weight=[1, 2, 3, 4, 5], stratum=list("aaabb"), clusters=(list("11212"),)
    )
    partition = Partition.of("by", ["x", "x", "y", "x", "x"])
    made = engines.load("duckdb")(hand.answers, hand.plan, hand.design, partition)
    assert made.cell_unit.tolist() == [0, 2, 3, 1]
    assert made.score[:, 0].tolist() == [100, 0, 250, 300]
    assert made.counts[0].tolist() == [[1, 1, 1, 1], [0, 0, 1, 0]]


def test_rows_in_no_domain_are_left_out():
    hand = Scored([[100, 0, NO, 0]], weight=[1, 2, 3, 4], clusters=(list("1234"),))
    partition = Partition.of("by", ["x", "", "x", "y"])
    assert_same(*both(hand.answers, hand.plan, hand.design, partition))


def test_an_item_that_nobody_answered_and_a_domain_without_rows():
    hand = Scored([[100, 0, 0], [NO, NO, NO]], clusters=(list("123"),))
    partition = Partition("by", ("a", "none", "b"), np.array([0, 2, 2]))
    assert_same(*both(hand.answers, hand.plan, hand.design, partition))


@pytest.mark.parametrize("clusters", [True, False])
def test_no_row_in_any_domain_gives_empty_totals(clustered, clusters):
    nowhere = Partition("by", ("a",), np.full(len(clustered), -1))
    design = clustered.design(clusters=clusters, fpc=False)
    assert_same(*both(clustered.answers(), make_plan(*ALL_RULES), design, nowhere))


@pytest.mark.parametrize("scale", [1e-6, 1e8])
def test_weights_of_any_size_keep_their_digits(clustered, scale):
    design = clustered.design(clusters=True, fpc=False, scale=scale)
    assert_same(
        *both(clustered.answers(), make_plan(*ALL_RULES), design, Partition.of("d", clustered["domain"]))
    )


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_answers_of_any_width(clustered, dtype):
    design, whole = clustered.design(clusters=True, fpc=False), Partition.whole(len(clustered))
    assert_same(*both(clustered.answers().astype(dtype), make_plan(), design, whole))


@pytest.mark.parametrize("clusters", [True, False])
def test_the_same_rows_give_the_same_bits(clustered, clusters):
    design, partition = (
        clustered.design(clusters=clusters, fpc=False),
        Partition.of("d", clustered["domain"]),
    )
    made = [
        engines.load("duckdb")(clustered.answers(), make_plan(*ALL_RULES), design, partition)
        for _ in range(2)
    ]
    for field in ("cell_weight", "valid", "score", "products"):
        assert getattr(made[0], field).tobytes() == getattr(made[1], field).tobytes(), field


def test_a_table_gives_the_same_bits_whatever_its_connection_allows(connection, clustered, table):
    # DuckDB works on 122,880 rows at a time, so that only a larger table is shared out among threads.
    connection.execute(
        f"CREATE TABLE many AS SELECT {table}.*, weight * (1 + sin(i)) AS w FROM range(2000) r(i), {table}"
    )
    made = []
    for threads in (1, 4):
        connection.execute(f"SET threads = {threads}")
        columns = RowColumns(ITEMS, weight="w", stratum="stratum", clusters=("psu",))
        made.append(totals_of_relation(connection, "many", make_plan(), columns).totals)
        assert connection.execute("SELECT current_setting('threads')").fetchone() == (threads,)
    for field in ("cell_weight", "valid", "score", "products"):
        assert getattr(made[0], field).tobytes() == getattr(made[1], field).tobytes(), field


@pytest.mark.parametrize("page", [1, 7, 10_000])
def test_the_size_of_pages_does_not_show(clustered, monkeypatch, page):
    monkeypatch.setattr(engine, "PAGE", page)
    monkeypatch.setattr(engine, "BLOCK", 3)
    monkeypatch.setattr(engine, "SUMMED", 4)
    design = clustered.design(clusters=False, fpc=False)
    rows = slice(0, 60)
    design = SurveyDesign(60, weight=design.w[rows], stratum=clustered["stratum"][rows], lonely_psu="adjust")
    partition = Partition.of("d", clustered["domain"][rows])
    assert_same(*both(clustered.answers()[:, rows], make_plan(*ALL_RULES), design, partition))


@pytest.mark.parametrize(("clusters", "fpc"), [(("psu",), ("count",)), (("psu",), ()), ((), ())])
@pytest.mark.parametrize("by", ["domain", None])
def test_a_table_gives_the_totals_and_estimates_of_its_arrays(
    connection, clustered, table, clusters, fpc, by
):
    plan = make_plan(*ALL_RULES)
    columns = RowColumns(ITEMS, weight="weight", stratum="stratum", clusters=clusters, fpc=fpc, by=by)
    read = totals_of_relation(connection, table, plan, columns, lonely_psu="adjust")
    design = clustered.design(clusters=bool(clusters), fpc=bool(fpc), lonely_psu="adjust")
    partition = Partition.whole(len(clustered)) if by is None else Partition.of(by, clustered[by])
    wanted = engines.load("arrays")(clustered.answers(), plan, design, partition)
    assert_same(read.totals, wanted)
    assert (read.n_rows, read.outside) == (len(clustered), partition.outside)
    mine, his = estimate(read.totals, plan, read.design), estimate(wanted, plan, design)
    for field in ("value", "std_error", "n", "df", "deff"):
        # A standard error is a root, which doubles the relative error of a variance near 0.
        np.testing.assert_allclose(
            getattr(mine, field), getattr(his, field), rtol=1e-9, atol=1e-9, err_msg=field
        )


def test_a_parquet_file_gives_the_same_totals_as_its_table(connection, table, tmp_path):
    path = tmp_path / "people.parquet"
    connection.execute(f"COPY {table} TO '{path}' (FORMAT parquet)")
    made = [
        totals_of_relation(connection, relation, make_plan(*ALL_RULES), COLUMNS).totals
        for relation in (table, f"read_parquet('{path}')", f"(SELECT * FROM '{path}' WHERE weight > 0)")
    ]
    assert_same(made[1], made[0], rtol=0)
    assert_same(made[2], made[0], rtol=0)


def test_labels_are_compared_as_they_stand(connection):
    connection.execute(
        "CREATE TABLE t AS SELECT * FROM (VALUES (0, '01', 'it''s'), (1, '1', '')) t(q, psu, place)"
    )
    plan = Plan(("q",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    read = totals_of_relation(connection, "t", plan, RowColumns(("q",), clusters=("psu",), by="place"))
    assert read.totals.partition.domains == ("it's",)
    assert (read.outside, len(read.design.psu_stratum)) == (1, 2)


def test_equal_psu_labels_in_two_strata_are_two_psus(connection):
    connection.execute(
        "CREATE TABLE t AS SELECT * FROM (VALUES (0,'a','1'), (1,'a','2'), (1,'b','1'), (1,'b','2')) t(q, h, psu)"
    )
    plan = Plan(("q",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    read = totals_of_relation(connection, "t", plan, RowColumns(("q",), stratum="h", clusters=("psu",)))
    assert read.totals.score[:, 0].tolist() == [0, 100, 100, 100]
    assert read.design.psu_stratum.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("state", [-1, 6, 99])
def test_an_answer_outside_its_states_is_refused_with_its_rows(clustered, connection, table, state):
    answers = clustered.answers()
    answers[1, 2] = state
    design, whole = clustered.design(clusters=True, fpc=False), Partition.whole(len(clustered))
    message = "`answers` of item q2 must be positions 0 to 5; rows 3 hold others"
    with pytest.raises(ScoringError, match=message):
        engines.load("duckdb")(answers, make_plan(), design, whole)
    connection.execute(f"UPDATE people SET q2 = {state} WHERE rowid = 2")
    with pytest.raises(ScoringError, match=message):
        totals_of_relation(connection, table, make_plan(), COLUMNS)


def test_what_does_not_fit_is_refused(clustered):
    make, design = engines.load("duckdb"), clustered.design(clusters=True, fpc=False)
    with pytest.raises(ScoringError, match="items x rows"):
        make(clustered.answers()[:3], make_plan(), design, Partition.whole(len(clustered)))
    with pytest.raises(ScoringError, match="place every row"):
        make(clustered.answers(), make_plan(), design, Partition.whole(3))
    outside = Partition("by", ("a",), np.full(len(clustered), 1))
    with pytest.raises(ScoringError, match="1 domains; rows 1, 2, 3, 4, 5 and"):
        make(clustered.answers(), make_plan(), design, outside)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            "weight = -1",
            DesignError,
            "`weight` must be a positive number in every row; 1 have none .rows 3",
        ),
        ("weight = 'nan'", DesignError, "`weight`"),
        ("weight = NULL", DesignError, "`weight`"),
        ("stratum = ''", DesignError, "column stratum must hold a label in every row; 1 have none .rows 3"),
        ("psu = NULL", DesignError, "column psu"),
        ("count = NULL", DesignError, "column count must hold a population count"),
        ("count = count + 1", DesignError, "varies within"),
        ("count = 1", DesignError, "varies within|at least the sample's"),
        ("q1 = NULL", ScoringError, "item q1 must be positions 0 to 5; rows 3"),
    ],
)
def test_a_bad_row_of_a_table_is_refused_by_its_number(connection, table, change, error, message):
    connection.execute(f"UPDATE people SET {change} WHERE rowid = 2")
    columns = RowColumns(ITEMS, weight="weight", stratum="stratum", clusters=("psu",), fpc=("count",))
    with pytest.raises(error, match=message):
        totals_of_relation(connection, table, make_plan(), columns)


@pytest.mark.parametrize("products", [True, False])
@pytest.mark.parametrize("by", [None, "sex", "fx"])
@pytest.mark.parametrize("name", ["three_stages", "two_stages"])
def test_later_stages_with_population_counts_are_those_of_the_engine_arrays(name, by, products):
    design = staged.design(name)
    partition = Partition.whole(design.n_rows) if by is None else Partition.of(by, staged.rows()[by])
    one, other = both(staged.answers(), staged.PLAN, design, partition, products=products)
    assert_same(one, other)
    assert one.inner.any()
    found, wanted = (estimate(totals, staged.PLAN, design) for totals in (one, other))
    np.testing.assert_allclose(found.std_error, wanted.std_error, rtol=1e-10)


def test_rows_that_are_a_later_stage_count_alike():
    hand = Scored([[100, 0, 0, 100]], clusters=(list("1122"),), fpc=([4.0] * 4, [10.0] * 4))
    one, other = both(hand.answers, hand.plan, hand.design, Partition.whole(4))
    assert_same(one, other)
    assert one.inner.any()


def test_columns_and_rows_that_are_not_there_are_refused(connection, table):
    with pytest.raises(ScoringError, match="no column q9; it has"):
        totals_of_relation(connection, table, make_plan(), RowColumns((*ITEMS[:3], "q9")))
    with pytest.raises(ScoringError, match="one column per item, 4; given: 1"):
        totals_of_relation(connection, table, make_plan(), RowColumns(("q1",)))
    with pytest.raises(ScoringError, match="one stage of clusters and its population counts"):
        totals_of_relation(connection, table, make_plan(), RowColumns(ITEMS, clusters=("stratum", "psu")))
    connection.execute("DELETE FROM people")
    with pytest.raises(ScoringError, match="no rows"):
        totals_of_relation(connection, table, make_plan(), COLUMNS)


def test_threads_are_set_back_after_a_refusal(connection, table):
    connection.execute("SET threads = 3")
    with pytest.raises(ScoringError):
        totals_of_relation(connection, table, make_plan(), RowColumns((*ITEMS[:3], "q9")))
    assert connection.execute("SELECT current_setting('threads')").fetchone() == (3,)


def test_a_stratum_of_one_psu_is_refused_by_name_as_ever(connection):
    connection.execute(
        "CREATE TABLE t AS SELECT * FROM (VALUES (0,'a','1'), (1,'a','2'), (1,'b','1')) t(q, h, psu)"
    )
    plan = Plan(("q",), (6,), (Pair(0, "top_box", TOP_BOX),))
    read = totals_of_relation(connection, "t", plan, RowColumns(("q",), stratum="h", clusters=("psu",)))
    with pytest.raises(LonelyPSUError, match=r"\(b\)"):
        estimate(read.totals, plan, read.design)
