"""A model of whole batches as it is kept: fitted once, written as text, asked night after night."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from assets.process_verification.multivariate.kept_text import plain, read, slim, written
from assets.process_verification.multivariate.phase_one import PhaseOne, fitted, whole_spe
from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.distance_limits import promised_limit
from assets.statistics.multivariate.latent_model import LatentModel


@dataclass(frozen=True)
class BatchModel:
    """What normal batches look like, and how far a batch may lie from them.

    Attributes:
        names: Of its columns.
        scaling: Of its columns.
        model: Its directions; residuals are kept as one row per column, its spread.
        limits: Statistic (``t2``, ``spe``) -> the limit a new batch keeps.
    """

    names: list[str]
    scaling: Autoscaling
    model: LatentModel
    limits: dict[str, float]

    @classmethod
    def of(
        cls, values: FloatArray, names: list[str], cleaned: PhaseOne, level: float
    ) -> "BatchModel":
        """Fit a cleaned reference.

        Args:
            values: (batches, columns), as given to ``phase_one``.
            names: Of the columns.
            cleaned: What phase I left.
            level: Probability with which an ordinary batch keeps each limit.
        """
        own = values[np.ix_(cleaned.rows, cleaned.columns)]
        scaling, model = fitted(own, cleaned.components)
        limits = {
            "t2": promised_limit(cleaned.t2, level),
            "spe": promised_limit(cleaned.spe, level),
        }
        return cls([names[place] for place in cleaned.columns], scaling, slim(model), limits)

    def judged(self, values: FloatArray) -> "Judged":
        """Judge batches; columns as in ``names``, NaN where missing."""
        rows = self.scaling.scaled(values)
        scores = self.model.projected(rows)
        t2, spe = self.model.t2(scores), whole_spe(self.model, rows, scores)
        along = np.maximum(self.model.t2_parts(rows, scores), 0.0)
        outside = np.abs(self.model.spe_parts(rows, scores))
        return Judged(
            scores, {"t2": t2, "spe": spe}, {"t2": along, "spe": outside}, rows,
            1 - np.isfinite(values).mean(axis=1),
        )  # fmt: skip

    def text(self) -> str:
        """Write the model."""
        return json.dumps(
            {
                "names": self.names,
                "centre": plain(self.scaling.centre),
                "scale": plain(self.scaling.scale),
                "model": written(self.model),
                "limits": self.limits,
            }
        )

    @classmethod
    def read(cls, text: str) -> "BatchModel":
        """Read a model that was written."""
        kept: dict[str, Any] = json.loads(text)
        scaling = Autoscaling(np.array(kept["centre"]), np.array(kept["scale"]))
        return cls(kept["names"], scaling, read(kept["model"]), kept["limits"])


@dataclass(frozen=True)
class Judged:
    """What a model says of batches.

    Attributes:
        scores: (batches, components).
        value: Statistic -> per batch.
        parts: Statistic -> (batches, columns), what each column adds; 0 or more.
        rows: (batches, columns), in standard deviations from the reference's mean.
        missing: Per batch, share of columns that it lacks.
    """

    scores: FloatArray
    value: dict[str, FloatArray]
    parts: dict[str, FloatArray]
    rows: FloatArray
    missing: FloatArray
