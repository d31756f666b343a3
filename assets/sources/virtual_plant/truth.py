"""What really happened: causes, mechanisms, decoys and the best possible prediction.

Written beside the exports in a folder the pipeline never reads.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.sources.virtual_plant.batches import Batches
from assets.sources.virtual_plant.randomness import Floats
from assets.sources.virtual_plant.structure import term_effect


def truth_of(made: Batches) -> dict[str, Any]:
    """Everything a judge of the pipeline's answers needs.

    Args:
        made: The simulated batches.

    Returns:
        JSON-ready mapping: settings, mechanisms with causes and the features in which they are
        visible, decoys, causes by failure, oracle risk per batch, oracle AUC, renewal laws.
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
        "failures": int(made.is_failure.sum()),
        "failures_known": int((made.is_failure & ~made.is_pending).sum()),
        "oracle_auc": area_under_curve(made.is_failure, made.failure_prob),
        "mechanisms": _mechanisms(made),
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
        sign = 1.0 if result.spec_high is not None else -1.0
        is_mode = made.failure_mode == mechanism.name
        found.append(
            {
                "name": mechanism.name,
                "result": mechanism.result,
                "spec_low": result.spec_low,
                "spec_high": result.spec_high,
                "failures": int(is_mode.sum()),
                "auc_alone": area_under_curve(made.is_failure, sign * centre),
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
    pushes = {m.name: _contributions(made, m.result) for m in made.plant.mechanisms}
    found = {}
    for i in np.flatnonzero(made.is_failure):
        by_cause = {c: float(p[i]) for c, p in pushes.get(str(made.failure_mode[i]), {}).items()}
        if by_cause:
            found[int(i)] = max(by_cause, key=lambda cause: by_cause[cause])
    return found


def _causes_by_failure(made: Batches) -> list[dict[str, Any]]:
    causes = main_causes(made)
    stages = {c.variable: c.stage for m in made.plant.mechanisms for c in m.causes}
    return [
        {
            "batch_id": _batch_id(int(i)),
            "failure_mode": str(made.failure_mode[i]),
            "cause": causes.get(int(i)),
            "stage_of_origin": stages[causes[int(i)]] if int(i) in causes else None,
            "is_pending": bool(made.is_pending[i]),
        }
        for i in np.flatnonzero(made.is_failure)
    ]


def _contributions(made: Batches, result: str) -> dict[str, Floats]:
    """Push of each declared cause towards the limit, relative to its mean over batches."""
    variable = made.plant.variable(result)
    sign = 1.0 if variable.spec_high is not None else -1.0
    causes = {c.variable for m in made.plant.mechanisms if m.result == result for c in m.causes}
    pushes: dict[str, Floats] = {}
    for term in variable.terms:
        if term.parent in causes:
            effect = sign * term_effect(term, made.outcome.values)
            pushes[term.parent] = pushes.get(term.parent, 0.0) + effect - effect.mean()
    return pushes


def _batch_id(position: int) -> str:
    return f"B{position + 1:05d}"
