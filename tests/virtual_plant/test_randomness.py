import numpy as np

from assets.virtual_plant.base.randomness import choices, normals, stream, uniforms


def test_a_longer_draw_begins_with_the_shorter_one() -> None:
    np.testing.assert_array_equal(uniforms(1, "moisture", 10), uniforms(1, "moisture", 1000)[:10])


def test_variables_seeds_and_indices_have_streams_of_their_own() -> None:
    draws = [
        uniforms(1, "moisture", 500),
        uniforms(2, "moisture", 500),
        uniforms(1, "moistur", 500),
        stream(1, "moisture", 1).random(500),
        stream(1, "moisture", 2).random(500),
    ]
    correlation = np.corrcoef(draws) - np.eye(len(draws))
    assert np.abs(correlation).max() < 0.2


def test_normals_are_standard_normal() -> None:
    draws = normals(3, "anything", 200_000)
    assert abs(draws.mean()) < 0.01
    assert abs(draws.std() - 1) < 0.01
    assert abs((draws > 1.959964).mean() - 0.025) < 0.001


def test_choices_follow_their_shares() -> None:
    drawn = choices(1, "supplier", 100_000, {"a": 3.0, "b": 1.0})
    assert abs((drawn == 0).mean() - 0.75) < 0.01
    assert set(drawn) == {0, 1}
