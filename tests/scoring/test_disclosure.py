"""Suppression: the rules, one by one."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import optimize

from scoring.disclosure import suppressed
from scoring.nesting import Family

THRESHOLD = 10


def hidden(n, *family: Family, rows=None, threshold=THRESHOLD):
    """Positions hidden of one column of counts."""
    n = np.array(n)[:, None]
    rows = n[:, 0] if rows is None else np.array(rows)
    return np.flatnonzero(suppressed(n, rows, family, threshold)[:, 0]).tolist()


ONE = Family(0, (1, 2, 3))


def test_large_cells_are_shown():
    assert hidden([100, 10, 20, 70], ONE) == []


def test_a_cell_below_the_threshold_is_hidden_and_the_smallest_beside_it():
    assert hidden([100, 4, 20, 76], ONE) == [1, 2]


def test_ten_may_be_shown_and_nine_may_not():
    assert hidden([10]) == []
    assert hidden([9]) == [0]


def test_a_threshold_of_nought_shows_all():
    assert hidden([3, 1, 1, 1], ONE, threshold=0) == []


def test_two_small_cells_that_reach_the_threshold_protect_each_other():
    assert hidden([100, 4, 6, 90], ONE) == [1, 2]


def test_two_small_cells_that_do_not_need_a_third():
    # 100 - 93 would be 7 people.
    assert hidden([100, 3, 4, 93], ONE) == [1, 2, 3]


def test_what_the_children_leave_protects_them():
    # 6 in no domain and 4 hidden: 100 - 90 is ten people.
    assert hidden([100, 4, 20, 70], ONE) == [1]


def test_a_few_in_no_domain_are_protected_too():
    # 100 - 20 - 30 - 47 would be the 3 who belong to none.
    assert hidden([100, 20, 30, 47], ONE) == [1]


def test_a_hidden_parent_protects_nothing_by_itself():
    # Whole 0 = a 1 + b 2 + c 3; a = d 4 + e 5. d goes, a and e are no use to find it, and b protects a.
    assert hidden([100, 30, 5, 65, 4, 26], ONE, Family(1, (4, 5))) == [1, 2, 4, 5]


def test_cells_below_a_hidden_cell_cannot_be_added_up_to_it():
    # b (5) hides a (30). a's parts 14 and 16 would give a back, and then b: so one of them goes as well.
    assert hidden([100, 30, 5, 65, 14, 16], ONE, Family(1, (4, 5))) == [1, 2, 4]


def test_a_hidden_cell_and_what_its_parts_leave_may_not_be_few_together():
    # a (30) = 25 + 2, and 3 in neither. 100 - 65 - 25 would be the 5 of b and these 5: ten, and so allowed;
    # with b of 4, nine.
    tree = (ONE, Family(1, (4, 5)))
    assert hidden([100, 30, 5, 65, 25, 2], *tree) == [1, 2, 4, 5]
    assert 4 in hidden([100, 31, 4, 65, 26, 2], *tree)


def test_a_figure_nobody_answered_is_hidden_in_a_domain_of_few():
    n, rows = np.array([[50], [0], [50]]), np.array([54, 4, 50])
    assert suppressed(n, rows, [Family(0, (1, 2))], THRESHOLD)[:, 0].tolist() == [False, True, False]


def test_a_figure_nobody_answered_is_shown_in_a_domain_of_many():
    n, rows = np.array([[50], [0], [50]]), np.array([90, 40, 50])
    assert not suppressed(n, rows, [Family(0, (1, 2))], THRESHOLD).any()


def test_an_empty_domain_is_not_hidden():
    assert hidden([50, 0, 50], Family(0, (1, 2))) == []


def test_a_whole_below_the_threshold_hides_everything_in_it():
    assert hidden([9, 4, 5], Family(0, (1, 2))) == [0, 1, 2]


def test_columns_are_treated_one_by_one():
    n = np.array([[100, 90], [4, 20], [20, 20], [76, 50]])
    found = suppressed(n, np.array([100, 20, 20, 76]), [ONE], THRESHOLD)
    assert found[:, 0].tolist() == [False, True, True, False]
    assert not found[:, 1].any()


def test_the_order_of_families_does_not_matter():
    tree = [ONE, Family(1, (4, 5)), Family(2, (6, 7))]
    n = [200, 60, 50, 90, 4, 56, 25, 25]
    found = {tuple(hidden(n, *order)) for order in itertools.permutations(tree)}
    assert len(found) == 1


# A crossing: rows a, b, c by columns x, y, z, with both margins.
CROSSING = (
    Family(0, (1, 2, 3)),
    Family(0, (4, 5, 6)),
    *(Family(1 + i, (7 + 3 * i, 8 + 3 * i, 9 + 3 * i)) for i in range(3)),
    *(Family(4 + j, (7 + j, 10 + j, 13 + j)) for j in range(3)),
)


def crossing(cells) -> list[int]:
    table = np.array(cells)
    return [
        int(table.sum()),
        *table.sum(axis=1).tolist(),
        *table.sum(axis=0).tolist(),
        *table.ravel().tolist(),
    ]


def test_a_crossing_hides_a_square():
    # The 4 of b|y needs a partner in its row and in its column, and they need a fourth.
    assert hidden(crossing([[12, 13, 50], [14, 4, 50], [50, 50, 50]]), *CROSSING) == [7, 8, 10, 11]


def test_a_bridge_between_two_squares_does_not_stay():
    """Two in each line is not enough: the difference of two blocks can leave a single cell."""
    # Rows a..d, columns w..z. Squares a b x w x and c d x y z, joined by b|y = 3 alone.
    table = np.full((4, 4), 50)
    table[0, 0] = table[0, 1] = table[1, 0] = table[1, 1] = 9
    table[2, 2] = table[2, 3] = table[3, 2] = table[3, 3] = 9
    table[1, 2] = 3
    rows, columns = range(1, 5), range(5, 9)
    house = [
        Family(0, tuple(rows)),
        Family(0, tuple(columns)),
        *(Family(1 + i, tuple(9 + 4 * i + j for j in range(4))) for i in range(4)),
        *(Family(5 + j, tuple(9 + 4 * i + j for i in range(4))) for j in range(4)),
    ]
    n = crossing(table)
    found = hidden(n, *house)
    small = set(np.flatnonzero(np.array(n) < THRESHOLD).tolist())
    assert set(found) > small
    # What two in each line would have left: rows a, b less columns w, x is b|y.
    shown = np.array([cell not in small for cell in range(len(n))])
    assert greatest(house, n, shown, cell=9 + 4 + 2) < THRESHOLD
    assert (
        greatest(house, n, np.array([cell not in found for cell in range(len(n))]), cell=9 + 4 + 2)
        >= THRESHOLD
    )


def greatest(house, n, shown, cell) -> float:
    """The attacker's bound on one cell, from the families."""
    extra = {k: len(n) + k for k, _ in enumerate(house)}
    matrix = np.zeros((len(house), len(n) + len(house)))
    for k, family in enumerate(house):
        matrix[k, family.parent] = 1
        matrix[k, list(family.children)] = -1
        matrix[k, extra[k]] = -1
    rests = [n[f.parent] - sum(n[c] for c in f.children) for f in house]
    bounds = [(v, v) if s else (0, None) for v, s in zip(n, shown, strict=True)]
    bounds += [(0, 0) if rest == 0 else (0, None) for rest in rests]
    objective = np.zeros(matrix.shape[1])
    objective[cell] = -1
    found = optimize.linprog(objective, A_eq=matrix, b_eq=np.zeros(len(house)), bounds=bounds)
    return np.inf if found.status == 3 else -found.fun
