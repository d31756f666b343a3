"""The tables of a plant with a process signal."""

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
from tests.reports.table_rows import (
    Rows,
    attributions_rows,
    batches_rows,
    curves_rows,
    day_of_batch,
    dictionary_rows,
    drivers_rows,
    evidence_rows,
    leak_question_row,
    outcome_row,
    power_row,
    validations_rows,
    verdict_row,
)


def signal_tables() -> dict[str, Rows]:
    """A simulated plant with a process signal at gate 5."""
    failed = {i for i in range(500) if i % 31 == 3}
    batches = batches_rows(500, failed, is_dated=True)
    drivers = drivers_rows("failure", 5)
    gates = {1: 0.55, 2: 0.56, 3: 0.68, 4: 0.79, 5: 0.81}
    verdicts = [
        verdict_row(
            "failure", gate, "process_signal" if gate >= 3 else "no_signal", auc,
            is_primary_gate=gate == 5,
        )
        for gate, auc in gates.items()
    ] + [
        verdict_row("failure", gate, "not_applicable", 0.5,
                 reason="The result is known at this gate.",
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
            "residual_autocorrelation": 0.31,
            "block_batches": 14,
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
            outcome_row("failure", "Batch rejected", "disposition = 'rejected'", 5, is_proxy=False)
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
        "feature.dictionary": dictionary_rows(drivers),
        "model.verdicts": verdicts,
        "evidence.power": [
            power_row("one_a_year", 0.005, (40, 33, 28), is_headline=True),
            power_row("half_of_failures", 0.022, (37, 37, 36)),
        ],
        "model.validations": validations_rows("failure", 5, 0.95),
        "model.permutation_nulls": nulls,
        "model.calibration": [
            {
                "outcome": "failure",
                "gate": 5,
                "model": "lines_on_margins",
                "intercept": -0.08,
                "slope": 0.93,
                "brier": 0.024,
                "brier_uncertainty": 0.029,
                "batches": 700,
                "failures": 31,
            }
        ],
        "model.attributions": attributions_rows(drivers, 150),
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
                "sensitivity_design_effect": 1.1,
                "false_alarm_design_effect": 1.3,
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
                "sensitivity_design_effect": 1.1,
                "false_alarm_design_effect": 1.3,
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
        "model.alarm_counts": [
            {
                "outcome": "failure",
                "gate": 5,
                "alarm_budget": 0.05,
                "least_prob": 0.18,
                "fold": fold,
                "sensitivity_design_effect": 1.1,
                "false_alarm_design_effect": 1.3,
                "failures": 6,
                "detected": 2,
                "good_batches": 134,
                "false_alarms": 3,
            }
            for fold in range(2, 7)
        ],
        "economics.alarm_prices": [
            {
                "gate": gate,
                "lever": "alert",
                "alarm_budget": 0.05,
                "caught_failure_usd": 28_000.0,
                "false_alarm_usd": 6_100.0,
                "break_even_prob": 61 / 341,
                "least_prob": 0.18,
            }
            for gate in (4, 5)
        ],
        "finding.drivers": drivers + drivers_rows("failure", 4),
        "finding.driver_curves": curves_rows(drivers),
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
        "economics.copq_ledger": ledger_rows(batches),
        "economics.assumptions": assumptions_rows(),
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
        "economics.scenarios": scenarios_rows(with_savings=True),
        "economics.programme_arithmetic": programme_rows(levers[0][0], 1.03e6),
        "economics.cash_by_year": cash_rows(),
        "economics.window_effects": [],
        "finding.trial_designs": [],
        "economics.sensitivity": sensitivity_rows(),
        "economics.price_standing": price_standing_rows(),
        "economics.price_shares": [],
        "economics.rate_arithmetic": rate_arithmetic_rows(),
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
        "evidence.leak_questions": [
            leak_question_row("failure", "parameter.hardness_n", "Hardness", "A. Smith")
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
        **evidence_rows("virtual_plant", day_of_batch(1000)),
    }
