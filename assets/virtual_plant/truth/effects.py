"""True effects: the same plant run again with one thing done differently.

Realised: on these very batches, from the same random numbers. Expected: the mean over re-runs of
the plant with other seeds (lots, weather and noise drawn anew), each with and without what is done,
as the difference of the failure probabilities given the true causes, with its Monte Carlo standard
error. Negative changes are failures prevented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assets.virtual_plant.base.randomness import stream
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.planted import PlantLever
from assets.virtual_plant.declaration.planted_levers import pulled
from assets.virtual_plant.declaration.structure import Policy
from assets.virtual_plant.production.batches import Batches, Settings, When, make_batches

RERUNS = 20


@dataclass(frozen=True)
class Effect:
    """What something does to the number of failed batches.

    Attributes:
        failures_before: Failed batches of this plant as it is.
        failures_after: Failed batches of this plant with it done, same random numbers.
        expected_change: Mean change over re-runs of the whole span, in batches.
        standard_error: Monte Carlo standard error of that mean; None with fewer than two re-runs.
        reruns: Number of re-runs.
        years: Length of the span.
    """

    failures_before: int
    failures_after: int
    expected_change: float
    standard_error: float | None
    reruns: int
    years: float

    @property
    def realised_change(self) -> int:
        """Change on these very batches."""
        return self.failures_after - self.failures_before

    def described(self) -> dict[str, Any]:
        """JSON-ready mapping; ``expected`` also per year."""
        error = self.standard_error
        return {
            "realised": {
                "failures_before": self.failures_before,
                "failures_after": self.failures_after,
                "change": self.realised_change,
            },
            "expected": {
                "change": round(self.expected_change, 4),
                "change_per_year": round(self.expected_change / self.years, 4),
                "standard_error": None if error is None else round(error, 4),
                "standard_error_per_year": None if error is None else round(error / self.years, 4),
                "reruns": self.reruns,
            },
        }


def policy_effect(plant: Plant, settings: Settings, reruns: int) -> Effect:
    """True effect of the policy in the settings.

    Args:
        plant: The plant.
        settings: Settings with a policy.
        reruns: Number of re-runs, at least 1.

    Returns:
        The effect against the same plant without the policy.
    """
    before = make_batches(plant, replace(settings, policy=None))
    return _effects(before, {"policy": (plant, settings.policy)}, reruns)["policy"]


def lever_effects(made: Batches, reruns: int) -> dict[str, Effect]:
    """True effects of the plant's declared levers, each alone.

    Args:
        made: The simulated batches.
        reruns: Number of re-runs, at least 1.

    Returns:
        Lever to effect, against the plant without any policy.
    """
    if not made.plant.levers:
        return {}
    before = made
    if made.settings.policy:
        before = make_batches(made.plant, replace(made.settings, policy=None), made.when)
    wanted = {lever.name: pulled(made.plant, lever) for lever in made.plant.levers}
    return _effects(before, wanted, reruns)


def with_lever(made: Batches, lever: PlantLever) -> Batches:
    """These very batches, on the same random numbers, with one declared lever pulled."""
    return _with(made.settings, made.plant, made.when, *pulled(made.plant, lever))


def _effects(
    before: Batches, wanted: Mapping[str, tuple[Plant, Policy | None]], reruns: int
) -> dict[str, Effect]:
    settings = before.settings
    if settings.cut != "none":
        # no path into a failure is left, so nothing that is done can prevent one
        failed = int(before.is_failure.sum())
        return {n: Effect(failed, failed, 0.0, 0.0, 0, settings.years) for n in wanted}
    realised = {
        name: int(_with(settings, before.plant, before.when, *done).is_failure.sum())
        for name, done in wanted.items()
    }
    changes: dict[str, list[float]] = {name: [] for name in wanted}
    for k in range(reruns):
        seed = int(stream(settings.seed, "rerun", k).integers(2**62))
        for name, change in _changes(before.plant, replace(settings, seed=seed), wanted).items():
            changes[name].append(change)
    return {
        name: Effect(
            failures_before=int(before.is_failure.sum()),
            failures_after=realised[name],
            expected_change=float(np.mean(found)),
            standard_error=float(np.std(found, ddof=1) / np.sqrt(reruns)) if reruns > 1 else None,
            reruns=reruns,
            years=settings.years,
        )
        for name, found in changes.items()
    }


def _changes(
    plant: Plant, settings: Settings, wanted: Mapping[str, tuple[Plant, Policy | None]]
) -> dict[str, float]:
    """Expected changes in one re-run; of its batches no more is held than is needed again."""
    base = make_batches(plant, settings)
    expected, when = float(base.failure_prob.sum()), base.when
    del base
    return {
        name: float(_with(settings, plant, when, *done).failure_prob.sum() - expected)
        for name, done in wanted.items()
    }


def _with(
    settings: Settings, plant: Plant, when: When, changed: Plant, policy: Policy | None
) -> Batches:
    """The same batches with something done; the calendar stays where the plant does."""
    settings = replace(settings, policy=policy)
    return make_batches(changed, settings, when if changed is plant else None)
