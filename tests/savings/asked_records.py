"""Tables of a plant whose truth is declared, for questions about windows.

Moisture (gate 3) and force (gate 4) act on the assay, each on its own; speed (gate 3) goes with
moisture's past and acts on nothing; the attribute of the lot (gate 2) acts on nothing. Lots have
three batches. The dryer is changed half way.
"""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from scipy.stats import norm

from assets.savings.records.business_records import BusinessRecords
from assets.savings.windows.policy import Window

BATCHES = 900
LEVEL, MOISTURE, FORCE = 2.0, 0.5, 0.35
FEATURES = {
    "parameter.moisture_pct": ("Moisture", 3, "parameter", "%"),
    "parameter.force_kn": ("Force", 4, "parameter", "kN"),
    "parameter.speed_rpm": ("Speed", 3, "parameter", "rpm"),
    "parameter.mixing_min": ("Mixing time", 2, "parameter", "min"),
    "material.api.d90_um": ("API d90", 2, "material", "um"),
    "lab.water_pct": ("Water", 6, "lab", "%"),
    "sensor.press.copy_of_assay": ("Copy", 5, "sensor", "%"),
}
DRYER = "equipment.drying.id"


def asked_tables(seed: int = 1, *, is_null: bool = False) -> dict[str, pl.DataFrame]:
    """Return the tables by name without schema, ``refused_features`` among them."""
    rng = np.random.default_rng(seed)
    lot = np.arange(BATCHES) // 3
    mixing = rng.normal(size=BATCHES)
    moisture = 0.7 * mixing + rng.normal(0, 0.7, BATCHES)
    force, d90 = rng.normal(size=BATCHES), rng.normal(size=lot.max() + 1)[lot]
    speed = 0.7 * mixing + rng.normal(0, 0.7, BATCHES)
    acting = 0.0 if is_null else 1.0
    rest = LEVEL - 0.4 * mixing + rng.normal(0, 0.3, lot.max() + 1)[lot]
    margin = rest - acting * (MOISTURE * moisture + FORCE * force) + rng.normal(0, 0.8, BATCHES)
    values = {
        "parameter.moisture_pct": moisture,
        "parameter.force_kn": force,
        "parameter.speed_rpm": speed,
        "parameter.mixing_min": mixing,
        "material.api.d90_um": d90,
        "lab.water_pct": rng.normal(size=BATCHES),
        "sensor.press.copy_of_assay": margin,
    }
    ids = [f"B{number:04d}" for number in range(BATCHES)]
    start = datetime(2021, 1, 1)  # noqa: DTZ001 (instants are naive UTC)
    started = [start + timedelta(days=1826 / BATCHES * i) for i in range(BATCHES)]
    batches = pl.DataFrame(
        {
            "batch_id": ids,
            "production_order": range(BATCHES),
            "product": "P",
            "strength": None,
            "started_at": started,
            "started_at_precision": "instant",
            "cluster_id": [f"L{each}" for each in lot],
            "failure_mode": None,
        },
        schema_overrides={"strength": pl.String, "failure_mode": pl.String},
    )
    outcomes = pl.DataFrame(
        {"batch_id": ids, "outcome": "failure", "is_failure": margin < 0, "known_at": started}
    )
    margins = pl.DataFrame(
        {
            "batch_id": ids,
            "outcome": "failure",
            "quantity": "assay",
            "margin": margin,
            "is_censored": False,
        }
    )
    measured = pl.concat(
        pl.DataFrame(
            {
                "batch_id": ids,
                "gate": gate,
                "feature": name,
                "value": values[name],
                "level": None,
                "known_at": started,
            },
            schema_overrides={"level": pl.String, "gate": pl.Int64},
        )
        for name, (_, gate, _, _) in FEATURES.items()
    )
    dryers = pl.DataFrame(
        {
            "batch_id": ids,
            "gate": 3,
            "feature": DRYER,
            "value": None,
            "level": ["old" if i < BATCHES / 2 else "new" for i in range(BATCHES)],
            "known_at": started,
        },
        schema_overrides={"value": pl.Float64, "gate": pl.Int64},
    )
    return {
        "batches": batches,
        "outcomes": outcomes,
        "outcome_margins": margins,
        "gate_values": pl.concat([measured, dryers]),
        "dictionary": _dictionary(),
        "drivers": pl.DataFrame(
            schema={"outcome": pl.String, "gate": pl.Int64, "driver": pl.String}
        ),
        "withheld_features": pl.DataFrame(
            {"outcome": "failure", "feature": ["sensor.press.copy_of_assay"]}
        ),
        "refused_features": pl.DataFrame(
            {
                "outcome": "failure",
                "feature": ["sensor.press.copy_of_assay"],
                "rule": ["same_quantity"],
                "reason": ["'Copy' is the quantity that decides 'Any failure' by another name."],
            }
        ),
    }


