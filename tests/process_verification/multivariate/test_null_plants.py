"""Where nothing happens, no more batches lie beyond T2 and SPE than was promised."""

import numpy as np
import pytest

from assets.process_verification.multivariate.model_rows import promised_prob, share_beyond
from assets.statistics.multivariate.distance_limits import outlying, promised_limit
from benchmarks.multivariate_null import LAWS, null_row


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("batches", [50, 100])
def test_limits_keep_their_promise_under_laws_with_long_ends(law, batches) -> None:
    """Six plants; limits by a law and a cleaning that took ends for outliers: 2 to 7%."""
    row = null_row(law, batches, 20, range(1, 7))
    assert row["promised"] == pytest.approx(promised_prob(batches), abs=1e-4)
    for statistic in ("t2", "spe"):
        share, error = row[f"{statistic}_beyond"], row[f"{statistic}_error"]
        assert share <= row["promised"] + 3 * error
    assert row["excluded_a_plant"] <= 0.5


def test_a_limit_by_rank_is_that_of_exchangeable_values() -> None:
    distances = np.arange(1.0, 200.0) ** 6  # of 199 the second largest: 2 of 200 lie above
    assert promised_limit(distances, 0.99) >= 198.0**6
    assert promised_limit(distances[:50], 0.99) >= 50.0**6


def test_a_batch_is_held_against_a_limit_it_had_no_part_in() -> None:
    chi = np.random.default_rng(5).chisquare(20, 60)
    every = [value > promised_limit(np.delete(chi, at), 0.99) for at, value in enumerate(chi)]
    assert share_beyond(chi, 0.99) == np.mean(every)
    assert share_beyond(np.append(chi, 1e6), 0.99) == 1 / 61


def test_what_is_far_out_is_told_from_a_long_end() -> None:
    rng = np.random.default_rng(5)
    ends = np.exp(rng.normal(size=60))
    assert outlying(ends, 1 - 0.05 / 120).max() < 2
    assert outlying(np.append(ends, 400.0), 1 - 0.05 / 120)[-1] > 2
    chi = rng.chisquare(20, 60)
    assert outlying(chi, 1 - 0.05 / 120).max() < 1.5
    assert outlying(np.append(chi, 150.0), 1 - 0.05 / 120)[-1] > 1.5
