"""Published warehouses whose money is that of a real programme, for the live page."""

import numpy as np

from assets.savings.live_case.case_figures import case_figures
from assets.savings.programme.scenarios import scenarios
from assets.savings.uncertainty.draws import percentiles
from tests.reports.conftest import PublishedTables, signal_frames
from tests.savings.live_plants import LivePlant

LIVE_TABLES = ("live_steps", "live_inputs", "live_draws")


def published_with(plant: LivePlant) -> PublishedTables:
    """Publish the plant with a signal, at the money of a programme."""
    from reports.claims import evaluate

    frames = dict(signal_frames())
    del frames["evidence.claims"]
    frames["economics.scenarios"] = scenarios(plant.drawn, plant.counts, plant.kept).scenarios
    frames |= {f"economics.{name}": getattr(plant.case, name) for name in LIVE_TABLES}
    published = PublishedTables(frames)
    published.put("evidence.claims", evaluate(published.query))
    return published


def random_settings(plant: LivePlant, seed: int) -> dict[str, float]:
    """Move some of the inputs, each somewhere within its range."""
    random = np.random.default_rng(seed)
    rows = plant.case.live_inputs.filter("is_uncertain").sort("input").to_dicts()
    rows = [row for row in rows if row["low"] < row["high"]]
    chosen = random.choice(len(rows), size=random.integers(1, len(rows) + 1), replace=False)
    ends = {rows[k]["input"]: (rows[k]["low"], rows[k]["high"]) for k in chosen}
    return {name: float(random.uniform(*of)) for name, of in sorted(ends.items())}


def values_of(plant: LivePlant) -> dict[str, np.ndarray]:
    """Every input as an array: its draws, or the value it is certain to have."""
    size = plant.case.live_draws["draw"].n_unique()
    rows = plant.case.live_inputs.iter_rows(named=True)
    values = {row["input"]: np.full(size, row["base"]) for row in rows}
    for (name,), frame in plant.case.live_draws.partition_by("input", as_dict=True).items():
        values[str(name)] = frame.sort("draw")["value"].to_numpy()
    return values


def python_figures(
    plant: LivePlant, drawn: dict[str, np.ndarray], settings: dict[str, float]
) -> dict[str, list[float]]:
    """Work out P10, P50 and P90 of every figure in Python, from the same draws.

    Args:
        plant: The programme.
        drawn: ``values_of`` it.
        settings: What was moved, and where to.
    """
    size = len(next(iter(drawn.values())))
    values = drawn | {name: np.full(size, value) for name, value in settings.items()}
    figures = case_figures(plant.plan, lambda name: values[name])
    found = {name: [float(end or 0) for end in percentiles(each)] for name, each in figures.items()}
    found["npv_positive_prob"] = [float(np.mean(figures["npv_usd"] > 0))] * 3
    return found
