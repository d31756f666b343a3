import numpy as np

from assets.statistics.stability.out_of_trend import trend_predictions

MONTHS = np.array([0.0, 3, 6, 9, 12, 18, 24])


def study(seed, batches=4):
    draws = np.random.default_rng(seed)
    batch = np.repeat(np.arange(batches), MONTHS.size)
    time = np.tile(MONTHS, batches)
    value = draws.normal(100, 1, batches)[batch] - 0.1 * time + draws.normal(0, 0.3, batch.size)
    return batch.astype(np.int64), time, value, time + 0.5 * batch


def test_the_interval_holds_its_level_on_results_in_trend():
    p_values = np.concatenate([trend_predictions(*study(seed)).p_value for seed in range(200)])
    told = p_values[~np.isnan(p_values)]
    assert told.size > 2000
    assert 0.035 < (told < 0.05).mean() < 0.065


def test_a_result_four_sd_off_is_out_of_trend_and_its_own_past_is_not():
    batch, time, value, known = study(3)
    place = 2 * MONTHS.size + 6
    value[place] -= 4 * 0.3 * 1.5
    found = trend_predictions(batch, time, value, known)
    assert found.p_value[place] < 0.001
    assert abs(value[place] - found.expected[place]) > found.half_width[place]
    same = trend_predictions(*study(3))
    assert np.array_equal(found.p_value[known < known[place]], same.p_value[known < known[place]],
                          equal_nan=True)  # fmt: skip


def test_the_first_result_of_a_batch_has_no_prediction():
    batch, time, value, known = study(5)
    assert np.isnan(trend_predictions(batch, time, value, known).p_value[time == 0]).all()
