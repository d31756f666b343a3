"""The verdict rule in its order, and sentences that carry their numbers."""

from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from assets.failure_models.signal.acceptance_criteria import (
    AcceptanceCriteria,
    criteria_frame,
    criteria_of,
)
from assets.failure_models.signal.verdict import Gain, VerdictFacts, decide, leading_gain
from assets.failure_models.signal.verdict_sentence import Ranking, not_applicable, sentence

CRITERIA = AcceptanceCriteria()
SHOWN = Gain("margin_gain_over_product", 0.2, 0.1, 0.3, 0.0004)
NOT_SHOWN = replace(SHOWN, value=-0.01, low=-0.03, high=0.01, p_value=0.6)
PRODUCT = Gain("product_gain_over_base_rate", 0.1, 0.05, 0.15, 0.001)
FACTS = VerdictFacts(failures=20, batches=600, design_effect=2.0, has_margins=True, signal=[SHOWN])
RANKING = Ranking(0.81, 0.7, 0.9, 0.6, 0.5, 0.7, 0.57, 1.25, 0.75)


def test_the_order_of_the_rule() -> None:
    everything = replace(
        FACTS, leaks=["x alone ranks failures"], obstacle="too few ways.", product=PRODUCT
    )
    assert decide(everything, CRITERIA) == "leak_suspected"
    assert decide(replace(everything, leaks=[]), CRITERIA) == "too_few_failures"
    assert decide(replace(everything, leaks=[], obstacle=""), CRITERIA) == "process_signal"
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


def test_a_sentence_carries_the_numbers_and_their_interval() -> None:
    text = sentence("process_signal", FACTS, RANKING, SHOWN)
    assert text == (
        "On 600 later batches with 20 failures (worth 10.0 independent ones), none of them used in "
        "fitting: process features explain 20.0% of the margin's variation within product (95% "
        "interval 10.0% to 30.0%, p < 0.001). Ranking of failures: AUC 0.81 (0.70 to 0.90), "
        "product alone 0.60 (0.50 to 0.70)."
    )


def test_what_was_not_found_says_what_could_have_been() -> None:
    quiet = replace(FACTS, signal=[NOT_SHOWN], product=PRODUCT)
    text = sentence("product_mix_only", quiet, RANKING, NOT_SHOWN)
    assert "no process feature adds to it (gain -1.0%" in text
    assert (
        "worth an AUC of 0.57 would have been seen with 80% probability; "
        "one of 0.75 takes about 1.2 years" in text
    )
    assert "there is only one" in sentence(
        "no_signal", replace(quiet, product=None), RANKING, NOT_SHOWN
    )


def test_a_gate_after_the_result_is_not_judged() -> None:
    assert not_applicable("rejected batches", 6, 6, 5).startswith(
        "Rejected batches is decided by results of stage 6"
    )
    assert "No batch has reached gate 3" in not_applicable("rejected batches", 3, 6, 5)


def test_acceptance_criteria_are_read_back_as_they_were_frozen() -> None:
    frozen = criteria_frame(["failure", "blend"], datetime.fromisoformat("2024-01-01"))
    changed = frozen.with_columns(
        threshold=pl.when(outcome="blend", criterion="leak_auc").then(0.9).otherwise("threshold")
    )
    assert criteria_of(changed, "failure") == AcceptanceCriteria()
    assert criteria_of(changed, "blend") == AcceptanceCriteria(leak_auc=0.9)
