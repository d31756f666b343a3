"""At most one alert for each outcome: two would be paid twice for the failures both foresee.

How often two alerts flag the same failing batch is not counted, so what the second adds to the
first is unknown; multiplying what each leaves would take them for independent. The one worth more
acts, the others are refused.
"""

from collections.abc import Sequence

from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.levers.gate_choice import net_usd
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.records.alarm_evidence import AlarmCounts
from data_contracts.assumptions import Assumptions
from data_contracts.codes.money import LeverRefusal


def one_alert_per_outcome(
    assumptions: Assumptions, decisions: Sequence[LeverDecision]
) -> list[LeverDecision]:
    """Refuse all but the alert worth most for each outcome.

    Args:
        assumptions: The set; its base values weigh the alerts.
        decisions: ``lever_decisions``.

    Returns:
        The same decisions in the same order; of the alerts carried out on one outcome one is left:
        the highest net value a batch on its own counts, the first declared among equals.
    """
    worth = {
        each.name: net_usd(assumptions, each.lever, each.measured)
        for each in decisions
        if isinstance(each.measured, AlarmCounts)
    }
    alerts = [each for each in decisions if each.name in worth]
    best: dict[str, LeverDecision] = {}
    for alert in sorted(alerts, key=lambda each: -worth[each.name]):
        best.setdefault(alert.outcome, alert)
    return [
        _overlapping(each, best[each.outcome])
        if each.name in worth and each is not best[each.outcome]
        else each
        for each in decisions
    ]


def _overlapping(decision: LeverDecision, chosen: LeverDecision) -> LeverDecision:
    sentence = (
        f"It foresees the same failures as '{chosen.lever.title}' at gate {chosen.gate}, which is "
        "worth more; which failures both would catch is not counted, so only one is carried out."
    )
    return decision.refused(RefusedLever(LeverRefusal.OVERLAPS_ANOTHER_ALERT, sentence))
