"""The verdict rule in its order, and sentences that carry their numbers."""

from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from assets.failure_models.dataset.confirmed_rules import ConfirmedRule
from assets.failure_models.signal.acceptance_criteria import (
    AcceptanceCriteria,
    criteria_frame,
    criteria_of,
)
from assets.failure_models.signal.verdict import (
    Gain,
    VerdictFacts,
    decide,
    leading_gain,
    route_of,
)
from assets.failure_models.signal.verdict_sentence import Ranking, not_applicable, sentence

CRITERIA = AcceptanceCriteria()
SHOWN = Gain("margin_gain_over_product", 0.2, 0.1, 0.3, 0.0004)
NOT_SHOWN = replace(SHOWN, value=-0.01, low=-0.03, high=0.01, p_value=0.6)
PRODUCT = Gain("product_gain_over_base_rate", 0.1, 0.05, 0.15, 0.001)
FACTS = VerdictFacts(failures=20, batches=600, design_effect=2.0, has_margins=True, signal=[SHOWN])
RULE = ConfirmedRule("speed at least 21.5", "failure", 0.004, 0.0005, 20, 9, 0.018)
RANKING = Ranking(0.81, 0.7, 0.9, 0.6, 0.5, 0.7)


def test_the_order_of_the_rule() -> None:
    everything = replace(
        FACTS, questions=["X foretells Y."], rules=[RULE], obstacle="too few ways.", product=PRODUCT
    )
    assert decide(everything, CRITERIA) == "leak_suspected"
    assert decide(replace(everything, questions=[]), CRITERIA) == "process_signal"
    unruled = replace(everything, questions=[], rules=[])
    assert decide(unruled, CRITERIA) == "too_few_failures"
    assert decide(replace(unruled, obstacle=""), CRITERIA) == "process_signal"
    quiet = replace(FACTS, signal=[NOT_SHOWN], product=PRODUCT)
    assert decide(quiet, CRITERIA) == "product_mix_only"
    assert decide(replace(quiet, product=None), CRITERIA) == "no_signal"
    assert decide(replace(quiet, product=replace(PRODUCT, p_value=0.06)), CRITERIA) == "no_signal"


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        (SHOWN, "process_signal"),
        (replace(SHOWN, p_value=0.05), "process_signal"),
        (replace(SHOWN, p_value=0.0501), "no_signal"),
        (replace(SHOWN, value=-0.001), "no_signal"),
        (replace(SHOWN, p_value=float("nan")), "no_signal"),
    ],
)
def test_a_signal_needs_a_gain_and_a_small_p_value(gain: Gain, verdict: str) -> None:
    assert decide(replace(FACTS, signal=[gain]), CRITERIA) == verdict


def test_without_margins_eight_effective_failures_are_needed() -> None:
    labels = replace(FACTS, has_margins=False)
    assert decide(replace(labels, failures=15), CRITERIA) == "too_few_failures"
    assert decide(replace(labels, failures=16), CRITERIA) == "process_signal"
    assert decide(replace(labels, failures=2, has_margins=True), CRITERIA) == "process_signal"


def test_the_leading_gain_is_the_one_shown() -> None:
    spread = Gain("squared_residual_gain", 0.05, 0.01, 0.09, 0.01)
    assert leading_gain(replace(FACTS, signal=[NOT_SHOWN, spread]), CRITERIA) == spread
    assert leading_gain(replace(FACTS, signal=[NOT_SHOWN]), CRITERIA) == NOT_SHOWN
    assert leading_gain(replace(FACTS, signal=[]), CRITERIA) is None


@pytest.mark.parametrize(
    ("statistic", "route"),
    [
        ("margin_gain_over_product", "margin_model"),
        ("squared_residual_gain", "spread_model"),
        ("log_score_gain_over_product", "label_model"),
    ],
)
def test_a_signal_says_what_it_rests_on_and_models_go_before_rules(
    statistic: str, route: str
) -> None:
    facts = replace(FACTS, signal=[NOT_SHOWN, replace(SHOWN, statistic=statistic)], rules=[RULE])
    assert route_of(facts, CRITERIA) == route
    assert route_of(replace(facts, signal=[NOT_SHOWN]), CRITERIA) == "rule"
    assert route_of(replace(facts, questions=["X foretells Y."]), CRITERIA) is None
    assert route_of(replace(facts, signal=[NOT_SHOWN], rules=[]), CRITERIA) is None


