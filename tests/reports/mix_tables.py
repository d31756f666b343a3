"""The tables of records in which only the product mix says something."""

from typing import Any

import polars as pl

from tests.published.changed_rows import changed, like, tiny, tiny_tables
from tests.reports.money_rows import assumptions_rows, scenarios_rows

DISSOLUTION, WEIGHT = "dissolution_min_below_80", "tablet_weight_rsd_above_2"
FAILED = ("B00003", "B00060", "B00200")
EMPTY = (
    "economics.alarm_prices", "economics.cash_by_year", "economics.controller_answers",
    "economics.copq_ledger", "economics.price_shares", "economics.price_standing",
    "economics.programme_arithmetic", "economics.rate_arithmetic", "economics.sensitivity",
    "economics.value_by_gate", "economics.window_effects", "evidence.acceptance_criteria",
    "finding.driver_curves", "finding.drivers", "finding.trends", "finding.trial_designs",
    "model.alarm_counts", "model.alarm_performance", "model.alarm_periods", "model.attributions",
    "model.calibration", "model.permutation_nulls",
)  # fmt: skip


def mix_tables() -> dict[str, pl.DataFrame]:
    """Real-looking records without dates: proxies only, product mix, nothing to claim."""
    return tiny_tables() | {name: tiny(name).clear() for name in EMPTY} | _said() | _recorded()


def _said() -> dict[str, pl.DataFrame]:
    dissolution: dict[str, Any] = {"outcome": DISSOLUTION, "gate": 5, "is_proxy": True}
    weight = {"outcome": WEIGHT, "gate": 3, "is_proxy": True, "is_primary_gate": True}
    known = tiny("model.verdicts").filter(gate=5).to_dicts()[0]
    unknown = ("auc", "auc_low", "auc_high", "auc_product", "gain", "gain_low", "gain_high",
               "p_value", "failures_effective", "model_used", "model_version")  # fmt: skip
    few = dict.fromkeys(unknown) | {"failures": 3, "verdict": "too_few_failures", "route": None}
    mix = {"verdict": "product_mix_only", "auc": 0.57, "auc_product": 0.58, "route": None}
    return {
        "model.verdicts": like("model.verdicts", [known | dissolution | mix, known | weight | few]),
        "model.validations": changed("model.validations", outcome=pl.lit(DISSOLUTION)),
        "economics.assumptions": like("economics.assumptions", assumptions_rows()),
        "economics.levers": like(
            "economics.levers",
            [
                {"lever": f"alert.{DISSOLUTION}", "outcome": DISSOLUTION, "kind": "alert"}
                | {"is_in_programme": False, "gate": 5, "tier": 1, "basis": "refused"}
                | {"reason": "The verdict is product mix only: there is no warning to act on."}
            ],
        ),
        "economics.scenarios": like("economics.scenarios", scenarios_rows(with_savings=False)),
    }


def _recorded() -> dict[str, pl.DataFrame]:
    outcomes = tiny("core.outcomes").with_columns(known_at=None)
    stage = pl.col("stage")
    weighed = pl.col("batch_id").is_in(FAILED)
    proxies = [
        {"outcome": DISSOLUTION, "title": "Dissolution minimum below 80%", "first_known_stage": 6}
        | {"rule": "dissolution_min < 80", "is_proxy": True},
        {"outcome": WEIGHT, "title": "Tablet weight RSD above 2%", "first_known_stage": 4}
        | {"rule": "tbl_rsd_weight > 2", "is_proxy": True, "last_gate_before": 3},
    ]
    refused = (("dissolution_min", "defines_outcome"), ("dissolution_av", "same_quantity"),
               ("total_impurities", "not_yet_available"))  # fmt: skip
    return {
        "core.batches": changed(
            "core.batches",
            started_at=pl.lit(None),
            started_at_precision=pl.lit("order"),
            disposition=pl.lit(None),
            failure_mode=pl.lit(None),
        ),
        "feature.dictionary": changed(
            "feature.dictionary",  # nothing is recorded of the second stage
            stage=pl.when(stage != 2).then(stage).otherwise(pl.lit(1)),
        ),
        "core.outcome_definitions": like("core.outcome_definitions", proxies),
        "core.outcomes": pl.concat(
            [
                outcomes.with_columns(outcome=pl.lit(DISSOLUTION)),
                outcomes.with_columns(outcome=pl.lit(WEIGHT), is_failure=weighed),
            ]
        ),
        "evidence.refused_features": like(
            "evidence.refused_features",
            [
                {"outcome": DISSOLUTION, "feature": f"lab.{name}", "source_column": name}
                | {"rule": rule, "source_table": "core.parameters"}
                for name, rule in refused
            ],
        ),
        "evidence.limits": like(
            "evidence.limits",
            [
                {"topic": "lead_time", "code": "no_instants"}
                | {"statement": "Lead time was not computed: the records hold no instants."}
            ],
        ),
        "evidence.runs": changed(
            "evidence.runs", source_profile=pl.lit("tabletting"), as_of=pl.lit(None)
        ),
    }
