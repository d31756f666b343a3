"""Rows of the tables that the made-up published warehouses share, by table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

Rows = list[dict[str, Any]]

MODELS = (
    ("base_rate", 0.5),
    ("product_only", 0.58),
    ("best_single_parameter", 0.63),
    ("penalised_logistic", 0.71),
    ("boosted_trees", 0.7),
    ("lines_on_margins", 0.81),
    ("lines_and_trees_on_margins", 0.79),
)


def day_of_batch(n: int) -> datetime:
    return datetime(2021, 1, 4, tzinfo=UTC).replace(tzinfo=None) + timedelta(days=1.8 * n)


def batches_rows(n: int, failed: set[int], *, is_dated: bool) -> Rows:
    return [
        {
            "batch_id": f"B{i:04d}",
            "production_order": i,
            "product": f"P{i % 4}",
            "strength": f"{5 * (1 + i % 3)}MG",
            "campaign_id": f"C{i // 8:03d}",
            "started_at": day_of_batch(i) if is_dated else None,
            "started_at_precision": "instant" if is_dated else "order",
            "disposition": "rejected" if i in failed else "released",
            "failure_mode": ("dissolution" if i % 2 else "content_uniformity")
            if i in failed
            else None,
            "cluster_id": f"L{i // 4:03d}",
        }
        for i in range(n)
    ]


def outcome_row(name: str, title: str, rule: str, gate: int, *, is_proxy: bool) -> dict[str, Any]:
    return {
        "outcome": name,
        "title": title,
        "is_proxy": is_proxy,
        "rule": rule,
        "first_known_stage": gate + 1,
        "last_gate_before": gate,
    }


def verdict_row(name: str, gate: int, verdict: str, level: float, **more: Any) -> dict[str, Any]:
    row = {
        "outcome": name,
        "gate": gate,
        "verdict": verdict,
        "reason": f"The gain over product identity on later batches is {level - 0.58:.2f}.",
        "model_used": "lines_on_margins",
        "model_version": "a1b2c3",
        "auc": level,
        "auc_low": level - 0.08,
        "auc_high": min(level + 0.07, 1.0),
        "auc_product": 0.58,
        "gain": level - 0.58,
        "gain_low": level - 0.69,
        "gain_high": level - 0.49,
        "p_value": 0.0001 if verdict == "process_signal" else 0.31,
        "failures": 31,
        "failures_effective": 24.8,
        "batches": 700,
        "design_effect": 1.25,
        "is_primary_gate": False,
        "is_proxy": False,
    }
    return {**row, **more}


def validations_rows(name: str, gate: int, lift: float) -> Rows:
    rows = []
    for model, auc in MODELS:
        forward = 0.5 + (auc - 0.5) * lift
        for validation, level in (("rolling_origin", forward), ("random_cross_validation", auc)):
            spread = 0.0 if model == "base_rate" else 0.09
            rows.append(
                {
                    "outcome": name,
                    "gate": gate,
                    "model": model,
                    "validation": validation,
                    "auc": level,
                    "auc_low": level - spread,
                    "auc_high": level + spread,
                    "brier": 0.03,
                    "failures": 31,
                    "batches": 700,
                    "clusters": 180,
                    "gain_over_product": forward - 0.58,
                    "gain_low": forward - 0.68,
                    "gain_high": forward - 0.48,
                    "is_reference_only": validation == "random_cross_validation",
                }
            )
    return rows


def drivers_rows(name: str, gate: int) -> Rows:
    found = (
        ("parameter.inlet_temperature_c", "Coating inlet temperature", 4, "coating", 0.31, True),
        ("parameter.blend_speed_rpm", "Blend speed", 3, "blending", 0.22, True),
        ("sensor.compression.main_force_kn.sd", "Main compression force, spread", 4, "compression",
         0.17, True),
        ("material.lactose.moisture_pct", "Lactose moisture", 1, "receipt", 0.08, False),
        ("environment.room_humidity_pct", "Room humidity", 3, "blending", 0.05, False),
    )  # fmt: skip
    return [
        {
            "outcome": name,
            "gate": gate,
            "rank": rank,
            "driver": driver,
            "title": title,
            "stage": stage,
            "unit_operation": operation,
            "verdict": "process_signal",
            "members": driver,
            "mean_abs_shap": share,
            "share": share,
            "direction": "window" if rank == 2 else "higher",
            "rank_low": max(1, rank - 1),
            "rank_high": rank + (rank > 2),
            "place_stability": 0.97 - 0.11 * rank,
            "sign_stability": 0.99,
            "is_named": is_named,
            "is_named_in_halves": is_named,
            "crude_effect": 0.021,
            "crude_low": 0.009,
            "crude_high": 0.034,
            "adjusted_effect": 0.019,
            "adjusted_low": 0.007,
            "adjusted_high": 0.031,
            "effect_unit": "failure probability per spread",
            "is_simpson_flagged": rank == 4,
        }
        for rank, (driver, title, stage, operation, share, is_named) in enumerate(found, start=1)
    ]


def curves_rows(drivers: Rows) -> Rows:
    return [
        {
            "outcome": row["outcome"],
            "gate": row["gate"],
            "driver": row["driver"],
            "feature": row["driver"],
            "point": point,
            "value": 50.0 + point,
            "contribution": 0.02 * (point - 8),
            "failure_prob": 0.02 + 0.0009 * (point - 8) ** 2,
            "batches": 5 + 8 * min(point, 19 - point),
        }
        for row in drivers
        for point in range(20)
    ]


def attributions_rows(drivers: Rows, batches: int) -> Rows:
    rng = np.random.default_rng(7)
    rows = []
    for row in drivers:
        values = rng.normal(size=batches)
        noise = rng.normal(size=batches)
        rows += [
            {
                "outcome": row["outcome"],
                "gate": row["gate"],
                "batch_id": f"B{i:04d}",
                "feature": row["driver"],
                "contribution": float(row["share"] * (values[i] + 0.3 * noise[i])),
                "value": float(values[i]),
                "is_leading": True,
            }
            for i in range(batches)
        ]
    return rows


def evidence_rows(profile: str, as_of: datetime | None) -> dict[str, Rows]:
    return {
        "evidence.runs": [
            {
                "run_id": "0b7c-run",
                "command": "lotwise run",
                "source_profile": profile,
                "source_key": f"{profile}-12ab34cd",
                "started_at": day_of_batch(1000),
                "run_number": 1,
                "is_look_back": False,
                "status": "published",
                "as_of": as_of,
                "version": "0.1.0",
                "seed": 1,
                "is_quick": False,
            }
        ],
        "evidence.inputs": [
            {"file": f"{name}.csv", "sha256": f"{i}" * 64, "bytes": 12_345 * (i + 1), "rows": 10}
            for i, name in enumerate(("batches", "lab_results"))
        ],
        "evidence.ingestion": [
            {
                "table_name": f"raw.{name}",
                "received": n,
                "accepted": n - bad,
                "quarantined": bad,
                "duplicates_identical": 0,
                "max_quarantine_share": 0.05,
            }
            for name, n, bad in (
                ("batches", 1000, 0),
                ("lab_results", 8123, 3),
                ("sensor_readings", 186_900, 12),
            )
        ],
        "evidence.contract_results": [
            {
                "table_name": f"core.{name}",
                "rule": rule,
                "column_name": "batch_id",
                "checked": 1000,
                "failed": 0,
                "is_passed": True,
                "severity": "error",
            }
            for name in ("batches", "phases")
            for rule in ("required", "unique")
        ],
        "quarantine.records": [
            {
                "table_name": "raw.lab_results",
                "source_file": "lab_results.csv",
                "source_row": row,
                "column_name": "value",
                "rule": "type",
                "value": "<n/a & more>",
                "reason": "not a number: <n/a & more>",
                "run_id": "0b7c-run",
                "ingested_at": day_of_batch(0),
            }
            for row in (4, 17, 900)
        ],
    }


def leak_question_row(
    outcome: str, feature: str, title: str, answered_by: str | None = None
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "feature": feature,
        "title": title,
        "quantity": feature.split(".")[1],
        "available_at_gate": 4,
        "likeness": "follows_result",
        "margin_quantity": "dissolution_min_pct",
        "forward_r2": 0.87,
        "forward_auc": 0.964,
        "is_answered": answered_by is not None,
        "answered_by": answered_by,
        "answer": None if answered_by is None else "measured at the press, before coating.",
        "question": f"{title} alone foretells 87%. Is it measured before the result exists?",
    }


def dictionary_rows(drivers: Rows) -> Rows:
    return [
        {
            "feature": row["driver"],
            "title": row["title"],
            "stage": row["stage"],
            "available_at_gate": row["stage"],
            "unit_operation": row["unit_operation"],
            "kind": "parameter",
            "quantity": row["driver"],
            "data_type": "numeric",
            "unit": "degC",
            "source_table": "core.parameters",
            "is_product_identity": False,
        }
        for row in drivers
    ]


def power_row(
    worth: str, per_batch: float, counts: tuple[int, int, int], *, is_headline: bool = False
) -> dict[str, Any]:
    """One row of ``evidence.power``: causes planted, found and ranked first."""
    trials, found, first = counts
    return {
        "outcome": "failure",
        "worth": worth,
        "is_headline": is_headline,
        "gate": 5,
        "worth_per_batch": per_batch,
        "worth_per_year": 200 * per_batch,
        "trials": trials,
        "found": found,
        "ranked_first": first,
        "found_share": found / trials,
        "found_low": found / trials - 0.12,
        "found_high": min(found / trials + 0.08, 1.0),
        "first_share": first / trials,
        "first_low": first / trials - 0.14,
        "first_high": min(first / trials + 0.1, 1.0),
        "years_needed": 4.6,
        "batches": 490,
        "failures": 22,
        "reason": f"{trials} of 40 features drawn can be worth as much.",
        "measured_at": datetime.fromisoformat("2024-05-01"),
    }
