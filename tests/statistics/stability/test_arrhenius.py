"""Planted energies; mean kinetic temperatures; results out of trend."""

import numpy as np
import pytest

from assets.statistics.stability.arrhenius import acceleration, arrhenius_fit


def planted(seed, energy, temperatures=(25.0, 30.0, 40.0)):
    """Three batches of a product, assay falling 0.08 a month at 25 degC, sd 0.3."""
    draws = np.random.default_rng(seed)
    months = {25.0: (0, 3, 6, 9, 12, 18, 24, 36), 30.0: (0, 3, 6, 9, 12), 40.0: (0, 1, 3, 6)}
    rows = [(b, m, c) for b in range(3) for c in temperatures for m in months[c]]
    batch, month, celsius = (np.array(x) for x in zip(*rows, strict=True))
    start = draws.normal(100, 0.5, 3)[batch]
    value = start - 0.08 * acceleration(energy, celsius) * month + draws.normal(0, 0.3, batch.size)
    return batch.astype(np.int64), month.astype(float), celsius.astype(float), value


@pytest.mark.parametrize("temperatures", [(25.0, 30.0, 40.0), (25.0, 40.0)])
def test_planted_energies_lie_in_their_intervals(temperatures):
    energies = np.random.default_rng(3).uniform(60, 130, 200)
    inside = 0
    for seed, energy in enumerate(energies):
        fit = arrhenius_fit(*planted(seed, energy, temperatures))
        inside += fit.low <= energy <= fit.high
    assert 181 <= inside <= 197


def test_where_nothing_changes_no_energy_is_told():
    batch, month, celsius, _ = planted(1, 90.0)
    value = np.random.default_rng(2).normal(100, 0.3, batch.size)
    fit = arrhenius_fit(batch, month, celsius, value)
    assert np.isnan(fit.energy)
    assert (fit.low, fit.high) == (0.0, np.inf)


def test_one_temperature_or_no_freedom_is_refused():
    batch, month, celsius, value = planted(1, 90.0)
    cool = celsius == 25.0
    with pytest.raises(ValueError, match="two temperatures"):
        arrhenius_fit(batch[cool], month[cool], celsius[cool], value[cool])
    with pytest.raises(ValueError, match="no freedom"):
        arrhenius_fit(np.zeros(3, dtype=np.int64), month[:3], np.array([25.0, 40, 40]), value[:3])