def _dictionary() -> pl.DataFrame:
    rows = [
        (name, title, gate, name.partition(".")[2], kind, "numeric", unit)
        for name, (title, gate, kind, unit) in FEATURES.items()
    ]
    rows.append((DRYER, "Dryer", 3, "drying.id", "equipment", "categorical", None))  # type: ignore[arg-type]
    names = ("feature", "title", "available_at_gate", "quantity", "kind", "data_type", "unit")
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(stage="available_at_gate", is_product_identity=pl.lit(value=False))


def asked_business_records(tables: dict[str, pl.DataFrame]) -> BusinessRecords:
    """Return the tables as a business case reads them, without verdicts and alarms."""
    definitions = pl.DataFrame(
        {
            "outcome": ["failure"],
            "title": ["Any failure"],
            "is_proxy": [False],
            "first_known_stage": [6],
            "last_gate_before": [5],
            "severity": ["lost"],
        }
    )
    verdicts = pl.DataFrame(
        {
            "outcome": ["failure"],
            "gate": [5],
            "verdict": ["no_signal"],
            "reason": ["nothing was found."],
            "design_effect": [1.0],
            "is_primary_gate": [True],
        }
    )
    alarms = pl.DataFrame(
        schema={"outcome": pl.String, "gate": pl.Int64, "alarm_budget": pl.Float64,
                "least_prob": pl.Float64, "fold": pl.Int64}
    )  # fmt: skip
    own = {name: frame for name, frame in tables.items() if name != "refused_features"}
    return BusinessRecords(
        **own, outcome_definitions=definitions, verdicts=verdicts, alarm_counts=alarms
    )


def truth(windows: dict[str, Window]) -> float:
    """Failures per batch that holding moisture or force, or both, truly prevents.

    The same process many times as large, every value redrawn in its window by its true law.
    """
    rng = np.random.default_rng(99)
    n = 400_000
    mixing = rng.normal(size=n)
    centre = {"parameter.moisture_pct": 0.7 * mixing, "parameter.force_kn": np.zeros(n)}
    spread = {"parameter.moisture_pct": 0.7, "parameter.force_kn": 1.0}
    slope = {"parameter.moisture_pct": MOISTURE, "parameter.force_kn": FORCE}
    rest = LEVEL - 0.4 * mixing + rng.normal(0, 0.3, n) + rng.normal(0, 0.8, n)
    before, after = rest.copy(), rest.copy()
    for name, times in slope.items():
        z = rng.normal(size=n)
        value = centre[name] + spread[name] * z
        before -= times * value
        if name in windows:
            low, high = (
                norm.cdf((end - centre[name]) / spread[name])
                for end in (windows[name].low, windows[name].high)
            )
            rank = np.clip(low + norm.cdf(z) * (high - low), 1e-12, 1 - 1e-12)
            value = centre[name] + spread[name] * norm.ppf(rank)
        after -= times * value
    return float(np.mean(before < 0) - np.mean(after < 0))
