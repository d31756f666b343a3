"""A plant of six batches whose marts can be worked out by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.marts.defs import SQL
from data_contracts.tables import table
from tests.reports.money_rows import price_standing_rows
from warehouse.paths import Home
from warehouse.store import Warehouse

START = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DAY = timedelta(days=1)
ORDER = (
    *("outcomes", "results", "flagged_batches", "batches", "failures"),
    *(
        "open_batches",
        "recent_dispositions",
        "sensor_quality",
        "similar_batches",
        "chart_signals",
        "drivers",
        "relevance",
        "next_measurements",
        "stages",
        "savings",
        "runs",
        "trace",
    ),
)
VERDICT = {
    "failures": 1, "batches": 3, "is_proxy": False, "reason": "Because.", "model_used": "ridge",
}  # fmt: skip

# What the stages' own records said: a wait shared by its steps and a class of defect, no more.
STAGE_RECORDS: dict[str, list[dict]] = {
    **{
        f"finding.{name}": []
        for name in (
            *("material_models", "lot_effects", "lots_in_stock", "balance_drift", "scan_validity"),
            *("spectral_uniformity", "record_exceptions", "shelf_life", "stability_trends"),
            *("nowcast", "quarantine_stock", "review_queue"),
        )
    },
    "finding.release_steps": [
        {
            "step": step, "batches": 2, "batches_held": 2, "median_h": hours, "p90_h": hours,
            "mean_h": hours, "mean_low": hours - 10, "mean_high": hours + 10,
            "share": hours / 80, "open_batches": 1,
        }
        for step, hours in zip(
            ("testing", "deviation", "review", "total"), (30.0, 15.0, 35.0, 80.0), strict=True
        )
    ],
    "finding.reject_rates": [
        {
            "defect_class": "chipped", "batches": 2, "rejected": 100, "inspected": 200_000,
            "rate_ppm": 500.0, "rate_low_ppm": 418.0, "rate_high_ppm": 582.0,
            "overdispersion": 1.0, "worst_batch_id": "B1", "worst_ppm": 600.0,
        }
    ],
}  # fmt: skip

Mart = Callable[[str], pl.DataFrame]


def records() -> dict[str, list[dict]]:
    """B1 to B6: B2 failed, B5 was reworked and is good, B6 is pending, B4 was never measured."""
    at = {f"B{i}": START + 10 * i * DAY for i in range(1, 7)}
    batches = [
        {
            "batch_id": name, "production_order": i, "product": "P1" if i < 4 else "P2",
            "campaign_id": "C1" if i < 3 else "C2", "cluster_id": "L", "started_at": begun,
            "started_at_precision": "instant", "ended_at": begun + DAY,
            "disposition": {2: "rejected", 5: "reworked", 6: "pending"}.get(i, "released"),
            "dispositioned_at": {5: begun + 19.5 * DAY, 6: None}.get(i, begun + 5 * DAY),
            "failure_mode": "blend" if i == 2 else None,
        }
        for i, (name, begun) in enumerate(at.items(), start=1)
    ]  # fmt: skip
    status = {"B4": "not_measured", "B6": "pending"}
    outcomes = [
        {
            "batch_id": name, "outcome": outcome, "status": status.get(name, "known"),
            "is_failure": None if name in status else name == "B2",
            "margin": None if name == "B4" else -1.5 if name == "B2" else 2.0,
            "known_at": None if name in status else begun + 5 * DAY,
        }
        for name, begun in at.items()
        for outcome in ("blend", "failure")
    ]  # fmt: skip
    margins = [
        {
            "batch_id": name, "outcome": outcome, "quantity": quantity, "is_censored": False,
            "measured_quantity": quantity, "limit": "high",
            "margin": -1.5 if name == "B2" and quantity == "uniformity" else 2.0,
        }
        for name in at
        if name != "B4"
        for outcome, quantities in (("blend", ["uniformity"]), ("failure", ["assay", "uniformity"]))
        for quantity in quantities
    ]  # fmt: skip
    definition = {"is_proxy": False, "rule": "x", "first_known_stage": 6, "last_gate_before": 5}
    return {
        "core.batches": batches,
        "core.outcomes": outcomes,
        "core.outcome_margins": margins,
        "core.outcome_definitions": [
            {"outcome": name, "title": name.title(), **definition} for name in ("failure", "blend")
        ],
        "core.lab_results": [
            result("B1", "assay", 99.0, "%", 95.0, 105.0),
            result("B2", "assay", 99.0, "%", 95.0, 105.0),
            result("B2", "uniformity", 17.0, "1", None, 15.0, sample_no=1),
            result("B2", "uniformity", 16.0, "1", None, 15.0, sample_no=2),
            result("B2", "hardness", 80.0, "N", None, None),
            result("B6", "assay", None, "%", 95.0, 105.0),
        ],
        "core.parameters": [],
        "core.genealogy_edges": [
            {
                "descendant_type": "batch", "descendant": made, "ancestor_type": "lot",
                "ancestor": f"api/S/{lot}", "ancestor_material": "api", "kind": "use",
                "is_circular": False,
            }
            for made, lot in (("G1", "A1"), ("G2", "A1"), ("B2", "A2"))
        ],
        "core.genealogy_trace": [
            {
                "descendant_type": "batch", "descendant": made, "ancestor_type": kind,
                "ancestor": ancestor, "ancestor_material": "api" if kind == "lot" else None,
                "levels": levels, "most_levels": levels, "share": share,
            }
            for made, kind, ancestor, levels, share in (
                ("G1", "lot", "api/S/A1", 1, 0.2), ("G2", "lot", "api/S/A1", 1, None),
                ("B1", "batch", "G1", 1, 1.0), ("B1", "lot", "api/S/A1", 2, 0.2),
                ("B2", "batch", "G1", 1, 1.0), ("B2", "lot", "api/S/A1", 2, 0.2),
                ("B2", "lot", "api/S/A2", 1, 0.1), ("B6", "batch", "G2", 1, 1.0),
                ("B6", "lot", "api/S/A1", 2, None), ("B5", "batch", "B2", 1, 1.0),
                ("B5", "batch", "G1", 2, 1.0), ("B5", "lot", "api/S/A1", 3, 0.2),
            )
        ],
        "economics.rate_arithmetic": [
            {
                "figure": "failure_cost_usd_per_batch", "low": 80.0, "base": 100.0, "high": 150.0,
                "unit": "USD/batch",
            }
        ],
        "core.material_usage": [
            {"batch_id": "B2", "material": "api", "supplier": "S", "lot": lot, "stage": 2}
            for lot in ("A2", "A1")
        ],
        "core.deviations": [
            {
                "deviation_id": f"D{i}", "batch_id": "B2", "opened_at": START,
                "closed_at": START if cause else None, "confirmed_cause": cause, "capa_id": capa,
            }
            for i, (cause, capa) in enumerate([("moisture", "CA1"), ("speed", None), (None, None)])
        ],
        "economics.copq_ledger": [
            {
                "batch_id": "B2", "category": category, "paf": "internal_failure", "stage": 3,
                "amount_usd": amount, "basis": "b", "is_avoidable": avoidable,
                "cost_basis": "assumption",
            }
            for category, amount, avoidable in (("material", 100, True), ("labour", 50, False))
        ],
        "economics.alarm_prices": [
            {
                "gate": gate, "lever": "alert", "alarm_budget": 0.25, "caught_failure_usd": 1.0,
                "false_alarm_usd": 1.0, "break_even_prob": 0.15, "least_prob": 0.2,
            }
            for gate in (4, 5)
        ],
        "feature.batch_gates": [
            {
                "batch_id": name, "gate": gate, "gate_at": begun + gate * DAY / 4,
                "production_order": 1, "cluster_id": "L",
            }
            for name, begun in at.items()
            for gate in (4, 5)
        ],
        "feature.dictionary": [
            {
                "feature": "parameter.speed", "title": "Speed", "stage": 4, "available_at_gate": 4,
                "quantity": "speed", "kind": "parameter", "data_type": "numeric", "unit": "rpm",
                "source_table": "core.parameters", "is_product_identity": False,
            }
        ],
        "model.verdicts": [
            {"outcome": "failure", "gate": 5, "verdict": "process_signal",
             "is_primary_gate": True, **VERDICT},
            {"outcome": "failure", "gate": 4, "verdict": "no_signal",
             "is_primary_gate": False, **VERDICT},
            {"outcome": "blend", "gate": 5, "verdict": "no_signal",
             "is_primary_gate": True, **VERDICT},
        ],
        "model.predictions": [
            {
                "outcome": "failure", "gate": gate, "model": model, "validation": "rolling_origin",
                "batch_id": f"B{i + 1}", "fold": 1 + i // 2, "failure_prob": prob,
            }
            for gate in (4, 5)
            for model in ("ridge", "trees")
            for i, prob in enumerate([0.1, 0.9, 0.8, 0.3, 0.95] if model == "ridge" else [0.99] * 5)
        ],
        "model.batch_scores": [
            {
                "outcome": outcome, "gate": 5, "batch_id": "B6", "model": "ridge",
                "model_version": "1", "verdict": verdict, "failure_prob": 0.6, "threshold": 0.5,
                "is_alarm": True if verdict == "process_signal" else None,
                "foretold": "failed", "undecided_low_prob": 0.1, "undecided_high_prob": 0.5,
            }
            for outcome, verdict in (("failure", "process_signal"), ("blend", "no_signal"))
        ],
        "model.model_standing": [
            {
                "outcome": "failure", "gate": 5, "model_version": version, "is_current": True,
                "state": state, "reason": reason,
            }
            for version, state, reason in (("1", "in_force", None), ("0", "stopped", "Old."))
        ],
        "model.score_contributions": [
            {
                "outcome": "failure", "gate": 5, "batch_id": "B6", "rank": rank,
                "feature": feature, "contribution": contribution, "value": 2.71828,
            }
            for rank, (feature, contribution) in enumerate(
                [("parameter.speed", 0.5), ("parameter.tilt", 0.2), ("parameter.heat", -0.1)],
                start=1,
            )
        ],
        "history.score_book": [
            {
                "entry": entry, "outcome": outcome, "gate": gate, "batch_id": "B5",
                "revision": revision, "model": "ridge", "model_version": version,
                "verdict": "process_signal", "failure_prob": prob, "threshold": 0.5,
                "alarm_budget": 0.05, "is_alarm": is_alarm, "foretold": "undecided",
                "as_of": START + day * DAY, "scored_at": START, "run_id": "r1",
                "previous_hash": "0" * 64, "entry_hash": "0" * 64,
            }
            for entry, outcome, gate, version, day, revision, prob, is_alarm in (
                (1, "failure", 3, "1", 53, 1, 0.9, True),
                (2, "failure", 4, "1", 53, 1, 0.2, False),
                (3, "failure", 5, "1", 53, 1, 0.7, None),
                (4, "failure", 4, "1", 53, 2, 0.9, True),
                (5, "blend", 4, "1", 53, 1, 0.9, True),
                # A version fitted later says it again; one spoke after what is by now the result.
                (6, "failure", 3, "2", 54, 1, 0.8, True),
                (7, "failure", 4, "2", 54, 1, 0.6, False),
                (8, "failure", 6, "2", 59, 1, 0.9, True),
            )
        ],
        "finding.drivers": [
            {
                "outcome": outcome, "gate": gate, "rank": 1, "driver": "parameter.speed",
                "verdict": verdict, "is_named": True, "is_named_in_halves": False,
                "adjusted_effect": -0.5,
            }
            for outcome, gate, verdict in (
                ("failure", 5, "process_signal"), ("failure", 4, "no_signal"),
                ("blend", 5, "no_signal"),
            )
        ],
        "evidence.power": [
            {
                "outcome": "blend", "worth": "half_of_failures", "is_headline": True, "gate": 5,
                "worth_per_batch": 0.1, "trials": 10, "found": 4, "ranked_first": 4,
                "found_share": 0.4, "years_needed": 3.25, "batches": 4, "failures": 1,
                "reason": "Ten.", "measured_at": START,
            }
        ],
        "evidence.sensor_faults": [
            {
                "batch_id": batch, "unit_procedure": "u", "phase": "p", "tag": "speed_rpm",
                "fault": fault, "amount": 1.0, "amount_unit": "h", "known_at": START,
            }
            for batch, fault in (("B1", "flatline"), ("B1", "gap"), ("B6", "spike"))
        ],
        "feature.sensor_phase_features": [
            {
                "batch_id": batch, "unit_procedure": "u", "phase": "p", "tag": "speed_rpm",
                "month": START.date(), "readings": 9, "faulty_readings": faulty,
                "faulty_share": faulty / 9, "golden_distance": distance, "known_at": known_at,
            }
            for batch, faulty, distance, known_at in (
                ("B1", 1, 0.5, START), ("B2", 2, 0.7, START), ("B6", 3, 4.5, START + 61 * DAY),
            )
        ],
        "economics.sensitivity": [
            {
                "input": name, "title": name.title(), "kind": kind, "npv_if_low_usd": 0.0,
                "npv_if_high_usd": 9000.0, "swing_usd": 9000.0, "rank": rank,
                "value_of_information_usd": worth,
            }
            for rank, (name, kind, worth) in enumerate(
                [("speed effect", "measured", 10.0), ("price", "assumption", 20.0),
                 ("rent", "assumption", 0.0)], start=1
            )
        ],
        "economics.savings_upper_bounds": [
            {
                "outcome": outcome, "feature": "parameter.speed", "title": title, "gate": 4,
                "batches": 4, "failures": 1, "basis": "label", "bound_failures_per_year": 1.0,
                "bound_usd_per_year": 500.0, "closing_usd_per_year": 100.0, "is_closed": is_closed,
            }
            for outcome, title, is_closed in (("failure", "Speed", False), ("blend", "B", False))
        ],
        "finding.relevance": [
            {
                "outcome": outcome, "feature": "parameter.speed", "title": "Speed", "stage": 4,
                "gate": 5, "is_relevant": is_relevant, "is_named": False, "p_value": 0.001,
                "reason_code": code, "reason": "So.", "strength": 4.0,
            }
            for outcome, is_relevant, code in (
                ("failure", True, "not_leading"), ("blend", False, "not_significant"),
            )
        ],
        "finding.similar_batches": [
            {
                "batch_id": "B2", "compared_by": "trajectory", "neighbour_id": neighbour,
                "neighbour_result": "good", "rank": rank, "distance": 0.5 * rank,
                "shared_share": 1.0, "last_gate": 5, "compared_batches": 5, "good_batches": 8,
                "is_own_product": True,
            }
            for rank, neighbour in enumerate(("B1", "B3"), start=1)
        ],
        "finding.chart_plan": [
            {
                "chart_id": name, "product": "P1", "source": source, "stage": 6, "quantity": name,
                "standing": "charted", "chart": "i_mr", "reason": "So.", "is_critical": True,
                "importance": 1.0, "batches": 6, "planned_by": "nobody", "limit_kind": kind,
            }
            for name, source, kind in (
                ("assay", "lab_result", "specification"),
                ("speed", "parameter", "normal_operating_range"),
            )
        ],
        "finding.chart_points": [
            {
                "batch_id": "B6", "chart_id": "assay", "place": 6, "known_at": START + 60 * DAY,
                "version": 1, "phase": "II", "value": 1.0, "censoring": "none",
                "subgroup_size": 1.0,
            }
        ],
        "finding.chart_signals": [
            {
                "chart_id": name, "place": 6, "watch": "level", "batch_id": batch, "version": 1,
                "known_at": START + day * DAY, "episode": 1, "direction": "up", "batches": 2,
                "outside_before": 0.01, "outside_now_low": 0.0, "outside_now": 0.03,
                "outside_now_high": 0.06, "points_a_month": 10.0, "statement": "It moved up.",
            }
            for name, batch, day in (("assay", "B6", 60), ("speed", "B3", 30))
        ],
        "finding.investigation_cards": [
            {
                "batch_id": "B2", "outcome": "failure", "gate": 5, "reason": "failed",
                "is_unusual": True, "good_batches": 1, "statement": "Look at the speed.",
            }
        ],
        "economics.price_standing": price_standing_rows(0.34, is_own=False),
        "economics.levers": [
            {
                "lever": lever, "title": lever.title(), "kind": "window", "tier": 3,
                "basis": basis, "is_in_programme": basis == "evidence", "reason": "So.",
            }
            for lever, basis in (("hold", "evidence"), ("sieve", "refused"))
        ],
        "economics.scenarios": [
            {
                "scenario": scenario, "lever": lever, "measure": measure, "p10": middle - 1,
                "p50": middle, "p90": middle + 1, "unit": "USD/year", "basis": "evidence",
            }
            for scenario, shift in (("base", 0.0), ("optimistic", 100.0))
            for lever, measure, middle in (
                ("hold", "annual_savings_usd", 10.0 + shift),
                ("hold", "prevented_failures_per_year", 2.0 + shift),
                ("all", "annual_savings_usd", 9.0 + shift),
                ("all", "payback_months", 24.0 + shift),
            )
        ],
        **STAGE_RECORDS,
        "evidence.runs": [
            {
                "run_id": run, "run_number": i + 1, "is_look_back": False,
                "command": "lotwise run", "source_profile": "plant",
                "source_key": "plant", "as_of": START + 70 * DAY, "started_at": START + i * DAY,
                "status": "published", "version": "0", "seed": 1, "is_quick": False,
            }
            for i, run in enumerate(["r1", "r2"])
        ],
    }  # fmt: skip


def result(
    batch: str, test: str, value: float | None, unit: str, low: float | None, high: float | None,
    sample_no: int = 1,
) -> dict:  # fmt: skip
    return {
        "batch_id": batch, "stage": 6, "test": test, "sample_no": sample_no, "value": value,
        "unit": unit, "spec_low": low, "spec_high": high, "censoring": "none",
    }  # fmt: skip


def built(folder: Path, made: dict[str, list[dict]]) -> Warehouse:
    """The working warehouse of given records, marts and all."""
    warehouse = Warehouse(Home(folder), "plant")
    with warehouse.connection():
        for name, rows in made.items():
            warehouse.write(name, table(name, rows))
        for name in ORDER:
            warehouse.build_from_sql(f"mart.{name}", SQL / f"{name}.sql")
    return warehouse


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The working warehouse of the six batches, marts and all."""
    return built(Path(tmp_path_factory.mktemp("home")), records())


@pytest.fixture(scope="session")
def marts(plant: Warehouse) -> Mart:
    """The marts of the six batches, each by its name."""
    with plant.connection():
        built = {name: plant.read(f"mart.{name}") for name in ORDER}
    return built.__getitem__
