"""Whether results follow what was expected as they did: steady, steeper, flatter, crooked."""

import numpy as np

from assets.statistics.drift.relation_drift import Missed, relation_drift

LOTS = np.arange(200) // 5


def missed(rng: np.random.Generator, slope: float = 0.0) -> Missed:
    """Results of lots that share what is expected, beside a line through it."""
    expected = np.repeat(rng.normal(size=40), 5) + 0.3 * rng.normal(size=200)
    return Missed(expected, slope * expected + rng.normal(size=200), LOTS)


def told(before: float, later: float, seeds: int = 30) -> int:
    """How often a change of slope is told at 5%."""
    count = 0
    for seed in range(seeds):
        rng = np.random.default_rng([seed, 9])
        reference, since = missed(rng, before), missed(rng, later)
        count += relation_drift(since, reference, horizon=40, wrongly=0.05).most >= 1
    return count


def test_a_steady_relation_is_told_rarely_and_a_changed_one_mostly() -> None:
    assert told(0.0, 0.0) <= 6
    assert told(0.0, 0.7) >= 26
    assert told(0.0, -0.7) >= 26


def test_a_line_the_reference_has_itself_is_no_change() -> None:
    """As where what is foretold is the least of several margins."""
    assert told(0.4, 0.4) <= 6


def test_where_everything_is_expected_alike_nothing_is_told() -> None:
    rng = np.random.default_rng(5)
    alike = Missed(np.zeros(200), rng.normal(size=200), LOTS)
    assert relation_drift(alike, alike, horizon=40, wrongly=0.02).most == 0


def test_shorter_lots_are_weighed_as_they_are() -> None:
    rng = np.random.default_rng(2)
    reference, since = missed(rng), missed(rng, 1.5)
    of_several = np.sort(rng.integers(0, 60, 200))
    found = relation_drift(
        Missed(since.expected, since.residual, of_several), reference, horizon=40, wrongly=0.02
    )
    assert found.most > 1
    assert found.evidence.size == np.unique(of_several).size
