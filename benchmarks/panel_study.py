"""Do panels of the planned size reach their power, and do the tests behind them keep their error?

Each kind plans a size for a power, draws 200 panels of that size from the truth it was planned for,
and counts those that show what they were to show: at least the lower end of the two-sided 99% band
about the power planned. Then 200 panels at the edge of what is to be shown: at most the upper end
about 5% (19 of 200) may show it. Rows already in the CSV are not made again.

    python benchmarks/panel_study.py --first-seed 1
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from assets.statistics.agreement.non_inferiority import (
    compare_independent,
    compare_paired,
    independent_sizes,
    paired_sizes,
)
from assets.statistics.agreement.panel_sizes import (
    agreement_table,
    detection_trials,
    kappa_excess,
    kappa_subjects,
)
from assets.statistics.detection.demonstration import detection_bound
from benchmarks.studies.record import record_kinds

PANELS = 200


@dataclass(frozen=True)
class Plan:
    """A planned size, its power, and a draw that says whether a panel shows it."""

    size: int
    power: float
    shows: Callable[[np.random.Generator, bool], bool]


def _detection(true_prob: float, content: float, power: float) -> Plan:
    size = detection_trials(true_prob, content, power=power)

    def shows(rng: np.random.Generator, edge: bool) -> bool:
        found = int(rng.binomial(size, content if edge else true_prob))
        return detection_bound(found, size) >= content

    return Plan(size, power, shows)


def _paired(margin: float, alone: float, power: float, difference: float = 0.0) -> Plan:
    size = paired_sizes(margin, alone, power, difference=difference)

    def shows(rng: np.random.Generator, edge: bool) -> bool:
        true = -margin if edge else difference
        # At the edge the pairs that differ are at least the margin.
        differ = max(alone, margin)
        gained, lost = (differ + true) / 2, (differ - true) / 2
        only_new, only_old, _ = rng.multinomial(size, [gained, lost, 1 - gained - lost])
        return compare_paired(int(only_new), int(only_old), size, margin).verdict == "not_inferior"

    return Plan(size, power, shows)


def _independent(margin: float, share: float, power: float) -> Plan:
    size = independent_sizes(margin, share, power)

    def shows(rng: np.random.Generator, edge: bool) -> bool:
        new = int(rng.binomial(size, share - margin if edge else share))
        old = int(rng.binomial(size, share))
        return compare_independent(new, size, old, size, margin).verdict == "not_inferior"

    return Plan(size, power, shows)


def _kappa(shares: list[float], hoped: float, least: float, power: float) -> Plan:
    held = np.array(shares)
    size = kappa_subjects(held, hoped, least, power)

    def shows(rng: np.random.Generator, edge: bool) -> bool:
        table = agreement_table(held, least if edge else hoped)
        counts = rng.multinomial(size, table.ravel()).reshape(table.shape)
        return kappa_excess(counts.astype(float), least) <= 0.05

    return Plan(size, power, shows)


KINDS: dict[str, Callable[[], Plan]] = {
    "detection 0.97 above 0.90, power 0.8": lambda: _detection(0.97, 0.9, 0.8),
    "detection 0.99 above 0.95, power 0.9": lambda: _detection(0.99, 0.95, 0.9),
    "paired, margin 0.05, alone 0.08, power 0.8": lambda: _paired(0.05, 0.08, 0.8),
    "paired, margin 0.05, alone 0.10, new 0.01 worse, power 0.9": lambda: _paired(
        0.05, 0.10, 0.9, -0.01
    ),
    "independent, margin 0.10, share 0.90, power 0.8": lambda: _independent(0.1, 0.9, 0.8),
    "independent, margin 0.05, share 0.95, power 0.9": lambda: _independent(0.05, 0.95, 0.9),
    "kappa 0.85 above 0.70, halves, power 0.8": lambda: _kappa([0.5, 0.5], 0.85, 0.7, 0.8),
    "kappa 0.80 above 0.60, four classes, power 0.9": lambda: _kappa(
        [0.6, 0.2, 0.1, 0.1], 0.8, 0.6, 0.9
    ),
}


def panel_row(kind: str, first_seed: int, panels: int = PANELS) -> dict[str, object]:
    """How many panels of the planned size show what they were planned for, and at the edge."""
    plan = KINDS[kind]()
    shown = {
        edge: sum(
            plan.shows(np.random.default_rng([first_seed, int(edge), i]), edge)
            for i in range(panels)
        )
        for edge in (False, True)
    }
    return {
        "kind": kind,
        "first_seed": first_seed,
        "panels": panels,
        "size": plan.size,
        "power": plan.power,
        "shown": shown[False],
        "fewest_allowed": int(binom.ppf(0.005, panels, plan.power)),
        "shown_at_the_edge": shown[True],
        "most_allowed_at_the_edge": int(binom.ppf(0.995, panels, 0.05)),
    }


if __name__ == "__main__":
    record_kinds("panel_study", KINDS, panel_row, __doc__)
