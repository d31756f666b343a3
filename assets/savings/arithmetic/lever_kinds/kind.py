"""What every kind of lever states, and how a lever's kind is found: by the name of its module.

Found by name, a kind is stated nowhere else, and may use the arithmetic that is worked out by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import import_module
from typing import Any

from assets.savings.arithmetic.lever_kinds.ruling import LeverRecords, Ruling
from data_contracts.assumptions import Assumptions, Lever


class ChainPlace(IntEnum):
    """Where a kind stands among the levers that meet the same batch."""

    BEFORE_ANY_BATCH = 0
    PREVENTS_AT_ITS_GATE = 1
    DETECTS_AT_ITS_GATE = 2


@dataclass(frozen=True)
class KindOfLever:
    """One kind of lever.

    Attributes:
        value: From a ``LeverAlone`` to the ``LeverValue`` of the lever acting alone.
        decision: Whether the records support a lever for an outcome, and at which gate.
        place: Where it stands among levers that meet the same batch.
        acts_on_failures: Whether it leaves fewer failures to the levers after it.
        is_judged_by_outcome: Whether it is decided on for every outcome; else once, for the first.
        holds: Kinds of feature (``feature.dictionary.kind``) it may hold in a window.
        acts_in_its_stages: Whether it acts in the stages it is declared for, whenever the result is
            known: a lot is chosen before it is used.
    """

    value: Callable[[Any], Any]
    decision: Callable[[Assumptions, Lever, str, LeverRecords], Ruling]
    place: ChainPlace = ChainPlace.PREVENTS_AT_ITS_GATE
    acts_on_failures: bool = False
    is_judged_by_outcome: bool = False
    holds: tuple[str, ...] = ()
    acts_in_its_stages: bool = False

    def chain_place(self, gate: int) -> tuple[bool, int, bool]:
        """Return what levers are sorted by to stand in the order in which they meet a batch.

        What is done before any batch is made comes first; then gate by gate, and at one gate what
        prevents a failure acts before what detects it.

        Args:
            gate: Gate the lever acts at, 1 to 7.
        """
        is_at_a_gate = self.place is not ChainPlace.BEFORE_ANY_BATCH
        return is_at_a_gate, gate, self.place is ChainPlace.DETECTS_AT_ITS_GATE


def kind_of(lever: Lever) -> KindOfLever:
    """Return the kind of a lever, whose name the reader of assumptions has checked."""
    return kind_named(lever.kind)


@cache
def kind_named(name: str) -> KindOfLever:
    """Return ``KIND`` of the module that has a kind's name, a key of ``LEVER_KINDS``."""
    found = import_module(f"{__package__}.{name}").KIND
    assert isinstance(found, KindOfLever)
    return found
