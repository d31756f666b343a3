"""Dagster assets of continued process verification."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_ins, table_outputs, table_outs

GROUP = "process_verification"
# A night runs everything but the group of the refit.
MODELS_GROUP = "multivariate_models"
BATCHES_OF = (
    "feature.batch_gates",
    "feature.sensor_phase_features",
    "feature.phase_trajectories",
)
MODELS = ("model.multivariate_models", "finding.multivariate_reference")
SCORES = (
    "finding.multivariate_scores",
    "finding.multivariate_contributions",
    "finding.batch_evolution",
)


@dg.multi_asset(
    name="multivariate_models",
    ins=table_ins(*BATCHES_OF, "core.outcomes", "core.outcome_margins", "core.outcome_definitions"),
    outs=table_outs(*MODELS),
    group_name=MODELS_GROUP,
)
def multivariate_models(**tables: pl.DataFrame) -> Iterator[Any]:
    """Fit what normal batches look like, by product."""
    from assets.process_verification.multivariate import multivariate_models as topic
    from assets.statistics.one_thread import one_thread

    with one_thread():
        yield from table_outputs(topic.multivariate_models(**tables), MODELS)


@dg.multi_asset(
    name="multivariate_scores",
    ins=table_ins(*MODELS, *BATCHES_OF),
    outs=table_outs(*SCORES),
    group_name=GROUP,
)
def multivariate_scores(**tables: pl.DataFrame) -> Iterator[Any]:
    """Ask the kept models about every batch; nothing is fitted."""
    from assets.process_verification.multivariate import multivariate_scores as topic
    from assets.statistics.one_thread import one_thread

    with one_thread():
        yield from table_outputs(topic.multivariate_scores(**tables), SCORES)
