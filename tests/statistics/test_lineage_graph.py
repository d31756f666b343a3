"""Shares multiply along paths and sum over paths; a share nobody weighed is not known."""

import math

import numpy as np

from assets.statistics.lineage_graph import cycles_by_node, in_cycles, lineage_shares

# Node 0 goes into 1 (all of it) and into 2 (a quarter); 1 and 2 are halves of 3.
CHILD = np.array([1, 2, 3, 3])
PARENT = np.array([0, 0, 1, 2])


def pairs(child, parent, share, nodes):
    found = lineage_shares(np.array(child), np.array(parent), np.array(share), nodes)
    return {
        (int(d), int(a)): (round(float(s), 6) if math.isfinite(s) else None, int(low), int(high))
        for d, a, s, low, high in zip(*found.columns(), strict=True)
    }


def test_shares_multiply_along_paths_and_sum_over_paths() -> None:
    found = pairs(CHILD, PARENT, [1.0, 0.25, 0.5, 0.5], 4)
    # 0 in 3: 1 x 1/2 by way of 1, 1/4 x 1/2 by way of 2.
    assert found[3, 0] == (0.625, 2, 2)
    assert found[3, 1] == (0.5, 1, 1)
    assert len(found) == 5


def test_an_unknown_quantity_makes_every_share_it_is_part_of_unknown() -> None:
    found = pairs(CHILD, PARENT, [1.0, np.nan, 0.5, 0.5], 4)
    assert found[3, 0] == (None, 2, 2)  # the way by 2 is unknown, and so is the sum
    assert found[3, 2] == (0.5, 1, 1)
    assert found[1, 0] == (1.0, 1, 1)


def test_levels_are_those_of_the_shortest_and_the_longest_way() -> None:
    # 0 -> 1 -> 2 -> 3 and 0 -> 3 at once: one level and three.
    found = pairs([1, 2, 3, 3], [0, 1, 2, 0], [1.0, 1.0, 0.9, 0.1], 4)
    assert found[3, 0] == (1.0, 1, 3)


def test_a_share_of_zero_is_known_to_be_nothing() -> None:
    assert pairs([1, 2], [0, 1], [0.0, 1.0], 3)[2, 0] == (0.0, 2, 2)


def test_a_circle_is_found_and_named_from_end_to_end() -> None:
    child, parent = np.array([1, 2, 0, 3]), np.array([0, 1, 2, 2])
    assert in_cycles(child, parent, 4).tolist() == [True, True, True, False]
    assert cycles_by_node(child[:3], parent[:3]) == {node: [0, 1, 2, 0] for node in range(3)}


def test_what_stands_beside_a_circle_is_in_none() -> None:
    # 3 -> 0 leads into the circle, 1 -> 4 out of it.
    child, parent = np.array([1, 0, 0, 4]), np.array([0, 1, 3, 1])
    assert in_cycles(child, parent, 5).tolist() == [True, True, False, False]


def test_two_hundred_thousand_edges_on_eight_levels() -> None:
    from benchmarks.studies.made_genealogy import made_edges

    child, parent, share, nodes = made_edges(2_000)
    found = lineage_shares(child, parent, share, nodes)
    deepest = found.levels == 8
    assert deepest.any()
    assert found.most_levels.max() == 8
    # every node is wholly made of the first level: its shares sum to 1
    first = found.ancestor < nodes // 9
    whole = np.bincount(found.descendant[first], weights=found.share[first])
    assert np.allclose(whole[whole > 0], 1.0)
