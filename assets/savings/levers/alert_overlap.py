"""At most one alert for each outcome: two would be paid twice for the failures both foresee.

How often two alerts flag the same failing batch is not counted, so what the second adds to the
first is unknown; multiplying what each leaves would take them for independent. The one worth more
acts, the others are refused.
"""

from collections.abc import Sequence

from assets.savings.levers.claimed_levers import LeverClaim
from assets.savings.levers.gate_choice import net_usd
from assets.savings.records.alarm_evidence import AlarmCounts
from data_contracts.assumptions import Assumptions


def one_alert_per_outcome(
    assumptions: Assumptions, claims: Sequence[LeverClaim]
) -> list[LeverClaim]:
    """Refuse all but the alert worth most for each outcome.

    Args:
        assumptions: The set; its base values weigh the alerts.
        claims: ``levers.lever_claims``.

    Returns:
        The same claims in the same order; of the alerts carried out on one outcome, one is left:
        the highest net value a batch on its own counts, the first declared among equals.
    """
    best: dict[str, tuple[float, LeverClaim]] = {}
    for claim in claims:
        if not isinstance(claim.measured, AlarmCounts):
            continue
        worth = net_usd(assumptions, claim.lever, claim.measured)
        if claim.outcome not in best or worth > best[claim.outcome][0]:
            best[claim.outcome] = (worth, claim)
    return [
        _overlapping(claim, best[claim.outcome][1])
        if isinstance(claim.measured, AlarmCounts) and claim is not best[claim.outcome][1]
        else claim
        for claim in claims
    ]


def _overlapping(claim: LeverClaim, chosen: LeverClaim) -> LeverClaim:
    return claim.refused(
        f"It foresees the same failures as '{chosen.lever.title}' at gate {chosen.gate}, which is "
        "worth more; which failures both would catch is not counted, so only one is carried out."
    )
