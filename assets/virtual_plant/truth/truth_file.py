"""What really happened: causes, mechanisms, decoys and the best possible prediction.

Written beside the exports in a folder the pipeline never reads.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import Floats
from assets.virtual_plant.declaration.structure import holds
from assets.virtual_plant.declaration.variable import Pattern, Variable
from assets.virtual_plant.production.batch_frames import instants
from assets.virtual_plant.production.batches import Batches, risk
from assets.virtual_plant.truth.knowability import ALARM_SHARE, first_known, pushes, side


def truth_of(made: Batches) -> dict[str, Any]:
    """Everything a judge of the pipeline's answers needs, but for the effects of doing something.

    Args:
        made: The simulated batches.

    Returns:
        JSON-ready mapping: settings, mechanisms with causes and the features in which they are
        visible, decoys, planted patterns, event precursors, causes by failure with the instant at
        which each could first have been known, oracle risk per batch, oracle AUC, renewal laws.
    """
    settings, plant = made.settings, made.plant
    return {
        "plant": plant.name,
        "settings": {
            "batches": settings.batches,
            "years": settings.years,
            "seed": settings.seed,
            "cut": settings.cut,
            "drift": settings.drift,
            "product_effect": settings.product_effect,
            "policy": vars(settings.policy) if settings.policy else None,
        },
        "knowable_alarm_share": ALARM_SHARE,
        "failures": int(made.is_failure.sum()),
        "failures_known": int((made.is_failure & ~made.is_pending).sum()),
        "oracle_auc": area_under_curve(made.is_failure, made.failure_prob),
        "mechanisms": _mechanisms(made),
        "patterns": [
            _pattern(made, result, p) for result in plant.results for p in result.patterns
        ],
        "event_precursors": [
            {
                "category": t.category,
                "variable": t.variable,
                "above": t.above,
                "probability": t.probability,
                "confirmed_as": t.cause,
            }
            for t in plant.deviations.triggers
        ],
        "early_terminations": [
            {**vars(law), "batches": int((made.failure_mode == law.name).sum())}
            for law in plant.early_terminations
        ],
        "causes_by_failure": _causes_by_failure(made),
        "oracle_failure_prob": {
            _batch_id(i): round(float(p), 6) for i, p in enumerate(made.failure_prob)
        },
        "hazards": {
            unit: {
                "shape": law.weibull_shape,
                "scale_batches": law.weibull_scale_batches,
                "planned_interval_batches": list(law.interval_batches),
            }
            for unit, law in plant.maintenance.items()
        },
    }


def area_under_curve(is_failure: NDArray[np.bool_], score: Floats) -> float | None:
    """Probability that a failed batch scores above a good one, ties counted half.

    Args:
        is_failure: Label per batch.
        score: Score per batch; higher means riskier.

    Returns:
        0 to 1, or None with one class only.
    """
    failed, good = score[is_failure], np.sort(score[~is_failure])
    if not len(failed) or not len(good):
        return None
    below = np.searchsorted(good, failed, side="left")
    up_to = np.searchsorted(good, failed, side="right")
    return float(np.mean((below + up_to) / 2) / len(good))


def _mechanisms(made: Batches) -> list[dict[str, Any]]:
    found = []
    for mechanism in made.plant.mechanisms:
        result = made.plant.variable(mechanism.result)
        centre = made.outcome.centres[mechanism.result]
        alone = centre if result.spec_high is not None else -centre
        if result.spec_low is not None and result.spec_high is not None:
            alone = risk(result, centre)
        is_mode = made.failure_mode == mechanism.name
        found.append(
            {
                "name": mechanism.name,
                "result": mechanism.result,
                "spec_low": result.spec_low,
                "spec_high": result.spec_high,
                "failures": int(is_mode.sum()),
                "auc_alone": area_under_curve(made.is_failure, alone),
                "causes": [
                    {
                        "variable": cause.variable,
                        "stage": cause.stage,
                        "recorded_as": cause.recorded_as or cause.variable,
                        "features": list(cause.features),
                        "terms": [
                            {
                                "form": t.form,
                                "coefficient": t.coefficient,
                                "centre": t.centre,
                                "scale": t.scale,
                            }
                            for t in result.terms
                            if t.parent == cause.variable
                        ],
                    }
                    for cause in mechanism.causes
                ],
                "visible_in": list(mechanism.visible_in),
                "decoys": list(mechanism.decoys),
            }
        )
    return found


def main_causes(made: Batches) -> dict[int, str]:
    """The declared cause that pushed each failed batch most; none where paths were cut.

    Args:
        made: The simulated batches.

    Returns:
        Position of the batch to the variable.
    """
    if made.settings.cut != "none":
        return {}
    pushed = {m.name: (m.result, pushes(made, m.result)) for m in made.plant.mechanisms}
    stopped_by = {law.name: law.variable for law in made.plant.early_terminations}
    found = {}
    for i in np.flatnonzero(made.is_failure):
        mode = str(made.failure_mode[i])
        if mode in stopped_by:
            found[int(i)] = stopped_by[mode]
            continue
        result, by_cause = pushed.get(mode, ("", {}))
        if by_cause:
            sign = side(made, result, int(i))
            found[int(i)] = max(by_cause, key=lambda cause: sign * by_cause[cause][i])
    return found


def _causes_by_failure(made: Batches) -> list[dict[str, Any]]:
    causes, known = main_causes(made), first_known(made)
    stages = {c.variable: c.stage for m in made.plant.mechanisms for c in m.causes}
    stages |= {law.variable: law.stage for law in made.plant.early_terminations}
    rules = [(result, p) for result in made.plant.results for p in result.patterns]
    modes = {m.name: m.result for m in made.plant.mechanisms}
    failed = [int(i) for i in np.flatnonzero(made.is_failure)]
    at = instants(made.plant, np.array([known[i].at_s for i in failed], dtype=np.int64))
    return [
        {
            "batch_id": _batch_id(i),
            "failure_mode": str(made.failure_mode[i]),
            "cause": causes.get(i),
            "stage_of_origin": stages.get(causes.get(i, "")),
            "result": modes.get(str(made.failure_mode[i])),
            "patterns": [
                rule.name
                for result, rule in rules
                if modes.get(str(made.failure_mode[i])) == result.name
                and holds(rule, made.outcome.values)[i]
            ],
            "first_knowable_at": at[n].isoformat(sep=" "),
            "first_knowable_from": known[i].feature,
            "first_knowable_stage": known[i].stage,
            "is_pending": bool(made.is_pending[i]),
        }
        for n, i in enumerate(failed)
    ]


def _pattern(made: Batches, result: Variable, pattern: Pattern) -> dict[str, Any]:
    """A planted rule, its thresholds, and the failures that would not be without it."""
    is_inside = holds(pattern, made.outcome.values)
    is_cut = made.settings.cut != "none"
    centre = made.outcome.centres[result.name]
    without = risk(result, centre - (0.0 if is_cut else pattern.effect) * is_inside)
    return {
        "name": pattern.name,
        "result": result.name,
        "effect": 0.0 if is_cut else pattern.effect,
        "conditions": [
            {key: value for key, value in vars(c).items() if value is not None}
            for c in pattern.conditions
        ],
        "batches": int(is_inside.sum()),
        "failures": int((made.is_failure & is_inside).sum()),
        "failure_prob_inside": _mean(made.failure_prob[is_inside]),
        "failure_prob_outside": _mean(made.failure_prob[~is_inside]),
        "attributable_failures": round(float((risk(result, centre) - without).sum()), 4),
    }


def _mean(values: Floats) -> float | None:
    return round(float(values.mean()), 6) if len(values) else None


def _batch_id(position: int) -> str:
    return f"B{position + 1:05d}"
