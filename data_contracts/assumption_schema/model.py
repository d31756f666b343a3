"""What a set of cost assumptions is: its numbers, ledger categories and declared levers.

Plain frozen records live here, without reading, checking or arithmetic: files are read in
``reader``, units and bounds stand in ``units``, and money is computed in
``assets.savings``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fractions import Fraction

from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import AssumptionError

ENDS = ("low", "base", "high")  # of what is held possible
STAGES = range(1, 8)  # the seven stages of the process chain, and the gates after them


@dataclass(frozen=True)
class Assumption:
    """One number that nobody measured in this run, with the person who answers for it.

    Attributes:
        name: Unique name in its file, snake_case with the unit as suffix.
        low: Smallest value held possible; exact.
        base: Most credible value (the mode of its distribution), low <= base <= high; exact.
        high: Largest value held possible; exact.
        unit: One of ``units.UNITS``.
        distribution: ``triangular``, ``pert``, ``uniform`` or ``fixed``.
        owner: Who answers for the number.
        source: Where the number comes from.
        as_of: Date at which the number held.
        kind: ``measured``, ``assumption`` or ``claim`` (somebody else's published figure).
        favourable: ``high`` or ``low``: the side on which savings are larger.
        description: What the number means, in a sentence.
        origin: A ``PriceOrigin``: the site's own, a placeholder of a shipped set, the method's.
        stated_in: Where it is stated: a shipped set, the site's file, or ``--set``.
    """

    name: str
    low: Fraction
    base: Fraction
    high: Fraction
    unit: str
    distribution: str
    owner: str
    source: str
    as_of: date
    kind: str
    favourable: str
    description: str
    origin: str = PriceOrigin.SITE
    stated_in: str = ""


@dataclass(frozen=True)
class LedgerCategory:
    """One cost category of a failed batch: a product of assumptions, in USD per batch.

    Attributes:
        name: Category of the cost ledger, as ``direct_material``.
        terms: Names of the assumptions whose product is the cost of one failed batch.
        paf: Prevention, appraisal and failure class: ``prevention``, ``appraisal``,
            ``internal_failure`` or ``external_failure``.
        is_avoidable: Whether the cash stays in the house when the failure does not happen;
            False for allocated cost that is paid anyway.
        accrues_along_stages: Whether it is spent as the batch moves through the stages (so that
            stopping a batch early saves the rest), not caused by the failure itself.
        description: What is counted.
    """

    name: str
    terms: tuple[str, ...]
    paf: str
    is_avoidable: bool
    accrues_along_stages: bool
    description: str


@dataclass(frozen=True)
class Lever:
    """One declared way of saving money, and the assumptions it is priced with.

    Attributes:
        name: Unique name in its file.
        title: What is done, for a reader.
        kind: ``alert`` (alert at a gate, then rescue or stop), ``window`` (hold a parameter in a
            window), ``lots`` (reject or blend lots), ``maintenance`` (renew earlier),
            ``inspection`` (inspect by machine) or ``release`` (release earlier).
        tier: Tier of intervention, 1 monitoring, 2 inspection, 3 control.
        gate: ``best_value``, ``last_before_result``, or the number of a gate, 1 to 7.
        planning_gate: The gate assumed where no records decide (arithmetic only), 1 to 7.
        uses: Role in the lever's arithmetic -> name of an assumption.
        stages: Stages of the process chain it acts in, 1 to 7.
        changes: What is done otherwise than today, for a reader.
        evidence: What it must be shown to do before it is carried out.
        trimmed_share: Of a window or a lot limit, the share of recorded values cut off on the risky
            side, fixed before any effect is estimated; 0 for other kinds.
        shared_by: Planned levers among which implementation and run cost are split, at least 1: a
            lever that acts on several outcomes is put in place and run once.
    """

    name: str
    title: str
    kind: str
    tier: int
    gate: str | int
    planning_gate: int
    uses: Mapping[str, str]
    stages: tuple[int, ...]
    changes: str
    evidence: str
    trimmed_share: Fraction
    shared_by: int = 1


@dataclass(frozen=True)
class HeldLever:
    """What one lever of a programme under way promised to keep, frozen when it started.

    Attributes:
        lever: A declared lever, alone or with its outcome, as ``window.failure``.
        feature: Parameter or attribute that is kept, as ``feature.gate_values`` names it.
        low: Smallest value allowed, as recorded; None for no lower limit.
        high: Largest value allowed, above ``low``; None for no upper limit.
        adherence: Share of batches that were to lie inside, above 0, at most 1; exact.
    """

    lever: str
    feature: str
    low: float | None
    high: float | None
    adherence: Fraction

    @property
    def outcome(self) -> str | None:
        """Outcome the lever acts on; None for every failure that is priced."""
        return self.lever.partition(".")[2] or None


@dataclass(frozen=True)
class Promise:
    """What a programme under way has promised, written once when it starts and then left alone.

    Attributes:
        started_on: First day of the programme.
        failure_prob_before: Probability of failure it started from, 0 to 1; exact.
        failure_prob_promised: Probability of failure it promised, above 0, below the one before.
        owner: Who answers for the promise.
        record_before: Failures, batches and design effect of the record it is measured against,
            frozen when it started; None to count them from the batches before its first day.
        held: What each lever keeps, in the order of the file; empty where that is not followed.
    """

    started_on: date
    failure_prob_before: Fraction
    failure_prob_promised: Fraction
    owner: str
    record_before: tuple[int, int, float] | None = None
    held: tuple[HeldLever, ...] = ()


@dataclass(frozen=True)
class Assumptions:
    """Everything a cost model needs that the records do not say.

    Attributes:
        name: Name of the set, as ``tablets``.
        title: What the set describes.
        where: The file it was read from, for error messages.
        currency: Currency of every amount; tables and names say ``_usd``.
        statement: What may be said about results computed from this set alone.
        basis: What a controller asks: prices, tax, view, baseline, approval, cost basis.
        parameters: The numbers by name, in the order of the file.
        ledger: Cost categories of one failed batch.
        levers: Declared levers.
        origin_stages: Failure mode -> stage where it originates, where that is known.
        promise: What a programme under way has promised; None before one has started.
        shipped_set: The set that comes with lotwise of which this is one or which it extends; None
            for a file that stands alone.
    """

    name: str
    title: str
    where: str
    currency: str
    statement: str
    basis: Mapping[str, str]
    parameters: Mapping[str, Assumption]
    ledger: tuple[LedgerCategory, ...]
    levers: tuple[Lever, ...]
    origin_stages: Mapping[str, int]
    promise: Promise | None = None
    shipped_set: str | None = None

    def __getitem__(self, name: str) -> Assumption:
        """Return one assumption.

        Raises:
            AssumptionError: The set has no assumption of that name.
        """
        if name not in self.parameters:
            close = get_close_matches(name, self.parameters, n=3)
            hint = f"did you mean {' or '.join(close)}?" if close else "add it to the file."
            raise AssumptionError(f"{self.where}: there is no assumption named '{name}'; {hint}")
        return self.parameters[name]

    def name_at_gate(self, family: str, gate: int) -> str:
        """Return the name of a by-gate assumption at one gate, or the name itself if not by gate.

        Args:
            family: Name as a lever states it, as ``rescuable_share``.
            gate: Gate, 1 to 7.
        """
        at_gate = f"{family}_gate_{gate}"
        return at_gate if at_gate in self.parameters else family

    def at_gate(self, family: str, gate: int) -> Assumption:
        """Return a by-gate assumption at one gate (1 to 7).

        Raises:
            AssumptionError: The set has no such assumption.
        """
        return self[self.name_at_gate(family, gate)]
