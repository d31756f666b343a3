"""The verdict rule, in its fixed order, and what it needs to know.

Nothing is estimated here: the facts come in, one word goes out.
"""

from dataclasses import dataclass, field

from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from data_contracts.codes import Verdict

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
        leaks: Phrases of suspected leaks.
        signal: Gains of the process model, the main one first; empty where the gate has no process
            feature yet.
        product: Gain of product identity over the base rate; None with one product.
        obstacle: Why nothing could be tested, in words; empty where something was.
    """

    failures: int = 0
    batches: int = 0
    design_effect: float = 1.0
    has_margins: bool = False
    leaks: list[str] = field(default_factory=list)
    signal: list[Gain] = field(default_factory=list)
    product: Gain | None = None
    obstacle: str = ""

    @property
    def failures_effective(self) -> float:
        """Independent failures the out-of-time failures amount to."""
        return self.failures / self.design_effect


def decide(facts: VerdictFacts, criteria: AcceptanceCriteria) -> str:
    """Give the verdict.

    Args:
        facts: What was observed.
        criteria: Thresholds frozen before.

    Returns:
        One of the verdicts of ``model.verdicts``; ``not_applicable`` is decided before any fit.
    """
    if facts.leaks:
        return Verdict.LEAK_SUSPECTED
    if facts.obstacle:
        return Verdict.TOO_FEW_FAILURES
    if not facts.has_margins and facts.failures_effective < criteria.fewest_effective_failures:
        return Verdict.TOO_FEW_FAILURES
    if any(gain.is_shown(criteria.largest_p_value) for gain in facts.signal):
        return Verdict.PROCESS_SIGNAL
    if facts.product is not None and facts.product.is_shown(criteria.largest_p_value):
        return Verdict.PRODUCT_MIX_ONLY
    return Verdict.NO_SIGNAL


def leading_gain(facts: VerdictFacts, criteria: AcceptanceCriteria) -> Gain | None:
    """The gain a verdict speaks of: the first one shown, else the main one."""
    shown = [gain for gain in facts.signal if gain.is_shown(criteria.largest_p_value)]
    return next(iter(shown or facts.signal), None)
