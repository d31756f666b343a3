import numpy as np
import pytest

from assets.statistics.multivariate.unusualness import nearest, reference_of, unusualness

RNG = np.random.default_rng(4)
BASE = RNG.normal(size=(200, 2))
ROWS = np.column_stack(
    [BASE[:, 0], BASE[:, 0] + 0.1 * RNG.normal(size=200), BASE[:, 1], np.full(200, 7.0)]
)
GOOD = reference_of(ROWS)


def test_an_ordinary_batch_is_within_both_limits() -> None:
    found = unusualness(GOOD, ROWS.mean(axis=0))
    assert found.t2 < GOOD.t2_limit
    assert found.spe < GOOD.spe_limit


def test_a_value_far_out_leads_the_contributions() -> None:
    found = unusualness(GOOD, np.array([0.0, 0.0, 6.0, 7.0]))
    assert found.t2 > GOOD.t2_limit
    assert int(np.argmax(found.contribution)) == 2


def test_a_broken_relation_is_seen_outside_the_model() -> None:
    """Each value by itself is ordinary; together they never occur."""
    found = unusualness(GOOD, np.array([1.0, -1.0, 0.0, 7.0]))
    assert found.spe > GOOD.spe_limit
    assert set(np.argsort(-found.contribution)[:2].tolist()) == {0, 1}


def test_missing_and_constant_columns_add_nothing() -> None:
    found = unusualness(GOOD, np.array([np.nan, 0.0, 0.0, 9.0]))
    assert found.contribution[3] == 0.0
    assert np.isfinite(found.contribution).all()


def test_the_nearest_is_itself() -> None:
    found = unusualness(GOOD, ROWS[17])
    assert nearest(GOOD, found.score, 3)[0] == 17
    assert found.score == pytest.approx(GOOD.scores[17])


@pytest.mark.slow
def test_limits_flag_one_new_batch_of_the_same_law_in_twenty() -> None:
    """300 batches of 60 columns with six common directions: in-sample limits flag most of them."""
    rng = np.random.default_rng(7)
    mixing = rng.normal(size=(6, 60))

    def drawn(batches: int) -> np.ndarray:
        return rng.normal(size=(batches, 6)) @ mixing + 2 * rng.normal(size=(batches, 60))

    reference = reference_of(drawn(300))
    found = [unusualness(reference, row) for row in drawn(2_000)]
    assert np.mean([one.t2 > reference.t2_limit for one in found]) == pytest.approx(0.05, abs=0.03)
    assert np.mean([one.spe > reference.spe_limit for one in found]) == pytest.approx(
        0.05, abs=0.03
    )
