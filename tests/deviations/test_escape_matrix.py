"""The escape matrix: its cost is the ledger's to the cent, and unknown stays a row."""

from decimal import Decimal

import polars as pl
import pytest

from assets.deviations.escape_matrix import escape_matrix
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty

TABLES = ("economics.copq_ledger", "core.deviations", "core.outcomes", "core.outcome_definitions",
          "feature.dictionary")  # fmt: skip


@pytest.fixture
def tables():
    ledger = pl.DataFrame(
        [("B1", "direct_material", 4, "100.10"), ("B1", "regulatory", 4, "0.05"),
         ("B2", "direct_material", None, "7.00"), ("B3", "direct_material", 4, "1.00")],
        schema=["batch_id", "category", "stage", "amount_usd"], orient="row",
    ).with_columns(
        pl.col("amount_usd").cast(pl.Decimal(18, 2)), paf=pl.lit("internal_failure"),
        basis=pl.lit("failed batch"), is_avoidable=True, cost_basis=pl.lit("assumption"),
    )  # fmt: skip
    deviations = pl.DataFrame(
        [("D1", "B3", 6, "critical", "moisture_pct"), ("D2", "B3", 4, "minor", None),
         ("D3", None, None, "minor", "room_humidity_pct")],
        schema=["deviation_id", "batch_id", "stage", "severity", "confirmed_cause"], orient="row",
    ).with_columns(category=pl.lit("x"), description=pl.lit(""))  # fmt: skip
    outcomes = pl.DataFrame(
        [(b, "failure", True) for b in ("B1", "B2", "B3")] + [("B4", "failure", None)],
        schema=["batch_id", "outcome", "is_failure"], orient="row",
    ).with_columns(status=pl.lit("known"), is_censored=False)  # fmt: skip
    definitions = pl.DataFrame(
        {"outcome": ["failure"], "title": ["Failure"], "is_proxy": [False], "rule": [""],
         "first_known_stage": [6], "last_gate_before": [5]}
    )  # fmt: skip
    dictionary = pl.DataFrame(
        [("lab", "moisture_pct", 3), ("environment", "drying.room_humidity_pct", 3),
         ("environment", "coating.room_humidity_pct", 4),
         ("environment", "drying.room_pressure_pa", 3), ("material", "api.d90_um", 2)],
        schema=["kind", "quantity", "stage"], orient="row",
    ).with_columns(
        feature=pl.format("{}.{}.mean", "kind", "quantity"),
        title=pl.lit(""), unit_operation=pl.lit(""), data_type=pl.lit("numeric"),
        available_at_gate=pl.col("stage"), source_table=pl.lit("core.lab_results"),
        source_column=pl.lit("value"), description=pl.lit(""), is_product_identity=False,
    )  # fmt: skip
    frames = (ledger, deviations, outcomes, definitions, dictionary)
    return [conform(f, contract(name)) for f, name in zip(frames, TABLES, strict=True)]


@pytest.mark.parametrize(
    ("cause", "origin"),
    [
        ("drying.room_humidity_pct", "3"),  # a room tag, in full
        ("room_humidity_pct", "unknown"),  # by its bare name it may have begun in two rooms
        ("room_pressure_pa", "3"),  # a bare name recorded at one stage
        ("api.d90_um", "2"),
        ("mean", "unknown"),  # a statistic causes nothing
        ("maximum", "unknown"),
    ],
)
def test_escape_matrix_gives_a_cause_the_one_stage_of_what_it_names(tables, cause, origin):
    ledger, deviations, *others = tables
    one = deviations.head(1).with_columns(confirmed_cause=pl.lit(cause))
    cells = escape_matrix(ledger, one, *others).filter(item="deviation")
    assert cells["origin"].to_list() == [origin]
    assert cells["confirmed_origins"].to_list() == [int(origin != "unknown")]


def test_cells_by_hand(tables):
    matrix = escape_matrix(*tables)
    cells = {tuple(row[:3]): row[3:] for row in matrix.rows()}
    assert cells == {
        ("failed_batch", "3", "6"): (1, 1, 3, Decimal("1.00"), False),
        ("failed_batch", "4", "6"): (1, 0, 2, Decimal("100.15"), False),
        ("failed_batch", "unknown", "6"): (1, 0, None, Decimal("7.00"), False),
        ("deviation", "3", "6"): (1, 1, 3, None, False),
        ("deviation", "unknown", "4"): (1, 0, None, None, False),
        ("deviation", "unknown", "unknown"): (1, 0, None, None, False),
    }


@pytest.mark.parametrize("severity", ["reworked", "deviated", "out_of_trend", "late"])
def test_a_failed_batch_is_detected_by_what_lost_it(tables, severity):
    """B1 had a deviation at stage 2 and was rejected on a result of stage 6: it was found at 6."""
    ledger, deviations, outcomes, definitions, dictionary = tables
    earlier = definitions.with_columns(
        outcome=pl.lit("earlier"), severity=pl.lit(severity), is_proxy=pl.lit(value=True),
        first_known_stage=pl.lit(2, pl.Int64), last_gate_before=pl.lit(1, pl.Int64),
    )  # fmt: skip
    also = outcomes.filter(batch_id="B1").with_columns(outcome=pl.lit("earlier"))
    both = pl.concat([definitions, earlier]), pl.concat([outcomes, also])
    found = escape_matrix(ledger, deviations, both[1], both[0], dictionary)
    assert found.equals(escape_matrix(*tables))
    losing = both[0].with_columns(severity=pl.lit("lost"))
    detected = escape_matrix(ledger, deviations, both[1], losing, dictionary)
    assert detected.filter(item="failed_batch", origin="4")["detection"].to_list() == ["2"]


def test_the_cost_is_the_ledger_s_to_the_cent(tables):
    assert escape_matrix(*tables)["cost_usd"].sum() == tables[0]["amount_usd"].sum()


def test_nothing_recorded_makes_no_cells(tables):
    assert escape_matrix(*(empty(contract(name)) for name in TABLES)).is_empty()
    without = escape_matrix(tables[0], tables[1].clear(), *tables[2:])
    assert set(without["item"]) == {"failed_batch"}