def test_a_gain_on_too_few_failures_is_no_route_and_a_rule_is() -> None:
    facts = replace(FACTS, has_margins=False, failures=10, rules=[RULE])
    assert (decide(facts, CRITERIA), route_of(facts, CRITERIA)) == ("process_signal", "rule")


def test_a_rule_says_what_became_of_it_and_what_models_say_beside_it() -> None:
    facts = replace(FACTS, signal=[NOT_SHOWN], rules=[RULE, RULE])
    assert sentence("process_signal", "rule", facts, RANKING, NOT_SHOWN) == (
        "The rule 'speed at least 21.5' was found on the earlier batches (p = 0.004 over all rules "
        "tried) and held on the later ones: 9 of 20 failed, 1.8% of all others (p < 0.001). "
        "1 more rule held as well. It carries the verdict alone. On 600 later batches with 20 "
        "failures (worth 10.0 independent ones), none of them used in fitting: a model of all "
        "process features gains -1.0% of the margin's variation within product (95% interval -3.0% "
        "to 1.0%, p = 0.600)."
    )
    thin = replace(RULE, kind="thin_margin", rate_outside=None)
    untested = replace(FACTS, signal=[], rules=[thin], obstacle="9 batches move in 3 ways.")
    assert sentence("process_signal", "rule", untested, RANKING, None).endswith(
        "held on the later ones: 9 of 20 came close to the limit (p < 0.001). It carries the "
        "verdict alone: 9 batches move in 3 ways."
    )


def test_an_open_question_is_asked_and_the_others_are_counted() -> None:
    facts = replace(FACTS, questions=["X alone foretells Y. Is it measured before?"] * 2)
    assert sentence("leak_suspected", None, facts, RANKING, SHOWN) == (
        "X alone foretells Y. Is it measured before? 1 more column raises the same question. "
        "Nothing is claimed of this outcome before the answer."
    )


def test_a_sentence_carries_the_numbers_and_their_interval() -> None:
    text = sentence("process_signal", "margin_model", FACTS, RANKING, SHOWN)
    assert text == (
        "On 600 later batches with 20 failures (worth 10.0 independent ones), none of them used in "
        "fitting: process features explain 20.0% of the margin's variation within product (95% "
        "interval 10.0% to 30.0%, p < 0.001). Ranking of failures: AUC 0.81 (0.70 to 0.90), "
        "product alone 0.60 (0.50 to 0.70)."
    )


def test_what_was_not_found_is_said_with_its_numbers() -> None:
    quiet = replace(FACTS, signal=[NOT_SHOWN], product=PRODUCT)
    text = sentence("product_mix_only", None, quiet, RANKING, NOT_SHOWN)
    assert "no process feature adds to it (gain -1.0%" in text
    assert "there is only one" in sentence(
        "no_signal", None, replace(quiet, product=None), RANKING, NOT_SHOWN
    )


def test_a_gate_after_the_result_is_not_judged() -> None:
    assert not_applicable("rejected batches", 6, 6, 5).startswith(
        "Rejected batches is decided by results of stage 6"
    )
    assert "No batch has reached gate 3" in not_applicable("rejected batches", 3, 6, 5)


def test_acceptance_criteria_are_read_back_as_they_were_frozen() -> None:
    frozen = criteria_frame(["failure", "blend"], datetime.fromisoformat("2024-01-01"))
    changed = frozen.with_columns(
        threshold=pl.when(outcome="blend", criterion="driver_stability")
        .then(0.9)
        .otherwise("threshold")
    )
    assert criteria_of(changed, "failure") == AcceptanceCriteria()
    assert criteria_of(changed, "blend") == AcceptanceCriteria(driver_stability=0.9)
