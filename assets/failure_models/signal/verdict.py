"""The verdict rule, in its fixed order, and what it needs to know.

Nothing is estimated here: the facts come in, one word goes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assets.failure_models.dataset.confirmed_rules import ConfirmedRule
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.failure_models.signal.evidence import LABEL_GAIN, MARGIN_GAIN, SPREAD_GAIN
from data_contracts.codes.records import Verdict, VerdictRoute

NAN = float("nan")


@dataclass(frozen=True)
class Gain:
    """A paired out-of-time gain with its evidence.

    Attributes:
        statistic: What is gained over what.
        value: Share of the reference's loss taken away; below 0 when loss is added.
        low: Lower end of the 95% cluster-bootstrap interval.
        high: Upper end.
        p_value: Family-wise permutation p-value; NaN where none could be given.
    """

    statistic: str
    value: float
    low: float
    high: float
    p_value: float

    def is_shown(self, largest_p_value: float) -> bool:
        """Whether the gain is above zero and beyond chance."""
        return self.value > 0 and self.p_value <= largest_p_value


@dataclass(frozen=True)
class VerdictFacts:
    """Everything the rule and its sentence may use.

    Attributes:
        failures: Out-of-time failures.
        batches: Out-of-time batches.
        design_effect: Variance inflation by lots and campaigns, at least 1.
        has_margins: Whether a margin was modelled.
        questions: Open questions about columns that are like the outcome.
        signal: Gains of the process model, the main one first; empty where the gate has no process
            feature yet.
        rules: Rules confirmed on later batches, the clearest first.
        product: Gain of product identity over the base rate; None with one product.
        obstacle: Why nothing could be tested, in words; empty where something was.
    """

    failures: int = 0
    batches: int = 0
    design_effect: float = 1.0
    has_margins: bool = False
    questions: Sequence[str] = ()
    signal: list[Gain] = field(default_factory=list)
    rules: Sequence[ConfirmedRule] = ()
    product: Gain | None = None
    obstacle: str = ""

    @property
    def failures_effective(self) -> float:
        """Independent failures the out-of-time failures amount to."""
        return self.failures / self.design_effect


ROUTES = {
    MARGIN_GAIN: VerdictRoute.MARGIN_MODEL,
    SPREAD_GAIN: VerdictRoute.SPREAD_MODEL,
    LABEL_GAIN: VerdictRoute.LABEL_MODEL,
}


def decide(facts: VerdictFacts, criteria: AcceptanceCriteria) -> str:
    """Give the verdict.

    Args:
        facts: What was observed.
        criteria: Thresholds frozen before.

    Returns:
        One of the verdicts of ``model.verdicts``; ``not_applicable`` is decided before any fit.
    """
    if facts.questions:
        return Verdict.LEAK_SUSPECTED
    if shown_gain(facts, criteria) is not None or facts.rules:
        return Verdict.PROCESS_SIGNAL
    if not _has_enough(facts, criteria):
        return Verdict.TOO_FEW_FAILURES
    if facts.product is not None and facts.product.is_shown(criteria.largest_p_value):
        return Verdict.PRODUCT_MIX_ONLY
    return Verdict.NO_SIGNAL


def route_of(facts: VerdictFacts, criteria: AcceptanceCriteria) -> str | None:
    """What a process signal rests on: a model where one shows it, else a rule; None without one.

    Args:
        facts: What was observed.
        criteria: Thresholds frozen before.

    Returns:
        One of ``VerdictRoute``.
    """
    if decide(facts, criteria) != Verdict.PROCESS_SIGNAL:
        return None
    gain = shown_gain(facts, criteria)
    return VerdictRoute.RULE if gain is None else ROUTES[gain.statistic]


def shown_gain(facts: VerdictFacts, criteria: AcceptanceCriteria) -> Gain | None:
    """The first gain beyond chance; None where there is none, or too little to tell by."""
    if not _has_enough(facts, criteria):
        return None
    largest = criteria.largest_p_value
    return next((gain for gain in facts.signal if gain.is_shown(largest)), None)


def leading_gain(facts: VerdictFacts, criteria: AcceptanceCriteria) -> Gain | None:
    """The gain a verdict speaks of: the first one shown, else the main one."""
    return shown_gain(facts, criteria) or next(iter(facts.signal), None)


def _has_enough(facts: VerdictFacts, criteria: AcceptanceCriteria) -> bool:
    fewest = criteria.fewest_effective_failures
    return not facts.obstacle and (facts.has_margins or facts.failures_effective >= fewest)
