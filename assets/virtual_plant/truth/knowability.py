"""When each failure could first have been known, and from what.

The yardstick is a perfect alarm that knows the planted mechanisms and every cause recorded so far,
and that may stop one batch in twenty: the first instant at which the causes known by then put the
batch among the 5% with the largest push towards the limit. Where no instant does, the failure could
not have been known before its own result.
"""

from dataclasses import dataclass

import numpy as np

from assets.virtual_plant.base.randomness import Floats
from assets.virtual_plant.declaration.planted import Cause, Mechanism
from assets.virtual_plant.declaration.structure import term_effect
from assets.virtual_plant.production.batch_frames import stage_ends
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import Seconds

ALARM_SHARE = 0.05


@dataclass(frozen=True)
class FirstKnown:
    """When a failure could first have been known.

    Attributes:
        at_s: Instant, seconds since the plant's first midnight.
        feature: Feature from which.
        stage: Stage in which.
    """

    at_s: int
    feature: str
    stage: int


def pushes(made: Batches, result: str) -> dict[str, Floats]:
    """Upward push of each declared cause on a result, relative to its mean over batches.

    Args:
        made: The simulated batches.
        result: A critical quality result.

    Returns:
        Cause to push per batch, in the result's unit (log units for a lognormal law).
    """
    causes = {c.variable for m in made.plant.mechanisms if m.result == result for c in m.causes}
    found: dict[str, Floats] = {}
    for term in made.plant.variable(result).terms:
        if term.parent in causes:
            effect = term_effect(term, made.outcome.values)
            found[term.parent] = found.get(term.parent, 0.0) + effect - effect.mean()
    return found


def side(made: Batches, result: str, batch: int) -> float:
    """Which limit a batch is nearer to.

    Args:
        made: The simulated batches.
        result: A critical quality result.
        batch: Position of the batch.

    Returns:
        1 for the upper limit, -1 for the lower one.
    """
    law = made.plant.variable(result)
    if law.spec_low is None or law.spec_high is None:
        return -1.0 if law.spec_high is None else 1.0
    value = made.outcome.values[result][batch]
    return 1.0 if value > (law.spec_low + law.spec_high) / 2 else -1.0


def first_known(made: Batches) -> dict[int, FirstKnown]:
    """When each failed batch could first have been known, and from what.

    Args:
        made: The simulated batches.

    Returns:
        Position of the failed batch to the instant.
    """
    found: dict[int, FirstKnown] = {}
    stops = {law.name: law for law in made.plant.early_terminations}
    for name, law in stops.items():
        for i in np.flatnonzero(made.failure_mode == name):
            found[int(i)] = FirstKnown(int(made.ended_s[i]), law.feature, law.stage)
    for mechanism in made.plant.mechanisms:
        for i in np.flatnonzero(made.failure_mode == mechanism.name):
            at_s = int(made.resulted_s[i])
            found[int(i)] = FirstKnown(at_s, f"lab.{mechanism.result}", 6)
        if made.settings.cut == "none":
            found |= _from_causes(made, mechanism)
    return found


def _from_causes(made: Batches, mechanism: Mechanism) -> dict[int, FirstKnown]:
    """Failures of one mechanism that its causes gave away, at the first of them that did."""
    failed = np.flatnonzero(made.failure_mode == mechanism.name)
    found: dict[int, FirstKnown] = {}
    pushed = pushes(made, mechanism.result)
    known = {c.variable: _known_s(made, c) for c in mechanism.causes}
    ordered = sorted(mechanism.causes, key=lambda c: float(np.median(known[c.variable])))
    for until in range(1, len(ordered) + 1):
        told = ordered[:until]
        total = np.sum([pushed[c.variable] for c in told], axis=0)
        limits = np.quantile(total, [ALARM_SHARE, 1.0 - ALARM_SHARE])
        for i in (int(i) for i in failed if int(i) not in found):
            sign = side(made, mechanism.result, i)
            if sign * total[i] > sign * limits[int(sign > 0)]:
                main = max(told, key=lambda c: sign * pushed[c.variable][i])
                at_s = max(int(known[c.variable][i]) for c in told)
                found[i] = FirstKnown(at_s, main.features[0], told[-1].stage)
    return found


def _known_s(made: Batches, cause: Cause) -> Seconds:
    """When a cause of each batch was on record."""
    source, _, rest = cause.features[0].partition(".")
    steps, schedule = made.plant.calendar.steps, made.schedule
    unit = rest.partition(".")[0]
    if source == "material":
        unit = "dispensing"
    of_unit = [k for k, step in enumerate(steps) if step.unit_procedure == unit]
    if source in {"material", "equipment"} and of_unit:
        return schedule.starts[:, of_unit[0]]
    if source == "sensor":
        phase = next(t.phase for t in made.plant.trajectories if t.unit_procedure == unit)
        return schedule.ends[:, next(k for k in of_unit if steps[k].phase == phase)]
    return stage_ends(made)[cause.stage]
