"""Plants in which one batch has a twin: the same process run again, with new noise and other gaps.

Trajectories are made of a course per product, batch-to-batch variation along a few smooth shapes,
drift over the years, a stuck sensor here and there, and noise of the readings. The twin shares the
variation of the asked batch and nothing else.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.similarity.batch_rows import BatchRows
from assets.similarity.example import Example, answer
from assets.similarity.search import ComparedBy
from assets.similarity.trajectory_traits import trajectory_traits

STEPS, SHAPES, PRODUCTS = 32, 4, 3
NOISE = 0.5  # of a step, in spreads of the variation
GAPS, STUCK, FAILED = 0.1, 0.02, 0.05
START, YEARS = datetime(2014, 1, 1, tzinfo=UTC).replace(tzinfo=None), 10


def twin_plant(seed: int, batches: int = 2000, tags: int = 10) -> tuple[pl.DataFrame, BatchRows]:
    """Make a plant whose first batch is asked about and whose last one is its twin.

    Returns:
        ``feature.phase_trajectories`` without the columns nobody compares, and its batches.
    """
    rng = np.random.default_rng([23, seed])
    product = rng.integers(PRODUCTS, size=batches)
    product[-1] = product[0]
    place = rng.permutation(np.linspace(0, 1, batches))
    score = rng.standard_t(6, size=(batches, tags, SHAPES)) / np.arange(1, SHAPES + 1)
    score[-1] = score[0]
    progress = np.linspace(0, 1, STEPS)
    shape = np.cos(np.pi * np.arange(SHAPES)[:, None] * progress)
    course = (
        40
        + 20 * rng.normal(size=(PRODUCTS, tags, 1))
        + 5 * np.sin(2 * np.pi * progress + rng.uniform(0, 6, size=(PRODUCTS, tags, 1)))
    )
    drift = rng.normal(size=tags) * place[:, None]
    drift[-1] = drift[0]  # the same process: its wear is the same too
    values = course[product] + score @ shape + drift[:, :, None]
    values += NOISE * rng.normal(size=values.shape)
    is_stuck = rng.uniform(size=(batches, tags)) < STUCK
    values[is_stuck] = values[is_stuck][:, :1]
    row, tag = np.nonzero(rng.uniform(size=(batches, tags)) >= GAPS)
    names = np.array([f"B{i:05d}" for i in range(batches)])
    frame = pl.DataFrame(
        {
            "batch_id": names[row],
            "unit_procedure": "coating",
            "phase": "spraying",
            "tag": np.array([f"tag_{i}" for i in range(tags)])[tag],
        }
    ).hstack(
        pl.DataFrame(
            values[row, tag], schema=[f"step_{i:02d}" for i in range(1, STEPS + 1)], orient="row"
        )
    )
    is_failed = rng.uniform(size=batches) < FAILED
    return frame, BatchRows(
        batch_ids=names.tolist(),
        product=[f"P{i}" for i in product],
        result=np.where(is_failed, "failed", "good").tolist(),
        started_at=[START + timedelta(days=365.25 * YEARS * float(at)) for at in place],
        gate=np.full(batches, 5),
    )


def twin_marks(seed: int, batches: int = 2000, tags: int = 10) -> dict[str, Any]:
    """Ask one plant for the batches most like the first, and mark where its twin stands.

    Returns:
        ``seconds`` is processor time of the search, from the frame of trajectories to the answer.
    """
    frame, rows = twin_plant(seed, batches, tags)
    asked, twin = rows.batch_ids[0], rows.batch_ids[-1]
    begun = time.process_time()
    traits = trajectory_traits(frame, rows.batch_ids)
    found = answer(Example(asked, ComparedBy.TRAJECTORY, top=batches), rows, traits, gate=5).found
    seconds = time.process_time() - begun
    neighbours = [] if found is None else found.neighbours["any"]
    order = [rows.batch_ids[one.batch] for one in neighbours]
    place = order.index(twin) + 1 if twin in order else None
    return {
        "seed": seed,
        "batches": batches,
        "tags": tags,
        "compared": None if found is None else found.compared,
        "place": place,
        "is_first": place == 1,
        "distance": neighbours[place - 1].distance if place else None,
        "nearest_other": next(
            (one.distance for one in neighbours if rows.batch_ids[one.batch] != twin), None
        ),
        "seconds": round(seconds, 3),
    }
