"""How a promised lever stands in a month: the values of ``economics.lever_adherence.state``."""

from assets.statistics.intervals import wilson
from data_contracts.codes.money import LeverState

ADHERENCE_GAP = 0.1  # held so much less often than promised, a lever is not carried out
SHOWN = 20.0  # e-value from which a change is shown at the 5% level, whenever one looks


def lever_state(
    *, recorded: int, inside: int, since: int, promised: float, evidence: tuple[float | None, ...]
) -> str:
    """Return how a lever stands at the end of a month.

    Args:
        recorded: Batches of the month with a value.
        inside: Batches since the start that lay inside the limits.
        since: Batches since the start with a value.
        promised: Share of batches that were to lie inside, 0 to 1.
        evidence: E-values of the trackers; None where one cannot be had.

    Examples:
        >>> lever_state(recorded=9, inside=3, since=9, promised=0.9, evidence=(50.0,))
        'not_done'
        >>> lever_state(recorded=9, inside=9, since=9, promised=0.9, evidence=(None, 20.0))
        'working'
    """
    if not recorded:
        return LeverState.NOT_RECORDED
    if wilson(inside, since)[1] < promised - ADHERENCE_GAP:
        return LeverState.NOT_DONE
    is_shown = any(each is not None and each >= SHOWN for each in evidence)
    return LeverState.WORKING if is_shown else LeverState.DONE_NO_EFFECT_YET
