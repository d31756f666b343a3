"""Batches made by a rule: four sensors in one phase, two hidden causes, 32 steps."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from assets.process_verification.multivariate.batch_columns import FEATURES
from assets.statistics.array_types import FloatArray
from data_contracts.tables import table

STEPS = 32
TAGS = ("air_flow", "exhaust_c", "inlet_c", "spray_rate")
START = datetime(2024, 1, 1)  # noqa: DTZ001
MIXING = np.array([[1.0, 0.8, 0.0, 0.4], [0.0, 0.6, 1.0, -0.5]])


@dataclass
class MadePlant:
    """Sensor courses of batches in two stages, to be changed before they are made into tables.

    Attributes:
        courses: Stage -> (batches, steps, tags).
        failed: Places of batches that failed.
        products: Per batch.
    """

    courses: dict[int, FloatArray]
    failed: set[int]
    products: list[str]

    @classmethod
    def of(cls, batches: int, seed: int = 1, stages: tuple[int, ...] = (3, 4)) -> "MadePlant":
        rng = np.random.default_rng(seed)
        progress = np.linspace(0, 1, STEPS)[None, :, None]
        courses = {}
        for stage in stages:
            level = rng.normal(size=(batches, 1, 2)) @ MIXING
            slope = rng.normal(size=(batches, 1, 2)) @ MIXING
            noise = rng.normal(size=(batches, STEPS, len(TAGS)))
            rising = 20 * progress * np.array([1.0, 0.5, -1.0, 0.2])
            courses[stage] = 50 + rising + level + 0.3 * slope * progress + 0.4 * noise
        return cls(courses, set(), ["A"] * batches)

    @property
    def batch_ids(self) -> list[str]:
        return [f"B{place:04d}" for place in range(len(self.products))]

    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables a score is made from."""
        features, trajectories = [], []
        for stage, courses in self.courses.items():
            for place, batch in enumerate(self.batch_ids):
                for column, tag in enumerate(TAGS):
                    course = courses[place, :, column]
                    if not np.isfinite(course).any():
                        continue
                    known = START + timedelta(days=place, hours=stage)
                    about = {"batch_id": batch, "stage": stage, "unit_procedure": "coating",
                             "phase": f"phase_{stage}", "tag": tag}  # fmt: skip
                    told = {
                        "mean": float(np.nanmean(course)),
                        "sd": float(np.nanstd(course)),
                        "minimum": float(np.nanmin(course)),
                        "maximum": float(np.nanmax(course)),
                        "slope_per_h": float(np.nanmax(course) - np.nanmin(course)),
                        "end_level": float(course[np.isfinite(course)][-1]),
                        "noise_sd": float(np.nanstd(np.diff(course))),
                    }
                    assert set(told) == set(FEATURES)
                    features.append(about | told | {"duration_h": 2.0 + 0.01 * (place % 7),
                                                    "known_at": known})  # fmt: skip
                    steps = {
                        f"step_{i + 1:02d}": float(v) if np.isfinite(v) else None
                        for i, v in enumerate(course)
                    }
                    trajectories.append(about | steps)
        return {
            "batch_gates": pl.DataFrame(
                {
                    "batch_id": self.batch_ids,
                    "production_order": range(len(self.products)),
                    "product": self.products,
                    "strength": [None] * len(self.products),
                },
                schema_overrides={"strength": pl.String},
            ),
            "sensor_phase_features": pl.DataFrame(features, infer_schema_length=None),
            "phase_trajectories": pl.DataFrame(trajectories, infer_schema_length=None),
        }

    def results(self, margin: FloatArray | None = None) -> dict[str, pl.DataFrame]:
        """The tables of results."""
        ids = self.batch_ids
        margins = [] if margin is None else [
            {"batch_id": batch, "outcome": "off", "quantity": "assay", "margin": float(value),
             "measured_quantity": "assay", "limit": "high", "is_censored": False}
            for batch, value in zip(ids, margin, strict=True)
        ]  # fmt: skip
        return {
            "outcomes": pl.DataFrame(
                {"batch_id": ids, "is_failure": [place in self.failed for place in range(len(ids))]}
            ),
            "outcome_margins": table("core.outcome_margins", margins),
            "outcome_definitions": pl.DataFrame(
                {"margin_quantity": ["assay"], "last_gate_before": [4]}
            ),
        }
