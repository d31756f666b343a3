"""Rows of ``model.multivariate_models``: the models, and those that could not be fitted."""

from hashlib import sha256
from typing import Any, Protocol

import numpy as np

from assets.process_verification.multivariate.phase_one import FEWEST
from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.distance_limits import promised_limit

Row = dict[str, Any]
FALSE_ALARM_PROB = 0.01


class KeptAsText(Protocol):
    """A model that can be kept as text."""

    def text(self) -> str:
        """Write the model."""


def named(product: str, *rest: str) -> str:
    """Return the name of a model."""
    return " | ".join((product, *rest))


def fitted_row(about: Row, model: KeptAsText, batches: int, **more: Any) -> Row:
    """Return the row of a model that was fitted."""
    content = model.text()
    kept = {"content": content, "sha256": sha256(content.encode()).hexdigest()}
    return {**about, "fit_state": "fitted", "batches": batches, **kept, **more}


def refused_row(about: Row, reason: str, batches: int) -> Row:
    """Return the row of a model that could not be."""
    return {**about, "fit_state": "refused", "reason": reason, "batches": batches}


def too_few(batches: int, columns: int) -> str:
    """Say that there are too few batches, or too few columns."""
    return (
        f"Of {batches} batches with such records fewer than {FEWEST} good ones are left, or fewer "
        f"than {columns} columns that vary."
    )


def promised_prob(batches: int) -> float:
    """Return how often an in-control batch may lie beyond a limit, whatever law distances follow.

    Args:
        batches: Of the reference; of fewer than 99 no more can be promised than one in so many.

    Examples:
        >>> promised_prob(49), promised_prob(200)
        (0.02, 0.01)
    """
    return max(FALSE_ALARM_PROB, 1 / (batches + 1))


def share_beyond(distances: FloatArray, level: float) -> float:
    """Return which share of a reference lies beyond a limit that the others alone would give.

    Args:
        distances: Squared, of the reference, each judged by a fit on others.
        level: Probability with which an ordinary batch keeps the limit.
    """
    # Below the limit of all lies what is below that of the others, but for the very last ones.
    most = int(np.ceil((1 - level) * len(distances))) + 2
    last = np.argsort(distances)[-most:]
    beyond = [distances[at] > promised_limit(np.delete(distances, at), level) for at in last]
    return float(np.sum(beyond) / len(distances))
