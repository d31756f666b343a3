"""Why a feature is not named as a driver: one code and one sentence, the first that holds."""

from dataclasses import dataclass

from data_contracts.codes.records import RefusalRule, RelevanceReason, Verdict

LARGEST_RATE = 0.05
LEAST_SIGN_STABILITY = 0.9
LEAST_PERIOD_STABILITY = 0.75

_DEFINES = (RefusalRule.DEFINES_OUTCOME, RefusalRule.SAME_QUANTITY, RefusalRule.DEFINING_EVENT)
_LEAK = "Withheld: it foretells the result as hardly a process can; see evidence.leak_questions."
_CHANCE = (
    "Not told from chance: among associations as sure as this, {:.0%} are expected to be false, "
    "and at most {:.0%} is asked for."
)
_HALVES = "It keeps its sign in {:.0%} of half samples of the lots; {:.0%} is asked for."
_PERIODS = "It keeps its sign in {:.0%} of four stretches of time; {:.0%} is asked for."
_FOLLOWS = "It follows {}: beside that, nothing of its own is shown."
_NO_SIGNAL = (
    "It goes with the outcome, but features together do not foretell later batches better than the "
    "product does: without a process signal no driver is named."
)
_NOT_LEADING = (
    "It goes with the outcome by itself, but beside the others the model does not hold it firmly "
    "among the leading places."
)


@dataclass(frozen=True)
class FeatureFacts:
    """What is known of one feature and outcome when it is asked why it is not named.

    Attributes:
        is_named: Whether it is a named driver at the last gate before the result.
        refusal: Rule and sentence by which it may not predict the outcome; None where it may.
        is_withheld: Whether it is withheld because of an open or confirmed question of a leak.
        obstacle: Why nothing could be tested for it; empty where something could.
        false_discovery_rate: Of its association; None where there was no test.
        confounded: The sentence that says what makes it look guilty; None where nothing does.
        sign_stability: Share of half samples that keep its sign.
        period_stability: Share of stretches of time that do.
        follows: Title of what it follows; None where it stands by itself.
        verdict: Of the outcome at that gate.
    """

    is_named: bool
    refusal: tuple[str, str] | None
    is_withheld: bool
    obstacle: str
    false_discovery_rate: float | None
    confounded: str | None
    sign_stability: float
    period_stability: float
    follows: str | None
    verdict: str | None


def why_unnamed(facts: FeatureFacts) -> tuple[str, str]:
    """Return the code and the sentence."""
    return _before_any_test(facts) or _by_the_test(facts) or _beside_others(facts)


def _before_any_test(facts: FeatureFacts) -> tuple[str, str] | None:
    if facts.is_named:
        return RelevanceReason.NAMED, "Named as a driver."
    if facts.refusal is not None:
        rule, sentence = facts.refusal
        is_defining = rule in _DEFINES
        code = RelevanceReason.DEFINES_OUTCOME if is_defining else RelevanceReason.NOT_YET_AVAILABLE
        return code, sentence
    if facts.is_withheld:
        return RelevanceReason.LEAK_QUESTION, _LEAK
    if facts.obstacle or facts.false_discovery_rate is None:
        return RelevanceReason.TOO_FEW, facts.obstacle or "There was nothing to test."
    return None


def _by_the_test(facts: FeatureFacts) -> tuple[str, str] | None:
    rate = facts.false_discovery_rate or 0.0
    if rate > LARGEST_RATE and facts.confounded is not None:
        return RelevanceReason.CONFOUNDED, facts.confounded
    if rate > LARGEST_RATE:
        return RelevanceReason.NOT_SIGNIFICANT, _CHANCE.format(rate, LARGEST_RATE)
    if facts.sign_stability < LEAST_SIGN_STABILITY:
        told = _HALVES.format(facts.sign_stability, LEAST_SIGN_STABILITY)
        return RelevanceReason.UNSTABLE, told
    if facts.period_stability < LEAST_PERIOD_STABILITY:
        told = _PERIODS.format(facts.period_stability, LEAST_PERIOD_STABILITY)
        return RelevanceReason.UNSTABLE, told
    return None


def _beside_others(facts: FeatureFacts) -> tuple[str, str]:
    if facts.follows is not None:
        return RelevanceReason.FOLLOWS_ANOTHER, _FOLLOWS.format(facts.follows)
    if facts.verdict != Verdict.PROCESS_SIGNAL:
        return RelevanceReason.NO_PROCESS_SIGNAL, _NO_SIGNAL
    return RelevanceReason.NOT_LEADING, _NOT_LEADING
