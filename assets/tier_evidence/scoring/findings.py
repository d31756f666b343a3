"""What was found of a criterion, and the row of results that follows from the frozen bound."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from data_contracts.codes.tier_evidence import EvidenceVerdict
from data_contracts.tier_protocol.entries import Criterion


@dataclass(frozen=True)
class Challenged:
    """What a challenge found of one criterion.

    Attributes:
        value: The figure; None where nothing could be measured.
        judged: The number that is held against the bound: the value, or the end of its interval
            that the criterion speaks of.
        reason: What was counted, in a sentence.
        lower: Lower end of the interval, where there is one.
        upper: Upper end.
        n: What it was counted over.
    """

    value: float | None
    judged: float
    reason: str
    lower: float | None = None
    upper: float | None = None
    n: int | None = None


def judged(criteria: Iterable[Criterion], found: Mapping[str, Challenged]) -> list[dict[str, Any]]:
    """Hold what was found against the frozen bounds.

    Args:
        criteria: Of the frozen protocol.
        found: By criterion; one that is absent was not looked at, and is not applicable.

    Returns:
        A mapping a criterion, plain enough for JSON, as the audit trail keeps them.
    """
    return [_row(each, found.get(each.criterion)) for each in criteria]


def _row(criterion: Criterion, found: Challenged | None) -> dict[str, Any]:
    if found is None or found.value is None:
        reason = found.reason if found else "The challenge does not look at this."
        return {
            "criterion": criterion.criterion,
            "value": None,
            "verdict": EvidenceVerdict.NOT_APPLICABLE,
            "reason": reason,
        }
    is_met = criterion.is_met(found.judged)
    return {
        "criterion": criterion.criterion,
        "value": _plain(found.value),
        "lower": _plain(found.lower),
        "upper": _plain(found.upper),
        "n": found.n,
        "verdict": EvidenceVerdict.MET if is_met else EvidenceVerdict.NOT_MET,
        "reason": found.reason,
    }


def _plain(value: float | None) -> float | None:
    """A number JSON can hold: what has no end has none."""
    return float(value) if value is not None and isfinite(value) else None
