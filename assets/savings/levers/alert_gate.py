"""At which gate a declared alert acts: as declared, last before the result, or worth most."""

from collections.abc import Sequence

import polars as pl

from assets.savings.levers.gate_choice import GateChoice, forward_choice
from assets.savings.records.alarm_evidence import AlarmEvidence
from data_contracts.assumption_schema.model import STAGES
from data_contracts.assumptions import Assumptions, Lever


def alert_choice(
    assumptions: Assumptions,
    lever: Lever,
    outcome: str,
    evidence: AlarmEvidence,
    value_by_gate: pl.DataFrame,
) -> GateChoice | None:
    """Choose the gate of an alert, among the stages it is declared for.

    Args:
        assumptions: The set.
        lever: A lever of kind ``alert``.
        outcome: The outcome foreseen.
        evidence: Verdicts and alarm counts.
        value_by_gate: ``economics.value_by_gate``, for an alert whose gate is ``best_value``.

    Returns:
        The choice, or None where the outcome has no verdict to go by.
    """
    if isinstance(lever.gate, int):
        return GateChoice(lever.gate)
    acts_at = lever.stages or tuple(STAGES)
    usable = [gate for gate in acts_at if evidence.at(outcome, gate).refusal is None]
    worth = value_by_gate.filter(
        (pl.col("outcome") == outcome) & pl.col("gate").is_in(usable)
    ).sort("net_usd_p50", "gate", descending=[True, False])
    if lever.gate == "last_before_result" or not worth.height:
        return _last_before_result(acts_at, evidence.primary_gate(outcome))
    best = int(worth["gate"][0])
    return forward_choice(assumptions, lever, evidence, outcome, usable, best)


def _last_before_result(acts_at: Sequence[int], primary: int | None) -> GateChoice | None:
    """Return the last gate at which the lever acts and the result is not known yet.

    Where it acts only later, its first gate is judged, and refused there.
    """
    if primary is None:
        return None
    return GateChoice(max((gate for gate in acts_at if gate <= primary), default=min(acts_at)))
