"""Rules confirmed on later batches: evidence of a process signal by a route of their own."""

from dataclasses import dataclass

import polars as pl

from data_contracts.codes.records import RuleStatus

CONFIRMATION = "confirmation"


@dataclass(frozen=True)
class ConfirmedRule:
    """A rule found under family-wise control on early batches that held on later ones.

    Attributes:
        text: The rule in words.
        kind: What it foretells: failures, or thin margins.
        p_value: Family-wise p-value of discovery.
        p_value_later: Chance of as much on the later batches.
        batches: Later batches it covers.
        failures: Of these, as foretold.
        rate_outside: Share as foretold among the other later batches; None where there are none.
    """

    text: str
    kind: str
    p_value: float
    p_value_later: float
    batches: int
    failures: int
    rate_outside: float | None


def confirmed_rules(
    rules: pl.DataFrame, rule_effects: pl.DataFrame, outcome: str, gate: int
) -> tuple[ConfirmedRule, ...]:
    """The confirmed rules of an outcome that can be judged at a gate, the clearest first.

    Args:
        rules: ``finding.rules``.
        rule_effects: ``finding.rule_effects``.
        outcome: Name of the outcome.
        gate: 1 to 7.
    """
    later = rule_effects.filter(pl.col("estimate") == CONFIRMATION)
    own = rules.filter(
        (pl.col("outcome") == outcome)
        & (pl.col("status") == RuleStatus.CONFIRMED)
        & (pl.col("available_at_gate") <= gate)
    ).join(later, on=["outcome", "target", "rule"])
    # Failures before thin margins, which only come close.
    order = ["kind", "p_value_later", "p_value_family", "target", "rule"]
    return tuple(
        ConfirmedRule(
            row["text"],
            row["kind"],
            row["p_value_family"],
            row["p_value_later"],
            row["batches_inside"],
            row["failures_inside"],
            row["rate_outside"],
        )
        for row in own.sort(order).iter_rows(named=True)
    )
