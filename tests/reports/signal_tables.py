"""The tables of a plant with a process signal: the tiny warehouse, changed to known answers."""

import polars as pl

from data_contracts.tables import table
from tests.published.changed_rows import Rows, changed, like, tiny, tiny_tables
from tests.reports.money_rows import (
    assumptions_rows,
    cash_rows,
    ledger_rows,
    price_standing_rows,
    programme_rows,
    rate_arithmetic_rows,
    scenarios_rows,
    sensitivity_rows,
)
from tests.reports.table_rows import leak_question_row, power_row

AUC = {1: 0.55, 2: 0.56, 3: 0.68, 4: 0.79, 5: 0.81}
PENDING_FROM = 492
OWED_NOTHING = dict.fromkeys(
    ("owed_because", *(f"owed_worth_{end}_usd_per_year" for end in ("p10", "p50", "p90")))
)


def signal_tables() -> dict[str, pl.DataFrame]:
    """A simulated plant with a process signal at gate 5, of which the answers are known."""
    return tiny_tables() | judged() | priced() | on_record()


def judged() -> dict[str, pl.DataFrame]:
    """What the models say, at figures that are easily told apart."""
    verdicts = [verdict_row(gate, auc) for gate, auc in AUC.items()]
    verdicts += tiny("model.verdicts").filter(verdict="not_applicable").to_dicts()
    return {
        "model.verdicts": like("model.verdicts", verdicts),
        "model.permutation_nulls": like(
            "model.permutation_nulls",
            [{"gate": gate, "residual_autocorrelation": 0.31, "block_batches": 14} for gate in AUC],
        ),
        "model.alarm_performance": like(
            "model.alarm_performance",
            [
                {"alarm_budget": budget, "failures": 31, "detected": round(31 * hit)}
                | {"sensitivity": hit, "false_alarm_rate": budget * 1.1}
                for budget, hit in ((0.02, 0.29), (0.05, 0.48), (0.1, 0.65))
            ],
        ),
        "model.alarm_counts": like(
            "model.alarm_counts",
            [{"fold": fold, "least_prob": 0.18} for fold in range(2, 7)],
        ),
    }


def verdict_row(gate: int, auc: float, **more: object) -> dict[str, object]:
    """A verdict at a gate, from its AUC; the product alone reaches 0.58."""
    verdict = "process_signal" if gate >= 3 else "no_signal"
    gain = auc - 0.58
    return {
        "gate": gate,
        "verdict": verdict,
        "auc": auc,
        "auc_low": auc - 0.08,
        "auc_high": auc + 0.07,
        "auc_product": 0.58,
        "gain": gain,
        "gain_low": gain - 0.11,
        "gain_high": gain + 0.09,
        **more,
    }


def priced() -> dict[str, pl.DataFrame]:
    """One lever in the programme, and money that multiplies by hand."""
    failed = tiny("core.batches").filter(disposition="rejected").to_dicts()
    levers = (
        ("alert.failure", "alert", 1, 5, "evidence",
         "Sensitivity and false alarms come from later batches."),
        ("window_inlet", "window", 3, 4, "refused",
         "Window effects are not estimated in this version."),
        ("real_time_release", "release", 2, 6, "refused", "Not part of this set."),
    )  # fmt: skip
    names = ("lever", "kind", "tier", "gate", "basis", "reason")
    rows: dict[str, Rows] = {
        "economics.levers": [
            dict(zip(names, lever, strict=True))
            | OWED_NOTHING
            | {"is_in_programme": lever[4] == "evidence"}
            for lever in levers
        ],
        "economics.alarm_prices": [{"gate": gate, "least_prob": 0.18} for gate in (4, 5)],
        "economics.copq_ledger": ledger_rows(failed),
        "economics.assumptions": assumptions_rows(),
        "economics.controller_answers": [
            {"question": "Who approved the baseline?", "answer": "Not approved yet."}
        ],
        "economics.scenarios": scenarios_rows(with_savings=True),
        "economics.programme_arithmetic": programme_rows("alert.failure", 1.03e6),
        "economics.cash_by_year": cash_rows(),
        "economics.sensitivity": sensitivity_rows(),
        "economics.price_standing": price_standing_rows(),
        "economics.value_by_gate": [
            {"gate": gate, "sensitivity": 0.1 * gate, "basis": "evidence"}
            | {"net_usd_p50": 3e5 * gate * (7 - gate) / 2 - 2e5, "false_alarm_rate": 0.05}
            for gate in range(1, 8)
        ],
        "economics.rate_arithmetic": rate_arithmetic_rows(),
    }
    empty = ("economics.price_shares", "economics.window_effects", "finding.trial_designs")
    return {name: like(name, own) for name, own in rows.items()} | {
        name: tiny(name).clear() for name in empty
    }


def on_record() -> dict[str, pl.DataFrame]:
    """Nine results pending, three quarantined, a parameter held, and what somebody asked."""
    is_pending = pl.col("batch_id") >= f"B{PENDING_FROM:05d}"
    return {
        "core.outcomes": changed(
            "core.outcomes",
            is_failure=pl.when(~is_pending).then("is_failure"),
            status=pl.when(is_pending).then(pl.lit("pending")).otherwise("status"),
        ),
        "feature.dictionary": pl.concat(
            [
                tiny("feature.dictionary"),
                like(
                    "feature.dictionary",
                    [
                        {"feature": "parameter.inlet_temperature_c", "stage": 4, "unit": "degC"}
                        | {"title": "Coating inlet temperature", "quantity": "inlet_temperature_c"}
                    ],
                ),
            ]
        ),
        "evidence.ingestion": like(
            "evidence.ingestion", [{"table_name": "raw.lab_results", "quarantined": 3}]
        ),
        "quarantine.records": like(
            "quarantine.records",
            [
                {"source_row": row, "value": "<n/a & more>", "reason": "not a number: <n/a & more>"}
                for row in (4, 17, 900)
            ],
        ),
        # The demo leaves no question open, and is not asked what would have been found.
        "evidence.leak_questions": table(
            "evidence.leak_questions",
            [leak_question_row("failure", "parameter.hardness_n", "Hardness", "A. Smith")],
        ),
        "evidence.power": table(
            "evidence.power",
            [
                power_row("one_a_year", 0.005, (40, 33, 28), is_headline=True),
                power_row("half_of_failures", 0.022, (37, 37, 36)),
            ],
        ),
    }
