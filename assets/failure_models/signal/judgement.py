"""From all examinations of a run to verdicts: chance counted over the family, then the rule.

The family is every process gain of every outcome and gate of the run; the product gains are a
second family. A p-value in a verdict is always the family's.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.label_models import PRODUCT_ONLY
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.null_distribution import Null
from assets.failure_models.signal.verdict import (
    Gain,
    VerdictFacts,
    decide,
    leading_gain,
    route_of,
)
from assets.failure_models.signal.verdict_sentence import Ranking, sentence
from assets.statistics.resampling.multiplicity import westfall_young
from assets.statistics.resampling.permutation import p_value
from data_contracts.codes.records import VerdictRoute

NAN = float("nan")


@dataclass(frozen=True)
class Judgement:
    """The verdict on one task, with what it rests on.

    Attributes:
        examination: What was seen.
        facts: What the rule was given.
        verdict: What it gave.
        route: What a process signal rests on; None without one.
        gain: The gain the verdict speaks of; None where nothing could be tested.
        reason: The sentence.
        ranking: AUCs.
        signal_p: Family-wise p-value of each process gain of the examination.
        product_p: Family-wise p-value of its product gain.
    """

    examination: Examination
    facts: VerdictFacts
    verdict: str
    route: str | None
    gain: Gain | None
    reason: str
    ranking: Ranking
    signal_p: list[float]
    product_p: float


def family(nulls: list[Null]) -> list[float]:
    """Family-wise p-value of each null; NaN where it has too few arrangements."""
    usable = [null for null in nulls if null.draws is not None]
    if not usable:
        return [NAN] * len(nulls)
    observed = np.array([null.statistic.observed for null in usable])
    draws = np.column_stack([null.draws for null in usable if null.draws is not None])
    found = iter(westfall_young(draws).p_values(observed))
    return [NAN if null.draws is None else float(next(found)) for null in nulls]


def judge(
    seen: Examination,
    signal_p: list[float],
    product_p: float,
    validation: dict[str, dict[str, Any]],
    criteria: AcceptanceCriteria,
) -> Judgement:
    """Judge one task.

    Args:
        seen: Its examination.
        signal_p: Family-wise p-values of its process gains.
        product_p: Family-wise p-value of its product gain; NaN where there is none.
        validation: Forward-in-time rows of ``model.validations`` by model.
        criteria: Thresholds frozen before.

    Returns:
        The judgement.
    """
    task = seen.task
    tested = [(n, p) for n, p in zip(seen.signal, signal_p, strict=True) if n.draws is not None]
    has_product = seen.product is not None and seen.product.draws is not None
    facts = VerdictFacts(
        failures=int(task.tested_label.sum()),
        batches=int(task.tested.size),
        design_effect=seen.design_effect,
        has_margins=task.has_margins,
        questions=task.questions,
        signal=[seen.gain(null, p) for null, p in tested],
        rules=task.rules,
        product=seen.gain(seen.product, product_p) if has_product and seen.product else None,
        obstacle="" if tested or not seen.signal else _no_null(task, seen, criteria),
    )
    verdict, route = decide(facts, criteria), route_of(facts, criteria)
    gain = leading_gain(facts, criteria)
    if route == VerdictRoute.LABEL_MODEL:
        # The headline is that of the model the verdict rests on, and so is everything drawn of it.
        seen = replace(seen, ladder=seen.ladder.on_label())
    ranking = _ranking(validation, seen.ladder.model_used)
    reason = sentence(verdict, route, facts, ranking, gain)
    return Judgement(seen, facts, verdict, route, gain, reason, ranking, signal_p, product_p)


def _no_null(task: Task, seen: Examination, criteria: AcceptanceCriteria) -> str:
    failures = int(task.tested_label.sum())
    most = max((null.arrangements for null in seen.signal), default=0.0)
    return (
        f"{task.tested.size} later batches with {failures} failures can be rearranged among their "
        f"lots and campaigns in {most:.0f} ways, under the {criteria.fewest_arrangements:.0f} a "
        "test of chance needs."
    )


def _ranking(validation: dict[str, dict[str, Any]], model: str) -> Ranking:
    own, product = validation[model], validation[PRODUCT_ONLY]
    return Ranking(
        auc=own["auc"],
        auc_low=own["auc_low"],
        auc_high=own["auc_high"],
        auc_product=product["auc"],
        auc_product_low=product["auc_low"],
        auc_product_high=product["auc_high"],
    )


def permutation_nulls(judged: Judgement) -> list[dict[str, Any]]:
    """Every statistic of a task against its null, in the shape of ``model.permutation_nulls``."""
    seen = judged.examination
    pairs = list(zip(seen.signal, judged.signal_p, strict=True))
    if seen.product is not None:
        pairs.append((seen.product, judged.product_p))
    return [_null_row(seen.task, null, p_family) for null, p_family in pairs]


def _null_row(task: Task, null: Null, p_family: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "outcome": task.outcome,
        "gate": task.gate,
        "statistic": null.statistic.name,
        "observed": null.statistic.observed,
        "draws": 0,
        "arrangements": null.arrangements,
        "residual_autocorrelation": null.autocorrelation,
    }
    if null.draws is None:
        return row
    shares = {"null_p50": 0.5, "null_p95": 0.95, "null_p99": 0.99}
    return row | {
        **{name: float(np.quantile(null.draws, share)) for name, share in shares.items()},
        "p_value": p_value(null.statistic.observed, null.draws),
        "p_value_family": p_family,
        "draws": int(null.draws.size),
        "block_batches": null.block_batches,
    }
