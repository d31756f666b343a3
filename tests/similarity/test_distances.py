"""The compiled distance against its definition, and the nearest against a sort of all."""

import numpy as np
import pytest

from assets.similarity.distance_kernel import COUNTED, TIED
from assets.similarity.distances import distances, nearest_places, shared_parts
from assets.similarity.traits import Traits

pytestmark = pytest.mark.unit


@pytest.fixture(params=range(24))
def drawn(request) -> Traits:
    """Batches of up to 40 traits of one column or several, gaps, whole numbers that tie."""
    random = np.random.default_rng(request.param)
    names, trait = np.unique(random.integers(0, random.integers(1, 41), 60), return_inverse=True)
    order = np.argsort(trait, kind="stable")
    values = random.standard_t(2, (150, trait.size))
    values[random.random(values.shape) < random.choice([0.0, 0.1, 0.6])] = np.nan
    if request.param % 3 == 0:
        values = np.round(values)
    batch_ids = [f"B{place}" for place in range(len(values))]
    return Traits(batch_ids, [str(name) for name in names], trait[order], values, False)


def test_a_distance_is_that_of_the_definition(drawn):
    for own in drawn.values[:4]:
        found, shared = distances(drawn, own, drawn.values), shared_parts(
            drawn, own[None], drawn.values)[0]  # fmt: skip
        for other, distance, part in zip(drawn.values, found, shared, strict=True):
            squares, parts = [], []
            for trait in range(len(drawn.names)):
                apart = (own - other)[drawn.trait == trait]
                is_own = np.isfinite(own[drawn.trait == trait])
                parts.append((np.isfinite(apart).mean(), is_own.mean()))
                squares += [np.nanmean(apart**2)] if np.isfinite(apart).any() else []
            counted = int(np.ceil(COUNTED * len(squares) - 1e-9))
            least = np.sort(squares)[:counted]
            assert distance == pytest.approx(
                np.sqrt(least.mean()) if counted else np.nan, nan_ok=True
            )
            both, mine = np.sum(parts, axis=0)
            assert part == pytest.approx(both / mine if mine else 0.0)


def test_the_nearest_are_those_of_a_sort_of_all(drawn):
    for place in range(20):
        own = drawn.values[place]
        far = distances(drawn, own, drawn.values)
        may = np.flatnonzero(np.isfinite(far) & (np.arange(len(far)) != place))
        order = may[np.argsort(np.round(far[may] / TIED), kind="stable")]
        for top in (1, 3, 10):
            places, apart = nearest_places(drawn, own, drawn.values, may, top)
            assert places.tolist() == order[:top].tolist()
            assert apart == pytest.approx(far[order[:top]])
