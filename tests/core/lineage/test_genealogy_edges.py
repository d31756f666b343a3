"""Delivered edges and used lots as one graph: each pair once, with the share it is of."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from assets.core.lineage.genealogy_edges import genealogy_edges
from assets.core.lineage.genealogy_trace import genealogy_trace
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import polars_schema
from data_contracts.tables import table

AT = datetime.fromisoformat("2024-01-01T08:00")
OWN = [column.name for column in contract("raw.genealogy").columns if not column.is_provenance]


def records(name, *rows):
    schema = polars_schema(contract(f"raw.{name}"))
    names = [column.name for column in contract(f"raw.{name}").columns if not column.is_provenance]
    return pl.DataFrame(
        [{column: row.get(column) for column in names} for row in rows],
        schema={column: schema[column] for column in names},
    )


def edge(descendant, ancestor, quantity=None, **more):
    row = {
        "descendant_type": "batch", "descendant_material": "not_stated",
        "descendant_supplier": "not_stated", "descendant_id": descendant,
        "ancestor_type": "batch", "ancestor_material": "not_stated",
        "ancestor_supplier": "not_stated", "ancestor_id": ancestor,
        "charge_no": 1, "kind": "intermediate", "quantity": quantity, "unit": "kg", "stage": 2,
    }  # fmt: skip
    return row | more


def use(batch, lot, quantity=None, **more):
    return {
        "batch_id": batch, "material": "api", "supplier": "s", "lot": lot,
        "quantity": quantity, "unit": "kg", "stage": 2, **more,
    }  # fmt: skip


def graph(*edges, usage=(), lots=()):
    found = genealogy_edges(
        records("genealogy", *edges),
        records("material_usage", *usage),
        records("material_lots", *lots),
    )
    return {(row["descendant"], row["ancestor"]): row for row in found.to_dicts()}


def shares(found):
    return {pair: row["share"] for pair, row in found.items()}


def test_genealogy_edges_shares_are_of_all_that_went_in_whatever_the_unit() -> None:
    found = graph(
        edge("F", "G", 90.0), edge("F", "H", 9_000.0, unit="g"), usage=[use("F", "L", 1.0)]
    )
    assert shares(found) == {("F", "G"): 0.9, ("F", "H"): 0.09, ("F", "api/s/L"): 0.01}


def test_genealogy_edges_takes_what_was_made_where_it_is_stated_and_more() -> None:
    made = {"descendant_quantity": 200.0}
    assert shares(graph(edge("F", "G", 90.0, **made), edge("F", "H"))) == {
        ("F", "G"): 0.45,
        ("F", "H"): None,
    }
    less = {"descendant_quantity": 80.0}  # what was lost was lost of everything
    assert shares(graph(edge("F", "G", 90.0, **less))) == {("F", "G"): 1.0}


@pytest.mark.parametrize(
    "rows",
    [
        [edge("F", "G", 90.0), edge("F", "H")],  # one amount is missing
        [edge("F", "G", 90.0), edge("F", "H", 3.0, unit="pieces")],  # two kinds of amount
        [edge("F", "G", 0.0)],
        [edge("F", "G", 0.8, unit="share"), edge("F", "H", 0.8, unit="share")],  # not of one whole
    ],
)
def test_genealogy_edges_leaves_a_share_nobody_can_tell_open(rows) -> None:
    assert set(shares(graph(*rows)).values()) == {None}


def test_genealogy_edges_takes_parts_of_one_whole_as_they_are() -> None:
    rows = [edge("F", "G", 0.3, unit="share"), edge("F", "H", 0.2, unit="share")]
    assert set(shares(graph(*rows)).values()) == {0.3, 0.2}


def test_genealogy_edges_counts_a_lot_told_twice_once() -> None:
    """The use has the instant and no amount, the genealogy the amount: one edge has both."""
    told = edge("F", "L", 5.0, ancestor_type="lot", ancestor_material="api", ancestor_supplier="s",
                kind="reprocess")  # fmt: skip
    found = graph(told, usage=[use("F", "L", used_at=AT), use("F", "M", 5.0)])
    one = found["F", "api/s/L"]
    assert len(found) == 2
    assert (one["quantity"], one["known_at"], one["share"]) == (5.0, AT, 0.5)
    assert one["kind"] == "reprocess"


def test_an_amount_that_genealogy_alone_tells_is_known_when_it_told_it() -> None:
    told = edge("F", "L", 5.0, ancestor_type="lot", ancestor_material="api", ancestor_supplier="s",
                recorded_at=AT + timedelta(days=3))  # fmt: skip
    without = graph(told, usage=[use("F", "L", used_at=AT)])["F", "api/s/L"]
    assert (without["quantity"], without["known_at"]) == (5.0, AT + timedelta(days=3))
    both = graph(told, usage=[use("F", "L", 4.0, used_at=AT)])["F", "api/s/L"]
    assert (both["quantity"], both["known_at"]) == (4.0, AT)


def test_genealogy_edges_sums_charges() -> None:
    found = graph(edge("F", "G", 2.0), edge("F", "G", 3.0, charge_no=2), edge("F", "H", 5.0))
    assert shares(found) == {("F", "G"): 0.5, ("F", "H"): 0.5}


def test_genealogy_edges_knows_a_lot_by_its_number_where_there_is_one() -> None:
    by_number = edge("F", "L", 5.0, ancestor_type="lot")
    assert ("F", "api/s/L") in graph(by_number, usage=[use("E", "L")])
    two = [use("E", "L"), use("E", "L", supplier="t")]
    assert ("F", "not_stated/not_stated/L") in graph(by_number, usage=two)


def test_genealogy_edges_marks_a_circle_two_deliveries_make() -> None:
    found = graph(edge("F", "G", 1.0), edge("G", "F", 1.0), edge("H", "G", 1.0))
    circular = {pair for pair, row in found.items() if row["is_circular"]}
    assert circular == {("F", "G"), ("G", "F")}
    assert genealogy_trace(table("core.genealogy_edges", found.values())).select(
        "descendant", "ancestor"
    ).rows() == [("H", "G")]


def test_genealogy_edges_was_known_when_it_was_recorded() -> None:
    later = datetime.fromisoformat("2024-02-01")
    assert graph(edge("F", "G", happened_at=AT))["F", "G"]["known_at"] == AT
    recorded = graph(edge("F", "G", happened_at=AT, recorded_at=later))
    assert recorded["F", "G"]["known_at"] == later


def test_nothing_delivered_is_no_genealogy() -> None:
    assert graph() == {}
