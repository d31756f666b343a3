"""The trajectory over progress: mean readings of equal steps of the time between the ends."""

from assets.sensor_features.kernel.compiled import Array, exactly
from assets.sensor_features.kernel.oscillation import averages
from assets.sensor_features.registry import NAMES, STEPS

FIRST_STEP = len(NAMES)


@exactly
def trajectory(hours: Array, x: Array, work: Array, row: Array) -> None:
    """Fill in the steps after the features; NaN where no time passes."""
    first, last = hours[0], hours[-1]
    if last > first:
        means = work[0, :STEPS]
        averages(hours, x, STEPS / (last - first), means, work[1])
        for step in range(STEPS):
            row[FIRST_STEP + step] = means[step] + x[0]
