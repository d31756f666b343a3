"""Three failed batches of two products, their standard costs and one write-off, by hand.

Cumulated variable cost of P is 10, 15, 20, 30, 32, 32 thousand over stages 1 to 6 and its full cost
10, 16, 30, 60, 68, 80 thousand; of Q 100, 100, 120, 120, 125, 125 and 100, 100, 150, 150, 165, 185.
"""

from datetime import datetime

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, polars_schema

START = datetime.fromisoformat("2026-03-01T00:00")
VALID = datetime.fromisoformat("2026-01-01T00:00")
P = {1: (10, 10), 2: (5, 6), 3: (5, 14), 4: (10, 30), 5: (2, 8), 6: (0, 12)}
Q = {1: (100, 100), 3: (20, 50), 5: (5, 15), 6: (0, 20)}


def rows(name: str, *given: dict) -> pl.DataFrame:
    """A table of a contract from rows given as dictionaries; others are null or default."""
    schema = polars_schema(contract(name))
    filled = [{column: row.get(column) for column in schema} for row in given]
    return conform(pl.DataFrame(filled, schema=schema, orient="row"), contract(name))


def standard(product: str, stage: int, variable: float, full: float, **more: object) -> dict:
    """One standard cost; for any strength and size, valid from January."""
    stated = {"product": product, "stage": stage, "variable_usd": variable, "full_usd": full}
    return {"strength": "any", "batch_size": 0.0, "effective_at": VALID, **stated, **more}


BATCHES = rows(
    "core.batches",
    *(
        {
            "batch_id": batch,
            "production_order": order,
            "cluster_id": batch,
            "product": product,
            "strength": "10MG",
            "batch_size": 1e6,
            "started_at": START,
        }
        for order, (batch, product) in enumerate(
            [("B1", "P"), ("B2", "Q"), ("B3", "P"), ("B4", "P"), ("B5", "Q")]
        )
    ),
)
# B4 and B5 are good and go through every stage that leaves a phase.
PHASES = rows(
    "core.phases",
    *(
        {
            "batch_id": batch,
            "stage": stage,
            "unit_procedure": "u",
            "phase": "p",
            "started_at": START,
        }
        for batch, last in {"B1": 3, "B2": 5, "B3": 5, "B4": 5, "B5": 5}.items()
        for stage in range(2, last + 1)
    ),
)
DEFINITIONS = pl.DataFrame(
    {
        "outcome": ["failure", "assay", "seal"],
        "first_known_stage": [7, 6, 5],
        "is_proxy": [False] * 3,
        "severity": ["lost"] * 3,
    }
)
PRICED = pl.DataFrame(
    {
        "batch_id": ["B1", "B2", "B3"],
        "outcome": ["failure"] * 3,
        "mode_outcome": [None, "seal", "assay"],
        "failure_mode": ["unknown", "seal", "assay"],
        "is_proxy": [False] * 3,
        "severity": ["lost"] * 3,
    }
)
STANDARD_COSTS = rows(
    "core.standard_costs",
    *(
        standard(product, stage, 1000 * variable, 1000 * full)
        for product, stages in {"P": P, "Q": Q}.items()
        for stage, (variable, full) in stages.items()
    ),
)
# 10,000 booked and 1,000 of it credited again; the other batch did not fail.
WRITE_OFFS = rows(
    "core.write_offs",
    *(
        {"batch_id": batch, "category": category, "posting_no": number, "amount_usd": usd}
        for batch, category, number, usd in [
            ("B3", "direct_material", 1, 41234.56),
            ("B3", "deviation_investigation", 1, 10000.0),
            ("B3", "deviation_investigation", 2, -1000.0),
            ("B4", "regulatory", 1, 5.0),
        ]
    ),
)
