"""What a kind of lever decides on the records, and what it may ask of them.

A ruling says at which gate a lever acts and what it rests on, or why it is not carried out, in a
code and in a sentence. How the records answer is in ``levers.inputs``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from data_contracts.assumptions import Assumptions, Lever
from data_contracts.codes.money import LeverBasis, LeverRefusal


@dataclass(frozen=True)
class RefusedLever:
    """Why something is not carried out.

    Attributes:
        code: A ``LeverRefusal``.
        sentence: The same for a reader, with the numbers.
        verdict: Where a verdict refuses it, that verdict, as in ``model.verdicts``.
        verdict_gate: Gate of that verdict, 1 to 7.
    """

    code: str
    sentence: str
    verdict: str | None = None
    verdict_gate: int | None = None

    def __str__(self) -> str:
        """Return the sentence."""
        return self.sentence


class Finding(Protocol):
    """What the records measure of a lever: a sentence, and draws of its roles."""

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""

    def roles(self, draws: Any) -> Mapping[str, Any]:
        """Return draws of each measured role."""


@dataclass(frozen=True)
class Ruling:
    """What was decided on one lever and outcome.

    Attributes:
        gate: Gate it acts at; of a refused lever the gate that was judged, None without verdict.
        reason: Why it is carried out, in a sentence; of a refused lever ``refusal`` says why not.
        refusal: Why it is not carried out; None if it is.
        measured: What the records measure of it; None where nothing is measured.
        basis: ``evidence`` or ``arithmetic`` of a lever that is carried out.
    """

    gate: int | None
    reason: str = ""
    refusal: RefusedLever | None = None
    measured: Any = None
    basis: str = LeverBasis.EVIDENCE


class AlertChoice(Protocol):
    """At which gate an alert acts."""

    @property
    def gate(self) -> int:
        """The gate, 1 to 7."""

    @property
    def sentence(self) -> str:
        """How it was chosen; empty where nothing was."""

    @property
    def refusal(self) -> RefusedLever | None:
        """Why nothing may be priced at a chosen gate, or None if something may."""

    @property
    def alarms(self) -> Finding | None:
        """Counts no part of the choice saw; None where those of the gate are the best there is."""


class LeverRecords(Protocol):
    """What a kind may ask of the records of a run."""

    @property
    def maintenance(self) -> Finding | RefusedLever:
        """What the fitted hazards support, or why they support nothing."""

    @property
    def release(self) -> Finding | RefusedLever:
        """Which share may be released early, or why none."""

    def has_evidence(self, lever: Lever, outcome: str) -> bool:
        """Tell whether a frozen protocol of its tier was run and met."""

    def primary_gate(self, outcome: str) -> int | None:
        """Return the last gate before the result of an outcome, or None without a verdict."""

    def alarms(self, outcome: str, gate: int) -> Finding | RefusedLever:
        """Return what an alert at a gate would catch, or why nothing is claimed of one."""

    def alert_choice(
        self, assumptions: Assumptions, lever: Lever, outcome: str
    ) -> AlertChoice | None:
        """Return the gate of an alert, or None where the outcome has no verdict to go by."""

    def held(self, lever: Lever, outcome: str, gate: int) -> tuple[int, Finding | RefusedLever]:
        """Return the gate judged and what holding a parameter does, or why nothing is held."""


def resting_on(gate: int, found: Finding | RefusedLever, also: str = "") -> Ruling:
    """Carry a lever out on what was measured, or refuse it where nothing was.

    Args:
        gate: Gate it acts at, 1 to 7.
        found: What was measured, or why nothing was.
        also: A sentence to add to the reason.
    """
    if isinstance(found, RefusedLever):
        return Ruling(gate, refusal=found)
    return Ruling(gate, f"{found.sentence} {also}".strip(), measured=found)


def without_verdict(outcome: str) -> Ruling:
    """Refuse a lever that acts on an outcome no verdict was reached for."""
    sentence = f"No verdict was reached for '{outcome}'."
    return Ruling(None, refusal=RefusedLever(LeverRefusal.NO_VERDICT, sentence))
