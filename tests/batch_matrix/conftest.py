"""A few batches of two products in lots of five, in the tables a matrix is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
import pytest

START = datetime.fromisoformat("2021-01-04")


@dataclass(frozen=True)
class SmallPlant:
    """Tables by their names in the warehouse."""

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_margins: pl.DataFrame
    outcome_definitions: pl.DataFrame


def small_plant(batches: int = 60) -> SmallPlant:
    """Batch ``B0007`` is the eighth made; ``parameter.early`` is known at gate 2, ``late`` at 4."""
    numbers = range(batches)
    ids = [f"B{i:04d}" for i in numbers]
    at = [START + timedelta(days=i) for i in numbers]
    product = [f"P{i // 5 % 2}" for i in numbers]
    none = [None] * batches

    def values(feature: str, gate: int, value: Sequence[float | None], level: Sequence[str | None]):
        own = {"batch_id": ids, "feature": feature, "gate": gate, "value": value, "level": level}
        kinds = {"gate": pl.Int64, "value": pl.Float64, "level": pl.String}
        return pl.DataFrame(own, schema_overrides=kinds)

    gates = {
        "batch_id": ids,
        "gate_at": at,
        "production_order": range(1, batches + 1),
        "product": product,
        "strength": "5MG",
        "cluster_id": [f"L{i // 5}" for i in numbers],
        "period": "2021-H1",
    }
    failed = {
        "batch_id": ids,
        "outcome": "failure",
        "is_failure": [i % 10 == 0 for i in numbers],
        "known_at": [one + timedelta(days=10) for one in at],
    }
    margins = {
        "batch_id": ids,
        "outcome": "failure",
        "quantity": "dissolution_min_pct",
        "margin": [float(i % 10) - 0.5 for i in numbers],
        "is_censored": False,
    }
    definition = {
        "outcome": ["failure"],
        "title": ["rejected batches"],
        "is_proxy": [False],
        "first_known_stage": [6],
        "last_gate_before": [5],
    }
    described = [
        ("parameter.early", "numeric", False),
        ("parameter.late", "numeric", False),
        ("product.code", "categorical", True),
    ]
    return SmallPlant(
        gate_values=pl.concat(
            [
                values("parameter.early", 2, [float(i) for i in numbers], none),
                values("parameter.late", 4, [float(-i) for i in numbers], none),
                values("product.code", 1, none, product),
            ]
        ),
        dictionary=pl.DataFrame(
            described, schema=["feature", "data_type", "is_product_identity"], orient="row"
        ),
        batch_gates=pl.concat(
            pl.DataFrame(gates).with_columns(gate=pl.lit(gate, pl.Int64)) for gate in range(1, 8)
        ),
        outcomes=pl.DataFrame(failed),
        outcome_margins=pl.DataFrame(margins),
        outcome_definitions=pl.DataFrame(definition),
    )


@pytest.fixture(scope="session")
def plant() -> Callable[..., SmallPlant]:
    """Makes a plant; see :func:`small_plant`."""
    return small_plant
