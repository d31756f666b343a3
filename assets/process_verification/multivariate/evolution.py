"""Batch evolution: does a batch mature as good ones did, step by step of its phase?

Every step of every good batch is a row; partial least squares on the step finds the directions in
which a phase moves as it goes on. At each step the scores of good batches have a mean and a spread,
and so have the maturity they predict and the distance of the sensors from their mean course, in
which a relation that breaks shows. A batch is charted against these: limits in time. One width
holds for all steps and all four, so that a good batch stays inside everywhere with one probability.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assets.process_verification.multivariate.kept_text import plain, read, slim, written
from assets.process_verification.multivariate.phase_one import (
    BLOCKS,
    CERTAINLY,
    CLEANING_RISK,
    FEW,
    FEWEST,
    LARGEST_PART,
    ROUNDS,
)
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.distance_limits import outlying, promised_limit
from assets.statistics.multivariate.latent_model import LatentModel
from assets.statistics.multivariate.partial_least_squares import partial_least_squares

COMPONENTS = 2
STATISTICS = ("score_1", "score_2", "maturity", "distance")
# Part by which correlations of departures are drawn to none: two tags of one sensor are no divisor.
SHRINKAGE = 0.05
# A tag's spread at a step is at least this part of its usual one.
SMALLEST_PART = 0.2


@dataclass(frozen=True)
class Evolution:
    """How good batches go through a phase.

    Attributes:
        tags: Columns.
        scaling: Of them.
        model: Directions that go along with maturity.
        slopes: Per direction, maturity on its score.
        course: (2, steps, tags), mean and spread of good batches.
        inverse: (tags, tags), of the correlations of departures from the mean course.
        centre: (steps, ``STATISTICS``) of good batches; the distance as its cube root.
        spread: Likewise, widened by what the mean is unsure of.
        width: How many spreads a batch may lie away anywhere.
        held_out: Per good batch, how many it lay away, judged by a fit on the others.
    """

    tags: list[str]
    scaling: Autoscaling
    model: LatentModel
    slopes: FloatArray
    course: FloatArray
    inverse: FloatArray
    centre: FloatArray
    spread: FloatArray
    width: float
    held_out: FloatArray

    @classmethod
    def of(cls, courses: FloatArray, tags: list[str], level: float) -> "Evolution | None":
        """Fit good batches.

        Args:
            courses: (batches in production order, steps, tags), NaN where missing.
            tags: Names.
            level: Probability with which a good batch stays inside everywhere.

        Returns:
            None for fewer than twelve batches, or fewer than three tags that vary.

        Source: Wold, Kettaneh, Friden & Holmberg (1998), sections 3 and 4.
        """
        varies = Autoscaling.of(courses.reshape(-1, len(tags))).scale > 0
        if len(courses) < FEWEST or varies.sum() <= COMPONENTS:
            return None
        courses = courses[:, :, varies]
        names = [tag for tag, does in zip(tags, varies, strict=True) if does]
        count = len(courses)
        away = np.empty(count)
        for block in np.array_split(np.arange(count), count if count < FEW else BLOCKS):
            fit = cls._fit(np.delete(courses, block, axis=0), names)
            away[block] = fit.furthest(fit.away(fit.statistics(courses[block])))
        width = float(np.sqrt(promised_limit(away**2, level)))
        return replace(cls._fit(courses, names), width=width, held_out=away)

    @classmethod
    def _fit(cls, courses: FloatArray, tags: list[str]) -> "Evolution":
        """Everything but the width."""
        batches, steps, columns = courses.shape
        scaling = Autoscaling.of(courses.reshape(-1, columns))
        maturity = np.tile((np.arange(steps) + 0.5) / steps, batches)[:, None] - 0.5
        table = np.nan_to_num(scaling.scaled(courses.reshape(-1, columns)))
        found = partial_least_squares(table, maturity, COMPONENTS)
        course = _mean_course(courses)
        nothing = np.empty(0)
        fit = cls(
            tags, scaling, slim(found.model), found.result_loadings[0], course,
            _inverse_correlation(courses, course), nothing, nothing, np.inf, nothing,
        )  # fmt: skip
        values = _cube(fit.statistics(courses))
        count = np.maximum(np.isfinite(values).sum(axis=0), 2)
        centre = np.nansum(values, axis=0) / count
        square = np.nansum((values - centre) ** 2, axis=0) / (count - 1)
        spread = np.sqrt(square * (1 + 1 / count))
        # A step in which good batches are alike to the last digit has no unit of its own.
        least = np.maximum(SMALLEST_PART * np.sqrt((spread**2).mean(axis=0)), 1e-9)
        return replace(fit, centre=centre, spread=np.maximum(spread, least))

    def departures(self, courses: FloatArray) -> FloatArray:
        """Return how far each tag is from the mean course, in its spreads at that step."""
        return np.asarray((courses - self.course[0]) / self.course[1])

    def scaled(self, courses: FloatArray) -> FloatArray:
        """Rows of steps in spreads of the tags; (batches x steps, tags)."""
        return self.scaling.scaled(courses.reshape(-1, courses.shape[2]))

    def statistics(self, courses: FloatArray) -> FloatArray:
        """Return (batches, steps, ``STATISTICS``); NaN in a step of which nothing is known."""
        rows = self.scaled(courses)
        known = np.isfinite(rows).any(axis=1)
        scores = self.model.projected(rows)
        maturity = scores @ self.slopes + 0.5
        apart = np.nan_to_num(self.departures(courses)).reshape(len(rows), -1)
        distance = np.einsum("ij,jk,ik->i", apart, self.inverse, apart)
        found = np.column_stack([scores, maturity, distance])
        found[~known] = np.nan
        return np.asarray(found.reshape(*courses.shape[:2], len(STATISTICS)))

    def away(self, statistics: FloatArray) -> FloatArray:
        """Return statistics in spreads from the centre of good batches; distance counts upwards."""
        away = (_cube(statistics) - self.centre) / self.spread
        away[..., -1] = np.maximum(away[..., -1], 0.0)
        return np.asarray(away)

    @staticmethod
    def furthest(away: FloatArray) -> FloatArray:
        """Return per batch the largest distance anywhere; 0 where nothing is known."""
        flat = np.abs(np.nan_to_num(away)).reshape(len(away), -1)
        return np.asarray(flat.max(axis=1))

    def band(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return centre and limits in time, (steps, ``STATISTICS``) each, in their own units."""
        low, high = (self.centre + sign * self.width * self.spread for sign in (-1, 1))
        low[:, -1] = 0.0
        return tuple(
            np.column_stack([part[:, :-1], np.maximum(part[:, -1:], 0.0) ** 3])
            for part in (self.centre, low, high)
        )  # type: ignore[return-value]

    def parts(self, course: FloatArray) -> FloatArray:
        """Return what each tag adds to the distance at each step of one batch, 0 or more.

        Args:
            course: (steps, tags).
        """
        apart = np.nan_to_num(self.departures(course[None])[0])
        return np.asarray(np.maximum(apart * (apart @ self.inverse), 0.0))

    def text(self) -> str:
        """Write the model."""
        return json.dumps(
            {
                "tags": self.tags,
                "scaling": [plain(self.scaling.centre), plain(self.scaling.scale)],
                "model": written(self.model),
                "slopes": plain(self.slopes),
                "course": plain(self.course),
                "inverse": plain(self.inverse),
                "centre": plain(self.centre),
                "spread": plain(self.spread),
                "width": self.width,
            }
        )

    @classmethod
    def read(cls, text: str) -> "Evolution":
        """Read a model that was written."""
        kept: dict[str, Any] = json.loads(text)
        slopes, course, inverse, centre, spread = (
            np.array(kept[name], dtype=float)
            for name in ("slopes", "course", "inverse", "centre", "spread")
        )
        scaling = Autoscaling(*(np.array(part, dtype=float) for part in kept["scaling"]))
        return cls(
            kept["tags"], scaling, read(kept["model"]), slopes, course, inverse, centre, spread,
            kept["width"], np.empty(0),
        )  # fmt: skip


