"""Order, products and clusters of the batches of a gate."""

import numpy as np
import polars as pl

from assets.batch_matrix.gate_rows import aligned, gate_rows, renumbered


def test_rows_are_in_production_order_whatever_the_ids(plant) -> None:
    turned = plant(40).batch_gates.with_columns(production_order=41 - pl.col("production_order"))
    rows = gate_rows(turned.sample(fraction=1.0, shuffle=True, seed=1), 5)
    assert rows.batch_ids == [f"B{i:04d}" for i in range(39, -1, -1)]
    assert rows.production_order.tolist() == list(range(1, 41))


def test_a_lot_has_one_code_at_every_gate(plant) -> None:
    gates = plant().batch_gates
    some = gates.filter((pl.col("gate") != 4) | (pl.col("production_order") > 20))
    assert gate_rows(some, 4).cluster.tolist() == gate_rows(some, 5).cluster[20:].tolist()


def test_a_batch_of_no_lot_stands_alone(plant) -> None:
    unknown = pl.when(pl.col("production_order") > 5).then("cluster_id")
    rows = gate_rows(plant(10).batch_gates.with_columns(cluster_id=unknown), 5)
    assert np.unique(rows.cluster[:5]).size == 5
    assert np.unique(rows.cluster[5:]).size == 1


def test_a_lot_is_of_one_half_wherever_and_whenever_it_is_seen(plant) -> None:
    """What is named on one half is measured on the other: neither more batches nor a later gate
    may move a lot across."""
    gates = plant(400).batch_gates
    every, few = gate_rows(gates, 5), gate_rows(gates.filter(pl.col("production_order") > 250), 4)
    assert few.half.tolist() == every.half[250:].tolist()
    for lot in np.unique(every.cluster):
        assert np.unique(every.half[every.cluster == lot]).size == 1
    assert 0.3 < every.half.mean() < 0.7


def test_product_and_strength_are_one_code_and_two_words(plant) -> None:
    gates = plant(10).batch_gates.with_columns(
        strength=pl.when(pl.col("batch_id") != "B0000").then("strength")
    )
    rows = gate_rows(gates, 5)
    assert rows.product.tolist() == [0, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    assert rows.product_and_strength[:2] == [("P0", ""), ("P0", "5MG")]


def test_a_table_follows_the_batches() -> None:
    frame = pl.DataFrame({"batch_id": ["A", "B"], "x": [1, 2]})
    assert aligned(frame, ["B", "C", "A"])["x"].to_list() == [2, None, 1]


def test_codes_are_numbered_without_gaps() -> None:
    assert renumbered(np.array([7, 3, 7, 9])).tolist() == [1, 0, 1, 2]
