"""The share of failures is a wish; the process behind it is not touched."""

from dataclasses import replace

import numpy as np
import pytest

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.variable import Variable
from assets.virtual_plant.failure_rate import at_failure_rate
from assets.virtual_plant.production.batches import Settings, make_batches


@pytest.mark.parametrize(("name", "rate"), [("tablets", 0.01), ("vials", 0.1)])
def test_other_plants_fail_as_often_as_asked(
    name: str, rate: float, request: pytest.FixtureRequest
) -> None:
    plant = at_failure_rate(request.getfixturevalue(name), rate)
    made = [make_batches(plant, Settings(seed=seed)) for seed in range(11, 15)]
    expected = np.mean([b.failure_prob.mean() for b in made])
    realised = np.mean([b.is_failure.mean() for b in made])
    # seeds differ in lots, weather and wear; what is realised differs from that by chance alone
    assert expected == pytest.approx(rate, rel=0.25)
    assert realised == pytest.approx(expected, abs=4 * np.sqrt(rate / 4000))


def test_limits_move_and_nothing_else(vials: Plant) -> None:
    often = at_failure_rate(vials, 0.1)
    for before, after in zip(vials.variables, often.variables, strict=True):
        assert after == replace(before, spec_low=after.spec_low, spec_high=after.spec_high)
        assert (after == before) == (before.role != "cqa")
    size = Settings(batches=20, years=0.2)
    mine, theirs = make_batches(often, size), make_batches(vials, size)
    for name, values in theirs.outcome.values.items():
        np.testing.assert_array_equal(mine.outcome.values[name], values)


def test_the_declared_rate_gives_the_declared_limits(tablets: Plant) -> None:
    reference = [make_batches(tablets, Settings(seed=seed)) for seed in range(4)]
    rate = float(np.mean([b.failure_prob.mean() for b in reference]))
    found = at_failure_rate(tablets, rate).results
    assert [v.spec_high for v in found] == [v.spec_high for v in tablets.results]
    assert [v.spec_low for v in found] == [v.spec_low for v in tablets.results]


def test_a_rate_below_what_stops_batches_is_refused(vials: Plant) -> None:
    often_stopped = replace(
        vials, early_terminations=(replace(vials.early_terminations[0], below=3.48),)
    )
    with pytest.raises(PlantError, match="early_terminations"):
        at_failure_rate(often_stopped, 0.002)


def test_coarse_results_get_limits_as_they_are_recorded(tablets: Plant) -> None:
    def decimals_of(result: Variable) -> int:
        return int(result.decimals or 0)

    for result in at_failure_rate(tablets, 0.05).results:
        for limit in (result.spec_low, result.spec_high):
            assert limit is None or limit == round(limit, decimals_of(result))
