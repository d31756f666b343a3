"""The sentence that goes with every verdict: plain words, the numbers, their interval.

A reader who sees only this sentence must know what was tested, on how many batches, and how sure
the answer is.
"""

from dataclasses import dataclass
from math import isfinite

from assets.failure_models.signal import evidence
from assets.failure_models.signal.verdict import Gain, VerdictFacts
from data_contracts.codes.records import RuleKind, Verdict, VerdictRoute

WHAT_IS_GAINED = {
    evidence.MARGIN_GAIN: "of the margin's variation within product",
    evidence.SPREAD_GAIN: "of the variation in how widely the margin spreads",
    evidence.LABEL_GAIN: "of the log loss of the failures that product identity leaves",
    evidence.PRODUCT_GAIN: "of the variation",
}


@dataclass(frozen=True)
class Ranking:
    """AUC of the model used and of product alone.

    Attributes:
        auc: Out-of-time AUC of the model used, with ``auc_low`` and ``auc_high`` its 95% interval.
        auc_product: Out-of-time AUC of product identity alone, with its interval.
    """

    auc: float
    auc_low: float
    auc_high: float
    auc_product: float
    auc_product_low: float
    auc_product_high: float


def sentence(
    verdict: str, route: str | None, facts: VerdictFacts, ranking: Ranking, gain: Gain | None
) -> str:
    """Say why.

    Args:
        verdict: The verdict given.
        route: What a process signal rests on.
        facts: What it was given on.
        ranking: AUCs.
        gain: The gain the verdict speaks of.

    Returns:
        One to three sentences.
    """
    if verdict == Verdict.LEAK_SUSPECTED:
        return _asked(facts)
    if route == VerdictRoute.RULE:
        return f"{_rule(facts)} {_rule_alone(facts, gain)}"
    if verdict == Verdict.PROCESS_SIGNAL and gain is not None:
        return f"{_basis(facts)} {_signal(gain)} {_aucs(ranking)}"
    if verdict == Verdict.PRODUCT_MIX_ONLY and facts.product is not None:
        return (
            f"{_basis(facts)} knowing the product is better than knowing nothing "
            f"{_product(facts)}, but {_nothing_added(gain)}. "
            f"{_aucs(ranking)}"
        )
    if verdict == Verdict.NO_SIGNAL:
        return (
            f"{_basis(facts)} the product does not predict the outcome {_product(facts)}, and "
            f"{_nothing_added(gain, 'does either')}. {_aucs(ranking)}"
        )
    return _too_few(facts)


def _asked(facts: VerdictFacts) -> str:
    """The first open question, and how many more there are."""
    more = len(facts.questions) - 1
    raised = "raises" if more == 1 else "raise"
    others = f" {_count(more, 'more column')} {raised} the same question." if more else ""
    return f"{facts.questions[0]}{others} Nothing is claimed of this outcome before the answer."


def not_applicable(title: str, gate: int, first_known_stage: int, last_gate: int) -> str:
    """Say why a gate is not judged."""
    if gate <= last_gate:
        return f"No batch has reached gate {gate} in these records, so there is nothing to predict."
    return (
        f"{_capital(title)} is decided by results of stage {first_known_stage}; at gate {gate} "
        f"nothing is left to predict. The last gate before the result is {last_gate}."
    )


def _basis(facts: VerdictFacts) -> str:
    count = f"{facts.batches} later batches with {_count(facts.failures, 'failure')}"
    if facts.design_effect >= 1.05:
        count += f" (worth {facts.failures_effective:.1f} independent ones)"
    return f"On {count}, none of them used in fitting:"


def _rule(facts: VerdictFacts) -> str:
    """The clearest confirmed rule, what came of it later, and how many more there are."""
    rule, more = facts.rules[0], len(facts.rules) - 1
    what = "failed" if rule.kind == RuleKind.FAILURE else "came close to the limit"
    beside = "" if rule.rate_outside is None else f", {_percent(rule.rate_outside)} of all others"
    others = f" {_count(more, 'more rule')} held as well." if more else ""
    return (
        f"The rule '{rule.text}' was found on the earlier batches ({p_text(rule.p_value)} over all "
        f"rules tried) and held on the later ones: {rule.failures} of {rule.batches} {what}"
        f"{beside} ({p_text(rule.p_value_later)}).{others}"
    )


def _rule_alone(facts: VerdictFacts, gain: Gain | None) -> str:
    """What models say beside a rule: nothing to rest a verdict on, or too few failures for it."""
    alone = "It carries the verdict alone"
    if gain is None:
        return f"{alone}: {facts.obstacle or _nothing_added(gain) + '.'}"
    gained = f"{_percent(gain.value)} {WHAT_IS_GAINED[gain.statistic]} ({_numbers(gain)})"
    return f"{alone}. {_basis(facts)} a model of all process features gains {gained}."


def _signal(gain: Gain) -> str:
    share = WHAT_IS_GAINED[gain.statistic]
    return f"process features explain {_percent(gain.value)} {share} ({_numbers(gain)})."


def _numbers(gain: Gain) -> str:
    return f"95% interval {_percent(gain.low)} to {_percent(gain.high)}, {p_text(gain.p_value)}"


def p_text(p_value: float) -> str:
    """Write a family-wise p-value."""
    if not isfinite(p_value):
        return "no p-value"
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def _nothing_added(gain: Gain | None, verb: str = "adds to it") -> str:
    if gain is None:
        return "no process feature is available at this gate yet"
    return f"no process feature {verb} (gain {_percent(gain.value)}, {_numbers(gain)})"


def _product(facts: VerdictFacts) -> str:
    if facts.product is None:
        return "(there is only one)"
    return f"(gain {_percent(facts.product.value)}, {_numbers(facts.product)})"


def _aucs(ranking: Ranking) -> str:
    if not isfinite(ranking.auc):
        return "With one class only among the later batches there is no AUC."
    own = _interval(ranking.auc, ranking.auc_low, ranking.auc_high)
    product = _interval(ranking.auc_product, ranking.auc_product_low, ranking.auc_product_high)
    return f"Ranking of failures: AUC {own}, product alone {product}."


def _interval(area: float, low: float, high: float) -> str:
    if not (isfinite(low) and isfinite(high)):
        return f"{area:.2f} (too few failures for an interval)"
    return f"{area:.2f} ({low:.2f} to {high:.2f})"


def _too_few(facts: VerdictFacts) -> str:
    if facts.obstacle:
        return _capital(facts.obstacle)
    return (
        f"{_basis(facts)} too few independent failures to tell any ranking from chance, and no "
        "continuous margin to look at instead."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if isfinite(share) else "unknown"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
