"""Two small published warehouses in contract shape: one with a process signal, one without."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.polars_schema import conform, empty

Rows = list[dict[str, Any]]

MODELS = (
    ("base_rate", 0.5),
    ("product_only", 0.58),
    ("best_single_parameter", 0.63),
    ("penalised_logistic", 0.71),
    ("boosted_trees", 0.7),
    ("ridge_on_margins", 0.81),
    ("boosted_trees_on_margins", 0.79),
)
CATEGORIES = (
    ("direct_material", 180_000, True),
    ("labour_and_suite", 96_000, False),
    ("deviation_investigation", 45_000, True),
    ("capa_and_revalidation", 60_000, True),
    ("schedule_slippage", 30_000, False),
)


class PublishedTables:
    """A published warehouse held in memory."""

    def __init__(self, frames: dict[str, pl.DataFrame]) -> None:
        self._connection = duckdb.connect(":memory:")
        for name, frame in frames.items():
            self.put(name, frame)

    def put(self, name: str, frame: pl.DataFrame) -> None:
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
        self._connection.register("shaped", frame)
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM shaped")
        self._connection.unregister("shaped")

    def execute(self, sql: str) -> None:
        self._connection.execute(sql)

    def query(self, sql: str) -> pl.DataFrame:
        return self._connection.sql(sql).pl()


def _day(n: int) -> datetime:
    return datetime(2021, 1, 4, tzinfo=UTC).replace(tzinfo=None) + timedelta(days=1.8 * n)


def _batches(n: int, failed: set[int], *, is_dated: bool) -> Rows:
    return [
        {
            "batch_id": f"B{i:04d}",
            "production_order": i,
            "product": f"P{i % 4}",
            "strength": f"{5 * (1 + i % 3)}MG",
            "campaign_id": f"C{i // 8:03d}",
            "started_at": _day(i) if is_dated else None,
            "started_at_precision": "instant" if is_dated else "order",
            "disposition": "rejected" if i in failed else "released",
            "failure_mode": ("dissolution" if i % 2 else "content_uniformity")
            if i in failed
            else None,
            "cluster_id": f"L{i // 4:03d}",
        }
        for i in range(n)
    ]


def _outcome(name: str, title: str, rule: str, gate: int, *, is_proxy: bool) -> dict[str, Any]:
    return {
        "outcome": name,
        "title": title,
        "is_proxy": is_proxy,
        "rule": rule,
        "first_known_stage": gate + 1,
        "last_gate_before": gate,
    }


def _verdict(name: str, gate: int, verdict: str, level: float, **more: Any) -> dict[str, Any]:
    row = {
        "outcome": name,
        "gate": gate,
        "verdict": verdict,
        "reason": f"The gain over product identity on later batches is {level - 0.58:.2f}.",
        "model_used": "ridge_on_margins",
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
        "minimum_detectable_auc": 0.68,
        "years_needed": 7.4,
        "is_primary_gate": False,
        "is_proxy": False,
    }
    return {**row, **more}


def _validations(name: str, gate: int, lift: float) -> Rows:
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


def _drivers(name: str, gate: int) -> Rows:
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


def _curves(drivers: Rows) -> Rows:
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


def _attributions(drivers: Rows, batches: int) -> Rows:
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


def _ledger(batches: Rows) -> Rows:
    return [
        {
            "batch_id": batch["batch_id"],
            "failure_mode": batch["failure_mode"],
            "category": category,
            "paf": "internal_failure",
            "stage": 4 if batch["failure_mode"] == "dissolution" else 3,
            "amount_usd": amount,
            "basis": "assumption",
            "is_avoidable": is_avoidable,
        }
        for batch in batches
        if batch["failure_mode"] is not None
        for category, amount, is_avoidable in CATEGORIES
    ]


def _scenarios(*, with_savings: bool) -> Rows:
    rows = []
    for scenario, scale in (("conservative", 0.5), ("base", 1.0), ("optimistic", 1.6)):
        measures = {
            "baseline_failures_per_year": (4.9, 6.2, 7.8, "failures/year"),
            "baseline_loss_usd_per_year": (1.9e6, 2.6e6, 3.5e6, "USD/year"),
        }
        if not with_savings:
            measures |= {
                "prevented_failures_per_year": (0.0, 0.0, 0.0, "failures/year"),
                "annual_savings_usd": (0.0, 0.0, 0.0, "USD/year"),
            }
        if with_savings:
            measures |= {
                "prevented_failures_per_year": (
                    0.9 * scale, 2.2 * scale, 3.4 * scale, "failures/year",
                ),
                "annual_savings_usd": (
                    0.61e6 * scale, 1.43e6 * scale, 3.11e6 * scale, "USD/year",
                ),
                "annual_net_savings_usd": (
                    0.41e6 * scale - 0.2e6, 1.23e6 * scale - 0.2e6, 2.91e6 * scale, "USD/year",
                ),
                "npv_usd": (-0.4e6, 2.9e6 * scale, 7.7e6 * scale, "USD"),
                "payback_months": (9.0, 17.0 / scale, 44.0, "months"),
                "npv_positive_prob": (*[min(0.87 * scale, 0.97)] * 3, "share"),
            }  # fmt: skip
        rows += [
            {
                "scenario": scenario,
                "lever": lever,
                "measure": measure,
                "p10": p10,
                "p50": p50,
                "p90": p90,
                "unit": unit,
                "basis": "count"
                if measure.startswith("baseline")
                else ("evidence" if with_savings else "refused"),
                "note": None,
            }
            for lever in ("all", "alert.failure")[: 1 + with_savings]
            for measure, (p10, p50, p90, unit) in measures.items()
        ]
    return rows


def _assumptions() -> Rows:
    rows = (
        ("direct_material_usd_per_batch", 100_000, 200_000, 400_000, "USD/batch", "Site finance"),
        ("suite_usd_per_day", 5_000, 8_000, 12_000, "USD/day", "Site finance"),
        ("rescuable_share_gate_5", 0.2, 0.4, 0.6, "share", "Process engineering"),
        ("effectiveness", 0.5, 0.7, 0.9, "share", "Process engineering"),
        ("discount_rate", 0.08, 0.1, 0.12, "share/year", "Corporate treasury"),
    )
    return [
        {
            "name": name,
            "low": low,
            "base": base,
            "high": high,
            "unit": unit,
            "distribution": "triangular",
            "owner": owner,
            "source": "planning figure for a solid-dose plant; replace it with the site's own",
            "as_of": date(2026, 11, 1),
            "kind": "assumption",
            "description": "What one of these costs, as the owner states it.",
        }
        for name, low, base, high, unit, owner in rows
    ]


def _evidence(profile: str, as_of: datetime | None) -> dict[str, Rows]:
    return {
        "evidence.runs": [
            {
                "run_id": "0b7c-run",
                "command": "lotwise run",
                "source_profile": profile,
                "source_key": f"{profile}-12ab34cd",
                "started_at": _day(1000),
                "status": "running",
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
                "ingested_at": _day(0),
            }
            for row in (4, 17, 900)
        ],
    }


def _dictionary(drivers: Rows) -> Rows:
    return [
        {
            "feature": row["driver"],
            "title": row["title"],
            "stage": row["stage"],
            "available_at_gate": row["stage"],
            "unit_operation": row["unit_operation"],
            "kind": "parameter",
            "data_type": "numeric",
            "unit": "degC",
            "source_table": "core.parameters",
            "is_product_identity": False,
        }
        for row in drivers
    ]


def signal_tables() -> dict[str, Rows]:
    """A simulated plant with a process signal at gate 5."""
    failed = {i for i in range(500) if i % 31 == 3}
    batches = _batches(500, failed, is_dated=True)
    drivers = _drivers("failure", 5)
    gates = {1: 0.55, 2: 0.56, 3: 0.68, 4: 0.79, 5: 0.81}
    verdicts = [
        _verdict(
            "failure", gate, "process_signal" if gate >= 3 else "no_signal", auc,
            is_primary_gate=gate == 5,
        )
        for gate, auc in gates.items()
    ] + [
        _verdict("failure", gate, "not_applicable", 0.5, reason="The result is known at this gate.",
                 auc=None, auc_low=None, auc_high=None, auc_product=None, gain=None, gain_low=None,
                 gain_high=None, p_value=None)
        for gate in (6, 7)
    ]  # fmt: skip
    nulls = [
        {
            "outcome": "failure",
            "gate": gate,
            "statistic": "margin_gain_over_product",
            "observed": auc - 0.58,
            "null_p50": 0.0,
            "null_p95": 0.06,
            "null_p99": 0.09,
            "p_value": 0.0001 if gate >= 3 else 0.4,
            "p_value_family": 0.0004 if gate >= 3 else 0.8,
            "draws": 9999,
            "arrangements": 1e30,
        }
        for gate, auc in gates.items()
    ]
    levers = [
        ("alert.failure", "Alert after coating and rescue", 1, 5, "evidence",
         "Sensitivity and false alarms come from later batches."),
        ("window_inlet", "Hold the inlet temperature in its window", 3, 4, "refused",
         "Window effects are not estimated in this version."),
        ("real_time_release", "Release in real time", 2, 6, "refused",
         "Not part of this set."),
    ]  # fmt: skip
    return {
        "core.batches": batches,
        "core.outcome_definitions": [
            _outcome("failure", "Batch rejected", "disposition = 'rejected'", 5, is_proxy=False)
        ],
        "core.outcomes": [
            {
                "batch_id": batch["batch_id"],
                "outcome": "failure",
                "is_failure": None if i > 490 else i in failed,
                "status": "pending" if i > 490 else "known",
            }
            for i, batch in enumerate(batches)
        ],
        "feature.dictionary": _dictionary(drivers),
        "model.verdicts": verdicts,
        "model.validations": _validations("failure", 5, 0.95),
        "model.permutation_nulls": nulls,
        "model.calibration": [
            {
                "outcome": "failure",
                "gate": 5,
                "model": "ridge_on_margins",
                "intercept": -0.08,
                "slope": 0.93,
                "brier": 0.024,
                "brier_uncertainty": 0.029,
                "batches": 700,
                "failures": 31,
            }
        ],
        "model.attributions": _attributions(drivers, 150),
        "model.alarm_performance": [
            {
                "outcome": "failure",
                "gate": 5,
                "alarm_budget": budget,
                "threshold": 0.1,
                "sensitivity": hit,
                "sensitivity_low": hit - 0.15,
                "sensitivity_high": hit + 0.15,
                "false_alarm_rate": budget * 1.1,
                "false_alarm_low": budget * 0.8,
                "false_alarm_high": budget * 1.5,
                "failures": 31,
                "detected": round(31 * hit),
                "good_batches": 669,
                "false_alarms": round(669 * budget * 1.1),
                "frozen_detected": round(31 * hit),
                "frozen_false_alarms": round(669 * budget * 2),
                "lead_time_h": 71.5,
            }
            for budget, hit in ((0.02, 0.29), (0.05, 0.48), (0.1, 0.65))
        ],
        "model.alarm_periods": [
            {
                "outcome": "failure",
                "gate": 5,
                "alarm_budget": budget,
                "fold": fold,
                "false_alarm_rate": budget,
                "false_alarm_low": budget * 0.5,
                "false_alarm_high": budget * 2,
                "failures": 6,
                "detected": 3,
                "good_batches": 134,
                "false_alarms": round(134 * budget),
                "frozen_detected": 3,
                "frozen_false_alarms": round(134 * budget * fold),
            }
            for budget in (0.02, 0.05, 0.1)
            for fold in range(2, 7)
        ],
        "finding.drivers": drivers + _drivers("failure", 4),
        "finding.driver_curves": _curves(drivers),
        "finding.trends": [
            {
                "outcome": "failure",
                "quantity": "dissolution_pct",
                "slope_per_year": -0.11,
                "low": -0.2,
                "high": -0.02,
                "note": "The margin shrinks slowly.",
            }
        ],
        "economics.copq_ledger": _ledger(batches),
        "economics.assumptions": _assumptions(),
        "economics.controller_answers": [
            {
                "position": 1,
                "question": "Who approved the baseline?",
                "answer": "Not approved yet.",
                "basis": "declared",
            }
        ],
        "economics.levers": [
            dict(zip(("lever", "title", "tier", "gate", "basis", "reason"), lever, strict=True))
            | {
                "outcome": "failure",
                "kind": "alert",
                "is_in_programme": lever[4] != "refused",
            }
            for lever in levers
        ],
        "economics.scenarios": _scenarios(with_savings=True),
        "economics.value_by_gate": [
            {
                "gate": gate,
                "outcome": "failure",
                "sensitivity": 0.1 * gate,
                "false_alarm_rate": 0.05,
                "sunk_cost_usd": 40_000.0 * gate,
                "gross_usd_p10": 1e5 * gate,
                "gross_usd_p50": 3e5 * gate * (7 - gate) / 2,
                "gross_usd_p90": 6e5 * gate,
                "net_usd_p10": 2.4e5 * gate * (7 - gate) / 2 - 6e5,
                "net_usd_p50": 3e5 * gate * (7 - gate) / 2 - 2e5,
                "net_usd_p90": 4.2e5 * gate * (7 - gate) / 2,
                "basis": "evidence",
            }
            for gate in range(1, 8)
        ],
        "evidence.refused_features": [
            {
                "outcome": "failure",
                "feature": "lab.dissolution",
                "source_table": "core.lab_results",
                "source_column": "dissolution",
                "first_available_gate": 6,
                "rule": "defines_outcome",
                "reason": "It decides whether the batch fails.",
            }
        ],
        "evidence.acceptance_criteria": [
            {
                "outcome": "failure",
                "criterion": "p_value_at_most",
                "threshold": 0.05,
                "unit": "probability",
                "reason": "Fixed before the test batches were scored.",
            }
        ],
        "evidence.limits": [],
        **_evidence("virtual_plant", _day(1000)),
    }


def mix_tables() -> dict[str, Rows]:
    """Real-looking records without dates: proxies only, product mix, nothing to claim."""
    failed = {i for i in range(300) if i % 20 == 7}
    batches = _batches(300, failed, is_dated=False)
    for batch in batches:
        batch["failure_mode"] = None
        batch["disposition"] = None
    names = {
        "dissolution_min_below_80": (
            "Dissolution minimum below 80%", "dissolution_min < 80", 5, "product_mix_only", 0.57,
        ),
        "tablet_weight_rsd_above_2": (
            "Tablet weight RSD above 2%", "tbl_rsd_weight > 2", 3, "too_few_failures", None,
        ),
    }  # fmt: skip
    verdicts, validations = [], []
    for name, (_, _, gate, verdict, auc) in names.items():
        more: dict[str, Any] = {"is_primary_gate": True, "is_proxy": True}
        if auc is None:
            more |= dict.fromkeys(
                ("auc", "auc_low", "auc_high", "auc_product", "gain", "gain_low", "gain_high",
                 "p_value", "minimum_detectable_auc", "years_needed", "failures_effective")
            )  # fmt: skip
            more |= {"failures": 3, "model_used": None, "model_version": None}
        verdicts.append(_verdict(name, gate, verdict, auc or 0.5, **more))
        if auc is not None:
            validations += _validations(name, gate, 0.25)
    return {
        "core.batches": batches,
        "core.outcome_definitions": [
            _outcome(name, title, rule, gate, is_proxy=True)
            for name, (title, rule, gate, _, _) in names.items()
        ],
        "core.outcomes": [
            {
                "batch_id": batch["batch_id"],
                "outcome": name,
                "is_failure": i in failed if name.startswith("diss") else i in (3, 60, 200),
                "status": "known",
            }
            for name in names
            for i, batch in enumerate(batches)
        ],
        "feature.dictionary": _dictionary(_drivers("none", 5)),
        "model.verdicts": verdicts,
        "model.validations": validations,
        "model.permutation_nulls": [],
        "model.calibration": [],
        "model.attributions": [],
        "model.alarm_performance": [],
        "model.alarm_periods": [],
        "finding.drivers": [],
        "finding.driver_curves": [],
        "finding.trends": [],
        "economics.copq_ledger": [],
        "economics.assumptions": _assumptions(),
        "economics.levers": [
            {
                "lever": "alert.dissolution_min_below_80",
                "outcome": "dissolution_min_below_80",
                "title": "Alert and rescue",
                "kind": "alert",
                "is_in_programme": False,
                "tier": 1,
                "gate": 5,
                "basis": "refused",
                "reason": "The verdict is product mix only: there is no warning to act on.",
            }
        ],
        "economics.scenarios": _scenarios(with_savings=False),
        "economics.value_by_gate": [],
        "evidence.refused_features": [
            {
                "outcome": "dissolution_min_below_80",
                "feature": f"lab.{name}",
                "source_table": "core.parameters",
                "source_column": name,
                "first_available_gate": 6,
                "rule": rule,
                "reason": "A release result is not known before stage 6.",
            }
            for name, rule in (
                ("dissolution_min", "defines_outcome"),
                ("dissolution_av", "same_quantity"),
                ("total_impurities", "not_yet_available"),
            )
        ],
        "evidence.acceptance_criteria": [],
        "evidence.limits": [
            {
                "topic": "lead_time",
                "code": "no_instants",
                "statement": "Lead time was not computed: the records hold no instants.",
            }
        ],
        **_evidence("tabletting", None),
    }


def _shaped(name: str, rows: Rows) -> pl.DataFrame:
    described = contract(name)
    return (
        conform(pl.DataFrame(rows, infer_schema_length=None), described)
        if rows
        else empty(described)
    )


def with_claims(tables: dict[str, Rows]) -> dict[str, pl.DataFrame]:
    """Shape tables by their contracts and add the claims made on them, as a run does."""
    from reports.claims import evaluate

    frames = {name: _shaped(name, rows) for name, rows in tables.items()}
    return {**frames, "evidence.claims": evaluate(PublishedTables(frames).query)}


@cache
def signal_frames() -> dict[str, pl.DataFrame]:
    return with_claims(signal_tables())


@cache
def mix_frames() -> dict[str, pl.DataFrame]:
    return with_claims(mix_tables())


@cache
def bare_frames() -> dict[str, pl.DataFrame]:
    tables = mix_tables()
    return with_claims({name: tables[name] for name in ("core.batches", "evidence.runs")})


@pytest.fixture(scope="session")
def untouched_signal_plant() -> PublishedTables:
    """The plant with a signal, for tests that only read."""
    return PublishedTables(signal_frames())


@pytest.fixture(scope="session")
def untouched_mix_plant() -> PublishedTables:
    """The plant without a signal, for tests that only read."""
    return PublishedTables(mix_frames())


@pytest.fixture
def signal_plant() -> PublishedTables:
    return PublishedTables(signal_frames())


@pytest.fixture
def plant_priced_at() -> Callable[..., PublishedTables]:
    """Build the plant with a signal from other joint figures; None leaves a measure out."""

    def build(
        changed: dict[str, float | None], more: dict[str, Rows] | None = None
    ) -> PublishedTables:
        tables = signal_tables()
        rows = [
            row
            for row in tables["economics.scenarios"]
            if row["lever"] != "all" or row["measure"] not in changed
        ]
        template = next(row for row in rows if row["scenario"] == "base")
        rows += [
            {**template, "measure": measure, "p10": value, "p50": value, "p90": value}
            | {"basis": "evidence"}
            for measure, value in changed.items()
            if value is not None
        ]
        return PublishedTables(with_claims({**tables, "economics.scenarios": rows, **(more or {})}))

    return build


@pytest.fixture
def mix_plant() -> PublishedTables:
    return PublishedTables(mix_frames())


@pytest.fixture
def bare_plant() -> PublishedTables:
    """Only what every source has: a list of batches and the run."""
    return PublishedTables(bare_frames())