def _cube(statistics: FloatArray) -> FloatArray:
    """Statistics with the distance as its cube root, which is nearly normal."""
    return np.concatenate([statistics[..., :-1], np.cbrt(statistics[..., -1:])], axis=-1)


def _mean_course(courses: FloatArray) -> FloatArray:
    """Mean and spread of every tag at every step; a spread has a least value."""
    known = np.isfinite(courses)
    count = np.maximum(known.sum(axis=0), 2)
    mean = np.where(known, courses, 0.0).sum(axis=0) / count
    square = np.where(known, courses - mean, 0.0) ** 2
    spread = np.sqrt(square.sum(axis=0) / (count - 1))
    least = np.maximum(SMALLEST_PART * np.sqrt((spread**2).mean(axis=0)), 1e-12)
    return np.stack([mean, np.maximum(spread, least)])


def _inverse_correlation(courses: FloatArray, course: FloatArray) -> FloatArray:
    apart = np.nan_to_num((courses - course[0]) / course[1]).reshape(-1, courses.shape[2])
    square = apart.T @ apart / len(apart)
    own = np.maximum(np.sqrt(square.diagonal()), 1e-9)
    correlation = (1 - SHRINKAGE) * square / np.outer(own, own) + SHRINKAGE * np.eye(len(own))
    return np.asarray(np.linalg.inv(correlation) / np.outer(own, own))


def is_whole(courses: FloatArray) -> BoolArray:
    """Return per batch whether half of its cells are known."""
    return np.asarray(np.isfinite(courses).mean(axis=(1, 2)) >= 0.5)


def clean_courses(
    courses: FloatArray, tags: list[str], whole: BoolArray, failed: BoolArray, level: float
) -> tuple[Evolution, IntArray, dict[int, str]] | None:
    """Fit good batches, those left out whose course is far from what most of the others went.

    Args:
        courses: (batches in production order, steps, tags), NaN where missing.
        tags: Names.
        whole: Per batch, whether enough of it is known.
        failed: Per batch.
        level: Probability with which a good batch stays inside everywhere.

    Returns:
        The fit, the places it was fitted on, and place -> why not, as in ``phase_one``; None where
        too few batches or tags are left.
    """
    excluded = {int(place): "failed" for place in np.flatnonzero(whole & failed)}
    good = np.flatnonzero(whole & ~failed)
    spare = int(LARGEST_PART * good.size)
    for is_last in (False,) * ROUNDS + (True,):
        fit = Evolution.of(courses[good], tags, level)
        if fit is None:
            return None
        beyond = outlying(fit.held_out**2, 1 - CLEANING_RISK / good.size)
        out = np.flatnonzero(beyond > CERTAINLY)
        out = out[np.argsort(-beyond[out])][:spare]
        if is_last or not out.size:
            return fit, good, excluded
        spare -= out.size
        for place in out:
            why = f"course {beyond[place]:.1f} times the limit of the others"
            excluded[int(good[place])] = why
        good = np.delete(good, out)
    return None
