"""Why a question is not answered: a code for programs, a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why a question is not answered."""

    OUTCOME_OR_LEAK = "outcome_or_leak"
    KNOWN_TOO_LATE = "known_too_late"
    NO_MARGIN = "no_margin"
    TOO_FEW_RECORDS = "too_few_records"
    OUTSIDE_RECORDS = "outside_records"
    NOTHING_MOVES = "nothing_moves"
    FEW_INSIDE = "few_inside"
    TOO_LITTLE_OVERLAP = "too_little_overlap"
    ESTIMATORS_DISAGREE = "estimators_disagree"
    CONTROL_CLAIMS = "control_claims"
    NO_REPLACEMENT_LAW = "no_replacement_law"


# The records speak, but not clearly: that is an answer of its own, not a fault of the question.
DOUBTS = frozenset({RefusalCode.ESTIMATORS_DISAGREE, RefusalCode.CONTROL_CLAIMS})


@dataclass(frozen=True)
class Refusal:
    """Why a question is not answered.

    Attributes:
        code: Why, for programs.
        reason: Why, in a sentence or two.
    """

    code: RefusalCode
    reason: str

    @property
    def is_doubt(self) -> bool:
        """Whether it is statistical doubt, and not a question the records cannot be asked."""
        return self.code in DOUBTS
