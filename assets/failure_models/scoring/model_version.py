"""The identity of a model: what it was told to do, and the data it was told to do it with.

A verdict belongs to a model version, so the version must change whenever either does and never
otherwise.
"""

import json
from hashlib import sha256
from typing import Any

import numpy as np

from assets.failure_models.dataset.trial import FOLDS, Trial
from assets.failure_models.estimators import boosted_trees
from assets.failure_models.estimators.ridge import PENALTY_GRID, TIME_BLOCKS
from assets.statistics.regression.detrending import PAST_BATCHES


def model_version(trial: Trial, model: str) -> str:
    """Hash of configuration and training data.

    Args:
        trial: An outcome at a gate.
        model: Name of the rung.

    Returns:
        The rung's name and twelve hexadecimal digits.
    """
    configuration: dict[str, Any] = {
        "model": model,
        "outcome": trial.outcome,
        "gate": trial.gate,
        "seed": trial.seed,
        "folds": FOLDS,
        "past_batches": PAST_BATCHES,
        "penalties": [float(penalty) for penalty in PENALTY_GRID],
        "time_blocks": TIME_BLOCKS,
        "trees": boosted_trees.SETTINGS
        | {
            "on_margins": [boosted_trees.MARGIN_ROUNDS, boosted_trees.MARGIN_ETA],
            "on_labels": [boosted_trees.LABEL_ROUNDS, boosted_trees.LABEL_ETA],
        },
        "columns": trial.matrix.columns,
        "batches": trial.matrix.batch_ids,
    }
    digest = sha256(json.dumps(configuration, sort_keys=True).encode())
    for values in (trial.matrix.values, trial.panel.label, trial.panel.margins):
        digest.update(np.ascontiguousarray(values).tobytes())
    return f"{model}-{digest.hexdigest()[:12]}"
