"""A rule that held on later batches is evidence: at its gate, for its outcome, in a sentence."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from assets.failure_models.dataset.confirmed_rules import confirmed_rules
from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.study import run_study
from data_contracts.tables import table

Line = Callable[..., StudyInputs]
EFFECT = {
    "estimate": "confirmation", "is_fitted_here": False, "batches_inside": 20,
    "failures_inside": 9, "batches_outside": 330, "failures_outside": 6, "failures_expected": 0.9,
    "clusters_inside": 7, "rate_inside": 0.45, "rate_outside": 0.018, "risk_difference": 0.43,
    "risk_difference_low": 0.24, "risk_difference_high": 0.63, "lift": 10.5, "support": 0.057,
    "attributable": 8.6, "attributable_low": 4.8, "attributable_high": 12.6,
}  # fmt: skip


def rule(number: int, **changes: object) -> dict[str, object]:
    own = {
        "outcome": "failure", "target": "failure", "rule": number, "kind": "failure",
        "text": f"rule {number}", "text_re_estimated": "", "conditions": 1, "available_at_gate": 3,
        "status": "confirmed", "is_shown": True, "statistic": 31.0, "p_value_family": 0.004,
        "p_value_later": 0.01,
    }  # fmt: skip
    return {**own, **changes}


def tables_of(*rules: dict[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    keys = [{name: one[name] for name in ("outcome", "target", "rule")} for one in rules]
    effects = [{**key, **EFFECT} for key in keys]
    discovered = [{**key, **EFFECT, "estimate": "discovery", "failures_inside": 1} for key in keys]
    return table("finding.rules", rules), table("finding.rule_effects", effects + discovered)


def test_rules_count_where_confirmed_of_the_outcome_and_by_then_known() -> None:
    found = confirmed_rules(
        *tables_of(
            rule(1, p_value_later=0.02),
            rule(2, status="not_confirmed", is_shown=False),
            rule(3, status="not_testable", is_shown=False, p_value_later=None),
            rule(4, available_at_gate=5),
            rule(5, outcome="other"),
            rule(6, kind="thin_margin", target="assay_pct", p_value_later=0.001),
            rule(7, p_value_later=0.01),
        ),
        "failure",
        4,
    )
    # Failures before thin margins, then the clearest on later batches.
    assert [one.text for one in found] == ["rule 7", "rule 1", "rule 6"]
    assert (found[0].batches, found[0].failures, found[0].rate_outside) == (20, 9, 0.018)
    assert (found[0].p_value, found[0].p_value_later) == (0.004, 0.01)


@pytest.fixture(scope="module")
def found(line: Line, gates: Line, quick: StudySettings) -> dict[str, pl.DataFrame]:
    """Noise for every model, and a rule known from gate 3 on."""
    inputs = gates(line(seed=2, effect=0.0), 2, 4, 5)
    rules, effects = tables_of(rule(1, text="Speed at least 21"))
    return run_study(replace(inputs, rules=rules, rule_effects=effects), quick)


def test_a_confirmed_rule_is_a_process_signal_from_its_gate_on(
    found: dict[str, pl.DataFrame],
) -> None:
    verdicts = found["model.verdicts"].filter(pl.col("gate").is_in([2, 4, 5]))
    assert verdicts.select("gate", "verdict", "route").rows() == [
        (2, "no_signal", None),
        (4, "process_signal", "rule"),
        (5, "process_signal", "rule"),
    ]
    reason = verdicts["reason"][2]
    assert reason.startswith("The rule 'Speed at least 21' was found on the earlier batches")
    assert "9 of 20 failed, 1.8% of all others (p = 0.010). It carries the verdict alone." in reason


def test_no_driver_is_named_where_only_a_rule_shows_the_signal(
    found: dict[str, pl.DataFrame],
) -> None:
    assert found["finding.drivers"].is_empty()
    assert found["model.attributions"].is_empty()
