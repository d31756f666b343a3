"""What went into a batch through any number of levels, and what came of a lot."""

import polars as pl

from assets.core.lineage.genealogy_trace import genealogy_trace
from data_contracts.tables import table


def traced(*edges):
    rows = [
        {
            "descendant_type": "batch",
            "descendant": descendant,
            "ancestor_type": "lot" if "/" in ancestor else "batch",
            "ancestor": ancestor,
            "ancestor_material": ancestor.split("/")[0] if "/" in ancestor else None,
            "kind": "intermediate",
            "share": share,
            "is_circular": False,
        }
        for descendant, ancestor, share in edges
    ]
    return genealogy_trace(table("core.genealogy_edges", rows))


def test_genealogy_trace_reads_backward_and_forward() -> None:
    found = traced(
        ("G1", "api/s/L", 0.2), ("G2", "api/s/L", None), ("F1", "G1", 1.0), ("F2", "G1", 0.5),
        ("F2", "G2", 0.5),
    )  # fmt: skip
    of_f2 = found.filter(pl.col("descendant") == "F2").select("ancestor", "share", "levels")
    assert of_f2.rows() == [("G1", 0.5, 1), ("G2", 0.5, 1), ("api/s/L", None, 2)]
    of_lot = found.filter(pl.col("ancestor") == "api/s/L").select("descendant", "share", "levels")
    assert of_lot.rows() == [("F1", 0.2, 2), ("F2", None, 2), ("G1", 0.2, 1), ("G2", None, 1)]
    assert set(found.filter(ancestor="api/s/L")["ancestor_material"]) == {"api"}


def test_genealogy_trace_of_nothing_is_empty() -> None:
    assert traced().is_empty()
