"""Traits from trajectories: one tag in one phase, aligned by the phase's own progress."""

import numpy as np
import polars as pl

from assets.similarity.traits import Traits

SERIES = ("unit_procedure", "phase", "tag")


def trajectory_traits(trajectories: pl.DataFrame, batch_ids: list[str]) -> Traits:
    """Put trajectories of some batches side by side.

    Args:
        trajectories: ``feature.phase_trajectories``, or the part of it that is asked for; each
            batch, unit procedure, phase and tag once.
        batch_ids: The batches, in the order of the rows wanted; a batch without trajectories has
            nothing but gaps.

    Returns:
        One trait per unit procedure, phase and tag that any of the batches has.
    """
    steps = [name for name in trajectories.columns if name.startswith("step_")]
    place = pl.DataFrame({"batch_id": batch_ids}, schema={"batch_id": pl.String})
    rows = trajectories.join(place.with_row_index("row"), on="batch_id").with_columns(
        series=pl.concat_str(SERIES, separator=", ")
    )
    names = rows["series"].unique().sort().to_list()
    code = rows["series"].cast(pl.Enum(names)).to_physical().to_numpy()
    values = np.full((len(batch_ids), len(names), len(steps)), np.nan)
    values[rows["row"].to_numpy(), code] = rows.select(steps).to_numpy()
    return Traits(
        batch_ids=batch_ids,
        names=names,
        trait=np.repeat(np.arange(len(names)), len(steps)),
        values=values.reshape(len(batch_ids), len(names) * len(steps)),
        is_course=True,
    )
